"""The three things that matter this week, in plain words with numbers: rules over the figures, each with a weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One sentence of the catalogue under `digest.matter`, its numbers, and how much it matters (higher first)."""

    code: str
    weight: float
    numbers: Mapping[str, object] = field(default_factory=dict)


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
    answers = figures.now.answers
    whole = answers.met + answers.missed
    if answers.missed:
        weight = 4 + 4 * answers.missed / whole
        yield Matter(code="missed", weight=weight, numbers={"n": answers.missed, "whole": whole})
    elif whole:
        yield Matter(code="all_met", weight=2.0, numbers={"n": whole, "time": answers.median_time})
    if figures.lists.still_open:
        first = figures.lists.still_open[0].alert.deadline.answer_by
        overdue = sum(one.alert.deadline.answer_by < figures.end for one in figures.lists.still_open)
        numbers = {"n": len(figures.lists.still_open), "overdue": overdue, "when": first}
        yield Matter(code="open_now", weight=3.5, numbers=numbers)


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
        numbers = {"before": before.value, "now": now.value, "n": now.part, "whole": now.whole}
        yield Matter(code=code, weight=3 + 20 * abs(change), numbers=numbers)


def _volume(figures: Figures) -> Iterator[Matter]:
    now, usual = figures.now.said.mentions, figures.usual(lambda week: week.said.mentions)
    if not usual or max(usual, now) < FEW:
        return
    if now >= _VOLUME_TIMES * usual:
        numbers = {"n": now, "usual": usual, "times": now / usual}
        yield Matter(code="volume_up", weight=min(6.0, 1.5 + now / usual), numbers=numbers)
    elif now * _VOLUME_TIMES <= usual:
        yield Matter(code="volume_down", weight=3.2, numbers={"n": now, "usual": usual})


def _thread(figures: Figures) -> Iterator[Matter]:
    if figures.lists.grown:
        thread = figures.lists.grown[0]
        weight = 2.2 + min(3.0, thread.said_in_week / 20)
        yield Matter(code="thread", weight=weight, numbers={"n": thread.said_in_week, "thread": thread})


def _topic(figures: Figures) -> Iterator[Matter]:
    first = next(iter(figures.lists.complaints), None)
    if first is None or first.mentions < _WORTH_SAYING:
        return
    whole = figures.now.said.negative
    before = figures.before.complaints.get(first.topic, 0) if figures.before else 0
    numbers = {"topic": first.topic, "n": first.mentions, "whole": whole, "before": before}
    yield Matter(code="topic", weight=2.1 + min(2.0, 4 * first.mentions / whole), numbers=numbers)


def _ratings(figures: Figures) -> Iterator[Matter]:
    before = figures.before.ratings if figures.before else {}
    for source, rating in figures.now.ratings.items():
        was = before.get(source)
        if was and min(rating.ratings, was.ratings) >= FEW and abs(rating.stars - was.stars) >= _RATING_STEP:
            yield _rating(was, rating)


def _rating(was: MeanRating, now: MeanRating) -> Matter:
    code = "rating_down" if now.stars < was.stars else "rating_up"
    numbers = {"source": now.source, "before": was.stars, "now": now.stars, "n": now.ratings}
    return Matter(code=code, weight=2.0 + 2 * abs(now.stars - was.stars), numbers=numbers)


def _blind(figures: Figures) -> Iterator[Matter]:
    """Sources that failed us: every other figure is less than it seems."""
    blind = [week.count.entry for week in figures.lists.sources if week.is_blind]
    if blind:
        yield Matter(code="silent", weight=3.8, numbers={"sources": ", ".join(blind[:5])})


def _calm(figures: Figures) -> Matter:
    numbers = {"n": figures.now.said.mentions, "share": figures.now.said.negative_share.value or 0.0}
    return Matter(code="calm", weight=0.0, numbers=numbers)
