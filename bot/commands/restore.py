"""`repwatch restore`: puts a backup in the place of the database, checked first; what was there is kept beside it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.clock import utc_now
from bot.lock import only_one
from bot.opening import config_of


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that repwatch backup wrote")


def run(given: argparse.Namespace) -> int:
    from storage.backup import check_backup, restore_backup

    config = config_of(given)
    summary = check_backup(given.file)
    with only_one(config.store.file):
        kept = restore_backup(given.file, config.store.url, utc_now())
    print(f"{config.store.file}: {summary.mentions} mentions, {summary.alerts} alerts are back")
    if kept:
        print(f"what was there before is kept as {kept}")
    return 0
