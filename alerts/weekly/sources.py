"""How each source did in a week, and which of them left the digest without eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import Crawl, CrawlStatus

_WELL = (CrawlStatus.OK, CrawlStatus.EMPTY)
# A source that was refused more often than this, or brought nothing new in so many crawls, needs a look.
_REFUSED_SHARE = 0.2
_SILENT_CRAWLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWeek:
    """One configured source's week."""

    source: str
    entry: str
    crawls: int
    # Ended blocked, changed or failed.
    refused: int
    # Departed from the source's own past, or left a stretch unread.
    suspicious: int
    new: int

    @property
    def needs_a_look(self) -> bool:
        is_silent = self.new == 0 and self.crawls >= _SILENT_CRAWLS
        return self.refused > _REFUSED_SHARE * self.crawls or self.suspicious > 0 or is_silent


def source_weeks(crawls: Sequence[Crawl]) -> tuple[SourceWeek, ...]:
    """Every source that was crawled in the week, those that need a look first."""
    by_entry: dict[tuple[str, str], list[Crawl]] = {}
    for crawl in crawls:
        by_entry.setdefault((crawl.source, crawl.entry), []).append(crawl)
    weeks = [
        SourceWeek(
            source=source,
            entry=entry,
            crawls=len(some),
            refused=sum(crawl.status not in _WELL for crawl in some),
            suspicious=sum(crawl.suspicious for crawl in some),
            new=sum(crawl.new for crawl in some),
        )
        for (source, entry), some in by_entry.items()
    ]
    return tuple(sorted(weeks, key=lambda week: (not week.needs_a_look, week.entry)))
