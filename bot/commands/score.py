"""`repwatch score`: texts → sentiments, JSON lines in the same order."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.jsonl import opened
from bot.opening import config_if_any, open_model


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a text a line, or JSON lines with text (default: stdin)"
    )


def run(given: argparse.Namespace) -> int:
    from classifier.score import score_lines

    model = open_model(config_if_any(given))
    with opened(given.file) as lines:
        for line in score_lines(model, lines):
            print(line)
    return 0
