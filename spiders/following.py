"""Which followed threads are worth a visit, and which of them are to be read whole."""

from __future__ import annotations

from spiders.part import Part
from storage.records import Thread

# In the cursor: threads seen closed, locked or archived, the newest last.
CLOSED = "closed_threads"
# In the cursor: threads that had replies when a search found them, and were asked for whole since.
BEGUN = "begun_threads"
_KEPT = 500


class Following(Part):
    """The part of a spider that knows which followed threads are worth a visit.

    Those that take no more replies are visited no more, as long as nobody opens them again.
    """

    cursor: dict[str, object]

    @property
    def to_visit(self) -> tuple[Thread, ...]:
        """The followed threads that can still change."""
        closed = set(self._names(CLOSED))
        return tuple(t for t in self.plan.followed if f"{t.instance} {t.external_id}" not in closed)

    def should_read_whole(self, thread: Thread, stated: int | None) -> bool:
        """Its counter says another number than it did; or there are replies and none is known.

        These were there when a search found the thread. For them it says so once, and remembers that in the cursor;
        whether the reading comes to something is `Again`'s to see to.
        """
        if stated and not thread.replies:
            begun, name = self._names(BEGUN), f"{thread.instance} {thread.external_id}"
            if name not in begun:
                self.cursor[BEGUN] = [*begun, name][-_KEPT:]
                return True
        root = thread.root
        return root is None or not root.is_root or root.reply_count != stated

    def note_closed(self, instance: str, thread_id: str, *, is_closed: bool) -> None:
        """Keeps whether a thread is closed at its source. To be said of one that was read whole, or has not grown."""
        name = f"{instance} {thread_id}"
        kept = [one for one in self._names(CLOSED) if one != name]
        if is_closed or len(kept) != len(self._names(CLOSED)):
            self.cursor[CLOSED] = [*kept, *([name] if is_closed else [])][-_KEPT:]

    def _names(self, of: str) -> list[str]:
        found = self.cursor.get(of)
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
