"""`repwatch run`: APScheduler keeps the time, the store says what comes next, each crawl is a process of its own."""

from __future__ import annotations

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

# A host that is being read is tried again after so long.
_HOST_BUSY = timedelta(seconds=15)
# The database was away: the plan is made again after so long.
_AGAIN = timedelta(seconds=30)


class Work(Protocol):
    """What the conductor conducts; `bot.steps` does it for real. A step says its own failures and never raises."""

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
    """Plans one moment for each job; when it has run, the next is asked of the store again."""

    entries: Sequence[Entry]
    weekly: Weekly | None
    work: Work
    clock: Clock
    stop: Event
    at_once: int = 2
    _scheduler: Any = None
    _hosts: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def run(self) -> None:
        """Until `stop` is set; then the steps in hand end, running crawls are asked to, and nothing new begins."""
        self._scheduler = _scheduler(self.at_once)
        self._scheduler.start()
        self._at(self.clock(), "plan", "steps", self._plan)
        self._at(self.clock(), "round", "steps", self._round)
        self.stop.wait()
        LOG.info("stopping after the step in hand")
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def round_now(self) -> None:
        """Somebody pressed a button: the card should change at once, not within the minute."""
        if self._scheduler:
            self._at(self.clock(), "round", "steps", self._round)

    def _plan(self) -> None:
        """A moment for each job, from the store; what is overdue comes first and in turn, not all at once."""
        now = self.clock()
        try:
            jobs = all_jobs(self.entries, self.weekly, self.work.last_runs(now), now)
        except Exception as error:
            LOG.error("plan failed: %s", error)
            self._at(now + _AGAIN, "plan", "steps", self._plan)
            return
        for job in jobs:
            self._put(job, now)

    def _put(self, job: Job, now: datetime) -> None:
        moment = max(job.due_at, now)
        if not job.is_crawl:
            self._at(moment, "digest", "steps", self._digest)
            return
        entry = next(entry for entry in self.entries if entry.name == job.name)
        if host_of(entry) not in self._hosts or not self._is_running(entry):
            self._at(moment, f"crawl {entry.name}", "crawls", lambda: self._crawl(entry))

    def _is_running(self, entry: Entry) -> bool:
        return f"running {entry.name}" in self._hosts

    def _crawl(self, entry: Entry) -> None:
        """One crawl, unless its host is being read by another entry; afterwards a round and a new plan."""
        if self.stop.is_set():
            return
        host = host_of(entry)
        with self._lock:
            busy = host in self._hosts
            if not busy:
                self._hosts |= {host, f"running {entry.name}"}
        if busy:
            self._at(self.clock() + _HOST_BUSY, f"crawl {entry.name}", "crawls", lambda: self._crawl(entry))
            return
        started_at = self.clock()
        try:
            end = self.work.crawl(entry, self.stop)
            if end.why:
                step_line("crawl", entry=entry.name, status="failed", why=end.why)
                self.work.crawl_failed(entry, started_at, end)
        except Exception as error:
            LOG.error("crawl entry=%s failed: %s", entry.name, error)
        finally:
            with self._lock:
                self._hosts -= {host, f"running {entry.name}"}
        self._at(self.clock(), "round", "steps", self._round)
        self._at(self.clock(), "plan", "steps", self._plan)

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
        self._at(self.clock(), "plan", "steps", self._plan)

    def _at(self, moment: datetime, name: str, pool: str, action: Callable[[], None]) -> None:
        """One planned moment a name: a later plan replaces an earlier one."""
        if self.stop.is_set():
            return
        self._scheduler.add_job(action, "date", run_date=moment, id=name, executor=pool, replace_existing=True)


def _scheduler(at_once: int) -> Any:
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    return BackgroundScheduler(
        timezone=UTC,
        executors={"crawls": ThreadPoolExecutor(at_once), "steps": ThreadPoolExecutor(1)},
        # A moment that was slept through is still kept, however late, and once.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
