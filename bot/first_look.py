"""What `repwatch run` says while it looks for the first time: what it will do, for how long, and what it found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from bot.logs import LOG
from bot.schedule import host_of
from bot.show import counted, length

if TYPE_CHECKING:
    from bot.config import Config
    from bot.settings.sources import Entry
    from storage.store import Store


class FirstLook:
    """The entries that were never crawled, until each of them was and its past is judged. Says nothing after that."""

    def __init__(self, config: Config, store: Store, now: datetime) -> None:
        known = store.last_crawls()
        self._config, self._store, self._began_at = config, store, now
        self._new = [one for one in config.entries if not one.paused and one.name not in known]
        self._waiting = {one.name for one in self._new}
        self._ended_at: datetime | None = None
        self._numbers = count(1)
        self._lock = Lock()

    def opens(self) -> None:
        """At once, before anything is asked of anybody."""
        for sentence in opening_words(self._config, self._new):
            LOG.info("%s", sentence)

    def begins(self, entry: Entry) -> None:
        if entry.name in self._waiting:
            LOG.info("first look %d of %d: reading %s", next(self._numbers), len(self._new), entry.name)

    def ends(self, entry: Entry, now: datetime) -> None:
        with self._lock:
            if entry.name in self._waiting:
                self._waiting.discard(entry.name)
                self._ended_at = now

    def told(self, round_began_at: datetime, now: datetime) -> None:
        """After a round: the sum, once, when the round began after the last of the first crawls had ended."""
        with self._lock:
            if self._waiting or self._ended_at is None or round_began_at < self._ended_at:
                return
            self._ended_at = None
        LOG.info("%s", self._sum(now))

    def _sum(self, now: datetime) -> str:
        names = {one.name for one in self._new}
        texts = sum(crawl.new for name, crawl in self._store.last_crawls().items() if name in names)
        opened = self._store.alerts_opened(self._began_at)
        old = sum(alert.closed_why == "old" for alert in opened)
        listed = f"{counted(old, 'older complaint')} listed in one message" if old else "no older complaints"
        return (
            f"first look done in {length(now - self._began_at)}: {counted(texts, 'text')} read, {listed}, "
            f"{counted(len(opened) - old, 'thread')} to answer; from now on only what is new is told"
        )


def opening_words(config: Config, new: Iterable[Entry]) -> list[str]:
    """What is going to happen, a sentence a line."""
    brands = ", ".join(brand.name for brand in config.brands)
    watched = [one.name for one in config.entries if not one.paused]
    said = [f"watching {', '.join(watched) or 'nothing'} for {brands}; Ctrl-C or SIGTERM ends after the step in hand"]
    fresh = list(new)
    if fresh:
        limit = longest(config, fresh)
        said.append(
            f"first look at {', '.join(one.name for one in fresh)}: back to about {_since(fresh)} ago, at most "
            f"{config.crawl.page_cap} pages of a list; usually a minute or two a source, at most {length(limit)} in all"
        )
        said.append(
            f"complaints older than {_days(config.alerts.old_after)} are learned from and listed in one message; "
            "only what is newer gets a card"
        )
    return said


def longest(config: Config, fresh: list[Entry]) -> timedelta:
    """Every crawl at its limit, as many at once as are allowed and never two of one host."""
    limit = max((one.time_limit or timedelta(seconds=config.crawl.time_limit)) for one in fresh)
    of_one_host = max(Counter(map(host_of, fresh)).values())
    return limit * max(math.ceil(len(fresh) / config.bot.crawls_at_once), of_one_host)


def _since(fresh: list[Entry]) -> str:
    return _days(max(one.since for one in fresh))


def _days(span: timedelta) -> str:
    return counted(span.days, "day") if span.days else length(span)
