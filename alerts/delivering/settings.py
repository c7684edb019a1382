"""How patient the delivery is, and what it says it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """How patient the delivery is."""

    # A claim so old belongs to a sender that died. Must exceed `fresh` plus the longest call.
    claim_lost_after: timedelta = timedelta(seconds=90)
    # A claim older than this is put back instead of sent: somebody may be settling it already.
    fresh: timedelta = timedelta(seconds=30)
    # After a call without an answer Slack gets so long to finish it before we look whether it arrived.
    settle_after: timedelta = timedelta(seconds=15)
    # We wait so long for a row that is not due yet before the round ends.
    patience: timedelta = timedelta(seconds=5)
    # A backup that was put back does not know what was told since it was taken: so long each message is looked for
    # in Slack before it is sent. Every source is read again within a day.
    look_after_restore: timedelta = timedelta(days=2)
    # A round ends after so long, whatever still waits: the next one goes on.
    longest: timedelta = timedelta(minutes=5)
    # First wait after a failure that was not the message's fault; doubles up to the last.
    retry_first: timedelta = timedelta(seconds=5)
    retry_last: timedelta = timedelta(minutes=10)
    # A channel or workspace that a person must mend is tried again after so long.
    mend_every: timedelta = timedelta(minutes=5)


@dataclass(slots=True)
class DeliveryReport:
    """What one round did; `said` are the troubles nobody was told of before."""

    sent: int = 0
    edited: int = 0
    retried: int = 0
    dead: int = 0
    unknown: int = 0
    dropped: int = 0
    folded: int = 0
    settled: int = 0
    # Calls Slack answered, whatever it said, and calls it did not.
    answered: int = 0
    unanswered: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Nothing was sent, and nothing went wrong."""
        is_idle = not (self.sent or self.edited or self.retried or self.dropped or self.folded or self.settled)
        return is_idle and self.is_good

    @property
    def is_good(self) -> bool:
        return not (self.dead or self.unknown or self.said)
