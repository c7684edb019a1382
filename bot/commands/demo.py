"""`repwatch demo`: plays the whole road on made-up sites and a made-up Slack."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("repwatch-demo"), metavar="DIR",
        help="where its configuration, database and digest.html are left (default: repwatch-demo)",
    )  # fmt: skip


def run(given: argparse.Namespace) -> int:
    from bot.demo.run import run_demo

    return run_demo(given.out)
