"""Configuration and store → what a step is handed: crawl plans, the alert plan, the past of the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.alert_policy import Route
from bot.schedule import LastRuns
from bot.settings.sources import Entry

if TYPE_CHECKING:
    from alerts.forecast import Forecaster
    from alerts.plan import AlertPlan
    from bot.config import Config
    from spiders.plan import CrawlPlan
    from storage.store import Store

# Finished threads a source's forecast learns from.
_HISTORY = 2000


def crawl_plans(config: Config, store: Store, entries: Sequence[Entry], now: datetime) -> list[CrawlPlan]:
    """One plan for each entry, with where its last crawl ended and the threads to visit again."""
    return [_crawl_plan(config, store, entry, now) for entry in entries]


def _crawl_plan(config: Config, store: Store, entry: Entry, now: datetime) -> CrawlPlan:
    from dataclasses import replace

    from bot.settings.options import catalogue
    from spiders.options import read_options
    from spiders.plan import CrawlPlan

    knobs = catalogue()[entry.source]
    settings = config.crawl
    if entry.time_limit:
        settings = replace(settings, time_limit=entry.time_limit.total_seconds())
    return CrawlPlan(
        source=entry.source,
        entry=entry.name,
        now=now,
        brands=entry.brands,
        options=read_options(knobs.options, entry.options),  # type: ignore[arg-type]
        cursor=store.cursor(entry.name),
        holes=tuple(store.open_holes(entry.name)),
        followed=tuple(store.followed_threads(entry.source, entry.name, now)),
        since=now - entry.since,
        secrets=config.environment.source_keys(knobs.keys),
        ignore_robots_because=entry.ignore_robots_because,
        settings=settings,
    )


def alert_plan(config: Config, forecaster: Forecaster) -> AlertPlan:
    """Rules, teams, routes and words of telling; what no route takes goes to the channel of [slack]."""
    from alerts.plan import AlertPlan

    return AlertPlan(
        routes=all_routes(config),
        teams=config.teams,
        policy=config.alerts,
        messages=config.messages,
        forecaster=forecaster,
        competitors=frozenset(brand.name for brand in config.brands if brand.is_competitor),
    )


def all_routes(config: Config) -> tuple[Route, ...]:
    slack, first = config.slack, config.teams[0].name
    written = tuple(_whole(route, first, slack.workspace) for route in config.routes)
    return (*written, Route(channel=slack.channel, team=first, workspace=slack.workspace)) if slack.channel else written


def _whole(route: Route, team: str, workspace: str) -> Route:
    from dataclasses import replace

    return replace(route, team=route.team or team, workspace=route.workspace or workspace)


def last_runs(config: Config, store: Store, now: datetime) -> LastRuns:
    """What the schedule needs of the past."""
    digest = store.last_run("digest")
    return LastRuns(
        crawls=store.last_crawls(),
        paces={entry.name: pace for entry in config.entries if (pace := _pace(store, entry, now))},
        digest_at=digest.started_at if digest else None,
    )


def _pace(store: Store, entry: Entry, now: datetime) -> timedelta | None:
    """The quickest pace one of its live threads asks for."""
    paces = [thread.pace for thread in store.followed_threads(entry.source, entry.name, now) if thread.pace]
    return min(paces, default=None)
