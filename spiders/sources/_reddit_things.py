"""Reddit's "things": walks nested listings, finds texts and permalinks of old and new records."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from spiders.shapes import flag, trees, words
from spiders.sources._markdown import markdown_to_text
from spiders.text import own_words

_WEB = "https://www.reddit.com"


def things_in(children: list[Any]) -> Iterator[Any]:
    """Things and, below each comment, its replies in reading order. Rows that are no objects come out as they are."""
    waiting = list(reversed(children))
    while waiting:
        thing = waiting.pop()
        yield thing
        # "replies" is "" where there are none.
        waiting += reversed(
            list(trees(thing, "data", "replies", "data", "children")) if isinstance(thing, dict) else []
        )


def is_closed(thing: Any) -> bool:
    """Locked by its moderators, or too old for comments."""
    return flag(thing, "data", "locked") or flag(thing, "data", "archived")


def text_of(row: Any, is_post: bool) -> str | None:
    """The author's words, from Reddit's own rendering where it is there."""
    stated = words(row, "selftext" if is_post else "body") or words(row, "contentText")
    if stated in ("[deleted]", "[removed]"):
        return stated
    rendered = words(row, "selftext_html" if is_post else "body_html")
    if rendered:
        return own_words(html.unescape(rendered) if rendered.startswith("&lt;") else rendered)
    # Without raw_json=1 these three come escaped.
    return markdown_to_text(html.unescape(stated)) if stated else None


def permalink(row: Any, is_post: bool) -> str | None:
    """The thing's own address; comment records of old answers have none and get it from their ids."""
    stated = (words(row, "permalink") or "").split("?", 1)[0]
    if stated.startswith("/"):
        return _WEB + stated
    if stated.startswith("http"):
        return stated
    local, post, group = words(row, "id"), (words(row, "link_id") or "").removeprefix("t3_"), words(row, "subreddit")
    base = f"{_WEB}/r/{group}" if group else _WEB
    if is_post:
        return f"{base}/comments/{local}/" if local else None
    return f"{base}/comments/{post}/_/{local}/" if local and post else None
