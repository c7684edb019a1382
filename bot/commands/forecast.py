"""`repwatch forecast`: thread timelines → how they will grow and by when to answer."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import utc_now
from bot.errors import FailedError, UsageError
from bot.jsonl import decoded_lines, print_line

if TYPE_CHECKING:
    from alerts.forecast import Forecaster


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="timelines, JSON lines (default: stdin)")
    parser.add_argument(
        "--age",
        type=_seconds,
        metavar="SECONDS",
        help="only events up to this age are looked at (of a stored thread: its age when it was first seen)",
    )
    parser.add_argument(
        "--thread",
        metavar="THREAD",
        help="a stored thread instead of a file, named as in repwatch explain; its own end teaches nothing here",
    )
    parser.add_argument(
        "--history", nargs="+", type=Path, metavar="FILE", help="finished threads to learn from (default: the store's)"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the first thread: expected and happened")


def run(given: argparse.Namespace) -> int:
    from alerts.forecast import forecast_lines

    if given.thread:
        return _stored(given)
    if given.age is None:
        raise UsageError("--age SECONDS is needed: how old the threads are when they are looked at")
    lines = decoded_lines([given.file])
    if given.plot:
        return _plot(next(lines, None), given)
    known = None if given.history else _from_store(given)
    for row in forecast_lines(lines, given.age, decoded_lines(given.history or ()), forecaster=known):
        print_line(row)
    return 0


def _stored(given: argparse.Namespace) -> int:
    """One thread of the store, forecast by what the others teach."""
    from alerts.forecast import Forecaster, forecast_lines
    from alerts.forecast_plot import plot_forecast
    from alerts.growth.seen import seen
    from bot.commands.explain import found_thread
    from bot.history import history
    from bot.opening import config_of, open_store

    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        thread = found_thread(store, given.thread)
        others = [one for one in history(config, store, now) if one.thread_id != str(thread.id)]
    known, forecaster = seen(thread, now).timeline, Forecaster(others, config.forecast)
    age = given.age if given.age is not None else known.first_seen_age or 0.0
    if given.plot:
        plot_forecast(known, forecaster, age, given.plot)
        print(f"{given.plot} written")
        return 0
    row = {"thread_id": known.thread_id, "source": known.source, "set": known.community, "events": known.events}
    created = known.created_at.isoformat() if known.created_at else None
    print_line(next(forecast_lines([row | {"created_at": created}], age, forecaster=forecaster)))
    return 0


def _plot(first: Mapping[str, Any] | None, given: argparse.Namespace) -> int:
    from alerts.forecast import HANDED_OVER, Forecaster
    from alerts.forecast_plot import plot_forecast
    from alerts.growth.timeline import timeline_from

    if first is None:
        raise FailedError("there is no thread to draw")
    past = Forecaster(map(timeline_from, decoded_lines(given.history or ())), HANDED_OVER)
    plot_forecast(timeline_from(first), past if given.history else _from_store(given), given.age, given.plot)
    print(f"{given.plot} written")
    return 0


def _seconds(text: str) -> float:
    age = float(text)
    if not 0 <= age < float("inf"):
        raise argparse.ArgumentTypeError("seconds, 0 or more")
    return age


def _from_store(given: argparse.Namespace) -> Forecaster:
    """It knows the finished threads of the store; without one only the shipped defaults."""
    from alerts.forecast import HANDED_OVER, Forecaster
    from bot.history import history
    from bot.opening import config_if_any, open_store

    config = config_if_any(given)
    if config is None or (config.store.file and not config.store.file.exists()):
        return Forecaster((), config.forecast if config else HANDED_OVER)
    with open_store(config) as store:
        return Forecaster(list(history(config, store, utc_now())), config.forecast)
