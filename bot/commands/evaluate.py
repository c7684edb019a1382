"""`repwatch evaluate`: labelled texts → how good the model is, by set and language."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.errors import UsageError
from bot.jsonl import placed_lines
from bot.opening import config_if_any, open_model
from bot.show import progress

# More faults of the same file than this tell nobody anything new.
_MOST_FAULTS = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JSON lines with text, label, lang and set (also .gz)"
    )


def run(given: argparse.Namespace) -> int:
    from classifier.evaluate import evaluate, table

    labelled = _labelled(given.files)
    model = open_model(config_if_any(given))
    with progress("texts", len(labelled)) as done:
        rows = evaluate(model, labelled, done)
    if given.json:
        for row in rows:
            print(json.dumps(row.as_json(), ensure_ascii=False))
    else:
        print(table(rows))
    return 0


def _labelled(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Raises UsageError that names the file and line of what can't be counted, before a minute is spent on the rest."""
    from classifier.evaluate import fault_of

    rows, faults = [], []
    for where, row in placed_lines(files):
        fault = fault_of(row)
        if fault:
            faults.append(f"{where}: {fault}")
        rows.append(row)
    if faults:
        more = [f"and {len(faults) - _MOST_FAULTS} lines more like these"] if len(faults) > _MOST_FAULTS else []
        raise UsageError(*faults[:_MOST_FAULTS], *more)
    return rows
