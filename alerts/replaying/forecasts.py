"""Finished threads forecast again, crawl by crawl: coverage, slack, reliability of what was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from zlib import crc32

from alerts.alert_policy import AlertPolicy
from alerts.forecast import HORIZON, Forecaster, ForecastSettings
from alerts.growth.timeline import Timeline, cleaned
from alerts.replaying.moving import GREW, Walked, walked

# Threads a source needs for a warning, and how many of the newest count (deadline.md section 6).
ENOUGH, LAST = 20, 100
# A source is warned of where its coverage leaves the aim, 1 - share, by more than this: 0.70 to 0.90 by default.
BAND = 0.10
# The deadline of a thread is judged when so many replies came after we saw it.
JUDGED = 5
FOLDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """How the deadlines of one source would have done."""

    source: str
    threads: int
    # Threads with at least five replies to come, the newest hundred; the figures below are over these.
    judged: int
    # Mean share of the later replies that came after the deadline, as it stood when it passed: what an answer in time
    # would stand before of. And the same of the deadline as it was first set.
    coverage: float | None
    first_coverage: float | None
    # Minutes from first sight to the deadline (the median), and how often it moved (the mean).
    slack_minutes: float | None
    moves: float | None
    # "too_late" or "too_early": its deadlines, where coverage has left the band; None while it is inside or unsure.
    warning: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One fifth of the probability scale: what was said, and how often it happened."""

    low: float
    high: float
    forecasts: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthFigures:
    """All of it, threads with an owner's answer inside their week left out (their growth was not natural)."""

    sources: tuple[SourceFigures, ...]
    ten_more: tuple[Bin, ...]
    double: tuple[Bin, ...]
    # Of those called growing at some look, the share that grew; of those that grew, the share called so before half had
    # come.
    precision: float | None
    recall: float | None
    threads: int
    answered_apart: int
    # First seen after their week, so there was nothing left to forecast.
    seen_too_late: int
    # The coverage inside which no source is warned of.
    band: tuple[float, float]


def growth_figures(
    timelines: Iterable[Timeline],
    settings: ForecastSettings | None = None,
    done: Callable[[], object] = lambda: None,
    *,
    policy: AlertPolicy | None = None,
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
    cases = list(_cases(natural, rules, policy or AlertPolicy(), done))
    by_source: dict[str, list[Walked]] = defaultdict(list)
    for case in cases:
        by_source[case.timeline.source].append(case)
    called = [case for case in cases if case.is_called]
    grew = [case for case in cases if case.whole >= JUDGED]
    looks = [look for case in cases for look in case.looks]
    return GrowthFigures(
        sources=tuple(_source(source, some, band) for source, some in sorted(by_source.items())),
        ten_more=_bins([(look.said.p_10_more_24h, look.ten_more) for look in looks]),
        double=_bins([(look.said.p_double, look.doubled) for look in looks]),
        precision=_share([len(case.first.later) >= GREW for case in called]),
        recall=_share([case.is_called_early for case in grew]),
        threads=len(cases),
        answered_apart=len(known) - len(natural),
        seen_too_late=len(natural) - len(cases),
        band=band,
    )


def _cases(
    natural: Sequence[Timeline], settings: ForecastSettings, policy: AlertPolicy, done: Callable[[], object]
) -> Iterator[Walked]:
    """In the order of the threads' beginnings, so that "the last hundred" means the newest."""
    folds = [crc32(f"{timeline.source}|{timeline.thread_id}".encode()) % FOLDS for timeline in natural]
    forecasters = [
        Forecaster([t for t, fold in zip(natural, folds, strict=True) if fold != left_out], settings)
        for left_out in range(FOLDS)
    ]
    for timeline, fold in zip(natural, folds, strict=True):
        age = timeline.first_seen_age or 0.0
        if age < HORIZON:
            yield walked(timeline, age, forecasters[fold], policy)
        done()


def _source(source: str, cases: Sequence[Walked], band: tuple[float, float]) -> SourceFigures:
    judged = [case for case in cases if len(case.first.later) >= JUDGED][-LAST:]
    coverage = _mean([case.covered(case.due) for case in judged])
    return SourceFigures(
        source=source,
        threads=len(cases),
        judged=len(judged),
        coverage=coverage,
        first_coverage=_mean([case.covered(case.first_due) for case in judged]),
        slack_minutes=median((case.due - case.first.age) / 60 for case in judged) if judged else None,
        moves=_mean([case.moves for case in judged]),
        warning=_warning(coverage, band) if len(judged) >= ENOUGH else None,
    )


def _warning(coverage: float | None, band: tuple[float, float]) -> str | None:
    if coverage is None or band[0] <= coverage <= band[1]:
        return None
    return "too_late" if coverage < band[0] else "too_early"


def _bins(said: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    found = []
    for number in range(5):
        low, high = number / 5, (number + 1) / 5
        inside = [(p, was) for p, was in said if low <= p < high or (number == 4 and p >= high)]
        if inside:
            chance = sum(p for p, _ in inside) / len(inside)
            often = sum(was for _, was in inside) / len(inside)
            found.append(Bin(low=low, high=high, forecasts=len(inside), said=chance, happened=often))
    return tuple(found)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _share(truths: Sequence[bool]) -> float | None:
    return _mean([float(truth) for truth in truths])
