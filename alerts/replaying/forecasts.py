"""Finished threads forecast again as they were first seen: coverage, slack, reliability of what was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from zlib import crc32

from alerts.forecast import HORIZON, Forecast, Forecaster, ForecastSettings
from alerts.growth.timeline import Timeline, cleaned

# Threads a source needs for a warning, and how many of the newest count (deadline.md section 6).
ENOUGH, LAST = 20, 100
# A source is warned of where its coverage leaves the aim, 1 - share, by more than this: 0.70 to 0.90 by default.
BAND = 0.10
# A thread grew when so many replies came after we saw it; its deadline is judged from so many on.
GREW, JUDGED = 3, 5
FOLDS = 4
_DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """How the deadlines of one source would have done."""

    source: str
    threads: int
    # Threads with at least five replies to come, the newest hundred; the figures below are over these.
    judged: int
    # Mean share of the later replies that came after the deadline: what an answer in time would stand before of.
    coverage: float | None
    slack_minutes: float | None
    # "too_late" or "too_early": its deadlines, where coverage has left the band; None while it is inside or unsure.
    warning: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One fifth of the probability scale: what was said, and how often it happened."""

    low: float
    high: float
    threads: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthFigures:
    """All of it, threads with an owner's answer inside their week left out (their growth was not natural)."""

    sources: tuple[SourceFigures, ...]
    ten_more: tuple[Bin, ...]
    double: tuple[Bin, ...]
    # Of those called growing, the share that grew; of those that grew, the share called so before half had come.
    precision: float | None
    recall: float | None
    threads: int
    answered_apart: int
    # First seen after their week, so there was nothing left to forecast.
    seen_too_late: int
    # The coverage inside which no source is warned of.
    band: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    timeline: Timeline
    age: float
    said: Forecast

    @property
    def later(self) -> list[float]:
        return [event for event in self.timeline.events if self.age < event <= HORIZON]

    @property
    def so_far(self) -> int:
        return sum(event <= self.age for event in self.timeline.events)


def growth_figures(
    timelines: Iterable[Timeline],
    settings: ForecastSettings | None = None,
    done: Callable[[], object] = lambda: None,
) -> GrowthFigures:
    """Every thread is forecast by what the three other quarters of the threads teach, never by itself.

    `done` is called once for each timeline.
    """
    rules = settings or ForecastSettings()
    band = (round(1 - rules.share - BAND, 6), round(1 - rules.share + BAND, 6))
    known = [cleaned(timeline) for timeline in timelines]
    natural = [timeline for timeline in known if not timeline.is_answered_inside]
    for _ in range(len(known) - len(natural)):
        done()
    cases = list(_cases(natural, rules, done))
    by_source: dict[str, list[_Case]] = defaultdict(list)
    for case in cases:
        by_source[case.timeline.source].append(case)
    called = [case for case in cases if case.said.growing]
    grew = [case for case in cases if _whole(case) >= JUDGED]
    return GrowthFigures(
        sources=tuple(_source(source, some, band) for source, some in sorted(by_source.items())),
        ten_more=_bins([(case.said.p_10_more_24h, _ten_more(case)) for case in cases]),
        double=_bins([(case.said.p_double, _doubled(case)) for case in cases]),
        precision=_share([len(case.later) >= GREW for case in called]),
        recall=_share([case.said.growing and len(case.later) * 2 > _whole(case) for case in grew]),
        threads=len(cases),
        answered_apart=len(known) - len(natural),
        seen_too_late=len(natural) - len(cases),
        band=band,
    )


def _cases(natural: Sequence[Timeline], settings: ForecastSettings, done: Callable[[], object]) -> Iterator[_Case]:
    """In the order of the threads' beginnings, so that "the last hundred" means the newest."""
    folds = [crc32(f"{timeline.source}|{timeline.thread_id}".encode()) % FOLDS for timeline in natural]
    forecasters = [
        Forecaster([t for t, fold in zip(natural, folds, strict=True) if fold != left_out], settings)
        for left_out in range(FOLDS)
    ]
    for timeline, fold in zip(natural, folds, strict=True):
        age = timeline.first_seen_age or 0.0
        if age < HORIZON:
            yield _Case(timeline=timeline, age=age, said=forecasters[fold].forecast(timeline, age))
        done()


def _source(source: str, cases: Sequence[_Case], band: tuple[float, float]) -> SourceFigures:
    judged = [case for case in cases if len(case.later) >= JUDGED][-LAST:]
    coverage = _mean([_coverage(case) for case in judged])
    return SourceFigures(
        source=source,
        threads=len(cases),
        judged=len(judged),
        coverage=coverage,
        slack_minutes=median(case.said.deadline_seconds / 60 for case in judged) if judged else None,
        warning=_warning(coverage, band) if len(judged) >= ENOUGH else None,
    )


def _warning(coverage: float | None, band: tuple[float, float]) -> str | None:
    if coverage is None or band[0] <= coverage <= band[1]:
        return None
    return "too_late" if coverage < band[0] else "too_early"


def _coverage(case: _Case) -> float:
    deadline = case.age + case.said.deadline_seconds
    return sum(event > deadline for event in case.later) / len(case.later)


def _whole(case: _Case) -> int:
    return case.so_far + len(case.later)


def _ten_more(case: _Case) -> bool:
    return sum(event <= case.age + _DAY for event in case.later) >= 10


def _doubled(case: _Case) -> bool:
    return _whole(case) >= 2 * max(case.so_far, 1)


def _bins(said: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    found = []
    for number in range(5):
        low, high = number / 5, (number + 1) / 5
        inside = [(p, was) for p, was in said if low <= p < high or (number == 4 and p >= high)]
        if inside:
            chance = sum(p for p, _ in inside) / len(inside)
            often = sum(was for _, was in inside) / len(inside)
            found.append(Bin(low=low, high=high, threads=len(inside), said=chance, happened=often))
    return tuple(found)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _share(truths: Sequence[bool]) -> float | None:
    return _mean([float(truth) for truth in truths])
