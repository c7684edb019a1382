"""What every played road needs: a clock that runs faster than ours, and a crawl in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config, load_config
from bot.steps import Steps
from storage.store import open_store

# A second of ours is so many of the played Slack's, so that its one post a second does not make the demo long.
TIME_SCALE = 20.0
_LONGEST_CRAWL_SECONDS = 120


class FastClock:
    """A played moment, and within it time at the played Slack's speed; never goes back."""

    def __init__(self, moment: datetime) -> None:
        self._moment, self._since = moment, time.monotonic()

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=(time.monotonic() - self._since) * TIME_SCALE)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / TIME_SCALE)

    def move_to(self, moment: datetime) -> datetime:
        """Goes on to `moment`, or stays where it is when that has passed; the moment it is now."""
        self._moment, self._since = max(moment, self.now()), time.monotonic()
        return self._moment


def crawl_apart(config: Config, now: datetime) -> None:
    """Twisted's reactor starts once a process, so each round's crawl has one."""
    variables = dict(config.environment.variables)
    process = multiprocessing.get_context("spawn").Process(target=_crawl, args=(config.file, variables, now))
    process.start()
    process.join(_LONGEST_CRAWL_SECONDS)
    if process.exitcode != 0:
        raise RuntimeError(f"the played crawl ended with {process.exitcode}")


def _crawl(file: Path, variables: Mapping[str, str], now: datetime) -> None:
    config = load_config(file, variables)
    with open_store(config.store.url, clock=lambda: now) as store:
        Steps(config, store, lambda: now).crawl(config.entries, now)
