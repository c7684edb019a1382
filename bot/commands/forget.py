"""`repwatch forget`: erases all that is kept of one author, also in Slack, and keeps a crawl from bringing it back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.commands.export import known_source
from bot.opening import config_of, open_channels, open_store
from bot.show import progress

if TYPE_CHECKING:
    from bot.settings.environment import Environment
    from storage.records import OutboxRow

_TAKEN_BACK = {"text": "Removed at the author's request.", "blocks": []}


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
        done = store.forget_author(given.source, given.author, utc_now())
    left = _take_back(done.in_slack, config.environment)
    if given.json:
        print(json.dumps({name: value for name, value in asdict(done).items() if isinstance(value, int)}))
    else:
        print(f"erased: {done.mentions} mentions, {done.threads} threads, {done.alerts} alerts, "
              f"{done.messages} messages, {done.digests} digests")  # fmt: skip
    for week in done.weeks:
        print(f"digest {week}: pages that were saved still show it; make it again with repwatch digest --week")
    for sentence in left:
        print(sentence, file=sys.stderr)
    return 1 if left else 0


def _is_wanted(given: argparse.Namespace, mentions: int) -> bool:
    if not sys.stdin.isatty():
        print("say --yes to erase without being asked", file=sys.stderr)
        return False
    question = f'Erase {mentions} mentions of "{given.author}" on {given.source} for good? Type yes: '
    return input(question).strip().lower() == "yes"


def _take_back(rows: Sequence[OutboxRow], environment: Environment) -> list[str]:
    """Empties their cards in Slack; what could not be emptied is named by its place."""
    from alerts.slack import SlackError

    channels, left = open_channels(environment), []
    with progress("messages in Slack", len(rows)) as done:
        for row in rows:
            door = channels.get(row.workspace)
            try:
                if door is None:
                    raise LookupError("no SLACK_BOT_TOKEN for its workspace")
                door.update(row.channel, row.ts or "", _TAKEN_BACK, row.key)
            except (SlackError, LookupError) as error:
                left.append(f"still in Slack: {row.channel} {row.ts} ({error})")
            done(1)
    return left
