"""Threads whose reading failed, or was never begun, are asked for at the next crawl: their counter will not say a
second time that they grew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scrapy import Request

from spiders.part import Part
from spiders.reading import Page
from storage.records import CrawlStatus

# In the cursor, by address: what to ask instead of it, with what, and how often that was done.
OWED = "owed_threads"
_MOST = 100
_TRIES = 3
_GONE = (404, 410)
_READ = (CrawlStatus.OK, CrawlStatus.EMPTY)


class Again(Part):
    """The part of a spider that remembers which whole readings it owes."""

    cursor: dict[str, object]

    def get(self, url: str, **meta: Any) -> Request:
        """A request that comes back to the spider."""
        raise NotImplementedError

    @staticmethod
    def _as_owed(at: str, chain: str | None, side: bool, meta: Mapping[str, object]) -> dict[str, Any]:
        return {"at": at, "asked": {**meta, "chain": chain, "side": side}}

    def ask_later(self, url: str, **asked: Any) -> None:
        """One more asking at the next crawl, for what a source says it will know by then."""
        self._keep_owed({**self._owed(), f"{url}#later": {"at": url, "asked": asked, "tries": _TRIES - 1}})

    def _owed_requests(self) -> Iterator[Request]:
        """What is owed, each asked for at three crawls in vain at most."""
        owed = self._owed()
        for name, one in owed.items():
            one["tries"] = one.get("tries", 0) + 1
            if one["tries"] <= _TRIES:
                # Where another address stands for it, that one's answer leads to it.
                yield self.get(one["at"], again=one["at"] == name, **one["asked"])
        self._keep_owed({name: one for name, one in owed.items() if one["tries"] <= _TRIES})

    def _owe(self, asked: Iterable[object]) -> None:
        """Requests made with `again`, when they are made: a crawl can be ended before they are sent."""
        named = {r.meta["plain_url"]: r.meta["again"] for r in asked if isinstance(r, Request) and r.meta.get("again")}
        if named:
            self._keep_owed({**named, **self._owed()})

    def _note_owed(self, meta: Mapping[str, Any], page: Page, answered: int | None = None) -> None:
        """An answer that was read pays for its request; so does one that says there is no such thing."""
        if meta.get("again") and (page.status in _READ or answered in _GONE):
            self._keep_owed({name: one for name, one in self._owed().items() if name != meta["plain_url"]})

    def _keep_owed(self, owed: Mapping[str, Any]) -> None:
        if owed or OWED in self.cursor:
            self.cursor[OWED] = dict(list(owed.items())[-_MOST:])

    def _owed(self) -> dict[str, dict[str, Any]]:
        found = self.cursor.get(OWED)
        rows = found.items() if isinstance(found, dict) else ()
        return {str(name): dict(one) for name, one in rows if isinstance(one, dict) and {"at", "asked"} <= one.keys()}
