"""How far one list of a source has been read: newest first, page by page, until the known begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from spiders.times import utc

# Sources put old ids on top again (pins, edits, re-sorts): one known id is not enough, so the last ones are kept.
KEPT_IDS = 200
# What one page of a list showed: id and time of each row, newest first as a rule.
Seen = Sequence[tuple[str, datetime | None]]


@dataclass(slots=True, kw_only=True)
class Chain:
    """One walk down one list. The watermark moves only when the walk ended well (`as_cursor`)."""

    name: str
    watermark: datetime | None = None
    known: frozenset[str] = frozenset()
    # Where the walk may stop though nothing there is known: the first crawl's `since`.
    since: datetime | None = None
    overlap: timedelta = timedelta(hours=24)
    # The hole this walk fills, if it is not the usual one.
    hole_id: int | None = None
    pages: int = 0
    ids: list[str] = field(default_factory=list)
    newest: datetime | None = None
    ended: bool = False
    read: set[str] = field(default_factory=set)
    # The last page showed nothing this walk had not read: a list that goes round.
    goes_round: bool = False

    def note(self, seen: Seen) -> None:
        """One more page was read."""
        self.pages += 1
        names = {name for name, _ in seen}
        self.goes_round = names <= self.read
        self.read |= names
        room = KEPT_IDS - len(self.ids)
        self.ids += [name for name, _ in seen[: max(room, 0)]]
        times = [at for _, at in seen if at is not None]
        self.newest = max([*times, self.newest] if self.newest else times, default=None)

    def has_caught_up(self, seen: Seen) -> bool:
        """Every row of a full page is known and unchanged, or older than the watermark minus the overlap."""
        return bool(seen) and all(self._is_old(name, at) for name, at in seen)

    def as_cursor(self) -> dict[str, object]:
        """What the next crawl has to know, JSON-able."""
        newest = max((at for at in (self.newest, self.watermark) if at), default=None)
        ids = list(dict.fromkeys([*self.ids, *self.known]))[:KEPT_IDS]
        return {"watermark": newest.isoformat() if newest else None, "ids": ids}

    def _is_old(self, name: str, at: datetime | None) -> bool:
        if at is not None:
            floor = self.watermark - self.overlap if self.watermark else self.since
            if floor and at < floor:
                return True
        return name in self.known and (at is None or self.watermark is None or at <= self.watermark)


def chain_from(name: str, cursor: Mapping[str, object], *, since: datetime | None, overlap: timedelta) -> Chain:
    """The walk as the last crawl's cursor says; a cursor that can't be read is a first crawl."""
    last = cursor.get(name)
    last = last if isinstance(last, dict) else {}
    ids = last.get("ids")
    known = frozenset(str(one) for one in ids) if isinstance(ids, list) else frozenset[str]()
    return Chain(name=name, watermark=utc(last.get("watermark")), known=known, since=since, overlap=overlap)
