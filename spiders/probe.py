"""Single polite requests through all the safety rules: one a plan for `repwatch check`, pages for `repwatch init`.

Once in a process, as every crawl: Scrapy's reactor starts once.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse

from spiders.base import MentionSpider, Result
from spiders.options import SourceRow
from spiders.plan import CrawlPlan, CrawlSettings
from spiders.reading import worst
from spiders.registry import source_class
from spiders.settings import project_settings
from storage.records import CrawlStatus

Further = Callable[[str, str], Sequence[str]]

# A probe is a look, not a crawl: nobody waits minutes for it.
_SECONDS = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What one request showed; nothing of it is kept."""

    entry: str
    status: CrawlStatus
    detail: str | None
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """One page; `error` says why there is no body."""

    url: str
    # Where redirects led.
    final_url: str
    status: int
    body: str
    error: str | None = None


def probe(plans: Sequence[CrawlPlan]) -> list[Probed]:
    """Sends the first request of every plan, in the order of the plans; nothing is raised for a source that fails."""
    spiders = _run([(_first_only(source_class(plan.source)), _short(plan)) for plan in plans])
    return [_probed(plan, spider) for plan, spider in zip(plans, spiders, strict=True)]


def fetch_pages(
    urls: Sequence[str], settings: CrawlSettings, now: datetime, further: Further = lambda _url, _html: ()
) -> list[FetchedPage]:
    """Reads web pages as a guest: robots.txt obeyed, no private network, bounded size; in the order of `urls`.

    `further` says of an address and its HTML which pages are read too; those that can be come after it.
    """
    plan = CrawlPlan(source="page", entry="page", now=now, settings=settings)
    kind = type("FurtherPageSpider", (PageSpider,), {"further": staticmethod(further)})
    spiders = _run([(kind, _short(replace(plan, options={"url": url}))) for url in urls])
    fetched = ((_fetched(url, spider), spider) for url, spider in zip(urls, spiders, strict=True))
    return [
        one for page, spider in fetched for one in (page, *(spider.beside if isinstance(spider, PageSpider) else ()))
    ]


class PageSpider(MentionSpider):
    """Reads one page, and those it leads to, and keeps them; it yields no mention."""

    name = "page"
    row = SourceRow(
        gives="one page", tier="page", languages="any", threads="no", owner_answer="no", tested_on="",
        default_every=timedelta(days=1),
    )  # fmt: skip
    page: FetchedPage | None = None
    beside: tuple[FetchedPage, ...] = ()
    further: Further
    says_how_it_went = False

    def first_requests(self) -> Iterable[Request]:
        yield self.get(str(self.plan.options["url"]))

    def read(self, response: TextResponse) -> Iterator[Result]:
        page = FetchedPage(url=response.url, final_url=response.url, status=response.status, body=response.text)
        if self.page is not None:
            self.beside = (*self.beside, page)
            return
        self.page = page
        for address in self.further(response.url, response.text):
            yield self.get(address)


def _first_only(kind: type[MentionSpider]) -> type[MentionSpider]:
    """The same spider, that asks once and follows nothing."""

    class FirstOnly(kind):  # type: ignore[valid-type, misc]
        says_how_it_went = False

        async def start(self) -> AsyncIterator[Any]:
            for request in self.first_requests():
                yield request
                return

        def collect(self, response: Response, **_: Any) -> list[Result]:
            self.parse(response)
            return []

    return FirstOnly


def _short(plan: CrawlPlan) -> CrawlPlan:
    limit = min(plan.settings.time_limit, _SECONDS)
    return replace(plan, settings=replace(plan.settings, time_limit=limit))


def _run(wanted: Sequence[tuple[type[MentionSpider], CrawlPlan]]) -> list[MentionSpider | None]:
    own = project_settings()
    own.set("RETRY_ENABLED", False, priority="cmdline")
    process = AsyncCrawlerProcess(own)
    crawlers = []
    for kind, plan in wanted:
        crawler = process.create_crawler(kind)
        crawlers.append(crawler)
        process.crawl(crawler, plan=plan)
    if crawlers:
        process.start(install_signal_handlers=threading.current_thread() is threading.main_thread())
    found = (crawler.spider for crawler in crawlers)
    return [spider if isinstance(spider, MentionSpider) else None for spider in found]


def _probed(plan: CrawlPlan, spider: MentionSpider | None) -> Probed:
    pages = spider.pages if spider else []
    detail = next((page.detail for page in pages if page.detail), None if pages else "nothing could be asked")
    status = worst([page.status for page in pages]) if pages else CrawlStatus.FAILED
    return Probed(entry=plan.entry, status=status, detail=detail, mentions=sum(page.mentions for page in pages))


def _fetched(url: str, spider: MentionSpider | None) -> FetchedPage:
    page = spider.page if isinstance(spider, PageSpider) else None
    if page is not None:
        return replace(page, url=url)
    pages = spider.pages if spider else []
    why = next((one.detail for one in pages if one.detail), "it could not be asked")
    return FetchedPage(url=url, final_url=url, status=0, body="", error=why)
