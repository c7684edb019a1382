"""`repwatch forget`: erases all that is kept of one author, also in Slack, and keeps a crawl from bringing it back."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.commands.export import known_source
from bot.opening import config_of, open_store
from bot.show import progress
from bot.taking_back import take_back

if TYPE_CHECKING:
    from storage.records import Forgotten


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", required=True, metavar="S", help="the source they wrote on, e.g. mastodon")
    parser.add_argument("--author", required=True, metavar="A", help="their id or public handle")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(given: argparse.Namespace) -> int:
    config = config_of(given)
    known_source(config, given.source)
    with open_store(config) as store:
        if not given.yes and not _is_wanted(given, len(store.export_author(given.source, given.author).mentions)):
            print("Nothing was erased.")
            return 1
        with progress("erasing"):
            done = store.forget_author(given.source, given.author, utc_now())
        _show(done, as_json=given.json)
        left = take_back(config, store, done, utc_now())
    for sentence in left:
        print(sentence, file=sys.stderr)
    return 1 if left else 0


def _is_wanted(given: argparse.Namespace, mentions: int) -> bool:
    if not sys.stdin.isatty():
        print("say --yes to erase without being asked", file=sys.stderr)
        return False
    question = f'Erase {mentions} mentions of "{given.author}" on {given.source} for good? Type yes: '
    return input(question).strip().lower() == "yes"


def _show(done: Forgotten, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({name: value for name, value in asdict(done).items() if isinstance(value, int)}))
        return
    print(f"erased: {done.mentions} mentions, {done.threads} threads, {done.alerts} alerts, "
          f"{done.messages} messages, {done.digests} digests")  # fmt: skip
    for brand, week in done.weeks:
        print(f"digest {brand} {week}: made again without them; files that you saved of it still show them")
