"""A stored thread as the forecast wants it: reply times in seconds since creation, and what is only about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.growth.replies import replies_of
from alerts.growth.timeline import Timeline, spread_counter
from storage.records import Kind, Mention, Thread

# A clock so little ahead of ours is no reason to say "about".
_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thread as its last crawl left it."""

    timeline: Timeline
    created_at: datetime
    observed_at: datetime
    # Some time behind it is a day, a counter or the first sight.
    is_about: bool
    # No text came while nobody looked before: age at the first crawl that saw it.
    first_seen_age: timedelta

    @property
    def age(self) -> float:
        """Seconds from creation to the last crawl, never negative (a source's clock may run ahead)."""
        return max(0.0, (self.observed_at - self.created_at).total_seconds())

    @property
    def replies(self) -> int:
        return sum(0 <= event <= self.age for event in self.timeline.events)


def seen(thread: Thread, now: datetime) -> Seen:
    """What is known of the thread at its last crawl; nothing after that crawl is used."""
    created, about = _created(thread)
    observed = min(thread.observed_at, now)
    events, spread = _events(thread, created)
    return Seen(
        timeline=Timeline(
            thread_id=thread.external_id,
            source=thread.source,
            community=thread.instance or None,
            created_at=created,
            events=events,
            first_seen_age=max(0.0, (thread.first_seen_at - created).total_seconds()),
            answered_at=_answered(thread, created),
            is_review=thread.root is not None and thread.root.kind is Kind.REVIEW,
        ),
        created_at=created,
        observed_at=observed,
        is_about=about or spread,
        first_seen_age=max(timedelta(0), thread.first_seen_at - created),
    )


def _created(thread: Thread) -> tuple[datetime, bool]:
    """Only a day is known: the end of that day (UTC) or the crawl that first saw it, whichever is earlier.

    A time after that crawl cannot be: the source's clock runs ahead, by a little or by years.
    """
    root = thread.root
    if root is None or root.published_at is None:
        return thread.first_seen_at, True
    if root.published_at > thread.first_seen_at:
        return thread.first_seen_at, root.date_only or root.published_at - thread.first_seen_at > _AHEAD
    if root.date_only:
        return min(root.published_at + timedelta(days=1), thread.first_seen_at), True
    return root.published_at, False


def _events(thread: Thread, created: datetime) -> tuple[tuple[float, ...], bool]:
    """Seconds since creation of other people's replies; from the counter where it counts more than we have texts."""
    replies = replies_of(thread)
    times = tuple(sorted((_time(m, thread) - created).total_seconds() for m in replies))
    counted = [((point.observed_at - created).total_seconds(), point.replies) for point in thread.counts]
    if counted and counted[-1][1] > len(thread.replies):
        return spread_counter(sorted((max(0.0, age), count) for age, count in counted)), True
    return times, any(m.published_at is None or m.date_only for m in replies)


def _time(reply: Mention, thread: Thread) -> datetime:
    """When it came; no later than the crawl that brought it."""
    known = reply.fetched_at or thread.observed_at
    if reply.published_at is None or reply.published_at > known:
        return known
    if reply.date_only:
        return min(reply.published_at + timedelta(days=1), known)
    return reply.published_at


def _answered(thread: Thread, created: datetime) -> float | None:
    times = [_time(m, thread) for m in thread.owner_responses]
    return (min(times) - created).total_seconds() if times else None
