"""What a look at an alert concludes: the alert as it is now, what happened, what is to be said; nothing is done yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from storage.records import Alert, AlertEvent, Mention


class Say(StrEnum):
    """What is to be said of it in Slack."""

    CARD = "card"
    UPDATE = "update"
    # The same as an update, said once for each version of the text.
    EDITED = "edited"
    REPLIES = "replies"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    PAGE = "page"
    WIN = "win"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One thing to say, with the number or the replies its words need."""

    what: Say
    # Per cent of a reminder, step of an escalation.
    number: int = 0
    replies: tuple[Mention, ...] = ()
    # The moment that was missed, where an escalation speaks of it.
    was_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An alert before and after one look."""

    before: Alert
    after: Alert
    events: tuple[AlertEvent, ...] = ()
    says: tuple[Saying, ...] = ()

    @property
    def is_change(self) -> bool:
        return self.after != self.before or bool(self.events) or bool(self.says)

    @property
    def is_listed_anew(self) -> bool:
        """Would a list say it otherwise? Renewed numbers of a kept deadline alone stand on no list."""
        kept = replace(self.after, deadline=self.before.deadline) == self.before
        return bool(self.events) or not kept

    def is_quiet(self, now: datetime) -> bool:
        """Did only numbers change that nobody has to act on soon: replies, a moment that is still far off?

        Such an edit may wait for the next one; on a busy review page every new review moves the deadlines of all.
        """
        kept = (self.after.state, self.after.severity) == (self.before.state, self.before.severity)
        is_far = self.after.deadline.answer_by - now > _SOON
        happened, said = {event.what for event in self.events}, {saying.what for saying in self.says}
        # A card that is drawn again though nothing happened to its alert has got another place: that is no number.
        is_number = bool(happened) or Say.REPLIES in said
        return kept and is_far and is_number and happened <= _QUIET and said <= _IN_NUMBERS

    def with_alert(self, **changes: object) -> Outcome:
        return replace(self, after=replace(self.after, **changes))  # type: ignore[arg-type]

    def with_event(self, what: str, at: datetime, by: str | None = None, **numbers: str | int | float) -> Outcome:
        event = AlertEvent(alert_id=self.after.id or 0, at=at, what=what, by=by, numbers=_rounded(numbers))
        return replace(self, events=(*self.events, event))

    def saying(
        self, what: Say, number: int = 0, replies: tuple[Mention, ...] = (), was_due: datetime | None = None
    ) -> Outcome:
        """Says it once: a second UPDATE of the same look is the same card."""
        said = Saying(what=what, number=number, replies=replies, was_due=was_due)
        return self if said in self.says else replace(self, says=(*self.says, said))


_QUIET = frozenset({"moved", "lifted"})
_IN_NUMBERS = frozenset({Say.UPDATE, Say.REPLIES})
# With less time than this left, every move of the deadline is shown at once.
_SOON = timedelta(hours=1)


def unchanged(alert: Alert) -> Outcome:
    return Outcome(before=alert, after=alert)


def _rounded(numbers: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in numbers.items()}
