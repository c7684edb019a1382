"""Configuration and store → what a step is handed: crawl plans, the alert plan, the past of the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from alerts.alert_policy import Route
from bot.schedule import LastRuns
from bot.settings.sources import Entry

if TYPE_CHECKING:
    from alerts.forecast import Forecaster
    from alerts.watching.plan import AlertPlan
    from bot.config import Config
    from spiders.plan import CrawlPlan
    from storage.store import Store

# The step run that notes when the first `repwatch run` began: no digest is owed for the weeks before it.
BEGUN = "begun"


def crawl_plans(config: Config, store: Store, entries: Sequence[Entry], now: datetime) -> list[CrawlPlan]:
    """One plan for each entry, with where its last crawl ended and the threads to visit again."""
    return [
        replace(
            plan,
            cursor=store.cursor(plan.entry),
            holes=tuple(store.open_holes(plan.entry)),
            followed=tuple(store.followed_threads(plan.source, plan.entry, now)),
        )
        for plan in fresh_plans(config, entries, now)
    ]


def fresh_plans(config: Config, entries: Sequence[Entry], now: datetime) -> list[CrawlPlan]:
    """The same as if nothing had ever been read."""
    return [_fresh_plan(config, entry, now) for entry in entries]


def _fresh_plan(config: Config, entry: Entry, now: datetime) -> CrawlPlan:
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
        since=now - entry.since,
        secrets=config.environment.source_keys(knobs.keys),
        ignore_robots_because=entry.ignore_robots_because,
        settings=settings,
    )


def alert_plan(config: Config, forecaster: Forecaster) -> AlertPlan:
    """Rules, teams, routes and words of telling; what no route takes goes to the channel of [slack]."""
    from alerts.watching.plan import AlertPlan

    return AlertPlan(
        routes=all_routes(config),
        teams=config.teams,
        policy=replace(
            config.alerts, thanks_channel=config.slack.thanks_channel, review_channel=config.slack.review_channel
        ),
        messages=config.messages,
        forecaster=forecaster,
        brands=tuple(brand.name for brand in config.brands if not brand.is_competitor),
        competitors=frozenset(brand.name for brand in config.brands if brand.is_competitor),
    )


def all_routes(config: Config) -> tuple[Route, ...]:
    slack, first = config.slack, config.teams[0].name
    written = tuple(_whole(route, first, slack.workspace) for route in config.routes)
    return (*written, Route(channel=slack.channel, team=first, workspace=slack.workspace)) if slack.channel else written


def _whole(route: Route, team: str, workspace: str) -> Route:
    return replace(route, team=route.team or team, workspace=route.workspace or workspace)


def last_runs(config: Config, store: Store, now: datetime) -> LastRuns:
    """What the schedule needs of the past."""
    told = [run.started_at for step in ("digest", BEGUN) if (run := store.last_run(step, ok=True))]
    visits = store.next_visits(now)
    return LastRuns(
        crawls=store.last_crawls(),
        visits={entry.name: at for entry in config.entries if (at := _visit(visits, entry))},
        digest_at=max(told, default=None),
    )


def _visit(visits: Mapping[tuple[str, str | None], datetime], entry: Entry) -> datetime | None:
    """The next visit one of its threads asks for; threads kept without an entry belong to all of their source."""
    wanted = (visits.get((entry.source, entry.name)), visits.get((entry.source, None)))
    return min((at for at in wanted if at), default=None)
