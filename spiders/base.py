"""The spider every source is: it builds requests, reads responses safely, and says how it went.

How to add a source
-------------------
One file `spiders/sources/<name>.py`; copy the nearest one (`discourse.py` shows everything). Module, `name` and class
share one name: `hackernews.py`, `name = "hackernews"`, `class HackernewsSpider(MentionSpider)`. The class body declares
`row` (SourceRow) and `options` (Option, …).

- `first_requests()` yields the lists to read: `self.get(url, chain="…")`.
- `revisits()` yields the requests for `self.plan.followed` (threads with a live alert), cheapest question first: one
  call that shows the counters of many threads before a call for each. Give `side=True`: one lost thread is not a failed
  crawl. Give `again=True` to the call for a whole thread: its counter is known by then and will not ask for it again.
- `read(response)` is the one reader for every response of the source and tells by body and URL which page it has. It
  yields `Mention` (through `self.mention(...)`), `Snapshot` and `Request`. It never sees a refused status (401, 403,
  404, 429, 5xx, 304) unless `reads_status` names it. `parse` (not to be overridden) wraps it: whatever is raised is
  skipped, counted and kept raw.
- JSON: `data = self.json(response)`; None means "not JSON", the status is then already said. Take values out with
  `spiders.shapes`.
- Review sites: `self.owner_answer(review, text, at)` is the answer under a review, `self.snapshot(page, reviews,
  average)` what a page counts.
- Rows: `yield from self.each(rows, self._post)`: a row that raises is skipped with its reason, the rest goes on. Raise
  `Unreadable("why")` for a bad row; yield or return nothing for a row that is no mention (an advert, a system line).
- Lists: `yield from self.turn(response, seen=[(id, time), …], onward=self.get(next) or None)` stops at the known, moves
  the watermark at the end, leaves a hole at the page cap. Chains are named after what they list ("posts",
  "tag:velora@mastodon.social"); a chain's name is carried by the request's meta.
- Threads closed for good at their source: `self.note_closed(instance, thread_id, is_closed=…)`, and `self.to_visit`
  in place of `self.plan.followed` in `revisits()`.
- Threads that were fetched whole: `yield from self.vanished(instance, thread_id, ids_there)` yields the known replies
  that are gone, as deleted. For `reads_status = {404}`: `yield from self.not_found(response)` (meta `thread=`).
- How it went: say nothing and it is "ok" with mentions, "empty" without, "changed" where rows were all unreadable. Else
  `self.saw(CrawlStatus.EMPTY, "no entry key")`. A page without content that looks like a wall is "blocked" by itself.
- Texts: `spiders.text` (`plain`, `html_to_text`, `bbcode_to_text`); times: `spiders.times` (`utc`, `moment`, `spoken`,
  `edited`); languages: `language_tag`; owner: `self.is_owner(author_id, author)`.
- Keys: `self.secret("REPWATCH_…")`, put into headers, or into the address by overriding `sign(url)`; never into
  `self.get(url)` itself, which is stored in holes and listed by `--follow`.
- Recordings: `tests/recorded/<name>/<case>.<ext>` with `<case>.meta.json` ({"url", "status", "headers"});
  tests/spiders/test_recorded.py does the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from urllib.parse import urlencode, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse

from spiders import safety, shapes
from spiders.answering import ETAGS, Answering, Result
from spiders.arguments import plan_from_arguments
from spiders.budget import Budget
from spiders.chain import Chain
from spiders.following import Following
from spiders.keeping import Keeper
from spiders.making import Making, Unreadable
from spiders.options import Option, SourceRow
from spiders.outcome import outcome_of
from spiders.plan import CrawlPlan
from spiders.reading import Page
from spiders.settings import settings_for
from spiders.sorting import BrandSorter
from spiders.terms import BrandTerms
from spiders.unaddressed import NOT_GIVEN
from storage.records import CrawlStatus, Hole, Mention, Snapshot

__all__ = ["MentionSpider", "Option", "Result", "SourceRow", "Unreadable"]

# Everything but redirects comes to the spider, which knows what a refusal means.
_READ_BY_US = [304, *range(400, 600)]


class MentionSpider(Answering, Making, Following, Spider):
    """Collects mentions of brands from one source. `-a brand=NAME -a terms=A,B -a OPTION=VALUE`, or a whole `plan`."""

    row: ClassVar[SourceRow]
    options: ClassVar[tuple[Option, ...]] = ()
    # Refused statuses the source wants to read itself, e.g. 404 for a thread that is gone.
    reads_status: ClassVar[frozenset[int]] = frozenset()
    # Where a saved response without an address is taken to come from; what is not known of it is NOT_GIVEN.
    home: ClassVar[str] = f"https://{NOT_GIVEN}/"
    # A line in the log where nobody records how it went; a probe shows that itself.
    says_how_it_went: ClassVar[bool] = True

    def __init__(
        self,
        plan: CrawlPlan | None = None,
        keeper: Keeper | None = None,
        budget: Budget | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(name=self.name)
        self.plan = plan or plan_from_arguments(self.name, self.options, arguments)
        self.keeper = keeper
        self.budget = budget
        self.pages: list[Page] = []
        self.cursor: dict[str, object] = dict(self.plan.cursor)
        self.hints: list[str] = []
        self.holes: list[Hole] = []
        self.filled: list[int] = []
        # Titles of threads by (instance, thread id), where replies show them: a thread is the brand's if its title is.
        self.thread_titles: dict[tuple[str, str], str] = {}
        self._walks: dict[str, Chain] = {}
        self._asked_once: set[str] = set()
        self._brand_terms = tuple(BrandTerms(brand) for brand in self.plan.brands)
        self._in_hand = Page(url="")
        self.sorter = BrandSorter(
            self.plan.brands,
            takes_all=self.is_about_brand,
            followed=self.plan.followed,
            titles=self.thread_titles,
            most_waiting=self.plan.settings.mention_cap,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.settings.setdict(settings_for(spider.plan, spider.row.tier, spider.least_pause), priority="spider")
        safety.allow_loopback(spider.plan.settings.allow_loopback)
        return spider

    # What a source writes.

    def first_requests(self) -> Iterable[Request]:
        """The lists to read."""
        raise NotImplementedError(f"{self.name}: first_requests() is missing")

    def revisits(self) -> Iterable[Request]:
        """Requests for the followed threads, cheapest question first."""
        return ()

    @property
    def obeys_robots(self) -> bool:
        """Whether robots.txt is asked: pages yes, APIs and feeds live by their terms."""
        return self.row.tier == "page"

    @property
    def least_pause(self) -> float:
        """Seconds between two requests to a host, where the source asks for more than is usual."""
        return 0.0

    @property
    def is_about_brand(self) -> bool:
        """Everything on its pages is about the entry's brand (reviews of an app, of a shop): no term is looked for."""
        return False

    def read(self, response: TextResponse) -> Iterator[Result]:
        """What one response holds."""
        raise NotImplementedError(f"{self.name}: read() is missing")

    def sign(self, url: str) -> str:
        """The address with the key, where a source wants it there; the plain one is what is stored and shown."""
        return url

    # What Scrapy calls.

    def collect(self, response: Response, **_: Any) -> list[Result]:
        """What Scrapy gets of a response: its requests, and its mentions where no keeper takes them."""
        results = self.parse(response)
        requests: list[Result] = [result for result in results if isinstance(result, Request)]
        mentions = self.sorter.sort(result for result in results if isinstance(result, Mention))
        if self.keeper is None:
            # Counts are for the store; an export is of mentions.
            return [*mentions, *requests]
        # Straight to the keeper: Scrapy's own road makes a task, a line and two signals of each item.
        for mention in mentions:
            self.keeper.take(mention)
        for result in results:
            if isinstance(result, Snapshot):
                self.keeper.take(result)
        if self.keeper.taken >= self.plan.settings.mention_cap:
            raise CloseSpider("mention_cap")
        return requests

    async def start(self) -> AsyncIterator[Any]:
        for request in (*self._hole_requests(), *self.first_requests(), *self.revisits()):
            yield request

    def closed(self, reason: str) -> None:
        """Says in one line how it went where nobody records it, and in Scrapy's stats under "repwatch/"."""
        outcome = outcome_of(self, reason)
        counts = {
            "rows": sum(page.mentions for page in self.pages),
            "skipped": outcome.skipped,
            "holes": len(self.holes),
        }
        for name, value in {**counts, "dropped": self.sorter.close(), "status": outcome.status.value}.items():
            self.crawler.stats.set_value(f"repwatch/{name}", value)
        if self.keeper is None and self.says_how_it_went:
            self.logger.warning("%s status=%s seen=%s", self.name, outcome.status.value, outcome.seen)

    # What a source uses.

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        chain: str | None = None,
        side: bool = False,
        fresh_only: bool = False,
        again: bool | str = False,
        **meta: object,
    ) -> Request:
        """A request that comes back to `parse`. `fresh_only` asks conditionally, by the last ETag or Last-Modified
        seen; `again`: asked for at the next crawl too, should it fail, or the address that leads to it is.
        """
        if params:
            pairs = [(k, v) for k, v in params.items() if v is not None]
            url += ("&" if "?" in url else "?") + urlencode(pairs, doseq=True)
        return Request(
            self.sign(url),
            callback=self.collect,
            errback=self.lost,
            headers={**(self._seen_before(url) if fresh_only else {}), **(headers or {})},
            dont_filter=True,
            meta={
                "chain": chain,
                "side": side,
                "fresh_only": fresh_only,
                "plain_url": url,
                "again": self._as_owed(again if isinstance(again, str) else url, chain, side, meta) if again else None,
                "handle_httpstatus_list": _READ_BY_US,
                "dont_obey_robotstxt": not self.obeys_robots or self.plan.ignore_robots_because is not None,
                **meta,
            },
        )

    def refuse(self, why: str) -> None:
        """Nothing can be asked at all (a key is missing): the crawl has failed, and says why."""
        self.note_page("", CrawlStatus.FAILED, why)

    def note_page(self, url: str, status: CrawlStatus, why: str) -> None:
        """Counts as read, with no request behind it: a feed that is left alone, a folder that was looked at."""
        page = Page(url=url)
        page.saw(status, why)
        self.pages.append(page)

    def once(self, what: str) -> bool:
        """True the first time in this crawl: so that one thread is not asked for twice."""
        is_first = what not in self._asked_once
        self._asked_once.add(what)
        return is_first

    def option(self, name: str) -> Any:
        """A declared option's value; its default where the plan (of a saved file) says nothing."""
        if name in self.plan.options:
            return self.plan.options[name]
        return next(option.default for option in self.options if option.name == name)

    def secret(self, env: str) -> str | None:
        """A key from the environment, handed in with the plan."""
        return self.plan.secrets.get(env) or None

    @staticmethod
    def host(url: str) -> str:
        """The instance an address belongs to."""
        try:
            return urlsplit(url).hostname or ""
        except ValueError:
            return ""

    @staticmethod
    def later(times: Iterable[datetime | None]) -> datetime | None:
        """The latest of some times that may be missing."""
        return max((at for at in times if at), default=None)

    def _seen_before(self, url: str) -> dict[str, str]:
        """The headers of a conditional request, by what the page said of itself when it was last read well."""
        tags = shapes.rows(self.plan.cursor.get(ETAGS), url)
        names = ("If-None-Match", "If-Modified-Since")
        return {name: tag for name, tag in zip(names, tags, strict=False) if isinstance(tag, str) and tag}
