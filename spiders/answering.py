"""Reads responses so that nothing is raised, whatever came: refusals, unreadable rows and lost requests are said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse

from spiders import shapes
from spiders.budget import BudgetSpent
from spiders.counting import Counting
from spiders.lost import why_lost
from spiders.making import Unreadable
from spiders.reading import Page
from spiders.refusals import is_html, looks_blocked, refusal
from spiders.safety import UnsafeAddress
from spiders.walking import Walking
from storage.records import CrawlStatus, Mention, Snapshot

Result = Mention | Snapshot | Request
# One body never holds more rows for a good reason.
_MOST_RESULTS = 5_000
# In the cursor: what pages said of their age, for conditional requests.
ETAGS = "etags"


class Answering(Walking, Counting):
    """The part of a spider that hears answers."""

    reads_status: ClassVar[frozenset[int]]
    pages: list[Page]
    _in_hand: Page

    def read(self, response: TextResponse) -> Iterator[Result]:
        """What one response holds."""
        raise NotImplementedError(f"{self.name}: read() is missing")

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
        self._settle(response, page)
        self._note_owed(self.meta(response), page, response.status)
        self._owe(results)
        self._note_counts(results)
        self._remember(response, page)
        self.pages.append(page)
        return results

    def lost(self, failure: Any) -> None:
        """A request that got no response at all: counted, its chain is cut, everything else goes on."""
        request: Request = failure.request
        page = Page(url=request.url, is_side=bool(request.meta.get("side")))
        # Forbidden by robots.txt, unsafe, over budget: nobody answered because nobody was asked.
        is_ours = _is_refusal_of_ours(failure.value)
        page.saw(
            CrawlStatus.BLOCKED if is_ours else CrawlStatus.FAILED,
            str(failure.value)[:200] if is_ours else why_lost(failure.value),
        )
        self._cut(request.meta, request.meta.get("plain_url", request.url), page)
        self._note_owed(request.meta, page)
        self.pages.append(page)

    def json(self, response: TextResponse) -> Any:
        """The decoded body; None, with the status already said, where it is no JSON."""
        try:
            return shapes.decode_json(_in_its_encoding(response))
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

    def saw(self, status: CrawlStatus, detail: str | None = None) -> None:
        """How the page in hand went, where it is not plain from what came out."""
        self._in_hand.saw(status, detail)

    def skip(self, reason: str, raw: object = "") -> None:
        """Counts something unreadable and keeps its beginning."""
        self._in_hand.skip(reason, raw)

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

    def _remember(self, response: Response, page: Page) -> None:
        meta = self.meta(response)
        is_good = response.status == 200 and page.status in (CrawlStatus.OK, CrawlStatus.EMPTY)
        if meta.get("fresh_only") and is_good:
            kept = [(response.headers.get(name) or b"").decode("latin-1") for name in ("ETag", "Last-Modified")]
            self.cursor[ETAGS] = {**shapes.tree(self.cursor.get(ETAGS)), str(meta["plain_url"]): kept}


def _in_its_encoding(response: TextResponse) -> bytes | str:
    """JSON is Unicode; a body that is not, is read in the encoding its headers state."""
    try:
        response.body.decode(json.detect_encoding(response.body))
    except UnicodeDecodeError:
        return response.text
    return response.body


def _is_refusal_of_ours(error: BaseException) -> bool:
    """Scrapy ignores a request for other reasons too: a body too large once unpacked, redirects without end."""
    is_robots = isinstance(error, IgnoreRequest) and "robots.txt" in str(error)
    return is_robots or isinstance(error, (UnsafeAddress, BudgetSpent))
