"""Plays the demo: five moments of one morning, each a real round of the program, then Monday's digest."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from bot.config import Config, load_config
from bot.demo.clock import DemoClock
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.played_appstore import PlayedAppStore
from bot.demo.played_forum import PlayedForum
from bot.demo.played_mastodon import PlayedMastodon
from bot.demo.show import Stage
from bot.demo.sites import PlayedSite
from bot.demo.story import read_story
from bot.steps import Steps
from storage.store import Store, open_store

# A second of ours is so many of the played Slack's, so that its one post a second does not make the demo long.
TIME_SCALE = 20.0
# Minutes on the demo's clock at which a round is run, and what there is to see.
ROUNDS = (
    (0.0, "Tuesday morning, the first look at three sites"),
    (20.0, "twenty minutes later: two threads are growing"),
    (45.0, "the brand has answered in public; the crawl sees it"),
    (75.0, "a page is down, a rating went from 1 to 4 stars, a deadline is near"),
    (125.0, "one thread was left alone: missed, and told to the next people"),
)


@dataclass(slots=True)
class _SlackClock:
    """The demo's minute, and within it time at the played Slack's speed."""

    clock: DemoClock
    _since: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.clock.now + timedelta(seconds=(time.monotonic() - self._since) * TIME_SCALE)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / TIME_SCALE)

    def restart(self) -> None:
        """A new round begins at its own minute."""
        self._since = time.monotonic()


def run_demo(out: Path, today: datetime | None = None) -> int:
    """The whole road on played sites; leaves repwatch.toml, the database and digest.html in `out`."""
    clock = DemoClock.on_last_tuesday(today or datetime.now(UTC))
    out.mkdir(parents=True, exist_ok=True)
    stage = Stage()
    with (
        _played_sites(clock) as places,
        LoopbackSlack(channels=("velora-reviews", "velora-managers"), time_scale=TIME_SCALE) as slack,
    ):
        config = _configured(out, places, slack)
        stage.opens(config.file, out)
        slack_clock = _SlackClock(clock)
        with open_store(config.store.url, clock=lambda: clock.now) as store:
            steps = Steps(config, store, lambda: clock.now, slack_clock=slack_clock)
            for minute, what in ROUNDS:
                clock.minute = minute
                slack_clock.restart()
                stage.begins(clock.now, what)
                _round(config, steps, store, slack, stage)
            stage.again(_nothing_new(steps, slack))
            clock.minute = _minutes_to_monday(clock)
            slack_clock.restart()
            _digest(config, steps, store, out, stage)
    stage.ends(out)
    return 0


def _round(config: Config, steps: Steps, store: Store, slack: LoopbackSlack, stage: Stage) -> None:
    """Crawl (its own process, as always), classify, alert, deliver; then what is new in Slack."""
    now = steps.clock()
    before = store.last_crawls()
    _crawl_apart(config, now)
    stage.crawled([crawl for name, crawl in store.last_crawls().items() if crawl != before.get(name)])
    seen = len(slack.calls)
    steps.classify(now)
    steps.alert(now)
    steps.deliver()
    stage.told(slack.calls[seen:])


def _crawl_apart(config: Config, now: datetime) -> None:
    """Twisted's reactor starts once a process, so each round's crawl has one."""
    process = multiprocessing.get_context("spawn").Process(
        target=_crawl, args=(config.file, dict(config.environment.variables), now)
    )
    process.start()
    process.join(120)
    if process.exitcode != 0:
        raise RuntimeError(f"the demo's crawl ended with {process.exitcode}")


def _crawl(file: Path, variables: Mapping[str, str], now: datetime) -> None:
    config = load_config(file, variables)
    with open_store(config.store.url, clock=lambda: now) as store:
        Steps(config, store, lambda: now).crawl(config.entries, now)
