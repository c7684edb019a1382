"""Walks Bluesky's thread answers, nested ones and the flat ones of the newer call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from spiders.shapes import dig, flag, rows, tree, trees, words
from spiders.times import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place in a thread: a post, or where one was (`is_gone`) or is kept from us."""

    uri: str | None
    post: Any = None
    parent: str | None = None
    is_gone: bool = False


def nodes_in(data: Any) -> Iterator[Node]:
    """All places of a thread: ancestors from the top, the post asked for, replies in reading order."""
    thread = dig(data, "thread")
    if isinstance(thread, list):
        for row in trees(thread):
            value = tree(row, "value")
            yield _node({**value, "uri": words(row, "uri")}, None)
        return
    above: list[Any] = []
    place = dig(thread, "parent")
    while isinstance(place, dict) and len(above) < 1_000:
        above.append(place)
        place = place.get("parent")
    for row in reversed(above):
        yield _node(row, None)
    waiting: list[tuple[Any, str | None]] = [(thread, None)]
    while waiting:
        row, parent = waiting.pop()
        node = _node(row, parent)
        yield node
        waiting += [(reply, node.uri) for reply in reversed(rows(row, "replies")) if isinstance(reply, dict)]


def root_of(nodes: list[Node]) -> str | None:
    """The first post of the thread, as its replies name it, or the one that answers nothing."""
    named = (words(node.post, "record", "reply", "root", "uri") for node in nodes if node.post is not None)
    return next((uri for uri in named if uri), None) or next(
        (node.uri for node in nodes if node.post is not None), None
    )


def is_post(row: Any) -> bool:
    """Whether a row is a post as its author's server keeps it: an address and a record."""
    is_text = words(row, "value", "$type") == "app.bsky.feed.post"
    return is_text and "/app.bsky.feed.post/" in (words(row, "uri") or "")


def author_of(uri: str | None) -> str | None:
    """The DID in a post's address."""
    return next((part for part in (uri or "").split("/")[2:3] if part.startswith("did:")), None)


def stated_time(stated: object) -> datetime | None:
    """As `utc`; here the first years of Unix time are what clients without a clock write, and stand as written."""
    if at := utc(stated):
        return at
    try:
        at = datetime.fromisoformat(stated) if isinstance(stated, str) and len(stated) < 40 else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at and at.tzinfo and 1970 <= at.year <= 2100 else None


def _node(row: Any, parent: str | None) -> Node:
    kind = (words(row, "$type") or "").rsplit("#", 1)[-1]
    post = tree(row, "post")
    if post:
        return Node(uri=words(post, "uri"), post=post, parent=parent)
    is_gone = flag(row, "notFound") or kind in ("notFoundPost", "threadItemNotFound")
    return Node(uri=words(row, "uri"), parent=parent, is_gone=is_gone)
