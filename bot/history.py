"""Finished threads of the store → what the forecast learns from; read again once an hour, not once a round."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.forecast import Forecaster
from alerts.growth.timeline import Timeline, spread_counter
from storage.records import ThreadTimeline

if TYPE_CHECKING:
    from bot.config import Config
    from storage.store import Store

_FRESH = timedelta(hours=1)


class LearnedForecaster:
    """A forecaster from the store's own past, made anew when it is an hour old."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store
        self._made: tuple[datetime, Forecaster] | None = None

    def at(self, now: datetime) -> Forecaster:
        if self._made is None or not timedelta() <= now - self._made[0] < _FRESH:
            return self.renewed(now)
        return self._made[1]

    def renewed(self, now: datetime) -> Forecaster:
        """Learns now, however fresh what was learned is; until it is done, `at` gives the earlier one."""
        forecaster = Forecaster(history(self._config, self._store, now), self._config.forecast)
        self._made = (now, forecaster)
        return forecaster


def history(config: Config, store: Store, now: datetime) -> Iterator[Timeline]:
    """The finished threads of every configured source, the oldest of each first."""
    for source in dict.fromkeys(entry.source for entry in config.entries):
        newest_first = store.finished_timelines(source, config.forecast.history_per_source, now)
        yield from (timeline_of(known) for known in reversed(newest_first))


def timeline_of(known: ThreadTimeline) -> Timeline:
    """In seconds since creation; from the counter where it counts more than there are reply times."""
    created = known.created_at
    events = tuple((at - created).total_seconds() for at in known.reply_times)
    if known.counts and known.counts[-1].replies > len(events):
        points = ((max(0.0, (p.observed_at - created).total_seconds()), p.replies) for p in known.counts)
        events = spread_counter(sorted(points))
    return Timeline(
        thread_id=str(known.thread_id),
        source=known.source,
        community=known.instance or None,
        created_at=created,
        events=events,
        first_seen_age=max(0.0, (known.first_seen_at - created).total_seconds()),
        answered_at=(known.answered_at - created).total_seconds() if known.answered_at else None,
    )
