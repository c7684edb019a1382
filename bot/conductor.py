"""`repwatch run`: APScheduler keeps the time, the store says what comes next, each crawl is a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any, Protocol

from bot.cadence import Weekly
from bot.clock import Clock
from bot.crawling import CrawlEnd
from bot.logs import LOG, step_line
from bot.schedule import ROUND_EVERY, Job, LastRuns, all_jobs, host_of
from bot.settings.sources import Entry

# A new plan at least so often: a deadline set meanwhile may ask for a source sooner.
_LOOK_AGAIN = timedelta(minutes=2)
# Whatever ran is not begun again within this time: what could not be recorded must not spin.
_BREATH = timedelta(minutes=1)
# The database was away: the plan is made again after so long.
_AGAIN = timedelta(seconds=30)
# How often it is asked whether somebody set the clock, and by how much at least.
CLOCK_LOOK_SECONDS = 20.0
_CLOCK_WAS_SET = timedelta(seconds=60)


class Work(Protocol):
    """What the conductor conducts: `bot.running.ScheduledWork`. A step says its own failures and never raises."""

    def last_runs(self, now: datetime) -> LastRuns: ...
    def crawl(self, entry: Entry, stop: Event) -> CrawlEnd: ...
    def crawl_failed(self, entry: Entry, started_at: datetime, end: CrawlEnd) -> None: ...
    def round(self, now: datetime, stop: Event) -> bool:
        """classify → alert → deliver; True where all went well."""
        ...

    def digest(self, now: datetime) -> bool: ...
    def good_round(self) -> None:
        """After a round in which nothing failed: the heartbeat."""
        ...


@dataclass(slots=True)
class Conductor:
    """Begins what the store says is due, and asks it again after each crawl: nothing is remembered here."""

    entries: Sequence[Entry]
    weekly: Weekly | None
    work: Work
    clock: Clock
    stop: Event
    at_once: int = 2
    _scheduler: Any = None
    _hosts: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _not_before: dict[str, datetime] = field(default_factory=dict)
    _adding: Lock = field(default_factory=Lock)
    _is_closed: bool = False

    def run(self) -> None:
        """Until `stop` is set; then the steps in hand end, running crawls are asked to, and nothing new begins."""
        self._scheduler = _scheduler(self.at_once)
        self._scheduler.start()
        self._at(self.clock(), "plan now", "plans", self._plan)
        self._at(self.clock(), "round now", "steps", self._round)
        self._mind_the_clock()
        LOG.info("stopping after the step in hand")
        # Shutting down, APScheduler keeps its job list locked while it waits for us: nobody may still be adding.
        with self._adding:
            self._is_closed = True
            self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def _mind_the_clock(self) -> None:
        """Until `stop`. Planned moments are the clock's: after it was set, they are planned anew, or an hour set back
        would be an hour of silence."""
        began, since = self.clock(), time.monotonic()
        while not self.stop.wait(CLOCK_LOOK_SECONDS):
            now, moved = self.clock(), timedelta(seconds=time.monotonic() - since)
            if abs(now - began - moved) > _CLOCK_WAS_SET:
                LOG.warning("the clock was set by %d seconds: planning anew", (now - began - moved).total_seconds())
                self._not_before.clear()
                self._at(now, "plan", "plans", self._plan)
                self._at(now, "round", "steps", self._round)
            began, since = now, time.monotonic()

    def round_now(self) -> None:
        """Somebody pressed a button: the card should change at once, not within the minute."""
        if self._scheduler:
            self._at(self.clock(), "round now", "steps", self._round)

    def _plan(self) -> None:
        """Begins what is due, the longest waiting first, as far as there is room; comes back when something else is."""
        now = self.clock()
        try:
            jobs = all_jobs(self.entries, self.weekly, self.work.last_runs(now), now)
        except Exception as error:
            LOG.error("plan failed: %s", error)
            self._at(now + _AGAIN, "plan", "plans", self._plan)
            return
        moments = [(max(job.due_at, self._not_before.get(job.name, job.due_at)), job) for job in jobs]
        for moment, job in moments:
            if moment <= now:
                self._begin(job)
        coming = [moment for moment, _ in moments if moment > now]
        self._at(min([*coming, now + _LOOK_AGAIN]), "plan", "plans", self._plan)

    def _begin(self, job: Job) -> None:
        """Whoever finds no room, or its host being read, is begun by the plan that follows the next crawl's end."""
        if not job.is_crawl:
            self._at(self.clock(), "digest", "steps", self._digest)
            return
        entry = next(entry for entry in self.entries if entry.name == job.name)
        with self._lock:
            if len(self._hosts) >= self.at_once or host_of(entry) in self._hosts:
                return
            self._hosts.add(host_of(entry))
        self._at(self.clock(), f"crawl {entry.name}", "crawls", lambda: self._crawl(entry))

    def _crawl(self, entry: Entry) -> None:
        """One crawl; afterwards a round and a new plan."""
        started_at = self.clock()
        try:
            if self.stop.is_set():
                return
            end = self.work.crawl(entry, self.stop)
            if end.why:
                step_line("crawl", entry=entry.name, status="failed", why=end.why)
                self.work.crawl_failed(entry, started_at, end)
        except Exception as error:
            LOG.error("crawl entry=%s failed: %s", entry.name, error)
        finally:
            with self._lock:
                self._hosts.discard(host_of(entry))
            self._not_before[entry.name] = self.clock() + _BREATH
        self._at(self.clock(), "round now", "steps", self._round)
        self._at(self.clock(), "plan now", "plans", self._plan)

    def _round(self) -> None:
        if self.stop.is_set():
            return
        now = self.clock()
        try:
            if self.work.round(now, self.stop):
                self.work.good_round()
        finally:
            self._at(now + ROUND_EVERY, "round", "steps", self._round)

    def _digest(self) -> None:
        self.work.digest(self.clock())
        self._not_before["digest"] = self.clock() + _BREATH
        self.round_now()
        self._at(self.clock(), "plan now", "plans", self._plan)

    def _at(self, moment: datetime, name: str, pool: str, action: Callable[[], None]) -> None:
        """One planned moment a name: a later one replaces an earlier one."""
        with self._adding:
            if not self._is_closed:
                self._scheduler.add_job(action, "date", run_date=moment, id=name, executor=pool, replace_existing=True)


def _scheduler(at_once: int) -> Any:
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    return BackgroundScheduler(
        timezone=UTC,
        executors={
            "crawls": ThreadPoolExecutor(at_once),
            "steps": ThreadPoolExecutor(1),
            "plans": ThreadPoolExecutor(1),
        },
        # A moment that was slept through is still kept, however late, and once. What is asked for while the same is
        # running waits for its pool's one thread instead of being dropped.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1000},
    )
