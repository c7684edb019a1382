"""`repwatch run`: all of it on the configured schedule, until SIGTERM; `--once` runs each step once and leaves."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from threading import Event
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.lock import only_one
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from bot.config import Config
    from bot.running import ScheduledWork
    from bot.settings.sources import Entry
    from bot.steps import Steps


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once",
        action="store_true",
        help="crawl, classify and alert once, whatever is due, and leave; the digest only where its hour has come",
    )


def run(given: argparse.Namespace) -> int:
    from bot.steps import Steps

    config = config_of(given)
    with open_store(config) as store, only_one(config.store.file):
        steps = Steps(config, store, utc_now)
        return _once(config, steps) if given.once else _until_stopped(config, steps)


def _once(config: Config, steps: Steps) -> int:
    """Every source in a process of its own, then the round; the digest only if its hour has come."""
    from bot.running import ScheduledWork, stop_on_signals
    from bot.schedule import due_jobs

    stop, work = stop_on_signals(), ScheduledWork(config, steps, utc_now)
    work.first_look.opens()
    last = work.last_runs(utc_now())
    crawled = [_crawled(work, entry, stop) for entry in config.entries if not entry.paused and not stop.is_set()]
    good = work.round(utc_now(), stop) and all(crawled)
    if any(not job.is_crawl for job in due_jobs((), config.weekly, last, utc_now())) and not stop.is_set():
        good = work.digest(utc_now()) and work.round(utc_now(), stop) and good
    if good:
        work.good_round()
    work.quiet.speaks(utc_now())
    return 0 if good else 1


def _crawled(work: ScheduledWork, entry: Entry, stop: Event) -> bool:
    started_at = utc_now()
    end = work.crawl(entry, stop)
    if end.why:
        work.crawl_failed(entry, started_at, end)
    return end.code == 0


def _until_stopped(config: Config, steps: Steps) -> int:
    from bot.buttons import listening
    from bot.conductor import Conductor
    from bot.health import look
    from bot.metrics import serving_metrics
    from bot.running import ScheduledWork, stop_on_signals

    stop, work = stop_on_signals(), ScheduledWork(config, steps, utc_now)
    work.first_look.opens()
    address = config.bot.metrics
    metrics = serving_metrics(address, lambda: look(config, steps.store, utc_now())) if address else nullcontext()
    conductor = Conductor(
        entries=config.entries,
        weekly=config.weekly,
        work=work,
        clock=utc_now,
        stop=stop,
        at_once=config.bot.crawls_at_once,
    )
    with metrics, listening(steps, utc_now, conductor.round_now):
        conductor.run()
    return 0
