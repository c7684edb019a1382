"""The spider every source is: it builds requests, reads responses safely, and says how it went.

How to add a source
-------------------
One file `spiders/sources/<name>.py`; copy the nearest one (`discourse.py` shows everything). Module, `name` and class share one name:
`hackernews.py`, `name = "hackernews"`, `class HackernewsSpider(MentionSpider)`. Class body: `row` (SourceRow), `options` (Option, …).

- `first_requests()` yields the lists to read: `self.get(url, chain="…")`.
- `revisits()` yields the requests for `self.plan.followed` (threads with a live alert), cheapest question first: one call that
  shows the counters of many threads before a call for each. Give `side=True`: one lost thread is not a failed crawl.
- `read(response)` is the one reader for every response of the source and tells by body and URL which page it has. It yields `Mention`
  (through `self.mention(...)`), `Snapshot` and `Request`. It never sees a refused status (401, 403, 404, 429, 5xx, 304) unless
  `reads_status` names it. `parse` (not to be overridden) wraps it: whatever is raised is skipped, counted and kept raw.
- JSON: `data = self.json(response)`; None means "not JSON", the status is then already said. Take values out with `spiders.shapes`.
- Rows: `yield from self.each(rows, self._post)`: a row that raises or returns None is skipped with its reason, the rest goes on. Raise
  `Unreadable("why")` for a bad row; yield or return nothing for a row that is no mention (an advert, a system line).
- Lists: `yield from self.turn(response, seen=[(id, time), …], onward=self.get(next, chain=…) or None)` stops at the known, moves the watermark
  at the end, leaves a hole at the page cap. Chains are named after what they list ("posts", "tag:allegro@mastodon.social").
- Threads that were fetched whole: `yield from self.vanished(instance, thread_id, ids_there)` yields the known replies that are gone, as deleted.
- How it went: say nothing and it is "ok" with mentions, "empty" without, "changed" where rows were all unreadable. Else
  `self.saw(CrawlStatus.EMPTY, "no entry key")`. A page that had no content and looks like a wall becomes "blocked" by itself.
- Texts: `spiders.text` (`plain`, `html_to_text`, `bbcode_to_text`); times: `spiders.times` (`utc`, `moment`, `spoken`, `edited`); languages:
  `language_tag`; owner: `self.is_owner(author_id, author)`. Keys: `self.secret("REPWATCH_…")`, put into headers, or into the URL
  by overriding `sign(url)`; never into `self.get(url)` itself, which is stored in holes and listed by `--follow`.
- Recordings: `tests/recorded/<name>/<case>.<ext>` with `<case>.meta.json` ({"url", "status", "headers"}); tests/spiders/test_recorded.py does the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse

from spiders import shapes
from spiders.arguments import plan_from_arguments
from spiders.chain import Chain, Seen, chain_from
from spiders.options import Option, SourceRow
from spiders.owner import is_brand_account
from spiders.plan import CrawlPlan
from spiders.reading import Page
from spiders.refusals import is_html, looks_blocked, refusal
from spiders.terms import BrandTerms
from storage.records import CrawlStatus, Hole, Kind, Mention, Rating, Snapshot

__all__ = ["MentionSpider", "Option", "Result", "SourceRow", "Unreadable"]

Result = Mention | Snapshot | Request
# One body never holds more rows for a good reason.
_MOST_RESULTS = 5_000


class Unreadable(Exception):  # noqa: N818 - reads as a sentence: raise Unreadable("no id")
    """One row can't be read; the message is the reason it is counted under."""


