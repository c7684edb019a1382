"""Cards that list several alerts, drawn again when one of them changes: campaigns, roll-ups, the past."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.cards.card import Payload
from alerts.cards.paging import list_rows
from alerts.messages import Card, backfill_messages, campaign_messages, moved_message, rollup_messages
from alerts.opening.gathering import Why, why_of
from alerts.watching.cards_of import cards_of, shown_of
from alerts.watching.needs import CardStore
from alerts.watching.outcome import Say, unchanged
from alerts.watching.plan import AlertPlan
from alerts.watching.telling import Telling, edit_row
from storage.records import Alert, OutboxKind, OutboxRow


def carrier_rows(
    store: CardStore, plan: AlertPlan, keys: Collection[str], new: Collection[int], now: datetime
) -> list[OutboxRow]:
    """The rows that bring these carriers up to date; `new` are alert numbers they did not list before.

    Called inside the transaction that changed the members, so it reads what was just decided.
    """
    wanted = {key for key in keys if why_of(key) is not Why.BACKFILL or new}
    members = store.alerts_carried_by(wanted) if wanted else []
    rows: list[OutboxRow] = []
    for key in sorted(wanted):
        some = [alert for alert in members if alert.carried_by == key]
        if some and why_of(key) is not Why.CROSS_POST:
            rows += _list(store, plan, key, some, new, now)
    return rows


def lead_rows(store: CardStore, plan: AlertPlan, leads: Sequence[Alert], now: datetime) -> list[OutboxRow]:
    """The cards of alerts that carry cross-posts, drawn again with all their places."""
    shown = shown_of(store, leads)
    cards = cards_of(store, shown, now)
    telling = Telling(plan=plan, now=now)
    return [row for lead, _, _ in shown for row in telling.rows(unchanged(lead).saying(Say.UPDATE), cards[lead.key])]


def emptied_rows(store: CardStore, plan: AlertPlan, key: str, last: Alert, now: datetime) -> list[OutboxRow]:
    """The list `key` after the last of its alerts has got a card of its own: every page says so."""
    pages = [moved_message(plan.words(last.team))] * _pages_told(store, key)
    rows = list_rows(OutboxKind.ROLLUP, key, pages, now=now, channel=last.channel, workspace=last.workspace)
    return [edit_row(row, row.payload, now) for row in rows]


def _list(
    store: CardStore, plan: AlertPlan, key: str, some: Sequence[Alert], new: Collection[int], now: datetime
) -> Iterator[OutboxRow]:
    cards = _cards(store, some, now)
    if not cards:
        return
    first = cards[0].alert
    place = {"channel": first.channel, "workspace": first.workspace}
    listed = [card for card in cards if card.alert.id not in new]
    pages = _pages(key, cards, plan)
    told = _pages_told(store, key)
    before = max(told, len(_pages(key, listed, plan)) if listed else 0)
    # A page that is not needed any more must not go on saying what it said.
    pages = (*pages, *[moved_message(plan.words(first.team))] * (told - len(pages)))
    rows = list_rows(OutboxKind.ROLLUP, key, pages, now=now, **place)
    for number, row in enumerate(rows):
        yield edit_row(row, row.payload, now) if number < before else row


def _pages_told(store: CardStore, key: str) -> int:
    """How many pages of this list were ever put for sending."""
    told = 0
    while store.outbox_row(f"{key}:{told}" if told else key) is not None:
        told += 1
    return told


def _pages(key: str, cards: Sequence[Card], plan: AlertPlan) -> tuple[Payload, ...]:
    words = plan.words(cards[0].alert.team)
    match why_of(key):
        case Why.CAMPAIGN:
            new = sum(card.author_history is None for card in cards)
            return campaign_messages(cards, words, new_authors=new, key=key)
        case Why.BACKFILL:
            return backfill_messages(cards, words)
        case _:
            return rollup_messages(cards, words, key=key)


def _cards(store: CardStore, some: Sequence[Alert], now: datetime) -> list[Card]:
    shown = shown_of(store, some)
    cards = cards_of(store, shown, now)
    return [replace(cards[alert.key], now=now) for alert, _, _ in shown]
