"""`repwatch backup`: copies the database while it is in use, and checks the copy."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bot.opening import config_of, open_store


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="where the copy goes; must not exist yet")


def run(given: argparse.Namespace) -> int:
    with open_store(config_of(given)) as store:
        summary = store.backup(given.file)
    if given.json:
        print(json.dumps(asdict(summary), default=str))
    else:
        print(f"{given.file}: {summary.mentions} mentions, {summary.alerts} alerts, checked")
    return 0
