"""Measures the forecast on sets nobody chose by size, as if they came from a source seen whole, as a Markdown table."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from alerts.forecast import HANDED_OVER, HORIZON, Forecast, Forecaster, ForecastSettings
from alerts.growth.constants import Constants, shipped_constants
from alerts.growth.selection import Sizes
from alerts.growth.timeline import Timeline
from benchmarks.forecast_rows import DAY, fold, shared_threads, sizes_of, timelines, without_company

# Sets, and the source whose threads they stand for.
STANDS_FOR = {
    ("twcs",): "mastodon",
    ("pheme",): "mastodon",
    ("reddit_everlane", "reddit_mastercard", "reddit_mogelpackung"): "hackernews",
}
AGES = (900.0, 3600.0, 10800.0, 21600.0)
_COLUMNS = "three more said | came | Brier three more | Brier ten more | Brier doubles | called growing"


def main() -> None:
    """Each thread is forecast with the sizes of the three other quarters; the shipped net has seen them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--own", type=int, nargs="+", default=[0, 5, 20], help="finished threads the source has")
    wanted = parser.parse_args()
    rows = [without_company(row) for row in shared_threads()]
    threads, known = timelines(rows), {part: _without(part, rows) for part in range(4)}
    print(f"| sets, as | own threads | taken as | forecasts | {_COLUMNS} |")
    print("| --- | ---: | --- | ---: |" + " ---: |" * 6)
    for sets, source in STANDS_FOR.items():
        some = [replace(t, source=source, community="here") for t in threads if t.community in sets]
        for own in wanted.own:
            for taken, settings in (("chosen", HANDED_OVER), ("whole", ForecastSettings())):
                said = [pair for part in known for pair in _forecasts(some, part, own, settings, known[part])]
                print(
                    f"| {', '.join(sets)} as {source} | {own} | {taken} | {len(said)} | {_figures(said)} |", flush=True
                )


def _without(part: int, rows: Sequence[dict[str, Any]]) -> Constants:
    sizes = sizes_of([row for row in rows if fold(row["thread_id"]) != part])
    return replace(shipped_constants(), sizes={name: Sizes(shares=tuple(shares)) for name, shares in sizes.items()})


def _forecasts(
    some: Sequence[Timeline], tested: int, own: int, settings: ForecastSettings, constants: Constants
) -> Iterator[tuple[Forecast, tuple[bool, bool, bool]]]:
    """Each forecast beside what came: three more and ten more in a day, doubled."""
    past = [thread for thread in some if fold(thread.thread_id) != tested][:own]
    forecaster = Forecaster(past, settings, constants)
    for thread in some:
        if fold(thread.thread_id) != tested:
            continue
        for age in AGES:
            so_far = sum(event <= age for event in thread.events)
            later = [event for event in thread.events if age < event <= HORIZON]
            day = sum(event <= age + DAY for event in later)
            came = (day >= 3, day >= 10, so_far + len(later) >= 2 * max(so_far, 1))
            yield forecaster.forecast(thread, age), came


def _figures(said: Sequence[tuple[Forecast, tuple[bool, bool, bool]]]) -> str:
    chances = np.array([(told.p_grow_3_24h, told.p_10_more_24h, told.p_double) for told, _ in said])
    came = np.array([what for _, what in said], dtype=np.float64)
    brier = ((chances - came) ** 2).mean(axis=0)
    growing = np.mean([told.growing for told, _ in said])
    numbers = (chances[:, 0].mean(), came[:, 0].mean(), *brier, growing)
    return " | ".join(f"{number:.3f}" for number in numbers)


if __name__ == "__main__":
    main()
