"""`repwatch run`: the steps under the conductor until SIGTERM, or each of them once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from bot import plans
from bot.buttons import read_polled
from bot.clock import Clock
from bot.crawling import CrawlEnd, Stop, crawl_command, run_crawl
from bot.first_look import FirstLook
from bot.logs import LOG, step_line
from bot.plans import BEGUN
from bot.quiet import QuietHours
from storage.records import Crawl, CrawlStatus

if TYPE_CHECKING:
    from bot.config import Config
    from bot.schedule import LastRuns
    from bot.settings.sources import Entry
    from bot.steps import Steps

# A crawl is ended by the conductor so long after it should have ended itself.
SLACK_TIME = timedelta(minutes=2)
_HEARTBEAT_SECONDS = 10


class ScheduledWork:
    """What the conductor conducts, for real: crawls as processes, the other steps here."""

    def __init__(self, config: Config, steps: Steps, clock: Clock) -> None:
        self.config = config
        self.steps = steps
        self.clock = clock
        self.first_look = FirstLook(config, steps.store, clock())
        self.quiet = QuietHours(clock())
        self._failing: set[str] = set()

    def last_runs(self, now: datetime) -> LastRuns:
        """The past; the first one ever notes when watching began, so that no digest is owed for the time before."""
        if self.steps.store.last_run(BEGUN) is None:
            self.steps.store.save_run(BEGUN, now, now, True)
        return plans.last_runs(self.config, self.steps.store, now)

    def crawl(self, entry: Entry, stop: Stop) -> CrawlEnd:
        limit = (entry.time_limit or timedelta(seconds=self.config.crawl.time_limit)) + SLACK_TIME
        self.first_look.begins(entry)
        try:
            return run_crawl(crawl_command(entry.name, self.config.file), limit, stop)
        finally:
            self.quiet.crawled()
            self.first_look.ends(entry, self.clock())

    def crawl_failed(self, entry: Entry, started_at: datetime, end: CrawlEnd) -> None:
        """Keeps that a process did not come to its own end: over the crawl it began, else as one of its own."""
        store, now = self.steps.store, self.clock()
        begun = store.last_crawls().get(entry.name)
        if begun is None or begun.started_at < started_at:
            begun = Crawl(
                source=entry.source, entry=entry.name, started_at=started_at, ended_at=now, status=CrawlStatus.FAILED
            )
        store.save_crawl(replace(begun, ended_at=now, status=CrawlStatus.FAILED, seen=end.why))

    def round(self, now: datetime, stop: Stop) -> bool:
        """classify, then `tell`."""
        began = self.clock()
        judged = self.tried("classify", lambda: self.quiet.hears(self.steps.classify(now)))
        told = self.tell(now, stop)
        self.first_look.told(began, self.clock())
        return told and judged

    def tell(self, now: datetime, stop: Stop) -> bool:
        """reactions → alert → deliver. One that fails is said once and does not hold up the others."""
        parts = (
            ("reactions", lambda: read_polled(self.steps, now)),
            ("alert", lambda: self.quiet.hears(self.steps.alert(now))),
            ("deliver", lambda: self.quiet.hears(self.steps.deliver(stop.is_set))),
            ("tidy", lambda: self.steps.tidy(now)),
        )
        went = [self.tried(name, act) for name, act in parts if not stop.is_set()]
        self.quiet.ends_round(self.clock())
        return all(went)

    def digest(self, now: datetime) -> bool:
        """The last week that was over at the digest's hour, also when that hour was slept through."""
        return self.tried("digest", lambda: self.steps.digest(self.config.digest.weekly.last_before(now), now))

    def tried(self, name: str, act: Callable[[], object]) -> bool:
        """False when it failed, which is said when it begins to."""
        try:
            act()
        except Exception as error:
            # Told when it begins to fail and when it works again, not once a minute in between.
            (LOG.debug if name in self._failing else LOG.error)("%s failed: %s", name, error)
            self._failing.add(name)
            return False
        if name in self._failing:
            self._failing.discard(name)
            LOG.info("%s works again", name)
        return True

    def good_round(self) -> None:
        """The heartbeat: whoever waits for it notices when we fall silent."""
        if not self.config.bot.heartbeat:
            return
        try:
            request = Request(self.config.bot.heartbeat, headers={"User-Agent": "repwatch"})  # noqa: S310
            with urlopen(request, timeout=_HEARTBEAT_SECONDS):  # noqa: S310
                pass
        except (OSError, ValueError) as error:
            LOG.warning("heartbeat failed: %s", error)


def stop_on_signals() -> Event:
    """An event that SIGTERM and the first Ctrl-C set; the second Ctrl-C ends at once."""
    stop = Event()

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        step_line("stop", signal=signal.Signals(number).name)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop
