"""`repwatch explain`: why a thread alerted or did not, with the numbers; the forecast and the deadline's history."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.errors import FailedError
from bot.jsonl import plain
from bot.logs import safe
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from storage.records import Thread
    from storage.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "thread",
        metavar="THREAD",
        help="its number (repwatch threads), mention:NUMBER, SOURCE:ID, or the address of any text in it",
    )


def run(given: argparse.Namespace) -> int:
    from alerts.explain import explain, explained
    from bot.history import LearnedForecaster
    from bot.plans import alert_plan

    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        thread = found_thread(store, given.thread)
        plan = alert_plan(config, LearnedForecaster(config, store).at(now))
        said = explain(store, plan, thread, now)
    if given.json:
        print(json.dumps(plain(said), ensure_ascii=False))
        return 0
    team = said.alert.team if said.alert else config.teams[0].name
    for line in explained(said, plan.words(team)):
        print(safe(line))
    return 0


def found_thread(store: Store, said: str) -> Thread:
    """Any stored thread by what a person has at hand. Raises FailedError where it is none; others are named."""
    numbers = _numbers(store, said)
    if not numbers:
        raise FailedError(
            f"no thread {said}: repwatch threads lists the open ones with their numbers; any stored one is also found"
            " by mention:NUMBER, SOURCE:ID or the address of a text in it"
        )
    if len(numbers) > 1:
        others = ", ".join(map(str, numbers[1:]))
        print(safe(f"several threads are called {said}; this is no. {numbers[0]}, see also: {others}"), file=sys.stderr)
    thread = store.thread(numbers[0])
    if thread is None:
        raise FailedError(f"no thread {said}: it was removed just now")
    return thread


def _numbers(store: Store, said: str) -> list[int]:
    """A thread's number goes before a source's id; a source's name before a ":" narrows the search."""
    if _is_number(said) and store.thread(int(said)) is not None:
        return [int(said)]
    before, _, after = said.partition(":")
    if before == "mention" and _is_number(after):
        thread_id = store.thread_of(int(after))
        return [thread_id] if thread_id is not None else []
    if found := store.named_threads(said):
        return found
    return store.named_threads(after, source=before) if after and not after.startswith("//") else []


def _is_number(said: str) -> bool:
    """Of a row: what no database counts to is an id of some source."""
    return said.isascii() and said.isdigit() and len(said) < 19
