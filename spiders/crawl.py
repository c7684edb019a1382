"""The crawl step: runs the plans with Scrapy in this process and records how each went."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

# Loaded here, not by the first request: it looks through the whole call stack, which is deep by then.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from spiders.base import MentionSpider
from spiders.budget import BUDGET_ENTRY, Budget
from spiders.ending import Ending
from spiders.keeping import CrawlStore, Keeper, Progress
from spiders.lost import why_ended
from spiders.outcome import Outcome, outcome_of
from spiders.plan import CrawlPlan, CrawlSettings
from spiders.registry import source_class
from spiders.settings import project_settings
from storage.records import Crawl, CrawlStatus, Skipped

_LOG = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Job:
    """One plan on its way through Scrapy."""

    plan: CrawlPlan
    keeper: Keeper
    crawl: Crawl
    crawler: Crawler | None = None
    # Why it could not even begin, or what broke it.
    error: str | None = None
    took: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def spider(self) -> MentionSpider | None:
        found = getattr(self.crawler, "spider", None)
        return found if isinstance(found, MentionSpider) else None

    def stat(self, name: str) -> Any:
        stats = getattr(self.crawler, "stats", None)
        return stats.get_value(name) if stats else None


def crawl(
    plans: Sequence[CrawlPlan],
    store: CrawlStore,
    settings: CrawlSettings,
    now: datetime,
    progress: Progress = lambda _more: None,
) -> list[Crawl]:
    """Runs every plan to its end; one Crawl each, in their order. Once in a process: Scrapy's reactor starts once.

    Plans of one source run one after another, different sources side by side. What can't be crawled is a Crawl that
    says so; nothing is raised for it. SIGTERM ends it in good order: what was read is kept, watermarks stay where
    lists were cut.
    """
    budget = Budget(store.cursor(BUDGET_ENTRY), now, settings.requests_per_day)
    jobs = [
        _Job(plan=p, keeper=Keeper(store, p, progress), crawl=store.start_crawl(p.source, p.entry, now)) for p in plans
    ]
    if jobs:
        _run(jobs, budget)
    done = [_record(job, store, now) for job in jobs]
    store.save_cursor(BUDGET_ENTRY, budget.merged(store.cursor(BUDGET_ENTRY)), now)
    return done


def _run(jobs: Sequence[_Job], budget: Budget) -> None:
    _quiet()
    own = project_settings()
    # Plans name their class: the other sources need not be loaded.
    own.set("SPIDER_MODULES", [], priority="project")
    process = AsyncCrawlerProcess(own)
    ending = Ending(process)
    lines: dict[str, list[_Job]] = {}
    for job in jobs:
        lines.setdefault(job.plan.source, []).append(job)
    for line in lines.values():
        _begin(process, line, budget, ending)
    with ending.on_signals():
        process.start(install_signal_handlers=False)


def _begin(process: AsyncCrawlerProcess, line: list[_Job], budget: Budget, ending: Ending) -> None:
    """Starts the first plan of a line, and the next one when it has ended, however it ended."""
    while line and not ending.is_asked:
        job = line.pop(0)
        try:
            job.crawler = process.create_crawler(source_class(job.plan.source))
        except Exception as error:
            job.error = f"{type(error).__name__}: {error}"
            continue
        job.began = time.monotonic()
        task = process.crawl(job.crawler, plan=job.plan, keeper=job.keeper, budget=budget)

        def ended(task: Any, job: _Job = job) -> None:
            job.took = time.monotonic() - job.began
            if not task.cancelled() and (error := task.exception()) is not None:
                job.error = f"{type(error).__name__}: {error}"
            _begin(process, line, budget, ending)

        task.add_done_callback(ended)
        return


def _record(job: _Job, store: CrawlStore, now: datetime) -> Crawl:
    """Writes in one transaction what the crawl leaves behind. If even that fails, only the crawl's failure is kept."""
    try:
        job.keeper.flush()
        with store.transaction():
            return store.save_crawl(_leave_behind(job, store, now))
    except Exception as error:
        _LOG.exception("crawl could not be recorded entry=%s", job.plan.entry)
        seen = f"could not be recorded: {type(error).__name__}: {error}"[:500]
        failed = replace(job.crawl, ended_at=_end(job, now), status=CrawlStatus.FAILED, seen=seen)
        try:
            return store.save_crawl(failed)
        except Exception:
            return failed


def _leave_behind(job: _Job, store: CrawlStore, now: datetime) -> Crawl:
    spider, keeper = job.spider, job.keeper
    broken = job.error or (f"the store refused: {keeper.error}" if keeper.error else None)
    if spider is None or broken:
        why = (broken or "ended by a signal before it began")[:500]
        return replace(_counted(job), ended_at=_end(job, now), status=CrawlStatus.FAILED, seen=why)
    # "shutdown" is Scrapy's word; a crawl that was dropped has none.
    stated = job.stat("finish_reason")
    reason = "a signal" if stated in (None, "shutdown") else str(stated)
    if reason != "finished":
        spider.cut_short(why_ended(reason))
    outcome = outcome_of(spider, reason)
    _keep(spider, outcome, store, now)
    return replace(
        _counted(job),
        ended_at=_end(job, now),
        status=outcome.status,
        skipped=outcome.skipped,
        suspicious=outcome.suspicious,
        seen=outcome.seen,
    )


def _keep(spider: MentionSpider, outcome: Outcome, store: CrawlStore, now: datetime) -> None:
    plan = spider.plan
    store.save_cursor(plan.entry, outcome.cursor, now)
    for hole in spider.holes:
        store.save_hole(hole)
    for hole_id in dict.fromkeys(spider.filled):
        store.fill_hole(hole_id, now)
    store.keep_skipped(
        Skipped(source=plan.source, entry=plan.entry, at=now, reason=row.reason, raw=row.raw)
        for page in spider.pages
        for row in page.kept
    )
    if outcome.has_visited:
        store.mark_visited([thread.id for thread in plan.followed], now)


def _counted(job: _Job) -> Crawl:
    return replace(
        job.crawl,
        requests=int(job.stat("downloader/request_count") or 0),
        mentions=job.keeper.taken,
        new=job.keeper.new,
        edited=job.keeper.edited,
    )


def _end(job: _Job, now: datetime) -> datetime:
    return now + timedelta(seconds=job.took)


def _quiet() -> None:
    """Scrapy tells a page's story line by line; here one line a crawl is told by who called."""
    for name in ("scrapy", "twisted", "asyncio", "extruct", "filelock"):
        logging.getLogger(name).setLevel(logging.ERROR)
