"""What is concluded of it: sentiments, verdicts, people's labels and mutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class Label(StrEnum):
    """What the model says of one text."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Severity(IntEnum):
    """How important a negative thread is; ordered, so that rules can say "at least medium"."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """What the model says of one text; the three probabilities sum to 1."""

    label: Label
    negative: float
    neutral: float
    positive: float
    model: str
    language: str | None = None
    unsure: bool = False
    topics: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        return max(self.negative, self.neutral, self.positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule decided as it did: a code of the message catalogue and the numbers that fill its sentence."""

    code: str
    numbers: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What we conclude of a thread: calm or negative, how severe, and why."""

    thread_id: int
    judged_at: datetime
    is_negative: bool
    severity: Severity = Severity.LOW
    # Weighted share of negative voices, 0 to 1.
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    topics: tuple[str, ...] = ()
    # The configured rule that decided against the plain reading, if one did.
    rule: str | None = None
    # The Thread.version it was judged by: where the thread has moved on since, it is judged again.
    thread_version: int | None = None

    @property
    def most(self) -> Severity:
        """The highest severity the rule that decided allows, also to whatever raises it later."""
        words = {str(reason.numbers.get("most")) for reason in self.reasons if reason.code == "rule"}
        return min((severity for severity in Severity if severity.word in words), default=Severity.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanLabel:
    """A person's word on one mention, kept for training and for the false-alarm rate."""

    mention_id: int
    label: str  # a Label, or "not_a_complaint", "not_about_us"
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A pause on an author, a thread or a source; until None means for good."""

    scope: str  # "author", "thread" or "source"
    value: str
    created_at: datetime
    source: str | None = None
    brand: str | None = None
    until: datetime | None = None
    by: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorHistory:
    """What else one author said on one source: how much, how much of it negative, when last."""

    mentions: int = 0
    negatives: int = 0
    last_at: datetime | None = None
