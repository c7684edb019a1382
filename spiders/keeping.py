"""Hands what a crawl found to the store, in batches, and counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from spiders.plan import CrawlPlan
from storage.records import Crawl, Hole, Mention, Skipped, Snapshot

# As many as the store handles by one round of statements.
_BATCH = 500


Progress = Callable[[int], None]
"""Told how many more mentions were found."""


class Saved(Protocol):
    """What the store answers to a batch."""

    @property
    def new(self) -> int: ...
    @property
    def edited(self) -> int: ...


class CrawlStore(Protocol):
    """What a crawl asks of the store."""

    def transaction(self) -> AbstractContextManager[Any]: ...
    def save_mentions(self, batch: Iterable[Mention], now: datetime, *, entry: str | None = None) -> Saved: ...
    def save_snapshot(self, snapshot: Snapshot) -> bool: ...
    def start_crawl(self, source: str, entry: str, now: datetime) -> Crawl: ...
    def save_crawl(self, crawl: Crawl) -> Crawl: ...
    def cursor(self, entry: str) -> dict[str, Any]: ...
    def save_cursor(self, entry: str, cursor: Mapping[str, Any], now: datetime | None = None) -> None: ...
    def save_hole(self, hole: Hole) -> Hole: ...
    def fill_hole(self, hole_id: int, now: datetime) -> None: ...
    def keep_skipped(self, rows: Iterable[Skipped]) -> None: ...
    def mark_visited(self, thread_ids: Iterable[int], now: datetime) -> None: ...


class Keeper:
    """One crawl's way into the store. The first error of the store ends its use and is told by the crawl."""

    def __init__(self, store: CrawlStore, plan: CrawlPlan, progress: Progress = lambda _more: None) -> None:
        self._store = store
        self._plan = plan
        self._progress = progress
        self._batch: list[Mention] = []
        self.taken = 0
        self.new = 0
        self.edited = 0
        self.error: Exception | None = None

    def take(self, found: Mention | Snapshot) -> None:
        """Keeps one, at the latest with the next full batch or `flush`."""
        if self.error is not None:
            return
        if isinstance(found, Snapshot):
            self._try(self._store.save_snapshot, found)
            return
        self.taken += 1
        self._progress(1)
        self._batch.append(found)
        if len(self._batch) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Writes what is not written yet."""
        batch, self._batch = self._batch, []
        if batch and self.error is None:
            self._try(self._save, batch)

    def _save(self, batch: Sequence[Mention]) -> None:
        saved = self._store.save_mentions(batch, self._plan.now, entry=self._plan.entry)
        self.new += saved.new
        self.edited += saved.edited

    def _try(self, act: Any, what: Any) -> None:
        try:
            act(what)
        except Exception as error:
            # A full disk or a lost server must not look like a site without reviews.
            self.error = error
