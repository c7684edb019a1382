"""Which sources need a look, from their own crawls; told in one card a day. Silence is a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Protocol

from alerts.cards.card import MessageSettings, SourceTrouble
from alerts.messages import health_message
from storage.records import Crawl, CrawlStatus, Hole, OutboxKind, OutboxRow

# One refused crawl is weather; so many in a row are news.
_IN_A_ROW = {CrawlStatus.FAILED: 3, CrawlStatus.BLOCKED: 2, CrawlStatus.CHANGED: 2}
# A stretch that a page cap left is usually filled by the next crawl.
_HOLE_AFTER = timedelta(hours=24)
# A source must have brought news so often before its silence means something, and then be silent so long.
_PAUSES = 5
_SILENT_AFTER = timedelta(hours=24)
_LOOKED_BACK = 200


class HealthStore(Protocol):
    """What is asked of the store."""

    def last_crawls(self) -> Mapping[str, Crawl]: ...
    def crawl_history(self, entry: str, limit: int) -> Sequence[Crawl]:
        """Newest first."""
        ...

    def open_holes(self) -> Sequence[Hole]: ...
    def outbox_row(self, key: str) -> OutboxRow | None: ...
    def put_outbox(self, rows: Sequence[OutboxRow]) -> object: ...


def tell_health(store: HealthStore, channel: str, workspace: str, words: MessageSettings, now: datetime) -> bool:
    """Queues the day's health card where there is trouble; False where there is none or the card was queued before."""
    key = f"health-{now.astimezone(words.tz).date().isoformat()}"
    if store.outbox_row(key) is not None:
        return False
    troubles = troubles_of(store, now)
    if troubles:
        row = OutboxRow(
            key=key,
            kind=OutboxKind.HEALTH,
            channel=channel,
            workspace=workspace,
            payload=health_message(troubles, words),
            created_at=now,
        )
        store.put_outbox([row])
    return bool(troubles)


def troubles_of(store: HealthStore, now: datetime) -> list[SourceTrouble]:
    """Every trouble of every source that was crawled, by entry."""
    holes: dict[str, list[Hole]] = {}
    for hole in store.open_holes():
        holes.setdefault(hole.entry, []).append(hole)
    troubles = []
    for entry in sorted(store.last_crawls()):
        # A crawl that is just running reads as failed until it ends.
        history = [crawl for crawl in store.crawl_history(entry, _LOOKED_BACK) if not crawl.may_be_running(now)]
        trouble = trouble_of(history, holes.get(entry, ()), now) if history else None
        troubles += [trouble] if trouble else []
    return troubles


def trouble_of(history: Sequence[Crawl], holes: Sequence[Hole], now: datetime) -> SourceTrouble | None:
    """The worst that is wrong with one source; `history` newest first."""
    return _refused(history) or _few(history) or _silent(history, now) or _holed(history, holes, now)


def _refused(history: Sequence[Crawl]) -> SourceTrouble | None:
    newest = history[0]
    needed = _IN_A_ROW.get(newest.status)
    if needed is None:
        return None
    row = 0
    while row < len(history) and history[row].status in _IN_A_ROW:
        row += 1
    if row < min(needed, len(history)):
        return None
    return _trouble(newest, newest.status.value, since=history[row - 1].started_at)


def _few(history: Sequence[Crawl]) -> SourceTrouble | None:
    newest, before = history[0], [crawl.mentions for crawl in history[1:] if crawl.status is CrawlStatus.OK]
    usual = median(before) if before else 0
    if not newest.suspicious or not usual or newest.mentions * 3 > usual:
        return None
    if newest.mentions == 0:
        return _trouble(newest, "empty", usual=usual)
    return _trouble(newest, "fewer", found=newest.mentions, usual=usual)


def _silent(history: Sequence[Crawl], now: datetime) -> SourceTrouble | None:
    """Longer without anything new than ever between two news, and longer than a day."""
    news = [crawl.ended_at for crawl in history if crawl.new]
    pauses = [later - earlier for later, earlier in pairwise(news)]
    if len(pauses) < _PAUSES or now - news[0] <= max(_SILENT_AFTER, *pauses):
        return None
    return _trouble(history[0], "silent", hours=int((now - news[0]).total_seconds() // 3600))


def _holed(history: Sequence[Crawl], holes: Sequence[Hole], now: datetime) -> SourceTrouble | None:
    old = [hole.noticed_at for hole in holes if now - hole.noticed_at >= _HOLE_AFTER]
    return _trouble(history[0], "hole", since=min(old)) if old else None


def _trouble(crawl: Crawl, code: str, *, since: datetime | None = None, **numbers: str | int | float) -> SourceTrouble:
    return SourceTrouble(source=crawl.source, entry=crawl.entry, code=code, since=since, numbers=numbers)
