"""What is due, from what was last run: pure, so a restart forgets nothing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cadence import Cron, Every, Weekly
from bot.schedule import Job, LastRuns, all_jobs, due_jobs, host_of
from bot.settings.sources import Entry
from storage.records import Crawl, CrawlStatus

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
WEEKLY = Weekly(weekday=0, at=time(9), zone=ZoneInfo("Europe/Warsaw"))
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def entry(name: str = "forum", minutes: int = 10, paused: bool = False, **options: object) -> Entry:
    span = timedelta(minutes=minutes)
    return Entry(name=name, source=name, brands=(), cadence=Every(span=span), paused=paused, options=options)


def crawled(name: str, minutes_ago: float, status: CrawlStatus = CrawlStatus.OK) -> dict[str, Crawl]:
    began = NOW - timedelta(minutes=minutes_ago)
    return {name: Crawl(source=name, entry=name, started_at=began, ended_at=began, status=status)}


def in_minutes(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


MOMENTS = {
    "never crawled: now": (entry(), LastRuns(), 0, "first"),
    "crawled four minutes ago: in six": (entry(), LastRuns(crawls=crawled("forum", 4)), 6, "cadence"),
    "overdue: it says since when": (entry(), LastRuns(crawls=crawled("forum", 25)), -15, "cadence"),
    "failed, daily: again after an hour": (
        entry(minutes=1440), LastRuns(crawls=crawled("forum", 10, CrawlStatus.FAILED)), 50, "retry"),
    "failed, every ten minutes: at its own pace": (
        entry(), LastRuns(crawls=crawled("forum", 4, CrawlStatus.FAILED)), 6, "cadence"),
    "blocked is no failure: at its own pace": (
        entry(minutes=1440), LastRuns(crawls=crawled("forum", 10, CrawlStatus.BLOCKED)), 1430, "cadence"),
    "a growing thread asks for it sooner": (
        entry(minutes=60), LastRuns(crawls=crawled("forum", 20), visits={"forum": in_minutes(3)}), 3, "growing"),
    "never sooner than five minutes after the last": (
        entry(minutes=60), LastRuns(crawls=crawled("forum", 1), visits={"forum": NOW}), 4, "growing"),
    "a thread that can wait changes nothing": (
        entry(), LastRuns(crawls=crawled("forum", 4), visits={"forum": in_minutes(90)}), 6, "cadence"),
    "a clock that went back an hour does not stop a source": (
        entry(), LastRuns(crawls=crawled("forum", -60)), 0, "clock"),
    "clocks of two machines that differ a little change nothing": (
        entry(), LastRuns(crawls=crawled("forum", -1)), 10, "cadence"),
    "a cron line counts from the last crawl": (
        Entry(name="forum", source="forum", brands=(), cadence=Cron(line="30 * * * *")),
        LastRuns(crawls=crawled("forum", 45)), -30, "cadence"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "last", "minutes", "why"), MOMENTS.values(), ids=MOMENTS.keys())
def test_when_a_source_is_due(one: Entry, last: LastRuns, minutes: float, why: str) -> None:
    assert all_jobs([one], None, last, NOW) == [Job(due_at=in_minutes(minutes), name="forum", is_crawl=True, why=why)]


def test_a_paused_source_is_never_due() -> None:
    assert all_jobs([entry(paused=True)], None, LastRuns(), NOW) == []


def test_after_a_restart_only_what_is_due_is_run_the_longest_waiting_first() -> None:
    entries = [entry("fresh"), entry("late"), entry("later")]
    last = LastRuns(crawls=crawled("fresh", 1) | crawled("late", 15) | crawled("later", 90))
    assert [job.name for job in due_jobs(entries, None, last, NOW)] == ["later", "late"]


DIGESTS = {
    "made after Monday nine: next Monday": (MONDAY + timedelta(minutes=1), MONDAY + timedelta(days=7)),
    "down on Monday: owed since then": (MONDAY - timedelta(days=7), MONDAY),
    "down for a month: owed once": (MONDAY - timedelta(days=30), MONDAY),
    "never made, watching has just begun: next Monday": (None, MONDAY + timedelta(days=7)),
}


@pytest.mark.parametrize(("made_at", "due"), DIGESTS.values(), ids=DIGESTS.keys())
def test_when_the_digest_is_due(made_at: datetime | None, due: datetime) -> None:
    jobs = all_jobs([], WEEKLY, LastRuns(digest_at=made_at), NOW)
    assert jobs == [Job(due_at=due, name="digest", is_crawl=False, why="weekly")]


HOSTS = {
    "a forum's own address": (entry(base_url="https://a.example/forum"), "a.example"),
    "the first of several": (entry(instances=("https://b.example", "https://c.example")), "b.example"),
    "none configured: the source itself": (entry("hackernews"), "hackernews"),
}


@pytest.mark.parametrize(("one", "host"), HOSTS.values(), ids=HOSTS.keys())
def test_what_is_not_read_twice_at_once(one: Entry, host: str) -> None:
    assert host_of(one) == host
