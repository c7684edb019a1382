"""`repwatch digest`: the week's reputation digest, as text, as a page, or sent."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.errors import UsageError
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from alerts.digest import DigestPlan
    from alerts.weekly.made import MadeDigest
    from alerts.weekly.week import Week
    from bot.config import Config
    from bot.steps import Steps


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--week", metavar="2026-W47", help="the week (default: the last one that is over)")
    parser.add_argument("--brand", help="only this brand's")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the page there; its figures as CSV beside it")
    parser.add_argument("--send", action="store_true", help="send it to Slack, unless this week's was sent before")


def run(given: argparse.Namespace) -> int:
    from bot.steps import Steps

    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        steps = Steps(config, store, utc_now)
        made = [
            pair for pair in steps.make_digests(_week(config, given.week), now) if given.brand in (None, pair[0].brand)
        ]
        for plan, one in made:
            _show(plan, one, as_json=given.json)
            if given.html:
                _write(_file_of(given.html, plan.brand, len(made)), one)
        return _send(steps, made) if given.send else 0


def _week(config: Config, name: str | None) -> Week:
    from alerts.weekly.week import last_full_week, week_named

    zone = config.digest.weekly.zone
    try:
        return week_named(name, zone) if name else last_full_week(utc_now(), zone)
    except ValueError as error:
        raise UsageError(f"--week: {error}") from None


def _show(plan: DigestPlan, made: MadeDigest, *, as_json: bool) -> None:
    from alerts.weekly.message import digest_message
    from bot.card_text import card_text

    if as_json:
        print(json.dumps(asdict(made.figures), default=str, ensure_ascii=False))
    else:
        print(card_text(digest_message(made.figures, plan.messages), heading=f"{plan.brand} {made.figures.week}"))


def _file_of(file: Path, brand: str, brands: int) -> Path:
    """One page a brand: where there are several, the name carries the brand."""
    if brands == 1:
        return file
    name = "".join(sign if sign.isalnum() else "-" for sign in brand.lower())
    return file.with_name(f"{file.stem}-{name}{file.suffix}")


def _write(file: Path, made: MadeDigest) -> None:
    file.write_text(made.page, encoding="utf-8")
    table = file.with_suffix(".csv")
    # A spreadsheet takes the mark at the beginning as "this is UTF-8".
    table.write_text(made.csv, encoding="utf-8-sig")
    print(f"{file} and {table.name} written")


def _send(steps: Steps, made: list[tuple[DigestPlan, MadeDigest]]) -> int:
    from alerts.digest import send_digest

    for plan, one in made:
        if not send_digest(steps.store, plan, one, utc_now()):
            print(f"{plan.brand} {one.figures.week}: was sent before" if plan.channel else "no channel to send it to")
    report = steps.deliver()
    print(f"{report.sent} messages and files sent")
    return 0 if report.is_good and not steps.is_mute else 1
