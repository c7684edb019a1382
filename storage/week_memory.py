"""What was read of weeks, kept while nothing it was read from has changed: most questions are about weeks long over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

T = TypeVar("T")
# Four things of each week: half a year of a few brands. Counts and numbers only, no text.
_KEPT = 500


class WeekMemory:
    """Used by several threads at once; what is forgotten is read again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], tuple[object, object]] = OrderedDict()
        self._lock = Lock()

    def recall(self, key: tuple[object, ...], stamp: object, read: Callable[[], T]) -> T:
        """What was read under that key and stamp, else what `read` gives now."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(key)
                return cast("T", kept[1])
        found = read()
        with self._lock:
            self._kept[key] = (stamp, found)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
