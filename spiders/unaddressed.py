"""A saved response nobody noted the address of: what it says of itself, and null for what only the address would
tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from storage.records import Mention, Snapshot

# Stands where an address would; ".invalid" belongs to nobody (RFC 2606). Nothing that holds it is shown.
NOT_GIVEN = "not-given.invalid"
_HEAD = 200_000
_LINK = re.compile(rb"<(?:link|atom:link|atom10:link|meta)\s[^<>]{1,2000}>", re.IGNORECASE)
_CHANNEL = re.compile(
    rb"<channel\b[^<>]{0,500}>.{0,5000}?<link>\s*(https?://[^<\s]{1,2000})", re.IGNORECASE | re.DOTALL
)
_IS_ITSELF = re.compile(rb"""\b(?:rel\s*=\s*["']?(?:canonical|self)\b|property\s*=\s*["']?og:url\b)""", re.IGNORECASE)
_ADDRESS = re.compile(rb"""\b(?:href|content)\s*=\s*["']?(https?://[^"'\s<>]{1,2000})""", re.IGNORECASE)
_ITEM = re.compile(rb"<(?:item|entry)\b", re.IGNORECASE)


def own_address(body: bytes) -> str | None:
    """The address a page or feed states as its own: canonical, og:url, Atom's self, the site of an RSS channel."""
    return next(_stated(body[:_HEAD]), None)


def without_address(mention: Mention, home: str) -> Mention:
    """The mention with null where the made-up address `home` shows through, and ids without it."""
    return replace(
        mention,
        instance="" if NOT_GIVEN in mention.instance else mention.instance,
        url=None if mention.url is None or mention.url == home or NOT_GIVEN in mention.url else mention.url,
        external_id=bare(mention.external_id),
        thread_id=bare(mention.thread_id),
        parent_id=bare(mention.parent_id) if mention.parent_id else None,
    )


def counted_without_address(snapshot: Snapshot) -> Snapshot:
    """The snapshot, its page without the made-up part."""
    return replace(snapshot, page=bare(snapshot.page))


def bare(address: str) -> str:
    """What is left of an address or id built on the made-up one: its path."""
    return address.replace(f"https://{NOT_GIVEN}", "") or "/"


def _stated(head: bytes) -> Iterator[str]:
    # An entry's own links are not the feed's.
    start = first.start() if (first := _ITEM.search(head)) else len(head)
    for tag in _LINK.findall(head[:start]):
        found = _ADDRESS.search(tag) if _IS_ITSELF.search(tag) else None
        if found and _is_address(address := _text(found[1])):
            yield address
    channel = _CHANNEL.search(head[:start])
    if channel and _is_address(address := _text(channel[1])):
        yield address


def _text(found: bytes) -> str:
    return found.decode("utf-8", "replace").replace("&amp;", "&")


def _is_address(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False
