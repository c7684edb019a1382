"""What a brand's week holds, counted: the rows a digest is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class CalmThread:
    """A thread that was not judged negative but holds negative texts of the week."""

    thread_id: int
    source: str
    # Of its negative texts.
    topics: tuple[str, ...]
    url: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekAlert:
    """An alert that was open, answered or closed in the week, and where its thread is."""

    # Its state, answer, closing and deadline as they stood when the week was over.
    alert: Alert
    source: str
    created_at: datetime
    first_seen_at: datetime
    url: str | None = None
    title: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSeen:
    """An answer that was seen in the week: the owner's own in public, or one a person marked."""

    alert_id: int
    team: str
    # The thread's first text, and the answer.
    began: datetime
    answered_at: datetime
    # A deadline had passed before it.
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChange:
    """A rating that was changed in the week."""

    mention_id: int
    thread_id: int
    source: str
    changed_at: datetime
    before: Rating
    after: Rating
    # When its thread began.
    began: datetime
    # The owner's answer in the thread before the change, by a reply that was seen or by the alert.
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekText:
    """The beginning of one text, as a list shows it, with what the model read and what a person said of it."""

    mention_id: int
    thread_id: int
    source: str
    text: str | None = None
    url: str | None = None
    language: str | None = None
    # None: not scored.
    label: Label | None = None
    confidence: float | None = None
    word: HumanLabel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlCount:
    """One configured source's crawls of one week."""

    source: str
    entry: str
    crawls: int
    # Ended blocked, changed or failed.
    refused: int = 0
    # Departed from the source's own past, or left a stretch unread.
    suspicious: int = 0
    new: int = 0
    # Stretches of its past noticed by the week's end that are unread still.
    holes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRows:
    """Everything of one brand in one stretch of time, start included, end not."""

    brand: str
    start: datetime
    end: datetime
    voices: tuple[VoiceCount, ...] = ()
    ratings: tuple[RatingCount, ...] = ()
    topics: tuple[TopicCount, ...] = ()
    # How many negative threads there were by how many customers' mentions came in them in the week.
    thread_sizes: Mapping[int, int] = field(default_factory=dict)
    # Of these the busiest, and the most severe of each topic; the most severe first.
    threads: tuple[NegativeThread, ...] = ()
    # Where else people complained, most texts first; only where negative threads don't cover every topic.
    calm_threads: tuple[CalmThread, ...] = ()
    alerts: tuple[WeekAlert, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    rating_changes: tuple[RatingChange, ...] = ()
    answers: tuple[AnswerSeen, ...] = ()
    # What people said a word about, and what the model was least sure of.
    labelled: tuple[WeekText, ...] = ()
    unsure: tuple[WeekText, ...] = ()
    # Of all brands: a source may serve several.
    crawls: tuple[CrawlCount, ...] = ()
    # Customers' mentions of this brand and of its competitors, where there are any.
    said: Mapping[str, int] = field(default_factory=dict)
