"""The moment to answer where a source has no replies: what customers expect by their rating."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.platforms import platform_of
from alerts.seen import Seen
from storage.records import Thread


def review_by(thread: Thread, state: Seen) -> datetime | None:
    """Courtesy by rating; None where the source has replies and so a curve (deadline.md 5.7)."""
    if platform_of(thread.source) is not None:
        return None
    rating = thread.root.rating if thread.root else None
    share = rating.share if rating else 0.2
    hours = 24 if share <= 0.4 else 48 if share <= 0.6 else 72
    return state.created_at + timedelta(hours=hours)
