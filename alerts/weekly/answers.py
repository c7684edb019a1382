"""How the team answered in a week: rate, times, deadlines met and missed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.weekly.share import Share
from storage.records import Alert, AlertState, WeekRows

# A team's support hours between two moments.
SupportTime = Callable[[str, datetime, datetime], timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDeadlines:
    """The deadlines one team met and missed."""

    met: int = 0
    missed: int = 0

    @property
    def share_met(self) -> float | None:
        whole = self.met + self.missed
        return self.met / whole if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """How the team answered."""

    # Alerts opened in the week that were not dismissed by its end, and those of them answered by then.
    opened: int = 0
    answered: int = 0
    # Of the answers seen in the week, how many, from the thread's first text, by the clock and in support hours.
    seen: int = 0
    median_time: timedelta | None = None
    p90_time: timedelta | None = None
    median_support_time: timedelta | None = None
    p90_support_time: timedelta | None = None
    by_team: Mapping[str, TeamDeadlines] = field(default_factory=dict)

    @property
    def rate(self) -> Share:
        return Share(part=self.answered, whole=self.opened)

    @property
    def met(self) -> int:
        return sum(team.met for team in self.by_team.values())

    @property
    def missed(self) -> int:
        return sum(team.missed for team in self.by_team.values())


def answers_of(rows: WeekRows, support_time: SupportTime) -> AnswerFigures:
    """The alerts opened in the week, the answers seen in it, and the deadlines met and missed in it."""
    opened = [one.alert for one in rows.alerts if one.alert.opened_at >= rows.start and _counts(one.alert)]
    times = sorted(answer.answered_at - answer.began for answer in rows.answers)
    in_support = sorted(support_time(answer.team, answer.began, answer.answered_at) for answer in rows.answers)
    return AnswerFigures(
        opened=len(opened),
        answered=sum(alert.answered_at is not None for alert in opened),
        seen=len(times),
        median_time=_quantile(times, 0.5),
        p90_time=_quantile(times, 0.9),
        median_support_time=_quantile(in_support, 0.5),
        p90_support_time=_quantile(in_support, 0.9),
        by_team=_by_team(rows),
    )


def _counts(alert: Alert) -> bool:
    """A dismissed alert asked for no answer."""
    return alert.state is not AlertState.DISMISSED


def _by_team(rows: WeekRows) -> dict[str, TeamDeadlines]:
    """Met: answers before which no deadline had passed. Missed: alerts that passed one in the week."""
    noted: dict[int | None, list[datetime]] = defaultdict(list)
    for event in rows.events:
        if event.what == "missed":
            noted[event.alert_id].append(event.due_at)
    met = Counter(answer.team for answer in rows.answers if not answer.is_late)
    missed = Counter(one.alert.team for one in rows.alerts if _is_missed(one.alert, noted[one.alert.id], rows))
    return {team: TeamDeadlines(met=met[team], missed=missed[team]) for team in sorted({*met, *missed})}


def _is_missed(alert: Alert, noted: Sequence[datetime], rows: WeekRows) -> bool:
    """Did a deadline pass in the week with no answer there? One may be noted only after the week, by a bot that was
    down; and one that was noted is none where the answer, seen later, had come before it."""
    if alert.state.is_live:
        passed, until = (*noted, alert.deadline.passes_at), rows.end
    else:
        passed, until = tuple(noted), alert.answered_at or rows.end
    return any(rows.start <= due < min(rows.end, until) for due in passed)


def _quantile(times: Sequence[timedelta], share: float) -> timedelta | None:
    """The nearest-rank quantile of sorted times; None of nothing."""
    return times[max(0, math.ceil(share * len(times)) - 1)] if times else None
