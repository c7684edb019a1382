"""Mentions and sentiments as rows of their tables, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from storage.records import HumanLabel, Kind, Label, Mention, Rating, Sentiment
from storage.tables import mentions
from storage.tidy import content_hash

# Particulars beside the text: a change of these is no edit.
PARTICULARS = (
    "parent_id",
    "kind",
    "url",
    "author",
    "author_id",
    "language",
    "published_at",
    "date_only",
    "edited_at",
    "reply_count",
    "like_count",
    "share_count",
    "author_followers",
    "thread_id",
    "is_root",
)
CONTENT = ("title", "text", "rating_value", "rating_best", "deleted", "is_owner_reply")
# What a Mention needs; the rest of the row is the store's own.
MENTION_COLUMNS = [
    mentions.c[name]
    for name in ("id", "source", "instance", "external_id", "brand", "fetched_at", *PARTICULARS, *CONTENT)
]


def row_of(mention: Mention) -> dict[str, Any]:
    """The columns that hold what the mention itself says."""
    rating = mention.rating
    return {
        "source": mention.source,
        "instance": mention.instance,
        "external_id": mention.external_id,
        "brand": mention.brand or "",
        "thread_id": mention.thread_id,
        "parent_id": mention.parent_id,
        "kind": mention.kind.value,
        "url": mention.url,
        "author": mention.author,
        "author_id": mention.author_id,
        "title": mention.title,
        "text": mention.text,
        "language": mention.language,
        "rating_value": rating.value if rating else None,
        "rating_best": rating.best if rating else None,
        "published_at": mention.published_at,
        "date_only": mention.date_only,
        "edited_at": mention.edited_at,
        "is_owner_reply": mention.is_owner_reply,
        "reply_count": mention.reply_count,
        "like_count": mention.like_count,
        "share_count": mention.share_count,
        "author_followers": mention.author_followers,
        "deleted": mention.deleted,
        "is_root": mention.is_root,
        "content_hash": content_hash(mention),
    }


def mention_of(row: Row[Any]) -> Mention:
    return Mention(
        id=row.id,
        source=row.source,
        instance=row.instance,
        external_id=row.external_id,
        thread_id=row.thread_id,
        brand=row.brand or None,
        parent_id=row.parent_id,
        kind=Kind(row.kind),
        url=row.url,
        author=row.author,
        author_id=row.author_id,
        title=row.title,
        text=row.text,
        language=row.language,
        rating=rating_of(row.rating_value, row.rating_best),
        published_at=row.published_at,
        date_only=row.date_only,
        edited_at=row.edited_at,
        is_owner_reply=row.is_owner_reply,
        reply_count=row.reply_count,
        like_count=row.like_count,
        share_count=row.share_count,
        author_followers=row.author_followers,
        deleted=row.deleted,
        fetched_at=row.fetched_at,
    )


def rating_of(value: float | None, best: float | None) -> Rating | None:
    return None if value is None or best is None else Rating(value=value, best=best)


def sentiment_row(mention_id: int, sentiment: Sentiment, now: datetime) -> dict[str, Any]:
    return {
        "mention_id": mention_id,
        "label": sentiment.label.value,
        "negative": float(sentiment.negative),
        "neutral": float(sentiment.neutral),
        "positive": float(sentiment.positive),
        "model": sentiment.model,
        "language": sentiment.language,
        "unsure_at": now if sentiment.unsure else None,
        "topics": list(sentiment.topics),
        "scored_at": now,
    }


def sentiment_of(row: Row[Any]) -> Sentiment:
    return Sentiment(
        label=Label(row.label),
        negative=row.negative,
        neutral=row.neutral,
        positive=row.positive,
        model=row.model,
        language=row.sentiment_language,
        unsure=row.unsure,
        topics=tuple(row.topics),
    )


def label_of(row: Row[Any]) -> HumanLabel:
    """A person's word; the table keeps "" where nobody is named, so that one such word a mention stands."""
    return HumanLabel(mention_id=row.mention_id, label=row.label, at=row.at, by=row.by or None)
