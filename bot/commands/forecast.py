"""`repwatch forecast`: thread timelines → how they will grow and by when to answer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.errors import FailedError
from bot.jsonl import decoded_lines, print_line

if TYPE_CHECKING:
    from alerts.forecast import Forecaster


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="timelines, JSON lines (default: stdin)")
    parser.add_argument(
        "--age", type=_seconds, required=True, metavar="SECONDS", help="only events up to this age are looked at"
    )
    parser.add_argument(
        "--history", nargs="+", type=Path, metavar="FILE", help="finished threads to learn from (default: the store's)"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the first thread")


def run(given: argparse.Namespace) -> int:
    from alerts.forecast import forecast_lines, timeline_from

    forecaster = _forecaster(given)
    if given.plot:
        from alerts.forecast_plot import plot_forecast

        first = next(decoded_lines([given.file]), None)
        if first is None:
            raise FailedError("there is no thread to draw")
        plot_forecast(timeline_from(first), forecaster, given.age, given.plot)
        print(f"{given.plot} written")
        return 0
    for row in forecast_lines(decoded_lines([given.file]), given.age, forecaster=forecaster):
        print_line(row)
    return 0


def _seconds(text: str) -> float:
    age = float(text)
    if not 0 <= age < float("inf"):
        raise argparse.ArgumentTypeError("seconds, 0 or more")
    return age


def _forecaster(given: argparse.Namespace) -> Forecaster:
    """It knows the named files' past, else the store's, else only the shipped defaults."""
    from alerts.forecast import WHOLE_HISTORY, Forecaster, timeline_from
    from bot.history import history
    from bot.opening import config_if_any, open_store

    if given.history:
        return Forecaster((timeline_from(row) for row in decoded_lines(given.history)), WHOLE_HISTORY)
    config = config_if_any(given)
    if config is None or (config.store.file and not config.store.file.exists()):
        return Forecaster((), config.forecast if config else None)
    with open_store(config) as store:
        return Forecaster(list(history(config, store, utc_now())), config.forecast)
