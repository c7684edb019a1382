"""`repwatch explain`: why a thread alerted or did not, with the numbers; the forecast and the deadline's history."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.commands.export import plain
from bot.errors import FailedError
from bot.logs import safe
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from bot.config import Config
    from storage.records import Thread
    from storage.store import Store

_MOST = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "thread", metavar="THREAD", help="its number (repwatch threads), its id on the source, or its address"
    )


def run(given: argparse.Namespace) -> int:
    from alerts.explain import explain, explained
    from bot.history import LearnedForecaster
    from bot.plans import alert_plan

    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        thread = found_thread(config, store, given.thread)
        plan = alert_plan(config, LearnedForecaster(config, store).at(now))
        said = explain(store, plan, thread, now)
    if given.json:
        print(json.dumps(plain(said), ensure_ascii=False))
        return 0
    team = said.alert.team if said.alert else config.teams[0].name
    for line in explained(said, plan.words(team)):
        print(safe(line))
    return 0


def found_thread(config: Config, store: Store, said: str) -> Thread:
    """By number, by the source's id, or by address among what is open. Raises FailedError where it is none of them."""
    if said.isdigit() and (thread := store.thread(int(said))):
        return thread
    for source in dict.fromkeys(entry.source for entry in config.entries):
        if thread := store.find_thread(source, said):
            return thread
    threads = store.threads([alert.thread_id for alert in store.live_alerts(_MOST)])
    for thread in threads:
        if said in {thread.url, *(mention.url for mention in thread.mentions)}:
            return thread
    raise FailedError(f"no thread {said}: repwatch threads lists the open ones with their numbers")
