"""One of many gets a card of its own: out of a list, or from beside another card, with all the buttons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from alerts.cards.press import Press
from alerts.opening.carriers import carrier_rows, emptied_rows, lead_rows
from alerts.watching.cards_of import cards_of
from alerts.watching.needs import CardStore
from alerts.watching.outcome import Outcome, Say, unchanged
from alerts.watching.plan import AlertPlan
from alerts.watching.telling import Telling
from storage.records import Alert, AlertEvent, AlertState, OutboxRow, OutboxState


class OwnCardStore(CardStore, Protocol):
    """What is asked of the store."""

    def transaction(self) -> AbstractContextManager[object]: ...

    def alert_by_key(self, key: str) -> Alert | None: ...

    def claim_alert(self, alert: Alert, expected_state: AlertState) -> bool: ...

    def note(self, event: AlertEvent) -> object: ...

    def put_outbox(self, rows: Iterable[OutboxRow]) -> object: ...


class RowStore(Protocol):
    """Where messages stand."""

    def outbox_row(self, key: str) -> OutboxRow | None: ...


def give_own_card(store: OwnCardStore, plan: AlertPlan, press: Press) -> Alert | None:
    """The alert `press.choice`, which has a card of its own from now on; None where there is nothing to do (any more).

    The card and the list without it are queued in the same transaction. Pressed again it changes nothing.
    """
    with store.transaction():
        alert, row = store.alert_by_key(press.choice or ""), store.outbox_row(press.key)
        if alert is None or row is None or not alert.state.is_live or not is_listed_on(alert, row, store):
            return None
        thread = next(iter(store.threads([alert.thread_id])), None)
        outcome = _outcome(alert, press)
        if thread is None or (outcome.after != alert and not store.claim_alert(outcome.after, alert.state)):
            return None
        for event in outcome.events:
            store.note(event)
        shown = (outcome.after, thread, store.verdicts_of([thread.id]).get(thread.id))
        card = cards_of(store, [shown], press.at)[alert.key]
        store.put_outbox(Telling(plan=plan, now=press.at).rows(outcome, card))
        if alert.carried_by is not None:
            store.put_outbox(_carrier_anew(store, plan, alert.carried_by, alert, press.at))
        return outcome.after


def is_listed_on(alert: Alert, row: OutboxRow, store: RowStore) -> bool:
    """Does the message of this row speak for the alert, so that a press under it may be about it?"""
    if alert.carried_by is not None:
        return alert.carried_by in (row.key, row.under)
    # Folded into a list after an outage: its card was dropped, and this message offers it by its key.
    card = store.outbox_row(alert.key)
    return card is not None and card.state is OutboxState.DROPPED and alert.key in _offered(row.payload)


def _outcome(alert: Alert, press: Press) -> Outcome:
    outcome = unchanged(alert).with_event("own_card", press.at, by=press.user, press=press.id)
    if alert.carried_by is None:
        # An edit of a card that never reached Slack is posted as that card.
        return outcome.saying(Say.UPDATE)
    return outcome.with_alert(carried_by=None).saying(Say.CARD)


def _carrier_anew(store: OwnCardStore, plan: AlertPlan, key: str, gone: Alert, now: datetime) -> list[OutboxRow]:
    """The list without its line, or the card without that place."""
    lead = store.alert_by_key(key)
    if lead is not None:
        return lead_rows(store, plan, [lead], now)
    if store.alerts_carried_by([key]):
        return carrier_rows(store, plan, [key], (), now)
    return emptied_rows(store, plan, key, gone, now)


def _offered(payload: Mapping[str, Any]) -> Collection[str]:
    menus = (e for block in payload.get("blocks", ()) if block["type"] == "actions" for e in block["elements"])
    return {option["value"] for menu in menus for option in menu.get("options", ())}
