"""How the installation is doing, as figures: what `status`, the metrics and `check` show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.plans import last_runs
from bot.schedule import Job, all_jobs
from storage.records import Crawl, OutboxState, StepRun

if TYPE_CHECKING:
    from bot.config import Config
    from storage.store import Store

STEPS = ("crawl", "classify", "alert", "deliver", "digest")
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One look at the store."""

    now: datetime
    # By step: its newest run, and its newest that went well.
    runs: Mapping[str, StepRun]
    good_runs: Mapping[str, StepRun]
    # By entry, likewise.
    crawls: Mapping[str, Crawl]
    good_crawls: Mapping[str, Crawl]
    holes: Mapping[str, int]
    outbox: Mapping[OutboxState, int]
    open_alerts: int
    overdue: int
    next_jobs: tuple[Job, ...]


def look(config: Config, store: Store, now: datetime) -> Health:
    """Asks the store once for everything; the cost does not grow with what is stored."""
    alerts = store.live_alerts(_MOST)
    holes: dict[str, int] = {}
    for hole in store.open_holes():
        holes[hole.entry] = holes.get(hole.entry, 0) + 1
    return Health(
        now=now,
        runs=store.last_runs(),
        good_runs=store.last_runs(ok=True),
        crawls=store.last_crawls(),
        good_crawls=store.last_crawls(ok=True),
        holes=holes,
        outbox=store.outbox_counts(),
        open_alerts=len(alerts),
        overdue=sum(alert.is_overdue(now) for alert in alerts),
        next_jobs=tuple(all_jobs(config.entries, config.weekly, last_runs(config, store, now), now)),
    )
