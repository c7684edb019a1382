"""What `repwatch run` says while nothing happens: one line an hour, so that silence is known from a standstill."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from bot.logs import LOG
from bot.show import counted, length

EVERY = timedelta(hours=1)


class Report(Protocol):
    """What a step says it did."""

    @property
    def is_quiet(self) -> bool: ...


class QuietHours:
    """Counts rounds and crawls since it last spoke; what did happen has had lines of its own."""

    def __init__(self, now: datetime) -> None:
        self._since = now
        self._rounds = self._quiet = self._crawls = 0
        self._is_quiet = True
        # Crawls end in threads of their own.
        self._lock = Lock()

    def crawled(self) -> None:
        with self._lock:
            self._crawls += 1

    def hears(self, report: Report) -> None:
        """One step of the round in hand."""
        self._is_quiet = self._is_quiet and report.is_quiet

    def ends_round(self, now: datetime) -> None:
        """The round in hand is over; speaks where the last word was an hour ago."""
        self._rounds += 1
        self._quiet += self._is_quiet
        self._is_quiet = True
        if now - self._since >= EVERY:
            self.speaks(now)

    def speaks(self, now: datetime) -> None:
        """Says what was counted, and counts anew."""
        with self._lock:
            crawls, self._crawls = self._crawls, 0
        LOG.info(
            "at work for %s: %s, %s, %d of them with nothing to do",
            length(now - self._since),
            counted(crawls, "crawl"),
            counted(self._rounds, "round"),
            self._quiet,
        )
        self._since, self._rounds, self._quiet = now, 0, 0
