"""How the collecting went: crawls, holes, snapshots of counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class CrawlStatus(StrEnum):
    """How a crawl went. A 200 that is no content is not "no reviews"."""

    OK = "ok"
    EMPTY = "empty"
    BLOCKED = "blocked"
    CHANGED = "changed"
    FAILED = "failed"


# A crawl's own limit is ten minutes where the configuration says no other.
_LONGEST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One run of one source: when, how many mentions, how many new, how it went."""

    source: str
    # The configured entry, since one source may be listed more than once.
    entry: str
    started_at: datetime
    ended_at: datetime
    status: CrawlStatus
    requests: int = 0
    mentions: int = 0
    new: int = 0
    edited: int = 0
    skipped: int = 0
    # It departs from the source's own history, or a hole was left.
    suspicious: bool = False
    seen: str | None = None
    id: int | None = None

    @property
    def is_quiet(self) -> bool:
        """It went as it should and brought nothing."""
        went_well = self.status in (CrawlStatus.OK, CrawlStatus.EMPTY) and not self.suspicious
        return went_well and not (self.new or self.edited or self.skipped)

    def may_be_running(self, now: datetime) -> bool:
        """It has not said how it went, and no crawl is let run so long that it must be dead."""
        is_open = self.status is CrawlStatus.FAILED and self.ended_at == self.started_at
        return is_open and timedelta() <= now - self.started_at < _LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A stretch of a source's past that a page cap or an error left unread; filled at the next crawl."""

    source: str
    entry: str
    # What the spider needs to go on: a cursor, a page, a pair of times; JSON-able.
    where: Mapping[str, str | int | float | None]
    noticed_at: datetime
    filled_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A count or an average without texts, as one page stated it on one day; a hint that something changed."""

    source: str
    page: str
    observed_at: datetime
    brand: str | None = None
    review_count: int | None = None
    average: float | None = None
    best: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCounts:
    """What became of a batch of mentions; together they are as many as came."""

    new: int = 0
    edited: int = 0
    # Only a counter or a particular beside the text changed.
    counted: int = 0
    unchanged: int = 0
    # Its author asked to be forgotten.
    tombstoned: int = 0
    # Not storable at all (a time without zone, no id): left out, named in the log.
    refused: int = 0

    def __add__(self, other: SavedCounts) -> SavedCounts:
        return SavedCounts(
            new=self.new + other.new,
            edited=self.edited + other.edited,
            counted=self.counted + other.counted,
            unchanged=self.unchanged + other.unchanged,
            tombstoned=self.tombstoned + other.tombstoned,
            refused=self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row a spider could not read, kept raw for a look."""

    source: str
    entry: str
    at: datetime
    reason: str
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """One run of a step, as the schedule remembers it."""

    step: str
    started_at: datetime
    ended_at: datetime
    ok: bool
    note: str | None = None
