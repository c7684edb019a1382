"""SIGTERM and Ctrl-C end the crawls of this process in good order, and in bounded time whatever a site does."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

# Requests that are under way get so long; then they are dropped, and their lists keep their watermarks.
GRACE_SECONDS = 5.0
_Handler = Callable[[int, FrameType | None], Any]


class Ending:
    """`is_asked` once a signal came: no further plan is begun."""

    def __init__(self, process: AsyncCrawlerProcess) -> None:
        self._process = process
        self._was: dict[int, Any] = {}
        self.is_asked = False

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """Within it the first signal ends the crawls, the second drops them at once; afterwards all is as it was."""
        # Only the main thread may catch signals.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            self._was[number] = signal.signal(number, self._ask)
        try:
            yield
        finally:
            for caught, was in self._was.items():
                signal.signal(caught, was)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        act = self._drop if self.is_asked else self._stop
        self.is_asked = True
        _reactor().callFromThread(act)
        # Whoever waited for the signal before us hears it too; Python's own would only raise in the middle of things.
        was = self._was.get(number)
        if callable(was) and was is not signal.default_int_handler:
            was(number, frame)

    def _stop(self) -> None:
        # Kept, or the loop might forget it half-way.
        self._stopping = asyncio.ensure_future(self._process.stop())
        _reactor().callLater(GRACE_SECONDS, self._drop)

    def _drop(self) -> None:
        # It may have stopped by itself meanwhile.
        with contextlib.suppress(RuntimeError):
            _reactor().stop()


def _reactor() -> Any:
    # Not before Scrapy has chosen one.
    from twisted.internet import reactor

    return reactor
