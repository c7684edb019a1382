"""What pages count of themselves (reviews, their average), beside what they counted before: a hint that something
changed where no text says so."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from spiders.part import Part
from storage.records import Snapshot

# In the cursor, by page: reviews and average as last seen.
COUNTED = "counted"
_KEPT = 300


class Counting(Part):
    """The part of a spider that compares counts."""

    cursor: dict[str, object]
    hints: list[str]

    def _note_counts(self, results: Iterable[object]) -> None:
        for one in results:
            if isinstance(one, Snapshot):
                self._note_count(one)

    def _note_count(self, snapshot: Snapshot) -> None:
        now = [snapshot.review_count, snapshot.average]
        found = self.cursor.get(COUNTED)
        kept = dict(found) if isinstance(found, dict) else {}
        before = kept.pop(snapshot.page, None)
        if isinstance(before, list) and len(before) == 2 and before != now:
            said = [_moved("reviews", before[0], now[0]), _moved("average", before[1], now[1])]
            self.hints += [f"{_short(snapshot.page)}: {', '.join(one for one in said if one)}"] if any(said) else []
        self.cursor[COUNTED] = dict([*kept.items(), (snapshot.page, now)][-_KEPT:])


def _moved(what: str, before: object, now: object) -> str | None:
    is_known = isinstance(before, (int, float)) and isinstance(now, (int, float))
    return f"{what} {before:g} → {now:g}" if is_known and before != now else None


def _short(page: str) -> str:
    try:
        parts = urlsplit(page)
    except ValueError:
        return page[:60]
    return f"{parts.hostname or ''}{parts.path}"[:60] if parts.hostname else page[:60]
