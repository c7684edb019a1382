"""`repwatch worker`: one more process, on this machine or another, for an installation on PostgreSQL."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.errors import FailedError, UsageError
from bot.logs import LOG
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from bot.config import Config
    from storage.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", metavar="KINDS", help="of crawl,classify,alert (default: all of them)")
    parser.add_argument(
        "--at-once", type=int, default=2, metavar="N", help="jobs this process does at once (default: 2)"
    )


def run(given: argparse.Namespace) -> int:
    from bot.running import stop_on_signals
    from bot.worker import KINDS, conninfo_of, install, make_app

    config = config_of(given)
    kinds = tuple(given.only.split(",")) if given.only else KINDS
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise UsageError(f"--only {given.only}: there are {', '.join(KINDS)}")
    if config.store.file is not None or config.store.url.startswith("sqlite"):
        raise FailedError(
            f"workers need PostgreSQL, and this installation keeps its data in {config.store.url}: "
            "set DATABASE_URL=postgresql+psycopg://…, or use repwatch run"
        )
    from bot.worker_loop import run_worker

    with open_store(config) as store:
        install(config)
        with attending(config, store, kinds):
            app, conninfo = make_app(config, store, utc_now), conninfo_of(config.store.url)
            run_worker(app, conninfo, kinds, stop_on_signals(), at_once=given.at_once)
    return 0


@contextmanager
def attending(config: Config, store: Store, kinds: Collection[str]) -> Iterator[None]:
    """Presses are heard where alerts are this worker's work; figures are served unless a neighbour does."""
    from bot.buttons import listening
    from bot.health import look
    from bot.metrics import serving_metrics
    from bot.steps import Steps
    from bot.worker import telling_soon

    with ExitStack() as doors:
        if address := config.bot.metrics:
            try:
                doors.enter_context(serving_metrics(address, lambda: look(config, store, utc_now())))
            except OSError as error:
                LOG.info("no figures at %s from this worker: %s", address, error)
        if "alert" in kinds:
            soon = doors.enter_context(telling_soon(config))
            doors.enter_context(listening(Steps(config, store, utc_now), utc_now, soon))
        yield
