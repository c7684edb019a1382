"""`repwatch check`: a line for each thing, ok or what is wrong and the mend."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from bot.clock import utc_now
from bot.logs import told
from bot.opening import config_of


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-sources", action="store_true", help="ask no source")


def run(given: argparse.Namespace) -> int:
    from bot.check import check

    wrong = 0
    for finding in check(config_of(given), utc_now, ask_sources=not given.no_sources):
        wrong += not finding.is_ok
        if given.json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            print(f"{_sign(finding.is_ok)}  {finding.what}: {told(finding.said)}", flush=True)
    if not given.json:
        print("Everything is ready: repwatch run" if not wrong else f"{wrong} to mend, then once more: repwatch check")
    return 1 if wrong else 0


def _sign(is_ok: bool) -> str:
    word = "ok   " if is_ok else "WRONG"
    if not sys.stdout.isatty():
        return word
    return f"\x1b[32m{word}\x1b[0m" if is_ok else f"\x1b[1;31m{word}\x1b[0m"
