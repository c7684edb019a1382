"""What each page of `repwatch serve` costs on a large store, of processor time and by the clock.

    python -m benchmarks.pages [--mentions 100000] [--rounds 7]

Ten weeks of threads of five, a hundred live alerts, answered ones in every week. "First" is the first time after the
start, when what a start makes beforehand is made; "changed" is the first time after a late text in the week before.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.growth_store import NOW, fill, grow, house, late_text
from bot.history import LearnedForecaster
from bot.serve import pages
from bot.serve.warming import newest, older

_WEEKS = 10
_BRAND = "Nordika"
_LAST, _BEFORE = "2026-W46", "2026-W45"


def main() -> int:
    given = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = folder / "week.db", folder / "large.db"
        fill(small, given.mentions // _WEEKS)
        shutil.copy(small, large)
        grow(large, given.mentions // _WEEKS, given.mentions, lambda what: print(what, file=sys.stderr, flush=True))
        _measure(large, folder, given)
    return 0


def _measure(file: Path, folder: Path, given: argparse.Namespace) -> None:
    with house(file, folder) as (config, store, _):
        desk = pages.Desk(config=config, store=store, clock=lambda: NOW, forecaster=LearnedForecaster(config, store))
        asked: dict[str, Callable[[], str]] = {
            "open threads": lambda: pages.open_threads(desk, {}),
            "one thread": lambda: pages.one_thread(desk, {"thread": "1"}),
            "sources": lambda: pages.sources(desk, {}),
            "list of digests": lambda: pages.digests(desk, {}),
            "digest of the last week": lambda: pages.one_digest(desk, {"brand": _BRAND, "week": _LAST}),
            "digest of the week before": lambda: pages.one_digest(desk, {"brand": _BRAND, "week": _BEFORE}),
        }
        print(f"{given.mentions:,} mentions; milliseconds of processor time (by the clock)\n")
        print(f"the start makes beforehand: {_shown(_took(lambda: newest(desk)))}")
        first = {name: _took(page) for name, page in asked.items() if "before" not in name}
        print(f"and behind the open door: {_shown(_took(lambda: older(desk, lambda: False)))}\n")
        again = {name: _median(page, given.rounds) for name, page in asked.items()}
        changed = {}
        for number, name in enumerate(name for name in asked if name.startswith("digest")):
            # Said in the week before the one shown.
            store.save_mentions([late_text(number, NOW - timedelta(days=16 + 7 * number))], NOW)
            changed[name] = _took(asked[name])
        print("| page | first | again | changed |\n| --- | --- | --- | --- |")
        for name in asked:
            cells = (_shown(took[name]) if name in took else "–" for took in (first, again, changed))
            print(f"| {name} | {' | '.join(cells)} |")


def _took(act: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of processor time, and by the clock, which counts other programs too."""
    used, began = time.process_time(), time.monotonic()
    act()
    return (time.process_time() - used) * 1000, (time.monotonic() - began) * 1000


def _median(act: Callable[[], object], rounds: int) -> tuple[float, float]:
    took = [_took(act) for _ in range(rounds)]
    return statistics.median(used for used, _ in took), statistics.median(clock for _, clock in took)


def _shown(took: tuple[float, float]) -> str:
    return f"{took[0]:.0f} ({took[1]:.0f})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
