"""`repwatch alert`: verdicts → cards, reminders, escalations, closings; `--dry-run` shows them and changes nothing."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.opening import config_of, open_store

if TYPE_CHECKING:
    from bot.config import Config
    from storage.records import OutboxRow
    from storage.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="print each card as text and as the exact JSON; send and keep nothing"
    )


def run(given: argparse.Namespace) -> int:
    config = config_of(given)
    with open_store(config) as store:
        return _rehearse(config, store, as_json=given.json) if given.dry_run else _tell(config, store, given)


def _tell(config: Config, store: Store, given: argparse.Namespace) -> int:
    from bot.steps import Steps

    steps = Steps(config, store, utc_now)
    decided = steps.alert(utc_now())
    sent = steps.deliver()
    figures = {"opened": decided.opened, "looked_at": decided.looked_at, "failed": decided.failed,
               "sent": sent.sent, "edited": sent.edited, "waiting": sent.retried, "refused": sent.dead,
               "unsettled": sent.unknown}  # fmt: skip
    if given.json:
        print(json.dumps(figures))
    else:
        print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in figures.items()))
    return 0 if sent.is_good and not steps.is_mute else 1


def _rehearse(config: Config, store: Store, *, as_json: bool) -> int:
    """The real step inside a transaction that is taken back: exactly what would be sent, and not a row of it stays."""
    from bot.card_text import card_text
    from bot.rehearsal import rehearsed

    rows = rehearsed(config, store, utc_now())
    for row in rows:
        if not as_json:
            print(card_text(row.payload, heading=f"{row.kind.value} → {row.channel}"))
        print(json.dumps(sent_as(row), ensure_ascii=False))
        if not as_json:
            print()
    if not rows and not as_json:
        print("Nothing would be sent.")
    return 0


def sent_as(row: OutboxRow) -> dict[str, object]:
    """The arguments Slack would get, as far as they are known before sending (a ts is known after)."""
    return {"channel": row.channel, **row.payload, "metadata": {"event_payload": {"key": row.key}}}
