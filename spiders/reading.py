"""What one response gave and how it went, told by the spider while it reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from storage.records import CrawlStatus, Mention, Snapshot

_LONGEST_RAW = 4_000
_MOST_KEPT = 50
# From "worst" to "nothing to say": the worse word wins when several are said of one page.
_WORST_FIRST = (CrawlStatus.BLOCKED, CrawlStatus.FAILED, CrawlStatus.CHANGED, CrawlStatus.OK, CrawlStatus.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something that could not be read: why, and the beginning of it for a look."""

    reason: str
    raw: str


@dataclass(slots=True)
class Page:
    """One response: what came out, what was skipped, how it went."""

    url: str
    # A page beside the list (one followed thread): its failure is said but is not the crawl's.
    is_side: bool = False
    mentions: int = 0
    snapshots: int = 0
    requests: int = 0
    skipped: int = 0
    kept: list[Unread] = field(default_factory=list)
    said: CrawlStatus | None = None
    detail: str | None = None

    def saw(self, status: CrawlStatus, detail: str | None) -> None:
        if self.said is None or _WORST_FIRST.index(status) < _WORST_FIRST.index(self.said):
            self.said, self.detail = status, detail

    def skip(self, reason: str, raw: object) -> None:
        self.skipped += 1
        if len(self.kept) < _MOST_KEPT:
            self.kept.append(Unread(reason=reason[:300], raw=_short(raw)))

    def add(self, result: object) -> None:
        if isinstance(result, Mention):
            self.mentions += 1
        elif isinstance(result, Snapshot):
            self.snapshots += 1
        else:
            self.requests += 1

    @property
    def status(self) -> CrawlStatus:
        """As said; else by what came out: only unreadable rows means the form has changed."""
        if self.said is not None:
            return self.said
        if self.mentions or self.snapshots:
            return CrawlStatus.OK
        return CrawlStatus.CHANGED if self.skipped else CrawlStatus.EMPTY


def worst(statuses: list[CrawlStatus]) -> CrawlStatus:
    """The status of several pages taken together: any refusal wins, any content beats "empty"."""
    return min(statuses, key=_WORST_FIRST.index, default=CrawlStatus.FAILED)


def _short(raw: object) -> str:
    text = raw if isinstance(raw, str) else repr(raw) if not isinstance(raw, (dict, list)) else _json(raw)
    return text[:_LONGEST_RAW]


def _json(raw: object) -> str:
    try:
        return json.dumps(raw, ensure_ascii=False)
    except (ValueError, TypeError, RecursionError):
        return type(raw).__name__