class MentionSpider(Spider):
    """Collects mentions of brands from one source. `-a brand=NAME -a terms=A,B -a OPTION=VALUE`, or a whole `plan`."""

    row: ClassVar[SourceRow]
    options: ClassVar[tuple[Option, ...]] = ()
    # Refused statuses the source wants to read itself, e.g. 404 for a thread that is gone.
    reads_status: ClassVar[frozenset[int]] = frozenset()
    # Where a saved response without an address is taken to come from.
    home: ClassVar[str] = "https://example.org/"

    def __init__(self, plan: CrawlPlan | None = None, **arguments: Any) -> None:
        super().__init__(name=self.name)
        self.plan = plan or plan_from_arguments(self.name, self.options, arguments)
        self.pages: list[Page] = []
        self.cursor: dict[str, object] = dict(self.plan.cursor)
        self.holes: list[Hole] = []
        self.filled: list[int] = []
        # Titles of threads by (instance, thread id), where replies show them: a thread is the brand's if its title names it.
        self.thread_titles: dict[tuple[str, str], str] = {}
        self._walks: dict[str, Chain] = {}
        self._asked_once: set[str] = set()
        self._brand_terms = tuple(BrandTerms(brand) for brand in self.plan.brands)
        self._in_hand = Page(url="")

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

    async def start(self) -> AsyncIterator[Any]:
        for request in (*self._hole_requests(), *self.first_requests(), *self.revisits()):
            yield request

    def parse(self, response: Response, **_: Any) -> list[Result]:
        """Everything one response gives; never raises, whatever the body is."""
        self._in_hand = page = Page(url=response.url, is_side=bool(self.meta(response).get("side")))
        refused = None if response.status in self.reads_status else refusal(response.status)
        if refused:
            page.saw(*refused)
        results = [] if refused else self._read_safely(response)
        has_content = page.mentions or page.snapshots
        if (
            page.status in (CrawlStatus.EMPTY, CrawlStatus.CHANGED)
            and not has_content
            and (why := looks_blocked(response))
        ):
            page.said, page.detail = CrawlStatus.BLOCKED, why
        self._settle_chain(response, page)
        self.pages.append(page)
        return results

    def lost(self, failure: Any) -> None:
        """A request that got no response at all: counted, its chain is cut, everything else goes on."""
        request: Request = failure.request
        page = Page(url=request.url, is_side=bool(request.meta.get("side")))
        page.saw(CrawlStatus.FAILED, f"{failure.type.__name__}: {str(failure.value)[:200]}")
        self._cut_chain(request.meta, request.meta.get("plain_url", request.url), page)
        self.pages.append(page)

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
        **meta: object,
    ) -> Request:
        """A request that comes back to `parse`. `fresh_only` asks conditionally, by the last ETag or Last-Modified seen."""
        if params:
            pairs = [(k, v) for k, v in params.items() if v is not None]
            url += ("&" if "?" in url else "?") + urlencode(pairs, doseq=True)
        return Request(
            self.sign(url),
            callback=self.parse,
            errback=self.lost,
            headers=dict(headers or {}),
            dont_filter=True,
            meta={
                "chain": chain,
                "side": side,
                "fresh_only": fresh_only,
                "plain_url": url,
                "handle_httpstatus_all": True,
                **meta,
            },
        )

    def meta(self, response: Response) -> Mapping[str, Any]:
        """The request's meta; empty for a saved response."""
        return response.meta if response.request else {}

    def json(self, response: TextResponse) -> Any:
        """The decoded body; None, with the status already said, where it is no JSON."""
        try:
            return shapes.decode_json(response.body)
        except ValueError as error:
            kind = "HTML" if is_html(response) else "no JSON"
            self.skip(
                f"{kind} where JSON was expected ({str(error)[:80]})", response.body[:2000].decode("utf-8", "replace")
            )
            self.saw(CrawlStatus.CHANGED, f"{kind} where JSON was expected")
            return None

    def each(self, found: Iterable[Any], reader: Callable[[Any], Iterable[Result] | Result | None]) -> Iterator[Result]:
        """What `reader` makes of every row; a row it can't read is skipped and counted, the rest goes on."""
        for one in found:
            try:
                result = reader(one)
                if isinstance(result, (Mention, Snapshot, Request)):
                    yield result
                elif result is not None:
                    # Whole row or nothing: a review whose answer can't be read is looked at by a person.
                    yield from list(result)
            except Unreadable as error:
                self.skip(str(error), one)
            except Exception as error:
                self.skip(f"{type(error).__name__}: {error}", one)

    def mention(
        self,
        *,
        external_id: str | None,
        kind: Kind,
        thread_id: str | None = None,
        rating: float | None = None,
        best: float = 5.0,
        is_owner_reply: bool = False,
        **fields: Any,
    ) -> Mention:
        """A mention of this source. A root's `thread_id` may be left out. A deleted one loses text, title and author."""
        if not external_id:
            raise Unreadable("no id")
        thread = thread_id or external_id
        is_owner = is_owner_reply and thread != external_id
        made = Mention(
            source=self.name,
            external_id=external_id,
            thread_id=thread,
            kind=Kind.OWNER_RESPONSE if is_owner else kind,
            rating=self._rating(rating, best),
            is_owner_reply=is_owner,
            fetched_at=self.plan.now,
            **fields,
        )
        if made.deleted:
            return replace(made, text=None, title=None, author=None, author_id=None, author_followers=None, rating=None)
        return made

    def is_owner(self, *names: str | None) -> bool:
        """Whether one of the author's ids or names is an account of a configured brand."""
        return is_brand_account(self.plan.brands, self.name, *names)

    def refuse(self, why: str) -> None:
        """Nothing can be asked at all (a key is missing): the crawl has failed, and says why."""
        page = Page(url="")
        page.saw(CrawlStatus.FAILED, why)
        self.pages.append(page)

    def names_brand(self, *texts: str | None) -> bool:
        """Whether the texts name one of the brands (as the sorting of what is kept will ask again)."""
        return any(terms.named_in(*texts) for terms in self._brand_terms)

    def once(self, what: str) -> bool:
        """True the first time in this crawl: so that one thread is not asked for twice."""
        is_first = what not in self._asked_once
        self._asked_once.add(what)
        return is_first

    def saw(self, status: CrawlStatus, detail: str | None = None) -> None:
        """How the page in hand went, where it is not plain from what came out."""
        self._in_hand.saw(status, detail)

    def skip(self, reason: str, raw: object = "") -> None:
        """Counts something unreadable and keeps its beginning."""
        self._in_hand.skip(reason, raw)

    def turn(
        self, response: Response, *, seen: Seen, onward: Request | None, chain: str | None = None
    ) -> Iterator[Request]:
        """The next page of a newest-first list, or the end of it: caught up, nothing further, or the page cap."""
        meta = self.meta(response)
        walk = self.chain(str(chain or meta.get("chain") or "main"), meta.get("hole"))
        walk.note(seen)
        if onward is None or not seen or walk.has_caught_up(seen):
            self.end_chain(walk)
        elif walk.pages >= self.plan.settings.page_cap:
            if walk.watermark or walk.since or walk.hole_id is not None:
                self.leave_hole({"chain": walk.name, "url": onward.meta.get("plain_url", onward.url)}, "page cap")
            self.end_chain(walk)
        else:
            onward.meta["chain"], onward.meta["hole"] = walk.name, walk.hole_id
            yield onward

    def chain(self, name: str, hole_id: int | None = None) -> Chain:
        """The walk of that name, begun where the last crawl's cursor says."""
        key = name if hole_id is None else f"{name}#{hole_id}"
        if key not in self._walks:
            chain = chain_from(name, self.plan.cursor, since=self.plan.since, overlap=self.plan.settings.overlap)
            if hole_id is not None:
                # The newest are known; the hole reaches down to the watermark that was true when it was left.
                chain = replace(
                    chain, hole_id=hole_id, known=frozenset(), watermark=self._hole_floor(hole_id), since=None
                )
            self._walks[key] = chain
        return self._walks[key]

    def end_chain(self, chain: Chain) -> None:
        """The walk ended well: its watermark moves, or its hole is filled."""
        chain.ended = True
        if chain.hole_id is None:
            self.cursor[chain.name] = chain.as_cursor()
        else:
            self.filled.append(chain.hole_id)

    def move_cursor(self, key: str, value: object) -> None:
        """Keeps something JSON-able for the next crawl, where a chain is not what a source has."""
        self.cursor[key] = value

    def leave_hole(self, where: Mapping[str, str | int | float | None], why: str) -> None:
        """A stretch that was not read; filled at the next crawl, reported until then."""
        name = str(where.get("chain") or "")
        floor = self.chain(name).watermark or self.plan.since if name else None
        stretch = {**where, "why": why, "until": floor.isoformat() if floor else None}
        self.holes.append(Hole(source=self.name, entry=self.plan.entry, where=stretch, noticed_at=self.plan.now))

    def vanished(self, instance: str, thread_id: str, there: Iterable[str]) -> Iterator[Mention]:
        """Known replies of a followed thread that a whole reading of it no longer shows, as deleted."""
        seen = set(there)
        for thread in self.plan.followed:
            if (thread.instance, thread.external_id) == (instance, thread_id):
                gone = (m for m in thread.mentions if not m.deleted and not m.is_root and m.external_id not in seen)
                yield from (self.gone(m) for m in gone)

    def not_found(self, response: Response) -> Iterator[Mention]:
        """For sources that read 404 themselves: a followed thread that is gone, or an address that never was."""
        thread_id, found = self.meta(response).get("thread"), False
        for thread in self.plan.followed:
            if thread.external_id == thread_id and thread.root is not None and not thread.root.deleted:
                found = True
                yield self.gone(thread.root)
        gone = found or thread_id is not None
        self.saw(
            CrawlStatus.OK if gone else CrawlStatus.FAILED, "the thread is gone" if gone else f"HTTP {response.status}"
        )

    def gone(self, known: Mention) -> Mention:
        """A known mention as deleted: text and author wiped, the rest kept."""
        return replace(
            known,
            deleted=True,
            text=None,
            title=None,
            author=None,
            author_id=None,
            brand=None,
            id=None,
            fetched_at=self.plan.now,
        )

    def option(self, name: str) -> Any:
        """A declared option's value; its default where the plan (of a saved file) says nothing."""
        if name in self.plan.options:
            return self.plan.options[name]
        return next(option.default for option in self.options if option.name == name)

    def secret(self, env: str) -> str | None:
        """A key from the environment, handed in with the plan."""
        return self.plan.secrets.get(env) or None

    @property
    def terms(self) -> tuple[str, ...]:
        """What to search for where a source can search: the terms of all brands, each once."""
        every = (term.removeprefix("=") for brand in self.plan.brands for term in brand.terms or (brand.name,))
        return tuple(dict.fromkeys(every))

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

    def _read_safely(self, response: Response) -> list[Result]:
        results: list[Result] = []
        seen: set[tuple[str, str]] = set()
        if not isinstance(response, TextResponse):
            response = response.replace(cls=TextResponse, encoding="utf-8")
        try:
            for result in self.read(response):
                if isinstance(result, Mention):
                    key = (result.instance, result.external_id)
                    if key in seen:
                        self.skip("the same id twice on one page", result.external_id)
                        continue
                    seen.add(key)
                if len(results) >= _MOST_RESULTS:
                    self.skip(f"more than {_MOST_RESULTS} rows in one body")
                    break
                results.append(result)
                self._in_hand.add(result)
        except Exception as error:
            self.skip(f"{type(error).__name__}: {error}", response.body[:2000].decode("utf-8", "replace"))
            self.saw(CrawlStatus.CHANGED, f"could not be read: {type(error).__name__}")
        return results

    def _settle_chain(self, response: Response, page: Page) -> None:
        if page.status not in (CrawlStatus.OK, CrawlStatus.EMPTY):
            meta = self.meta(response)
            self._cut_chain(meta, meta.get("plain_url", response.url), page)
        elif response.status == 304 and (name := self.meta(response).get("chain")):
            self.end_chain(self.chain(name, self.meta(response).get("hole")))

    def _cut_chain(self, meta: Mapping[str, Any], url: str, page: Page) -> None:
        """An error in the middle of a list leaves a hole and the watermark where it was; on its first page nothing is lost."""
        name = meta.get("chain")
        if not name or meta.get("hole") is not None:
            return
        walk = self.chain(name)
        if walk.pages and not walk.ended:
            self.leave_hole({"chain": name, "url": url}, page.detail or "error")

    def _hole_requests(self) -> Iterator[Request]:
        for hole in self.plan.holes:
            url = hole.where.get("url")
            if hole.id is not None and isinstance(url, str):
                yield self.get(url, chain=str(hole.where.get("chain") or "main"), hole=hole.id)

    def _hole_floor(self, hole_id: int) -> datetime | None:
        from spiders.times import utc

        return next((utc(hole.where.get("until")) for hole in self.plan.holes if hole.id == hole_id), None)

    @staticmethod
    def _rating(value: float | None, best: float) -> Rating | None:
        """A rating that lies on its scale, else none."""
        return Rating(value=value, best=best) if value is not None and 0 <= value <= best and best > 0 else None
