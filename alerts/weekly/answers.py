"""How the team answered in a week: rate, times, deadlines met and missed, and what an answer did to ratings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.weekly.share import Share
from storage.records import Alert, AlertState, RatingChange, WeekRows

# A team's support hours between two moments.
SupportTime = Callable[[str, datetime, datetime], timedelta]
# Upper bounds of "answered within", in hours; slower and unanswered follow.
_WITHIN = (4, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """How the team answered: alerts of the week that were not dismissed."""

    opened: int = 0
    answered: int = 0
    # From the thread's first text to the owner's answer, by the clock and in support hours.
    median_time: timedelta | None = None
    p90_time: timedelta | None = None
    median_support_time: timedelta | None = None
    p90_support_time: timedelta | None = None
    # Of alerts whose first deadline fell into the week.
    met: int = 0
    missed: int = 0
    met_by_team: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def rate(self) -> Share:
        return Share(part=self.answered, whole=self.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingEffect:
    """Ratings that were changed in the week, by how fast the owner had answered before the change."""

    # Hours within which the answer came; None: later than the last bound, or no answer before the change.
    within: int | None
    answered: bool
    ratings: int
    # Mean change in stars of five.
    change: float


def answers_of(rows: WeekRows, support_time: SupportTime) -> AnswerFigures:
    """The answers to the alerts opened in the week, and the deadlines that fell into it."""
    opened = [one for one in rows.alerts if _in_week(rows, one.alert.opened_at) and _counts(one.alert)]
    answered = [(one, one.alert.answered_at) for one in opened if one.alert.answered_at]
    times = sorted(at - one.created_at for one, at in answered)
    in_support = sorted(support_time(one.alert.team, one.created_at, at) for one, at in answered)
    met, missed = _met_and_missed(rows)
    teams = sorted({*met, *missed})
    return AnswerFigures(
        opened=len(opened),
        answered=len(answered),
        median_time=_quantile(times, 0.5),
        p90_time=_quantile(times, 0.9),
        median_support_time=_quantile(in_support, 0.5),
        p90_support_time=_quantile(in_support, 0.9),
        met=sum(met.values()),
        missed=sum(missed.values()),
        met_by_team={team: (met[team], missed[team]) for team in teams},
    )


def _counts(alert: Alert) -> bool:
    """A dismissed alert asked for no answer; one carried by another card is answered there."""
    return alert.state is not AlertState.DISMISSED


def _met_and_missed(rows: WeekRows) -> tuple[Counter[str], Counter[str]]:
    """Deadlines met: answered in the week with none missed before. Missed: alerts that passed one in the week."""
    missed_alerts = {event.alert_id for event in rows.events if event.what == "missed"}
    met: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for one in rows.alerts:
        if one.alert.id in missed_alerts:
            missed[one.alert.team] += 1
        elif one.alert.missed == 0 and _counts(one.alert) and _in_week(rows, one.alert.answered_at):
            met[one.alert.team] += 1
    return met, missed


def _quantile(times: Sequence[timedelta], share: float) -> timedelta | None:
    """The nearest-rank quantile of sorted times; None of nothing."""
    return times[max(0, math.ceil(share * len(times)) - 1)] if times else None


def rating_effects(rows: WeekRows) -> tuple[RatingEffect, ...]:
    """Fast answers first; only ratings whose thread had an alert tell how fast the answer was."""
    began = {one.alert.thread_id: one.created_at for one in rows.alerts}
    groups: dict[tuple[int, bool], list[float]] = {}
    for change in rows.rating_changes:
        stars = 5 * (change.after.share - change.before.share)
        groups.setdefault(_speed(change, began.get(change.thread_id)), []).append(stars)
    return tuple(
        RatingEffect(
            within=_WITHIN[speed] if speed < len(_WITHIN) else None,
            answered=answered,
            ratings=len(changes),
            change=sum(changes) / len(changes),
        )
        for (speed, answered), changes in sorted(groups.items(), key=lambda group: (not group[0][1], group[0][0]))
    )


def _speed(change: RatingChange, began: datetime | None) -> tuple[int, bool]:
    """Which bound the answer kept; was there one before the rating changed?"""
    answered = change.answered_at
    if answered is None or answered > change.changed_at:
        return len(_WITHIN), False
    hours = (answered - began).total_seconds() / 3600 if began else math.inf
    return next((number for number, bound in enumerate(_WITHIN) if hours <= bound), len(_WITHIN)), True


def _in_week(rows: WeekRows, moment: datetime | None) -> bool:
    return moment is not None and rows.start <= moment < rows.end
