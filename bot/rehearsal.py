"""What the alert step would say now, without saying or keeping it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from storage.records import OutboxRow, OutboxState

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
            rows = store.outbox(OutboxState.PENDING)
            raise _TakenBackError
    except _TakenBackError:
        return rows
