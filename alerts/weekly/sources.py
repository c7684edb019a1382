"""How each source did in a week, and which of them left the digest without eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.records import CrawlCount

# A source that was refused more often than this needs a look.
_REFUSED_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWeek:
    """One configured source's week."""

    count: CrawlCount
    # New texts in a usual week; None: it was never crawled before.
    usual_new: float | None = None

    @property
    def is_refused(self) -> bool:
        return self.count.refused > _REFUSED_SHARE * self.count.crawls

    @property
    def is_silent(self) -> bool:
        """It brought nothing new though it usually does, or was not crawled at all."""
        return self.count.crawls == 0 or (self.count.new == 0 and (self.usual_new or 0) >= 1)

    @property
    def is_blind(self) -> bool:
        """We hardly saw it: mostly refused, or not looked at."""
        return self.is_silent or self.count.refused * 2 > self.count.crawls

    @property
    def needs_a_look(self) -> bool:
        return self.is_refused or self.is_silent or self.count.suspicious > 0 or self.count.holes > 0


def source_weeks(
    counts: Sequence[CrawlCount], configured: Sequence[tuple[str, str]], usual_new: Mapping[str, float | None]
) -> tuple[SourceWeek, ...]:
    """Every source that was crawled or should have been, those that need a look first.

    `configured`: source and entry of what the configuration names; `usual_new`: by entry.
    """
    crawled = {count.entry for count in counts}
    lacking = [CrawlCount(source=source, entry=entry, crawls=0) for source, entry in configured if entry not in crawled]
    weeks = [SourceWeek(count=count, usual_new=usual_new.get(count.entry)) for count in (*counts, *lacking)]
    return tuple(sorted(weeks, key=lambda week: (not week.needs_a_look, week.count.entry)))
