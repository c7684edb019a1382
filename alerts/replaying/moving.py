"""One finished thread forecast again as its crawls would have, its deadline moved by the rules of today; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from alerts.alert_policy import AlertPolicy
from alerts.forecast import HORIZON, Forecast
from alerts.growth.platforms import platform_of
from alerts.growth.timeline import Timeline
from alerts.watching.moves import is_worth_moving
from alerts.watching.plan import Forecasting

_DAY = 86400.0
# Seconds between two crawls of a place while it has growing threads (deadline.md section 4), by its platform.
_USUALLY = 3600.0
_CRAWLED_EVERY = {
    "reddit": 1200.0,
    "twitter": 600.0,
    "twitter_replies": 600.0,
    "twitter_support": 600.0,
    "weibo": 600.0,
}
# A thread grew when so many replies came after we saw it.
GREW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One forecast, and what came after it."""

    age: float
    said: Forecast
    so_far: int
    later: tuple[float, ...]

    @property
    def ten_more(self) -> bool:
        return sum(event <= self.age + _DAY for event in self.later) >= 10

    @property
    def doubled(self) -> bool:
        return self.so_far + len(self.later) >= 2 * max(self.so_far, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One thread from its first sight until its deadline."""

    timeline: Timeline
    looks: tuple[Look, ...]
    # Seconds after its creation: the deadline as it was first set, and as it stood when it passed.
    first_due: float
    due: float
    moves: int

    @property
    def first(self) -> Look:
        return self.looks[0]

    @property
    def whole(self) -> int:
        return self.first.so_far + len(self.first.later)

    @property
    def is_called(self) -> bool:
        """Was it said to grow at some look?"""
        return any(look.said.growing for look in self.looks)

    @property
    def is_called_early(self) -> bool:
        """The same before half of its replies had come."""
        return any(look.said.growing and len(look.later) * 2 > self.whole for look in self.looks)

    def covered(self, due: float) -> float:
        """The share of the replies after first sight that came after this moment."""
        later = self.first.later
        return sum(event > due for event in later) / len(later)


def walked(timeline: Timeline, age: float, forecaster: Forecasting, policy: AlertPolicy) -> Walked:
    """Looks on until the deadline has passed; a deadline is only ever moved earlier, by as much as is worth it."""
    looks = [_look(timeline, age, forecaster)]
    first = due = age + looks[0].said.deadline_seconds
    moves = 0
    for at in _news(timeline, age):
        if at >= due:
            break
        looks.append(_look(timeline, at, forecaster))
        fresh = at + looks[-1].said.deadline_seconds
        if is_worth_moving(timedelta(seconds=due - fresh), timedelta(seconds=due - at), policy):
            due, moves = fresh, moves + 1
    return Walked(timeline=timeline, looks=tuple(looks), first_due=first, due=due, moves=moves)


def _look(timeline: Timeline, age: float, forecaster: Forecasting) -> Look:
    return Look(
        age=age,
        said=forecaster.forecast(timeline, age),
        so_far=sum(event <= age for event in timeline.events),
        later=tuple(event for event in timeline.events if age < event <= HORIZON),
    )


def _news(timeline: Timeline, age: float) -> Iterator[float]:
    """The crawls that find a reply nobody saw before; one that finds none never moves a deadline earlier."""
    every, last = _CRAWLED_EVERY.get(platform_of(timeline.source) or "", _USUALLY), 0
    for event in timeline.events:
        number = -int((age - event) // every)
        if event > age and number > last and age + number * every < HORIZON:
            last = number
            yield age + number * every
