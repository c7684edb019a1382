"""`repwatch outbox`: what waits for Slack, what was refused and why; `--retry ID` sends it to the queue again."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.errors import FailedError, UsageError
from bot.opening import config_of, open_store
from bot.show import Styled, columns, moment, print_table

if TYPE_CHECKING:
    from storage.records import OutboxRow
    from storage.store import Store

_HEADS = columns("id>", "state", "kind", "channel", "since", "attempts>", "why")
_COLOURS = {"dead": "bold red", "unknown": "yellow"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--retry", metavar="ID", help="try a refused or unsettled one again; all: every one of them")
    parser.add_argument("--all", action="store_true", help="also what was sent or is not needed any more")


def run(given: argparse.Namespace) -> int:
    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        if given.retry is not None:
            return _retry(store, given.retry)
        rows = _rows(store, everything=given.all)
    if given.json:
        for row in rows:
            print(json.dumps(_as_json(row), ensure_ascii=False))
        return 0
    shown = [_shown(row, moment(row.created_at, config.bot.zone, now)) for row in rows]
    print_table(_HEADS, shown, empty="Nothing waits and nothing was refused.")
    return 0


def _shown(row: OutboxRow, since: str) -> tuple[object, ...]:
    state = Styled(row.state.value, _COLOURS.get(row.state.value, ""))
    return row.id, state, row.kind.value, row.channel, since, row.attempts, row.error


def _rows(store: Store, *, everything: bool) -> list[OutboxRow]:
    from storage.records import OutboxState

    waiting = (OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.SENDING, OutboxState.PENDING)
    states = (*waiting, OutboxState.SENT, OutboxState.DROPPED) if everything else waiting
    return [row for state in states for row in store.outbox(state)]


def _retry(store: Store, which: str) -> int:
    from storage.records import OutboxState

    if which != "all" and not which.isdecimal():
        raise UsageError(f'"{which}" is no id; repwatch outbox lists them')
    refused = [row for state in (OutboxState.DEAD, OutboxState.UNKNOWN) for row in store.outbox(state)]
    numbers = [row.id for row in refused if row.id is not None] if which == "all" else [int(which)]
    done = [number for number in numbers if store.retry_outbox(number, utc_now())]
    if which != "all" and not done:
        raise FailedError(f"{which} is not among the refused ones; repwatch outbox lists them")
    print(f"{len(done)} will be tried again at the next round")
    return 0


def _as_json(row: OutboxRow) -> dict[str, object]:
    return {
        "id": row.id,
        "state": row.state.value,
        "kind": row.kind.value,
        "workspace": row.workspace or None,
        "channel": row.channel,
        "created_at": row.created_at.isoformat(),
        "not_before": row.not_before.isoformat() if row.not_before else None,
        "attempts": row.attempts,
        "error": row.error,
        "alert": row.alert_id,
    }
