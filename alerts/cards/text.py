"""Makes foreign text harmless and short: control and bidi characters out, marks capped, cut at a sentence."""

from __future__ import annotations

import re
import unicodedata

# Letters of living languages carry three marks at most (Vietnamese, pointed Hebrew); more is an attack on the page.
_MOST_MARKS = 4
# Joiners that scripts and emoji need; every other invisible format character goes, bidi overrides among them.
_KEPT_FORMAT = frozenset("\u200c\u200d")
_LINE_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_MANY_BREAKS = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[^\S\n]+")
_SENTENCE_END = re.compile(r"[.!?…。!?]+[\"'»”’)\]]*(?=\s)|\n")
# mrkdwn has no escape for these, so names set into our own sentences get a look-alike.
_LOOK_ALIKES = str.maketrans({"*": "∗", "_": "\uff3f", "~": "∼", "`": "ˋ"})


def clean(text: str) -> str:
    """The visible text with its blanks tidied."""
    text = _BLANKS.sub(" ", visible(text))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def visible(text: str) -> str:
    """The text without control, bidi and unassigned characters, with at most four marks on a letter."""
    kept: list[str] = []
    marks = 0
    for char in _LINE_BREAKS.sub("\n", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS and not _is_harmful(char, category):
            kept.append(char)
    return "".join(kept)


def one_line(text: str, limit: int) -> str:
    """Cleaned, on one line, cut to `limit` Slack characters."""
    return shortened(clean(text).replace("\n", " "), limit)[0]


def shortened(text: str, limit: int) -> tuple[str, bool]:
    """The text cut to `limit` Slack characters, at a sentence's end if one is near, else at a word; was it cut?"""
    if slack_length(text) <= limit:
        return text, False
    head = _first(text, limit - 2)
    ends = [found.end() for found in _SENTENCE_END.finditer(head + " ") if found.end() <= len(head)]
    if ends and ends[-1] >= len(head) * 0.5:
        return head[: ends[-1]].rstrip() + " …", True
    space = max(head.rfind(" "), head.rfind("\n"))
    if space >= len(head) * 0.7:
        head = head[:space]
    return head.rstrip() + "…", True


def slack_length(text: str) -> int:
    """Length as the strictest counter would have it: UTF-16 units, so that an emoji is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def escaped(text: str) -> str:
    """For mrkdwn: Slack's three characters escaped, formatting characters replaced by look-alikes."""
    text = one_line(text, 300).translate(_LOOK_ALIKES)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _is_harmful(char: str, category: str) -> bool:
    if char == "\n":
        return False
    if category == "Cc":
        return not char.isspace()
    if category == "Cf":
        return char not in _KEPT_FORMAT
    return category in ("Cs", "Co", "Cn")


def _first(text: str, limit: int) -> str:
    """As many whole characters as fit; never ends between a letter and its marks."""
    used = 0
    for place, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > limit:
            while place > 0 and _hangs_on(text[place]):
                place -= 1
            return text[:place]
    return text


def _hangs_on(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Mc") or char in "\u200d\ufe0f"
