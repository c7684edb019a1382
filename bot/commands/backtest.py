"""`repwatch backtest`: replays the stored history under today's rules: cards, hours, what would have been missed."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.commands.export import plain
from bot.opening import config_of, open_store
from bot.show import Styled, columns, print_table, progress

if TYPE_CHECKING:
    from alerts.backtest import Backtest
    from bot.config import Config
    from storage.store import Store

_MOST = 100_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="DATE", help="from this day on (default: the last 90 days)"
    )


def run(given: argparse.Namespace) -> int:
    config, now = config_of(given), utc_now()
    since = datetime.combine(given.since, datetime.min.time(), UTC) if given.since else now - timedelta(days=90)
    with open_store(config) as store:
        found = _replayed(config, store, since, now)
    if given.json:
        print(json.dumps(plain(found), ensure_ascii=False))
    else:
        _show(found)
    return 0


def _replayed(config: Config, store: Store, since: datetime, now: datetime) -> Backtest:
    from alerts.backtest import backtest
    from bot.history import LearnedForecaster, history
    from bot.plans import alert_plan

    judged = store.negative_threads(since, now, _MOST)
    timelines = list(history(config, store, now))
    plan = alert_plan(config, LearnedForecaster(config, store).at(now))
    with progress("threads", len(judged)) as done:

        def passing() -> object:
            for pair in judged:
                yield pair
                done(1)

        return backtest(passing(), timelines, plan, since, now, store.mutes(now))  # type: ignore[arg-type]


def _show(found: Backtest) -> None:
    print(f"{found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}, under today's rules:")
    print(f"  {len(found.threads)} negative threads, {found.cards} cards, at most {found.busiest_day} a day")
    answered = f"answered in time {found.in_time}, late {found.late}, never {found.unanswered}"
    print(f"  {answered}; closed as grown {found.grown}")
    for why, count in found.why_not.most_common():
        print(f"  no card for {count}: {why.replace('_', ' ')}")
    print("  cards by hour: " + " ".join(f"{hour:02d}:{count}" for hour, count in enumerate(found.by_hour) if count))
    growth = found.growth
    rows = [(one.source, one.threads, *_coverage(one.coverage)) for one in growth.sources]
    print_table(
        columns("source", "finished threads>", "coverage>", ""),
        rows,
        empty="  no finished threads to check forecasts on yet",
    )
    if growth.precision is not None and growth.recall is not None:
        print(f"called growing: {growth.precision:.0%} did; of those that grew {growth.recall:.0%} were called in time")


def _coverage(share: float | None) -> tuple[object, object]:
    """Outside 0.70 to 0.90 the deadlines of that source stand too late or too early."""
    if share is None:
        return None, None
    if 0.70 <= share <= 0.90:
        return f"{share:.2f}", None
    return f"{share:.2f}", Styled("deadlines too late" if share < 0.70 else "deadlines too early", "yellow")
