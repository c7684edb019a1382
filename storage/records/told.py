"""What is told to the team: alerts, deadlines, the outbox, digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.judged import Reason, Severity


class AlertState(StrEnum):
    """An alert from opening to answer. Missed and overdue are questions asked of it, never states."""

    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    ANSWERED = "answered"
    GROWN = "grown"
    DISMISSED = "dismissed"
    REOPENED = "reopened"

    @property
    def is_live(self) -> bool:
        """The clock runs: somebody should still answer."""
        return self in _LIVE


_LIVE = frozenset({AlertState.OPEN, AlertState.TAKEN, AlertState.SNOOZED, AlertState.REOPENED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """By when the owner should have replied, and the forecast that said so; times UTC."""

    decided_at: datetime
    # When the numbers of the forecast were last renewed, the moments being kept; None: when it was decided.
    foreseen_at: datetime | None = None
    # One fifth of the growth still to come is expected to have happened by then (wall clock).
    growth_deadline: datetime
    # The latest moment inside support hours that still leaves time to write the answer.
    answer_by: datetime
    is_growing: bool
    # answer_by lies after growth_deadline: nobody is at work before it.
    is_late: bool = False
    # Times behind it are only days, counters or first sight: say "about".
    is_about: bool = False
    expected_more: float = 0.0
    expected_more_low: float = 0.0
    expected_more_high: float = 0.0
    expected_final: float = 0.0
    p_double: float = 0.0
    p_10_more_24h: float = 0.0
    milestone: int | None = None
    # By then it is as likely passed as not; within seven days with this probability.
    milestone_at: datetime | None = None
    milestone_chance: float = 0.0
    # Of so many most similar finished threads, so many reached the milestone; 0 of 0: too little history.
    similar: int = 0
    similar_grew: int = 0
    # Share of the growth still to come that will be there by answer_by, 0 to 1.
    damage_share: float = 0.0
    basis: str = ""
    reason: str = ""
    model_version: str = ""
    # What moved it or should be said beside it: a holiday by name, nobody at work, first seen late.
    notes: tuple[Reason, ...] = ()

    @property
    def passes_at(self) -> datetime:
        """From then on it is missed: a moment at night that nobody was asked to keep is not one that people missed."""
        return max(self.growth_deadline, self.answer_by)

    @property
    def rests_on_votes(self) -> bool:
        """Was it set by the rise of a review's "helpful" votes?"""
        return any(note.code == "votes_rise" for note in self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A negative thread told to the team, from opening to answer."""

    thread_id: int
    brand: str
    team: str
    # Our own name for the card, carried in the Slack message's metadata; never changes.
    key: str
    state: AlertState
    severity: Severity
    opened_at: datetime
    deadline: Deadline
    workspace: str = ""
    channel: str = ""
    # Deadlines passed without an answer, each one step of escalation; three close the alert as grown.
    missed: int = 0
    taken_by: str | None = None
    taken_at: datetime | None = None
    snoozed_until: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    closed_at: datetime | None = None
    # Why it was dismissed: not_a_complaint, not_about_us, muted, paused, old, deleted, edited_to_better.
    closed_why: str | None = None
    # Rating up, or a thank-you after our answer.
    turned_round_at: datetime | None = None
    # Mentions the card has shown, so that new replies are told once.
    told_replies: int = 0
    # Reminders already sent for the present deadline, in per cent of the time (50, 80; 100: the card says overdue).
    reminded: tuple[int, ...] = ()
    # Key of the card it is listed on instead of one of its own: a cross-post, a campaign, a roll-up.
    carried_by: str | None = None
    id: int | None = None
    # Counts its writings; given by the store.
    revision: int = 0

    def is_overdue(self, now: datetime) -> bool:
        return self.state.is_live and now > self.deadline.answer_by


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """One thing that happened to an alert, in order: opened, taken, moved, missed, answered, reopened …"""

    alert_id: int
    at: datetime
    what: str
    by: str | None = None
    numbers: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def due_at(self) -> datetime:
        """When the deadline of a "missed" passed: a bot that was down notes it later."""
        due = self.numbers.get("due")
        return datetime.fromisoformat(str(due)) if due else self.at


class OutboxKind(StrEnum):
    """What a row that waits for Slack is."""

    CARD = "card"
    UPDATE = "update"
    REPLY = "reply"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    ROLLUP = "rollup"
    SPIKE = "spike"
    HEALTH = "health"
    THANKS = "thanks"
    REVIEW_LIST = "review_list"
    DIGEST = "digest"
    UPLOAD = "upload"


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    # Refused for good, with the reason; everything else passes it.
    DEAD = "dead"
    # Not needed any more: a newer update of the same card stands behind it.
    DROPPED = "dropped"
    # A look-up in the channel could not settle whether it arrived: a person must look.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One thing to say to Slack, written in the transaction of the decision, sent once, found again by its key."""

    key: str
    kind: OutboxKind
    channel: str
    # Slack arguments without channel, ts and metadata, which the delivery adds; JSON-able.
    payload: Mapping[str, object]
    created_at: datetime
    workspace: str = ""
    alert_id: int | None = None
    # Key of the card this row edits (update) or stands under (reply, reminder, escalation, upload).
    under: str | None = None
    state: OutboxState = OutboxState.PENDING
    not_before: datetime | None = None
    attempts: int = 0
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    # Slack's own name of the message once it is there.
    ts: str | None = None
    # Slack's own id of the channel it went to: an edit wants the id, not the name.
    channel_id: str | None = None
    error: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One weekly summary, made once for its week."""

    brand: str
    # ISO week, "2026-W47".
    week: str
    made_at: datetime
    figures: Mapping[str, object]
    sent_key: str | None = None
