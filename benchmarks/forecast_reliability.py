"""Do the forecast's probabilities, intervals and milestones come true? On a fourth its constants never saw."""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from alerts.forecast import HANDED_OVER, HORIZON, Forecast, Forecaster, Timeline
from alerts.growth.constants import constants_in
from benchmarks.forecast_rows import DAY, fold, shared_threads, timelines

AGES = (900.0, 3600.0, 21600.0)
BINS = (0.0, 0.2, 0.4, 0.6, 0.8)
_A_PLATFORM = 250


def main() -> None:
    """Markdown tables, from the constants `python -m benchmarks.forecast --fold K` has left in --work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--work", type=Path, default=Path("build/forecast"))
    wanted = parser.parse_args()
    threads = timelines(shared_threads())
    past = [t for t in threads if fold(t.thread_id) != wanted.fold]
    forecaster = Forecaster(past, HANDED_OVER, constants_in(wanted.work / f"fold{wanted.fold}"))
    told = [
        (thread.source, age, forecaster.forecast(thread, age), np.array(thread.events))
        for thread in sample([t for t in threads if fold(t.thread_id) == wanted.fold])
        for age in AGES
    ]
    ten = [(f.p_10_more_24h, more(e, age, DAY) >= 10) for _, age, f, e in told]
    three = [(f.p_grow_3_24h, more(e, age, DAY) >= 3) for _, age, f, e in told]
    double = [(f.p_double, doubled(e, age)) for _, age, f, e in told]
    print("| said | " + " | ".join(f"{low:.1f} to {low + 0.2:.1f}" for low in BINS) + " |")
    print("| --- |" + " --- |" * len(BINS))
    for name, pairs in (("3 more in 24 h", three), ("10 more in 24 h", ten), ("doubles", double)):
        print(f"| {name} | " + " | ".join(reliability(pairs)) + " |")
    inside = [is_inside(f, more(e, age, HORIZON)) for _, age, f, e in told]
    print(f"\n80 % interval held: {np.mean(inside):.2f} of {len(inside)} forecasts")
    print(milestones((age, f, e) for _, age, f, e in told))


def sample(threads: Sequence[Timeline]) -> list[Timeline]:
    """At most so many threads of each platform, the same ones each time."""
    shuffled = list(threads)
    random.Random(2).shuffle(shuffled)
    taken: dict[str, list[Timeline]] = defaultdict(list)
    for thread in shuffled:
        if len(taken[thread.source]) < _A_PLATFORM:
            taken[thread.source].append(thread)
    return [thread for many in taken.values() for thread in many]


def more(events: np.ndarray, age: float, within: float) -> int:
    """Replies after the age, at most so many seconds later, inside the horizon."""
    return int(np.count_nonzero((events > age) & (events <= min(age + within, HORIZON))))


def doubled(events: np.ndarray, age: float) -> bool:
    """Did the thread at least double after this age?"""
    return bool((events <= HORIZON).sum() >= 2 * max(int((events <= age).sum()), 1))


def reliability(pairs: Sequence[tuple[float, bool]]) -> list[str]:
    """For each bin: the mean probability said, how often it happened, how many."""
    said, happened = np.array([p for p, _ in pairs]), np.array([y for _, y in pairs])
    places = np.minimum((said / 0.2).astype(int), 4)
    cells = [(said[places == i], happened[places == i]) for i in range(len(BINS))]
    return [f"{p.mean():.2f}, came {y.mean():.2f} ({len(p)})" if len(p) else "none" for p, y in cells]


def is_inside(told: Forecast, came: int) -> bool:
    """Did the replies that came lie inside the 80 % interval, to the nearest whole reply?"""
    return told.expected_more_low - 0.5 <= came <= told.expected_more_high + 0.5


def milestones(told: Iterable[tuple[float, Forecast, np.ndarray]]) -> str:
    """How often the named milestone was passed (0.5 or more), and by its named time (0.5)."""
    passed, in_time = [], []
    for age, forecast, events in told:
        if forecast.milestone is not None and forecast.milestone_seconds is not None:
            passed.append(np.count_nonzero(events <= HORIZON) >= forecast.milestone)
            in_time.append(np.count_nonzero(events <= age + forecast.milestone_seconds) >= forecast.milestone)
    return f"milestones: {np.mean(passed):.2f} of {len(passed)} passed, {np.mean(in_time):.2f} by the time named"


if __name__ == "__main__":
    main()
