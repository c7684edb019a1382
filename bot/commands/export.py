"""`repwatch export`: hands out all that is kept of one author, as one JSON object."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UsageError
from bot.jsonl import plain
from bot.opening import config_of, open_store
from bot.settings.kinds import closest

if TYPE_CHECKING:
    from bot.config import Config


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", required=True, metavar="S", help="the source they wrote on, e.g. mastodon")
    parser.add_argument("--author", required=True, metavar="A", help="their id or public handle")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it there instead of to the terminal")


def run(given: argparse.Namespace) -> int:
    config = config_of(given)
    known_source(config, given.source)
    with open_store(config) as store:
        found = store.export_author(given.source, given.author)
    text = json.dumps(plain(found), ensure_ascii=False, indent=1)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
        print(f"{given.out}: {len(found.mentions)} mentions, {len(found.messages)} messages")
    else:
        print(text)
    return 0


def known_source(config: Config, said: str) -> None:
    """Raises UsageError where no source is called so: a slip of the pen must neither erase nor hand out anything."""
    from bot.settings.options import catalogue

    known = sorted({*catalogue(), *(entry.source for entry in config.entries)})
    if said not in known:
        raise UsageError(
            f"--source {said}: no source is called so{closest(said, known)}; there are: {', '.join(known)}"
        )
