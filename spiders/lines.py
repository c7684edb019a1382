"""A mention as the JSON object interface and exports know it."""

from __future__ import annotations

from datetime import datetime

from storage.records import Mention


def mention_line(mention: Mention) -> dict[str, object]:
    """JSON-able; what the source does not say is None, never "" or 0."""
    rating = mention.rating
    return {
        "source": mention.source,
        "instance": mention.instance or None,
        "external_id": mention.external_id,
        "thread_id": mention.thread_id,
        "parent_id": mention.parent_id,
        "kind": str(mention.kind),
        "url": mention.url,
        "author": mention.author,
        "author_id": mention.author_id,
        "title": mention.title,
        "text": mention.text,
        "language": mention.language,
        "rating": rating.value if rating else None,
        "rating_scale": rating.best if rating else None,
        "published_at": _iso(mention.published_at),
        "date_only": mention.date_only,
        "edited_at": _iso(mention.edited_at),
        "is_owner_reply": mention.is_owner_reply,
        "reply_count": mention.reply_count,
        "like_count": mention.like_count,
        "share_count": mention.share_count,
        "deleted": mention.deleted,
        "brand": mention.brand,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
