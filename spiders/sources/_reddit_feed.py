"""What Reddit packs into an Atom entry: ids, the text between thumbnail and tail, the thread."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from spiders.shapes import words
from spiders.sources._feeds import Entry
from spiders.text import element_text, tidy

_NAME = re.compile(r"(t[13]_[0-9a-z]{1,13})$")
_THREAD = re.compile(r"/comments/([0-9a-z]{1,13})(?:/[^/?#]*)?(?:/([0-9a-z]{1,13}))?", re.IGNORECASE)
_GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]", "[ Removed by moderator ]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditEntry:
    """A post (t3_) or a comment (t1_) of a feed; feeds know no parents."""

    name: str
    thread: str
    is_post: bool
    author: str | None
    title: str | None
    text: str | None
    replies: int | None
    is_deleted: bool


def reddit_entry(entry: Entry) -> RedditEntry | None:
    """The entry as Reddit means it; None where it is none of theirs (a subreddit, a user)."""
    found = _NAME.search(entry.guid or "")
    if not found:
        return None
    name, in_link = found[1], _THREAD.search(entry.link or "")
    is_post = name.startswith("t3_")
    author = (entry.author or "").removeprefix("/").removeprefix("u/") or None
    text = _own_text(entry.markup)
    told = words(entry.raw, "title") or ""
    # "/u/NAME on TITLE" above a comment.
    title = entry.title if is_post else (tidy(told.split(" on ", 1)[1]) if " on " in told else None)
    return RedditEntry(
        name=name,
        thread=name if is_post else f"t3_{in_link[1].lower()}" if in_link else name,
        is_post=is_post,
        author=None if author in _GONE else author,
        title=title,
        text=text,
        replies=_replies(entry.markup),
        is_deleted=is_gone(text),
    )


def is_gone(text: str | None) -> bool:
    """Deleted by its author or removed by a moderator: the text says so. A gone author alone leaves the text."""
    return (text or "").strip() in _GONE


def _own_text(markup: str) -> str | None:
    """What the author wrote; link posts have only a thumbnail and a tail."""
    try:
        root = lxml_html.fragment_fromstring(markup[:400_000], create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    own = next((div for div in root.iter("div") if "md" in (div.get("class") or "").split()), None)
    return (element_text(own) or element_text(own, keep_quotes=True)) if own is not None else None


def _replies(markup: str) -> int | None:
    found = re.search(r"\[(\d{1,7}) comments?\]", markup)
    return int(found[1]) if found else None
