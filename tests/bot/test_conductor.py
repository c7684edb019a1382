"""The conductor on a played world: plans, hosts, failures, and the end after the step in hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from threading import Event
from typing import Any

import pytest

from bot.cadence import Every, Weekly
from bot.clock import utc_now
from bot.conductor import Conductor
from bot.crawling import CrawlEnd
from bot.schedule import LastRuns
from bot.settings.sources import Entry
from storage.records import Crawl, CrawlStatus


def entry(name: str, host: str = "") -> Entry:
    options = {"base_url": f"https://{host}"} if host else {}
    return Entry(name=name, source=name, brands=(), cadence=Every(span=timedelta(hours=1)), options=options)


@dataclass
class PlayedWork:
    """Remembers what it was asked to do, and ends the conductor when all of it came."""

    stop: Event
    until: Callable[[PlayedWork], bool]
    crawls: list[str] = field(default_factory=list)
    failed: list[tuple[str, str | None]] = field(default_factory=list)
    rounds: int = 0
    digests: int = 0
    good: int = 0
    done: dict[str, Crawl] = field(default_factory=dict)
    end: CrawlEnd = field(default_factory=lambda: CrawlEnd(code=0))
    round_is_good: bool = True
    plan_fails: int = 0
    digest_at: datetime | None = None
    raises: str | None = None
    forgets: bool = False

    def last_runs(self, now: datetime) -> LastRuns:
        if self.plan_fails:
            self.plan_fails -= 1
            raise OSError("the database is away")
        return LastRuns(crawls=self.done, digest_at=self.digest_at)

    def crawl(self, one: Entry, stop: Event) -> CrawlEnd:
        self.crawls.append(one.name)
        if one.name == self.raises:
            raise OSError("no more processes")
        now = utc_now()
        crawl = Crawl(source=one.source, entry=one.name, started_at=now, ended_at=now, status=CrawlStatus.OK)
        if not self.forgets:
            self.done[one.name] = crawl
        self._look()
        return self.end

    def crawl_failed(self, one: Entry, started_at: datetime, end: CrawlEnd) -> None:
        self.failed.append((one.name, end.why))
        self._look()

    def round(self, now: datetime, stop: Event) -> bool:
        self.rounds += 1
        self._look()
        return self.round_is_good

    def digest(self, now: datetime) -> bool:
        self.digests += 1
        self.digest_at = now
        self._look()
        return True

    def good_round(self) -> None:
        self.good += 1
        self._look()

    def _look(self) -> None:
        if self.until(self):
            self.stop.set()


def conducted(entries: list[Entry], until: Callable[[PlayedWork], bool], **work: Any) -> PlayedWork:
    """Runs a conductor until `until`; ten seconds are far more than it needs."""
    stop, weekly = Event(), work.pop("weekly", None)
    played = PlayedWork(stop=stop, until=until, **work)
    # APScheduler keeps the real time, so the conductor must too.
    conductor = Conductor(entries=entries, weekly=weekly, work=played, clock=utc_now, stop=stop, at_once=2)
    thread = threading.Thread(target=conductor.run, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "the conductor did not end"
    return played


class Notebook:
    """Writes down what was planned instead of waiting for it."""

    def __init__(self) -> None:
        self.planned: dict[str, Any] = {}

    def add_job(self, action: Callable[[], None], kind: str, *, id: str, **more: Any) -> None:
        self.planned[id] = (action, more["run_date"])

    def take(self, name: str) -> None:
        """Does what was planned under that name."""
        action, _ = self.planned.pop(name)
        action()

    @property
    def crawls(self) -> list[str]:
        return [name.removeprefix("crawl ") for name in self.planned if name.startswith("crawl ")]


def planned(entries: list[Entry], weekly: Weekly | None = None, **work: Any) -> tuple[PlayedWork, Conductor, Notebook]:
    """A conductor that has made its first plan, and what it planned."""
    notebook, stop = Notebook(), Event()
    played = PlayedWork(stop=stop, until=lambda _: False, **work)
    conductor = Conductor(
        entries=entries, weekly=weekly, work=played, clock=utc_now, stop=stop, at_once=2, _scheduler=notebook
    )
    conductor._plan()
    return played, conductor, notebook


def test_every_source_is_crawled_once_and_a_round_follows() -> None:
    work = conducted([entry("a"), entry("b"), entry("c")], lambda w: len(w.crawls) == 3 and w.rounds >= 2)
    assert sorted(work.crawls) == ["a", "b", "c"]


def test_two_entries_of_one_host_are_never_read_at_once() -> None:
    _, conductor, notebook = planned([entry("a", "one.example"), entry("b", "one.example"), entry("c", "two.example")])
    assert notebook.crawls == ["a", "c"]
    notebook.take("crawl a")
    conductor._plan()
    assert notebook.crawls == ["c", "b"]


def test_a_crawl_that_was_ended_is_recorded_as_failed() -> None:
    end = CrawlEnd(code=-9, why="ended by its time limit of 10 minutes")
    work = conducted([entry("a")], lambda w: bool(w.failed), end=end)
    assert work.failed == [("a", "ended by its time limit of 10 minutes")]


def test_only_a_good_round_sends_the_heartbeat() -> None:
    bad = conducted([], lambda w: w.rounds >= 1, round_is_good=False)
    good = conducted([], lambda w: w.good >= 1)
    assert (bad.good, good.good) == (0, 1)


def test_nothing_new_begins_after_the_end_was_asked_for() -> None:
    played, conductor, notebook = planned([entry("a"), entry("b")])
    played.stop.set()
    notebook.take("crawl a")
    conductor._round()
    assert (played.crawls, played.rounds) == ([], 0)


def test_many_sources_never_run_more_than_two_at_once() -> None:
    _, conductor, notebook = planned([entry(name) for name in "abcd"])
    begun = []
    while notebook.crawls:
        begun.append("".join(notebook.crawls))
        notebook.take(f"crawl {notebook.crawls[0]}")
        conductor._plan()
    assert begun == ["ab", "bc", "cd", "d"]


def test_what_is_not_due_is_not_crawled_after_a_restart() -> None:
    now = utc_now()
    fresh = Crawl(source="a", entry="a", started_at=now, ended_at=now, status=CrawlStatus.OK)
    work = conducted([entry("a"), entry("b")], lambda w: "b" in w.done and w.rounds >= 2, done={"a": fresh})
    assert work.crawls == ["b"]


def test_a_crawl_that_raises_holds_up_nothing_not_even_its_own_host(caplog: pytest.LogCaptureFixture) -> None:
    entries = [entry("a", "one.example"), entry("b", "one.example")]
    work = conducted(entries, lambda w: "b" in w.done, raises="a")
    assert work.crawls == ["a", "b"]
    assert "crawl entry=a failed: no more processes" in caplog.text


def test_what_can_not_be_recorded_does_not_spin() -> None:
    _, conductor, notebook = planned([entry("a")], forgets=True)
    notebook.take("crawl a")
    conductor._plan()
    assert notebook.crawls == []
    _, next_plan = notebook.planned["plan"]
    assert timedelta(seconds=30) < next_plan - utc_now() <= timedelta(minutes=1)


def test_a_plan_that_fails_is_made_again_within_half_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    _, _, notebook = planned([entry("a")], plan_fails=1)
    assert "plan failed: the database is away" in caplog.text
    assert list(notebook.planned) == ["plan"]
    assert notebook.planned["plan"][1] - utc_now() <= timedelta(seconds=30)
    notebook.take("plan")
    assert notebook.crawls == ["a"]


def test_a_plan_is_made_every_two_minutes_though_nothing_is_due() -> None:
    _, conductor, notebook = planned([entry("a")])
    notebook.take("crawl a")
    conductor._plan()
    # A crawl is due in an hour, but deadlines that are set meanwhile may ask for it sooner.
    assert timedelta(minutes=1) < notebook.planned["plan"][1] - utc_now() <= timedelta(minutes=2)


def test_the_digest_is_made_once_and_sent_by_the_round_after_it() -> None:
    long_ago = utc_now() - timedelta(days=30)
    played, _, notebook = planned([], Weekly(weekday=0, at=time(9)), digest_at=long_ago)
    notebook.take("digest")
    assert "round now" in notebook.planned
    notebook.take("plan now")
    assert (played.digests, "digest" in notebook.planned) == (1, False)
