"""`repwatch demo`: plays the whole road on made-up sites and a made-up Slack."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("repwatch-demo"), metavar="DIR",
        help="where its configuration, database and digest.html are left (default: repwatch-demo)",
    )  # fmt: skip
    parser.add_argument(
        "--recorded", type=Path, metavar="FOLDER",
        help="instead: the road on recorded responses, one folder a source (developers: ../shared/fixtures)",
    )  # fmt: skip


def run(given: argparse.Namespace) -> int:
    from bot.demo.run import run_demo

    if given.recorded:
        from bot.demo.recorded import run_recorded

        run_recorded(given.recorded, given.out)
        return 0
    return run_demo(given.out)
