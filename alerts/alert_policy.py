"""The rules of telling as data: what `[alerts]`, `[[team]]` and `[[route]]` of repwatch.toml say, with defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.growth.review_deadline import ReviewRules
from alerts.hours.support_hours import SupportHours
from storage.records import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """The people told at one missed stop."""

    # Slack mentions: "<!subteam^S123>", "<@U123>"; empty: the message alone.
    mentions: tuple[str, ...] = ()
    # Another channel to tell as well; None: only under the card.
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who answers, when, and who is next when nobody does."""

    name: str = "support"
    hours: SupportHours = field(default_factory=SupportHours)
    # One rung a missed stop; the last one stands for all after it.
    ladder: tuple[Rung, ...] = ()
    # A ladder of its own for a severity; without one, `ladder`.
    ladder_high: tuple[Rung, ...] = ()
    ladder_medium: tuple[Rung, ...] = ()
    ladder_low: tuple[Rung, ...] = ()
    # Paged when a high one cannot wait for the next support hours; nobody: it waits, and the card says so.
    on_call: tuple[str, ...] = ()
    # From this severity on escalations go out at night too.
    urgent_from: Severity = Severity.HIGH
    # First answer to a thread that does not grow, in working time; else AlertPolicy.courtesy.
    courtesy: timedelta | None = None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Everybody who may be told, on whatever ladder."""
        return (*self.ladder, *self.ladder_high, *self.ladder_medium, *self.ladder_low)

    def rung(self, missed: int, severity: Severity) -> Rung:
        own = {Severity.HIGH: self.ladder_high, Severity.MEDIUM: self.ladder_medium, Severity.LOW: self.ladder_low}
        ladder = own[severity] or self.ladder
        return ladder[min(missed, len(ladder)) - 1] if ladder and missed else Rung()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where alerts of a kind go; an empty condition matches everything, the first route that matches decides."""

    channel: str
    team: str = ""
    workspace: str = ""
    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    least: Severity = Severity.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No alerts of a brand or a source for now; empty matches everything."""

    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherPolicy:
    """When many become one card."""

    # Near-equal bad reviews by new authors within this time are a possible campaign.
    campaign_texts: int = 5
    campaign_within: timedelta = timedelta(hours=1)
    # Share of shared word triples from which two texts are near-equal.
    alike_from: float = 0.7
    # An author with no more mentions than this is new.
    new_author_mentions: int = 1
    # The same text at several places is one card.
    cross_post_within: timedelta = timedelta(hours=48)
    # Above so many cards of a channel in this time the rest is folded into one roll-up.
    burst_cards: int = 10
    burst_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RisePolicy:
    """When more negatives than usual are a card of their own."""

    hours: int = 3
    weeks: int = 4
    least: int = 6
    # Standard deviations of a Poisson count above the usual, and times the usual.
    sigmas: float = 3.0
    times: float = 2.0
    # Not again for the same brand within this time.
    quiet: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """Who is told of what, by when; every number has a default a team can start with."""

    # An answer takes so long to write; a support window that opens late leaves the second one.
    handling: timedelta = timedelta(minutes=20)
    late_start: timedelta = timedelta(minutes=30)
    # Nobody answers faster (deadline.md section 4).
    floor: timedelta = timedelta(minutes=15)
    # Working time to the first answer where a thread does not grow, by kind of source (deadline.md 5.8).
    courtesy: Mapping[str, timedelta] = field(
        default_factory=lambda: {"forum": timedelta(hours=8), "social": timedelta(hours=4)}
    )
    # A deadline moves only by more than both (deadline.md 5.3).
    least_move: timedelta = timedelta(minutes=10)
    least_move_share: float = 0.10
    # Missed stops after which an alert is closed as grown.
    stops: int = 3
    reopen_replies: int = 5
    reopen_within: timedelta = timedelta(hours=2)
    # After closing, so long is looked for what would reopen it or turn it round.
    watched_for: timedelta = timedelta(days=14)
    remind_at: tuple[int, ...] = (50, 80)
    # Chance of ten more replies within a day from which severity goes up one.
    grows_from: float = 0.5
    # A thread first seen at this age is learned from and listed once, not alerted, unless it still grows.
    old_after: timedelta = timedelta(days=3)
    follow_up_after: timedelta | None = timedelta(days=3)
    gather: GatherPolicy = field(default_factory=GatherPolicy)
    reviews: ReviewRules = field(default_factory=ReviewRules)
    rise: RisePolicy = field(default_factory=RisePolicy)
    pauses: tuple[Pause, ...] = ()
    # A channel for kind words worth a thank-you, and one for the daily list of texts the model is unsure of.
    thanks_channel: str | None = None
    review_channel: str | None = None
    least_severity: Severity = Severity.LOW

    def __post_init__(self) -> None:
        if not 0 <= self.least_move_share < 1:
            raise ValueError("alerts.least_move_share is a share of the time left, 0 to 1")
        if any(not 0 < percent < 100 for percent in self.remind_at):
            raise ValueError("alerts.remind_at are per cent of the time, 1 to 99, such as [50, 80]")
        if self.stops < 1:
            raise ValueError("alerts.stops is at least 1")
