"""What the alert step would say now, without saying or keeping it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from storage.records import OutboxKind, OutboxRow, OutboxState

if TYPE_CHECKING:
    from bot.config import Config
    from storage.store import Store


class _TakenBackError(Exception):
    """Ends the transaction without keeping anything."""


def rehearsed(config: Config, store: Store, now: datetime) -> list[OutboxRow]:
    """The outbox as it would stand after the step: what waits already, then what would be new."""
    from alerts.alert import alert
    from bot.history import LearnedForecaster
    from bot.plans import alert_plan

    rows: list[OutboxRow] = []
    plan = alert_plan(config, LearnedForecaster(config, store).at(now))
    try:
        with store.transaction():
            alert(store, plan, now)
            rows = _said(config, store)
            raise _TakenBackError
    except _TakenBackError:
        return rows


def _said(config: Config, store: Store) -> list[OutboxRow]:
    """What waits, a digest's message with its words; its files are named only."""
    from bot.digesting import digest_writer

    written, rows = digest_writer(config, store), []
    for row in store.outbox(OutboxState.PENDING):
        with suppress(LookupError):
            rows.append(written(row) if row.kind is OutboxKind.DIGEST else row)
    return rows
