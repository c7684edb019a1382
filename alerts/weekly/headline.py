"""The three things that matter this week and why: rules over the figures, each with a weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alerts.weekly.causes import (
    Cause,
    first_of_waiting,
    how_it_was_met,
    slowest_team,
    source_that_moved,
    telling,
    topic_that_moved,
)
from alerts.weekly.figures import Figures
from alerts.weekly.ratings import MeanRating
from alerts.weekly.share import FEW

SAID = 3
# A change of the negative share by so much, with intervals that don't overlap much, is worth a sentence.
_SHARE_STEP = 0.05
_VOLUME_TIMES = 1.5
_RATING_STEP = 0.3
# One complaint is no first complaint.
_WORTH_SAYING = 2
_MOST_SOURCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One sentence of the catalogue under `digest.matter`, its numbers, and how much it matters (higher first)."""

    code: str
    weight: float
    numbers: Mapping[str, object] = field(default_factory=dict)
    why: Cause | None = None


def headline(figures: Figures) -> tuple[Matter, ...]:
    """The weightiest matters, at most three; a calm week says that it was calm. Deterministic: ties in rule order."""
    if not figures.now.said.mentions:
        # Silence is no calm while somebody waits, or while nobody looked.
        return (Matter(code="nothing", weight=0.0), *_waiting(figures), *_blind(figures))[:SAID]
    matters = sorted(_matters(figures), key=lambda matter: -matter.weight)
    return tuple(matters[:SAID]) or (_calm(figures),)


def _matters(figures: Figures) -> Iterator[Matter]:
    yield from _waiting(figures)
    yield from _tone(figures)
    yield from _volume(figures)
    yield from _thread(figures)
    yield from _topic(figures)
    yield from _ratings(figures)
    yield from _blind(figures)
    if figures.lists.turned_round:
        yield Matter(code="turned", weight=2.5, numbers={"n": len(figures.lists.turned_round)})


def _waiting(figures: Figures) -> Iterator[Matter]:
    yield from _deadlines(figures)
    waiting = figures.lists.still_open
    if not waiting:
        return
    overdue = sum(one.alert.deadline.answer_by < figures.end for one in waiting)
    code = "open_late" if overdue == len(waiting) else "open_some" if overdue else "open_in_time"
    numbers = {"n": len(waiting), "overdue": overdue}
    yield Matter(code=code, weight=3.5, numbers=numbers, why=first_of_waiting(waiting[0], figures))


def _deadlines(figures: Figures) -> Iterator[Matter]:
    answers = figures.now.answers
    whole = answers.met + answers.missed
    if answers.missed:
        code = "missed" if answers.met else "missed_only" if whole == 1 else "missed_all"
        numbers = {"n": answers.missed, "whole": whole}
        weight = 4 + 4 * answers.missed / whole
        yield Matter(code=code, weight=weight, numbers=numbers, why=slowest_team(figures))
    elif whole:
        code = "met_only" if whole == 1 else "all_met"
        yield Matter(code=code, weight=2.0, numbers={"n": whole, "time": answers.median_time})


def _tone(figures: Figures) -> Iterator[Matter]:
    if figures.before is None:
        return
    now, before = figures.now.said.negative_share, figures.before.said.negative_share
    if before.value is None or now.value is None or now.is_few or before.is_few:
        return
    change = now.value - before.value
    low, high = now.interval or (0.0, 1.0)
    # What the week before lies outside of is more than chance.
    if abs(change) >= _SHARE_STEP and not low <= before.value <= high:
        code = "negative_up" if change > 0 else "negative_down"
        numbers = {"share_before": before.value, "share": now.value, "n": now.part, "whole": now.whole}
        why = topic_that_moved(figures, is_rise=change > 0)
        yield Matter(code=code, weight=3 + 20 * abs(change), numbers=numbers, why=why)


def _volume(figures: Figures) -> Iterator[Matter]:
    now, usual = figures.now.said.mentions, figures.usual(lambda week: week.said.mentions)
    if not usual or max(usual, now) < FEW:
        return
    if now >= _VOLUME_TIMES * usual:
        numbers = {"n": now, "usual": usual, "times": now / usual}
        why = source_that_moved(figures, is_rise=True)
        yield Matter(code="volume_up", weight=min(6.0, 1.5 + now / usual), numbers=numbers, why=why)
    elif now * _VOLUME_TIMES <= usual:
        why = source_that_moved(figures, is_rise=False)
        yield Matter(code="volume_down", weight=3.2, numbers={"n": now, "usual": usual}, why=why)


def _thread(figures: Figures) -> Iterator[Matter]:
    if figures.lists.grown:
        thread = figures.lists.grown[0]
        numbers = {"n": thread.said_in_week, "thread": thread}
        weight = 2.2 + min(3.0, thread.said_in_week / 20)
        yield Matter(code="thread", weight=weight, numbers=numbers, why=how_it_was_met(figures, thread))


def _topic(figures: Figures) -> Iterator[Matter]:
    first = next(iter(figures.lists.complaints), None)
    if first is None or first.mentions < _WORTH_SAYING:
        return
    whole = figures.now.said.negative
    numbers: dict[str, object] = {"about": first.topic, "n": first.mentions, "whole": whole}
    if figures.before:
        numbers["before"] = figures.before.complaints.get(first.topic, 0)
    code = "topic" if figures.before else "topic_alone"
    why = telling(first.threads[0]) if first.threads else None
    yield Matter(code=code, weight=2.1 + min(2.0, 4 * first.mentions / whole), numbers=numbers, why=why)


def _ratings(figures: Figures) -> Iterator[Matter]:
    before = figures.before.ratings if figures.before else {}
    for source, rating in figures.now.ratings.items():
        was = before.get(source)
        if was and min(rating.ratings, was.ratings) >= FEW and abs(rating.stars - was.stars) >= _RATING_STEP:
            yield _rating(was, rating)


def _rating(was: MeanRating, now: MeanRating) -> Matter:
    code = "rating_down" if now.stars < was.stars else "rating_up"
    numbers = {"source": now.source, "stars_before": was.stars, "stars": now.stars, "n": now.ratings}
    return Matter(code=code, weight=2.0 + 2 * abs(now.stars - was.stars), numbers=numbers)


def _blind(figures: Figures) -> Iterator[Matter]:
    """Sources that failed us: every other figure is less than it seems."""
    blind = tuple(week for week in figures.lists.sources if week.is_blind)
    if blind:
        yield Matter(code="silent", weight=3.8, numbers={"sources": blind[:_MOST_SOURCES]})


def _calm(figures: Figures) -> Matter:
    """Mostly complaints are no calm, though none of them asks for an answer."""
    said = figures.now.said
    return Matter(code="quiet" if 2 * said.negative >= max(1, said.scored) else "calm", weight=0.0)
