"""Walks lists page by page: where to stop, what the next crawl must know, and which stretch was left unread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders.again import Again
from spiders.chain import Chain, Seen, chain_from
from spiders.reading import Page
from spiders.times import utc
from storage.records import CrawlStatus, Hole

# The only hole that later crawls must ask for; others lie above a watermark that did not move and are walked over
# anyway.
PAGE_CAP = "page cap"


class Walking(Again):
    """The part of a spider that walks lists and remembers how far it came."""

    cursor: dict[str, object]
    holes: list[Hole]
    filled: list[int]
    _walks: dict[str, Chain]

    def turn(
        self, response: Response, *, seen: Seen, onward: Request | None, chain: str | None = None
    ) -> Iterator[Request]:
        """The next page of a newest-first list, or the end of it: caught up, nothing further, or the page cap."""
        walk = self.walk_of(response, chain)
        walk.note(seen)
        if onward is None or not seen or walk.goes_round or walk.has_caught_up(seen):
            self.end_chain(walk)
        elif walk.pages >= self.plan.settings.page_cap:
            # A first crawl without a beginning was never asked to read everything.
            if walk.watermark or walk.since or walk.hole_id is not None:
                self._leave(walk, onward.meta.get("plain_url", onward.url), PAGE_CAP)
            self.end_chain(walk)
        else:
            onward.meta["chain"], onward.meta["hole"] = walk.name, walk.hole_id
            yield onward

    def walk_of(self, response: Response, chain: str | None = None) -> Chain:
        """The walk a page belongs to; of a saved page "main", where its reader names no other."""
        meta = self.meta(response)
        return self.chain(str(chain or meta.get("chain") or "main"), meta.get("hole"))

    def chain(self, name: str, hole_id: int | None = None) -> Chain:
        """The walk of that name, begun where the last crawl's cursor says."""
        key = name if hole_id is None else f"{name}#{hole_id}"
        if key not in self._walks:
            walk = chain_from(name, self.plan.cursor, since=self.plan.since, overlap=self.plan.settings.overlap)
            if hole_id is not None:
                # What lies above is known; the hole reaches down to the watermark that was true when it was left.
                floor = next((utc(hole.where.get("until")) for hole in self.plan.holes if hole.id == hole_id), None)
                walk = replace(walk, hole_id=hole_id, known=frozenset(), watermark=floor, since=None)
            self._walks[key] = walk
        return self._walks[key]

    def end_chain(self, walk: Chain) -> None:
        """The walk ended well: its watermark moves and the holes above it are closed, or the hole it was for is
        filled."""
        walk.ended = True
        if walk.hole_id is not None:
            self.filled.append(walk.hole_id)
            return
        self.cursor[walk.name] = walk.as_cursor()
        for hole in self.plan.holes:
            if hole.id is not None and hole.where.get("chain") == walk.name and hole.where.get("why") != PAGE_CAP:
                self.filled.append(hole.id)

    def move_cursor(self, key: str, value: object) -> None:
        """Keeps something JSON-able for the next crawl, where a chain is not what a source has."""
        self.cursor[key] = value

    def leave_hole(self, where: Mapping[str, str | int | float | None], why: str) -> None:
        """A stretch that was not read, reported until it is. With a "url" and why=PAGE_CAP the next crawl asks for
        it."""
        stretch = {"until": None, **where, "why": why[:300]}
        self.holes.append(Hole(source=self.name, entry=self.plan.entry, where=stretch, noticed_at=self.plan.now))

    def cut_short(self, why: str) -> None:
        """The crawl was ended from outside: lists in the middle of their walk keep their watermark and leave a hole."""
        for walk in self._walks.values():
            if walk.pages and not walk.ended:
                self._leave(walk, None, why)

    def _hole_requests(self) -> Iterator[Request]:
        for hole in self.plan.holes:
            url = hole.where.get("url")
            if hole.id is not None and isinstance(url, str) and hole.where.get("why") == PAGE_CAP:
                yield self.get(url, chain=str(hole.where.get("chain") or "main"), hole=hole.id)
        yield from self._owed_requests()

    def _settle(self, response: Response, page: Page) -> None:
        """A refused or unreadable page cuts its walk; "not modified" ends it."""
        meta = self.meta(response)
        if page.status not in (CrawlStatus.OK, CrawlStatus.EMPTY):
            self._cut(meta, meta.get("plain_url", response.url), page)
        elif response.status == 304 and (name := meta.get("chain")):
            self.end_chain(self.chain(name, meta.get("hole")))

    def _cut(self, meta: Mapping[str, Any], url: str, page: Page) -> None:
        """In the middle of a list this leaves a hole, and the watermark where it was; on its first page nothing is
        lost."""
        name = meta.get("chain")
        if name and meta.get("hole") is None:
            walk = self.chain(name)
            if walk.pages and not walk.ended:
                walk.ended = True
                self._leave(walk, url, page.detail or "error")

    def _leave(self, walk: Chain, url: str | None, why: str) -> None:
        floor = walk.watermark or walk.since
        self.leave_hole({"chain": walk.name, "url": url, "until": floor.isoformat() if floor else None}, why)
