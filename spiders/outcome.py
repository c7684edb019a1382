"""How a crawl went, all its pages taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spiders.lost import why_ended
from spiders.reading import Page, worst
from spiders.suspicion import departs, remembered
from storage.records import CrawlStatus

if TYPE_CHECKING:
    from spiders.base import MentionSpider

# In the entry's cursor: how many rows its last crawls read.
ROWS = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is recorded of a crawl beside its counts."""

    status: CrawlStatus
    seen: str | None
    skipped: int
    suspicious: bool
    cursor: Mapping[str, object]
    # Followed threads were really looked at: what was not brought was not there.
    has_visited: bool


def outcome_of(spider: MentionSpider, reason: str | None) -> Outcome:
    """The outcome of a spider that has ended; `reason` as Scrapy names it ("finished", "closespider_timeout")."""
    main = [page for page in spider.pages if not page.is_side]
    sides = [page for page in spider.pages if page.is_side]
    pages = main or sides
    status = worst([page.status for page in pages])
    rows, skipped = sum(page.mentions for page in pages), sum(page.skipped for page in spider.pages)
    unchanged = any(page.detail == "not modified" for page in pages)
    past = _past(spider.plan.cursor.get(ROWS))
    why = departs(rows, skipped, past, unchanged=unchanged, holes=len(spider.holes))
    is_well = status in (CrawlStatus.OK, CrawlStatus.EMPTY)
    failed_sides = [page for page in sides if page.status not in (CrawlStatus.OK, CrawlStatus.EMPTY)]
    cursor = {**spider.cursor, ROWS: remembered(rows, past, unchanged=unchanged)} if is_well else spider.cursor
    cut = None if reason in (None, "finished") else why_ended(reason)
    return Outcome(
        status=CrawlStatus.FAILED if not spider.pages or (cut and not rows) else status,
        seen=_seen(pages, failed_sides, status, [why, cut, *_hints(spider), _dropped(spider)])
        if spider.pages
        else cut or "nothing to ask",
        skipped=skipped,
        suspicious=why is not None or cut is not None,
        cursor=cursor,
        has_visited=is_well and not failed_sides and cut is None,
    )


def _seen(
    pages: Sequence[Page], failed_sides: Sequence[Page], status: CrawlStatus, notes: list[str | None]
) -> str | None:
    """What was seen, in a line: the pages that tell the status, and what stood out."""
    said: list[str] = []
    if status is not CrawlStatus.OK:
        told = [f"{page.detail or page.status.value} ({_where(page)})" for page in pages if page.status is status]
        said += list(dict.fromkeys(told))[:3]
    said += [f"thread: {page.detail} ({_where(page)})" for page in failed_sides[:2]]
    said += [note for note in notes if note]
    return "; ".join(said)[:500] or None


def _where(page: Page) -> str:
    try:
        return urlsplit(page.url).hostname or "nowhere"
    except ValueError:
        return "nowhere"


def _hints(spider: MentionSpider) -> list[str]:
    """Counts that moved, where no new text says what happened."""
    is_told = spider.keeper is not None and spider.keeper.new > 0
    return [] if is_told else spider.hints[:3]


def _dropped(spider: MentionSpider) -> str | None:
    dropped = spider.sorter.close()
    return f"{dropped} without the brand's name" if dropped else None


def _past(kept: object) -> list[int]:
    return [int(n) for n in kept if isinstance(n, int)] if isinstance(kept, list) else []
