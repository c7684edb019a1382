"""A mention as it may be kept: clean text, bounded ids and numbers; and the hash that tells edits apart."""

from __future__ import annotations

import math
from dataclasses import replace
from hashlib import blake2b, sha256
from typing import Any

from storage.columns import clean, micros
from storage.records import Mention, Rating

# PostgreSQL refuses index rows over about 2,700 bytes; four such keys stay below it.
MAX_KEY_BYTES = 500
_MAX_COUNT = 2**63 - 1

# Source, instance, brand, id: what differs most comes last.
MentionKey = tuple[str, str, str, str]
ThreadKey = tuple[str, str, str, str]


def tidy(mention: Mention) -> Mention:
    """The mention as it is kept; a deleted one is wiped. Raises ValueError for one that can't be kept at all."""
    if not mention.external_id or not mention.thread_id or not mention.source:
        raise ValueError("a mention needs source, external_id and thread_id")
    for moment in (mention.published_at, mention.edited_at, mention.fetched_at):
        if moment is not None:
            micros(moment)
    gone = mention.deleted
    kept = {
        "source": short(mention.source),
        "instance": short(mention.instance),
        "external_id": short(mention.external_id),
        "thread_id": short(mention.thread_id),
        "brand": short(mention.brand or ""),
        "parent_id": short(mention.parent_id) if mention.parent_id else None,
        "author_id": short(mention.author_id) if mention.author_id and not gone else None,
        "author": _words(mention.author) if not gone else None,
        "title": _words(mention.title) if not gone else None,
        "text": _words(mention.text) if not gone else None,
        "rating": _rating(mention.rating),
        "reply_count": _count(mention.reply_count),
        "like_count": _count(mention.like_count),
        "share_count": _count(mention.share_count),
        "author_followers": _count(mention.author_followers),
    }
    # Nearly all are clean already, and a crawl keeps thousands.
    changes: dict[str, Any] = {name: value for name, value in kept.items() if getattr(mention, name) is not value}
    return replace(mention, **changes) if changes else mention


def content_hash(mention: Mention) -> str:
    """Tells a new content from an old one: title, text, rating, deleted, whose word it is; counters do not count."""
    rating = (mention.rating.value, mention.rating.best) if mention.rating else None
    parts = (mention.title, mention.text, rating, mention.deleted, mention.is_owner_reply)
    return blake2b(repr(parts).encode(errors="replace"), digest_size=16).hexdigest()


def key_of(mention: Mention) -> MentionKey:
    return mention.source, mention.instance, mention.brand or "", mention.external_id


def thread_key_of(mention: Mention) -> ThreadKey:
    return mention.source, mention.instance, mention.brand or "", mention.thread_id


def has_words(mention: Mention) -> bool:
    """Is there anything for the model to read?"""
    return bool((mention.text or "").strip() or (mention.title or "").strip())


def short(text: str) -> str:
    """The text as a key: itself, or where it is too long its beginning and a hash of the whole."""
    text = clean(text)
    if len(text) <= MAX_KEY_BYTES // 4:
        return text
    encoded = text.encode()
    if len(encoded) <= MAX_KEY_BYTES:
        return text
    return encoded[: MAX_KEY_BYTES - 70].decode(errors="ignore") + "#" + sha256(encoded).hexdigest()


def _words(text: str | None) -> str | None:
    return clean(text) if text is not None else None


def _rating(rating: Rating | None) -> Rating | None:
    if rating is None or not (math.isfinite(rating.value) and math.isfinite(rating.best)):
        return None
    return Rating(value=float(rating.value), best=float(rating.best))


def _count(count: int | None) -> int | None:
    return None if count is None else max(-_MAX_COUNT, min(_MAX_COUNT, int(count)))
