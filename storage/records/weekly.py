"""What a brand's week holds, counted: the rows a digest is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.judged import HumanLabel, Label, Severity
from storage.records.said import Rating
from storage.records.told import Alert, AlertEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceCount:
    """Customers' mentions of one week alike in source, language and label; without deleted ones and the owner's."""

    source: str
    # As the source states it, else as the model found it.
    language: str | None
    # None: not scored.
    label: Label | None
    mentions: int
    unsure: int = 0
    # Sum of negative, of positive probability.
    negative: float = 0.0
    positive: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingCount:
    """How many mentions of one week gave this rating on this source."""

    source: str
    rating: Rating
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCount:
    """How many mentions of one week with this label are about exactly these topics."""

    topics: tuple[str, ...]
    label: Label
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeThread:
    """A negative thread in which something was said in the week."""

    thread_id: int
    source: str
    created_at: datetime
    first_seen_at: datetime
    severity: Severity
    score: float
    # Customers' mentions in the week, and in all.
    said_in_week: int
    said: int
    topics: tuple[str, ...] = ()
    url: str | None = None
    title: str | None = None
    negative_since: datetime | None = None
    stated_replies: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekAlert:
    """An alert that was open, answered or closed in the week, and where its thread is."""

    alert: Alert
    source: str
    created_at: datetime
    first_seen_at: datetime
    url: str | None = None
    title: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChange:
    """A rating that was changed in the week."""

    mention_id: int
    thread_id: int
    source: str
    changed_at: datetime
    before: Rating
    after: Rating
    # When the owner answered its thread, by the alert or by a reply that was seen.
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRows:
    """Everything of one brand in one stretch of time, start included, end not."""

    brand: str
    start: datetime
    end: datetime
    voices: tuple[VoiceCount, ...] = ()
    ratings: tuple[RatingCount, ...] = ()
    topics: tuple[TopicCount, ...] = ()
    threads: tuple[NegativeThread, ...] = ()
    alerts: tuple[WeekAlert, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    rating_changes: tuple[RatingChange, ...] = ()
    labels: tuple[HumanLabel, ...] = ()
