"""`repwatch forecast`: thread timelines → how they will grow and by when to answer."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.jsonl import decoded_lines, print_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="timelines, JSON lines (default: stdin)")
    parser.add_argument(
        "--age", type=float, required=True, metavar="SECONDS", help="only events up to this age are looked at"
    )
    parser.add_argument(
        "--history", nargs="+", type=Path, metavar="FILE", help="finished threads to learn from (default: the store's)"
    )


def run(given: argparse.Namespace) -> int:
    from alerts.forecast import forecast_lines

    for row in forecast_lines(decoded_lines([given.file]), given.age, _history(given)):
        print_line(row)
    return 0


def _history(given: argparse.Namespace) -> Iterable[Mapping[str, Any]]:
    """The named files, else the store's finished threads, else nothing: the shipped defaults do."""
    return decoded_lines(given.history) if given.history else ()
