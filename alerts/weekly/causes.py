"""Why a matter of the headline matters: what moved it most, or where to look; rules, and nothing where none is sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from alerts.weekly.figures import Figures
from alerts.weekly.numbers import WeekNumbers
from storage.records import CalmThread, NegativeThread, WeekAlert

# A difference of one text is no cause.
_LEAST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A second sentence: its key under `digest.why`, and its numbers."""

    code: str
    numbers: Mapping[str, object]


def slowest_team(figures: Figures) -> Cause | None:
    """The team that missed more than half, where there are several; else that answers took longer than usual."""
    answers = figures.now.answers
    if len(answers.by_team) > 1:
        name, team = max(answers.by_team.items(), key=lambda pair: pair[1].missed)
        if 2 * team.missed > answers.missed:
            return Cause(code="team", numbers={"team": name, "n": team.missed, "whole": answers.missed})
    time = figures.compared(lambda week: week.answers.median_time)
    if time.now is None or time.usual is None or time.now <= time.usual:
        return None
    return Cause(code="slow", numbers={"time": time.now, "usual_time": time.usual})


def topic_that_moved(figures: Figures, *, is_rise: bool) -> Cause | None:
    """The topic whose negative texts grew, or fell, the most since the week before."""
    before = figures.before.complaints if figures.before else {}
    now = figures.now.complaints
    sign = 1 if is_rise else -1
    moved = {topic: sign * (now.get(topic, 0) - before.get(topic, 0)) for topic in (*now, *before)}
    topic = max(moved, key=lambda name: moved[name], default=None)
    if topic is None or moved[topic] < _LEAST:
        return None
    numbers = {"about": topic, "n": now.get(topic, 0), "before": before.get(topic, 0)}
    return Cause(code="topic_moved", numbers=numbers)


def source_that_moved(figures: Figures, *, is_rise: bool) -> Cause | None:
    """The source on which most was said beyond what is usual, or below it; None where there is but one."""
    sources = dict.fromkeys((*figures.now.by_source, *(one for _, week in figures.earlier for one in week.by_source)))
    if len(sources) < _LEAST:
        return None
    usual = {source: figures.usual(partial(_said_on, source)) or 0.0 for source in sources}
    sign = 1 if is_rise else -1
    source = max(sources, key=lambda one: sign * (_said_on(one, figures.now) - usual[one]))
    numbers = {"on": source, "n": _said_on(source, figures.now), "usual": usual[source]}
    return Cause(code="source_moved", numbers=numbers)


def telling(thread: NegativeThread | CalmThread) -> Cause:
    return Cause(code="telling", numbers={"thread": thread})


def how_it_was_met(figures: Figures, thread: NegativeThread) -> Cause:
    """How early a thread was seen and answered."""
    seen = thread.first_seen_at - thread.created_at
    answered_at = figures.answered_at(thread)
    if answered_at is None:
        return Cause(code="thread_unanswered", numbers={"seen": seen})
    return Cause(code="thread_answered", numbers={"seen": seen, "answered": answered_at - thread.created_at})


def first_of_waiting(one: WeekAlert, figures: Figures) -> Cause:
    """The one that waits longest past its deadline, else the one whose deadline comes next."""
    by = one.alert.deadline.answer_by
    return Cause(code="longest" if by < figures.end else "soonest", numbers={"when": by, "alert": one})


def _said_on(source: str, week: WeekNumbers) -> int:
    voices = week.by_source.get(source)
    return voices.mentions if voices else 0
