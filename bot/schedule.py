"""What is due, from what was last run and how often it should be; pure, so that a restart forgets nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.cadence import Weekly
from bot.settings.sources import Entry
from storage.records import Crawl, CrawlStatus

# A crawl that failed is tried again after so long, however rarely the source is collected.
RETRY_AFTER = timedelta(hours=1)
# No forecast makes us a worse guest than this.
FASTEST_PACE = timedelta(minutes=5)
# Cards, reminders and missed deadlines are looked after at least so often, crawl or no crawl.
ROUND_EVERY = timedelta(minutes=1)
# Clocks of several machines may differ so much; a crawl further ahead was noted by a clock that has been set back.
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRuns:
    """What the store knows of the past; everything may be missing."""

    # By entry, the newest crawl.
    crawls: Mapping[str, Crawl] = field(default_factory=dict)
    # By entry, when a thread that is followed (a live alert, a growing deadline) should be looked at again.
    visits: Mapping[str, datetime] = field(default_factory=dict)
    # When a digest was last made, or the first `repwatch run` began.
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Job:
    """Something to do at a moment; "digest" or a configured entry."""

    due_at: datetime
    name: str
    is_crawl: bool
    # Why this soon: first, cadence, growing, retry, clock, weekly
    why: str


def due_jobs(entries: Sequence[Entry], digest: Weekly | None, last: LastRuns, now: datetime) -> list[Job]:
    """The jobs whose moment has come, the longest waiting first."""
    return [job for job in all_jobs(entries, digest, last, now) if job.due_at <= now]


def all_jobs(entries: Sequence[Entry], digest: Weekly | None, last: LastRuns, now: datetime) -> list[Job]:
    """Each job with its next moment, soonest first; a paused entry has none."""
    jobs = [next_crawl(entry, last, now) for entry in entries if not entry.paused]
    if digest:
        jobs.append(next_digest(digest, last.digest_at, now))
    return sorted(jobs)


def next_crawl(entry: Entry, last: LastRuns, now: datetime) -> Job:
    """A clock that went back must not stop a source: after a crawl "in the future" it is due at once, and then again
    at its pace."""
    crawl = last.crawls.get(entry.name)
    if crawl is None:
        return Job(due_at=now, name=entry.name, is_crawl=True, why="first")
    if crawl.started_at > now + CLOCKS_DIFFER:
        return Job(due_at=now, name=entry.name, is_crawl=True, why="clock")
    began = min(crawl.started_at, now)
    moments = {"cadence": entry.cadence.next_after(began)}
    if crawl.status is CrawlStatus.FAILED:
        moments["retry"] = began + RETRY_AFTER
    if visit := last.visits.get(entry.name):
        moments["growing"] = max(visit, began + FASTEST_PACE)
    why = min(moments, key=lambda name: (moments[name], name != "cadence"))
    return Job(due_at=moments[why], name=entry.name, is_crawl=True, why=why)


def next_digest(weekly: Weekly, made_at: datetime | None, now: datetime) -> Job:
    """Also for a slot that passed while the bot was down; a first run owes none for the weeks before it."""
    slot = weekly.last_before(now)
    owed = made_at is not None and made_at < slot
    return Job(due_at=slot if owed else weekly.next_after(now), name="digest", is_crawl=False, why="weekly")


def host_of(entry: Entry) -> str:
    """What two entries must share to be kept apart: a host where one is configured, else the source."""
    for value in entry.options.values():
        first = value[0] if isinstance(value, tuple) and value else value
        if isinstance(first, str) and "://" in first:
            return urlsplit(first).hostname or entry.source
    return entry.source
