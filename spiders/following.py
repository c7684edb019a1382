"""Followed threads that take no more replies: they are visited no more, as long as nobody opens them again."""

from __future__ import annotations

from spiders.part import Part
from storage.records import Thread

# In the cursor: threads seen closed, locked or archived, the newest last.
CLOSED = "closed_threads"
_KEPT = 500


class Following(Part):
    """The part of a spider that knows which followed threads are worth a visit."""

    cursor: dict[str, object]

    @property
    def to_visit(self) -> tuple[Thread, ...]:
        """The followed threads that can still change."""
        closed = set(self._closed())
        return tuple(t for t in self.plan.followed if f"{t.instance} {t.external_id}" not in closed)

    def note_closed(self, instance: str, thread_id: str, *, is_closed: bool) -> None:
        """Keeps whether a thread is closed at its source. To be said of one that was read whole, or has not grown."""
        name = f"{instance} {thread_id}"
        kept = [one for one in self._closed() if one != name]
        if is_closed or len(kept) != len(self._closed()):
            self.cursor[CLOSED] = [*kept, *([name] if is_closed else [])][-_KEPT:]

    def _closed(self) -> list[str]:
        found = self.cursor.get(CLOSED)
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
