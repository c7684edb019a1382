"""`repwatch classify`: unscored mentions → sentiments, verdicts."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from bot.clock import utc_now
from bot.opening import config_of, open_store
from bot.show import progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing more than every command takes."""


def run(given: argparse.Namespace) -> int:
    from bot.steps import Steps

    config = config_of(given)
    with open_store(config) as store, progress("texts", store.count_unscored()) as done:
        report = Steps(config, store, utc_now).classify(
            utc_now(), lambda what, more: done(more) if what == "scored" else None
        )
    if given.json:
        print(json.dumps(asdict(report)))
    else:
        print(f"{report.scored} texts scored, {report.not_scored} without words, {report.unsure} unsure; "
              f"{report.judged} threads judged, {report.negative} negative")  # fmt: skip
    return 0
