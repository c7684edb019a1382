"""`repwatch evaluate`: labelled texts → how good the model is, by set and language."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.jsonl import decoded_lines
from bot.opening import config_if_any, open_model
from bot.show import progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JSON lines with text, label, lang and set (also .gz)"
    )


def run(given: argparse.Namespace) -> int:
    from classifier.evaluate import evaluate, table

    labelled = list(decoded_lines(given.files))
    model = open_model(config_if_any(given))
    with progress("texts", len(labelled)) as bar:
        seen = [0]

        def done(texts: int, _total: int | None) -> None:
            bar(texts - seen[0])
            seen[0] = texts

        rows = evaluate(model, labelled, done)
    if given.json:
        for row in rows:
            print(json.dumps(row.as_json(), ensure_ascii=False))
    else:
        print(table(rows))
    return 0
