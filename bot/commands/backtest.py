"""`repwatch backtest`: replays the stored history under today's rules: cards, hours, what would have been missed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from textwrap import fill
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.jsonl import plain
from bot.opening import config_of, open_store
from bot.show import Styled, columns, print_table, progress

if TYPE_CHECKING:
    from alerts.backtest import Backtest
    from alerts.replaying.forecasts import Bin
    from bot.config import Config
    from classifier.verdict import AuthorKey, AuthorRecord
    from storage.records import Thread, Verdict
    from storage.store import Store

# Threads read from the store at once.
_PORTION = 500
_WIDTH = 100


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


class _Today:
    """Reads the threads in portions and judges them by today's rules, with what is known of their authors."""

    def __init__(self, config: Config, store: Store) -> None:
        self._policy = config.verdict
        self._store = store
        self._authors: dict[AuthorKey, AuthorRecord] = {}

    def threads(self, numbers: Sequence[int]) -> Iterator[Thread]:
        from classifier.verdict import author_key

        for start in range(0, len(numbers), _PORTION):
            some = self._store.threads(numbers[start : start + _PORTION])
            self._authors.update(self._store.author_histories({k for t in some if (k := author_key(t)) is not None}))
            yield from some

    def judge(self, thread: Thread, at: datetime) -> Verdict:
        from classifier.verdict import judge

        return judge(thread, self._policy, at, self._authors)


def _replayed(config: Config, store: Store, since: datetime, now: datetime) -> Backtest:
    from alerts.backtest import backtest
    from bot.history import LearnedForecaster, history
    from bot.plans import alert_plan

    numbers = store.judged_threads(since, now)
    timelines = list(history(config, store, now))
    today = _Today(config, store)
    with progress("replaying", len(numbers) + len(timelines)) as done:
        return backtest(
            today.threads(numbers),
            today.judge,
            timelines,
            alert_plan(config, LearnedForecaster(config, store).at(now)),
            since,
            now,
            mutes=store.mutes(now),
            authors=store.author_histories,
            watched_since=store.watched_since(),
            settings=config.forecast,
            done=lambda: done(1),
        )


def _show(found: Backtest) -> None:
    print(f"{found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}, under today's rules:")
    _show_cards(found)
    _show_coverage(found)
    _show_reliability(found)
    print("not replayed:")
    for what in found.not_replayed:
        print(fill(what, _WIDTH, initial_indent="  - ", subsequent_indent="    "))


def _show_cards(found: Backtest) -> None:
    print(f"  {len(found.threads)} negative threads of {found.judged} judged again, {found.cards} cards")
    kinds = "".join(f", {count} on {kind.replace('_', ' ')} lists" for kind, count in found.lists.items())
    print(f"  {found.gathered} threads share a card with others{kinds}; {found.rises} cards for a rise in volume")
    answered = f"answered in time {found.in_time}, late {found.late}, never {found.unanswered}"
    print(f"  {answered}; deadline missed {found.missed}, closed as grown {found.grown}")
    for why, count in found.why_not.most_common():
        print(f"  no card for {count}: {why.replace('_', ' ')}")
    if not found.by_day:
        return
    busiest = max(found.by_day, key=lambda day: found.by_day[day])
    days = max(1, (found.until - found.since).days)
    print(f"  cards a day: {found.cards / days:.1f} on average, at most {found.by_day[busiest]} ({busiest})")
    _show_counts("cards by day", [(f"{day:%m-%d}", count) for day, count in found.by_day.items()])
    _show_counts("cards by hour", [(f"{hour:02d}", count) for hour, count in enumerate(found.by_hour) if count])


def _show_counts(title: str, counts: Sequence[tuple[str, int]]) -> None:
    line = " ".join(f"{name}:{count}" for name, count in counts)
    print(fill(f"{title}: {line}", _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))


def _show_coverage(found: Backtest) -> None:
    growth = found.growth
    low, high = growth.band
    print(
        f"replies that came after the deadline (aim {(low + high) / 2:.2f}, warned of outside {low:.2f} to {high:.2f}):"
    )
    rows = [
        (
            one.source,
            one.threads,
            one.judged,
            _share(one.first_coverage),
            _share(one.moves),
            _share(one.coverage),
            _warning(one.warning),
        )
        for one in growth.sources
    ]
    print_table(
        columns("source", "finished threads>", "that grew>", "as first set>", "moves>", "coverage>", ""),
        rows,
        empty="  no finished threads to check forecasts on yet",
    )
    if growth.answered_apart or growth.seen_too_late:
        print(
            f"  left out: {growth.answered_apart} the owner answered within their week,"
            f" {growth.seen_too_late} first seen after it"
        )
    if growth.precision is not None and growth.recall is not None:
        print(f"called growing: {growth.precision:.0%} did; of those that grew {growth.recall:.0%} were called in time")


def _warning(code: str | None) -> Styled | None:
    if code is None:
        return None
    return Styled(f"WARNING: its deadlines come {code.replace('_', ' ')}", "yellow")


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.2f}"


def _show_reliability(found: Backtest) -> None:
    """What was said beside what happened: a forecast of 0.7 should come true seven times in ten."""
    rows = [
        (question, f"{one.low:.1f} to {one.high:.1f}", f"{one.said:.2f}", f"{one.happened:.2f}", one.forecasts)
        for question, bins in _questions(found)
        for one in bins
    ]
    if rows:
        print("do the probabilities come true (all forecasts of each finished thread until its deadline)?")
        print_table(columns("question", "said", "on average>", "happened>", "forecasts>"), rows)


def _questions(found: Backtest) -> tuple[tuple[str, Sequence[Bin]], ...]:
    return ("ten more in 24 h", found.growth.ten_more), ("doubles", found.growth.double)
