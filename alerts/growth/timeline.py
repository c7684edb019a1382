"""What the forecast may know of one thread: when it began and when its replies came, cleaned of what cannot be."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

HORIZON = 7 * 86400.0
"""Seconds after its creation at which a thread counts as finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One thread's replies, as far as they were seen."""

    thread_id: str
    # The platform or spider, and the one community on it: an instance, a forum, a subreddit.
    source: str
    community: str | None = None
    created_at: datetime | None = None
    # Seconds since creation, ascending, only those seen by now.
    events: tuple[float, ...] = ()
    # Age in seconds at the crawl that first saw the thread, and at the owner's first answer.
    first_seen_age: float | None = None
    answered_at: float | None = None
    # A review: nobody but the owner answers it.
    is_review: bool = False
    # Replies left out because their time cannot be: before the creation, or no number.
    dropped: int = 0

    @property
    def is_answered_inside(self) -> bool:
        """Did the owner answer while the thread could still grow? Then its growth was not natural."""
        return self.answered_at is not None and self.answered_at <= HORIZON


def cleaned(timeline: Timeline) -> Timeline:
    """The same thread with its events in order and the impossible ones dropped and counted."""
    events = timeline.events
    good = sorted(e for e in events if _is_time(e) and e >= 0.0)
    if len(good) == len(events) and all(a == b for a, b in zip(good, events, strict=True)):
        return timeline
    return replace(timeline, events=tuple(good), dropped=timeline.dropped + len(events) - len(good))


def seen_by(timeline: Timeline, age: float) -> Timeline:
    """The same cleaned thread with only the replies up to this age, in seconds."""
    events = timeline.events
    if not events or events[-1] <= age:
        return timeline
    return replace(timeline, events=events[: bisect_right(events, age)])


def timeline_from(row: Mapping[str, Any]) -> Timeline:
    """A timeline from one JSON line of `repwatch forecast` (thread_id, source, set, created_at, events).

    What cannot be read is dropped and counted, never raised: one odd line must not stop a batch.
    """
    events = list(row["events"]) if is_counted(row) else []
    numbers = [float(e) for e in events if isinstance(e, int | float) and not isinstance(e, bool) and _is_time(e)]
    community = row.get("set")
    answered = row.get("first_company_reply")
    return cleaned(
        Timeline(
            thread_id=str(row.get("thread_id", "")),
            source=str(row.get("source") or "unknown"),
            community=str(community) if community is not None else None,
            created_at=_instant(row.get("created_at")),
            events=tuple(numbers),
            answered_at=float(answered) if isinstance(answered, int | float) and _is_time(answered) else None,
            dropped=len(events) - len(numbers),
        )
    )


def is_counted(row: Mapping[str, Any]) -> bool:
    """Does the line say which replies there are? An empty list does: there are none yet."""
    raw = row.get("events")
    return isinstance(raw, Sequence) and not isinstance(raw, str | bytes)


def spread_counter(counts: Iterable[tuple[float, int]]) -> tuple[float, ...]:
    """Reply times from a counter read at each crawl, as (age in seconds, replies so far) in order of age.

    Each rise counts as that many replies spread evenly between its two crawls (deadline.md section 2); a counter that
    falls (a deleted reply) starts again from the lower figure.
    """
    events: list[float] = []
    last_age, last_count = 0.0, 0
    for age, count in counts:
        rise = count - last_count
        events += [last_age + (age - last_age) * (i + 0.5) / rise for i in range(max(0, rise))]
        last_age, last_count = max(last_age, age), count
    return tuple(sorted(events))


def _is_time(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # JSON may hold an integer no float can
        return False


def _instant(value: object) -> datetime | None:
    """Unix seconds or ISO text as an aware instant; None where there is none or it cannot be read."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
