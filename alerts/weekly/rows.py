"""The figures that have one number each, in words, beside the week before and the usual: for message and page alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alerts.weekly.figures import Compared, Figures, N
from alerts.weekly.numbers import WeekNumbers
from alerts.weekly.words import DigestWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure in words; `name` is its key under `digest.row`. None: there is nothing to compare with."""

    name: str
    now: str
    before: str | None = None
    usual: str | None = None

    def in_one(self, say: DigestWords) -> str:
        """ "52 (week before: 50; usual: 44)"."""
        if self.before is None and self.usual is None:
            return self.now
        if self.usual is None:
            return say.say("against_before", now=self.now, before=self.before)
        if self.before is None:
            return say.say("against_usual", now=self.now, usual=self.usual)
        return say.say("against", now=self.now, before=self.before, usual=self.usual)


def said_rows(figures: Figures, say: DigestWords) -> Iterator[Row]:
    """How much was said, in what tone, and what of it was doubtful."""
    yield _row("mentions", figures.compared(lambda week: week.said.mentions), say.number)
    share = figures.compared(lambda week: week.said.negative_share.value)
    yield _row("negative", share, say.percent, say.share(figures.now.said.negative_share))
    yield _row("net", figures.compared(lambda week: week.said.net_sentiment), say.net)
    yield _row("grown", figures.compared(lambda week: week.grown), say.number)
    yield _row("unsure", figures.compared(lambda week: week.said.unsure), say.number)
    yield _row("troubled", figures.compared(lambda week: week.troubled), say.number)


def answer_rows(figures: Figures, say: DigestWords) -> Iterator[Row]:
    """How we answered; nothing where nothing was asked of us in this week or in those before."""
    yield from _rate_and_times(figures, say)
    for name, number in _COUNTS:
        counted = figures.compared(number)
        if counted.now or counted.before or counted.usual:
            yield _row(name, counted, say.number)


def _rate_and_times(figures: Figures, say: DigestWords) -> Iterator[Row]:
    answers = figures.now.answers
    if answers.opened:
        of = say.say("of", part=answers.answered, whole=answers.opened)
        rate = figures.compared(lambda week: week.answers.rate.value)
        yield _row("rate", rate, say.percent, f"{say.percent(answers.rate.value)} ({of})")
    if answers.median_time is None:
        return
    time = say.time_of(answers.median_time, answers.seen)
    yield _row("time", figures.compared(lambda week: week.answers.median_time), say.lasting, time)
    yield _row("time_p90", figures.compared(lambda week: week.answers.p90_time), say.lasting)
    yield _row("support_time", figures.compared(lambda week: week.answers.median_support_time), say.lasting)
    yield _row("support_time_p90", figures.compared(lambda week: week.answers.p90_support_time), say.lasting)


_COUNTS: tuple[tuple[str, Callable[[WeekNumbers], float | None]], ...] = (
    ("deadlines", lambda week: week.answers.met),
    ("missed", lambda week: week.answers.missed),
    ("open", lambda week: week.still_open),
    ("turned", lambda week: week.turned_round),
    ("false_alarms", lambda week: week.false_alarms),
)


def _row(name: str, of: Compared[N], form: Callable[[N], str], now: str | None = None) -> Row:
    """`now`: this week's number in words of its own, such as a share with its interval."""
    return Row(
        name=name,
        now=now or ("–" if of.now is None else form(of.now)),
        before=None if of.before is None else form(of.before),
        usual=None if of.usual is None else form(of.usual),
    )
