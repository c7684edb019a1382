"""Markdown as GitHub, Reddit and Lemmy write it → plain text, quotes of others cut."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt

from spiders.text import LONGEST, own_words

# Lemmy's ":::" lines around a spoiler; the title after the word is kept.
_FENCE = re.compile(r"^[ \t]{0,3}:::[ \t]*(?:spoiler[ \t]*)?", re.MULTILINE | re.IGNORECASE)
_CODE_FENCE = re.compile(r"[ ]{0,3}(?:```|~~~)")


def markdown_to_text(stated: object, *, has_html: bool = False) -> str | None:
    """Plain text of Markdown. `has_html`: tags are markup there (GitHub), not signs the author typed."""
    if not isinstance(stated, str) or not stated.strip():
        return None
    # Reddit's spoilers would look like quotes.
    bare = stated[:LONGEST].replace(">!", "").replace("!<", "")
    markup = _renderer(has_html).render(_without_lazy_quotes(_FENCE.sub("", bare)))
    # The renderer puts each tag on a line of its own, which would space out lists and tables.
    return own_words(re.sub(r">\n+<", "><", markup))


def _without_lazy_quotes(text: str) -> str:
    """A line right under a quote is the author's answer far more often than the rest of the quote."""
    lines: list[str] = []
    in_code = in_quote = False
    for line in text.splitlines():
        in_code ^= bool(_CODE_FENCE.match(line))
        starts_quote = not in_code and line.lstrip(" ").startswith(">")
        if in_quote and not starts_quote and line.strip():
            lines.append("")
        in_quote = starts_quote
        lines.append(line)
    return "\n".join(lines)


@lru_cache(maxsize=2)
def _renderer(has_html: bool) -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": has_html}).enable(["table", "strikethrough"])
