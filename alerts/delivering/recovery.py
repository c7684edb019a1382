"""After an outage of Slack: what needs no card of its own any more becomes one list; what still runs goes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from alerts.cards.card import Card, MessageSettings
from alerts.cards.lists import stale_messages
from alerts.cards.paging import list_rows
from alerts.delivering.needs import OutboxStore
from storage.records import Alert, OutboxKind, OutboxRow, OutboxState

Words = Callable[[str], MessageSettings]
"""The message settings of a team, by its name."""

# A card that waited less is sent as usual.
WAITED = timedelta(hours=1)
# Fewer stale cards than this are no flood.
_FEWEST = 3
_MOST_ROWS = 5000

Stale = tuple[OutboxRow, Alert]


def fold_stale(store: OutboxStore, now: datetime, words: Words) -> int:
    """Drops waiting cards whose alert is closed or past its time and queues one list of them; returns how many.

    One transaction a channel and brand: a crash leaves either all of them or the list. Reminders and edits of the
    dropped cards are dropped with them; the list goes behind everything that waits.
    """
    if not any(now - row.created_at > WAITED for row in store.outbox(OutboxState.PENDING, 1)):
        # They come oldest first, and so it is on every day but one.
        return 0
    waiting = store.outbox(OutboxState.PENDING, _MOST_ROWS)
    stale: dict[tuple[str, str, str], list[Stale]] = defaultdict(list)
    for row in waiting:
        if row.kind is OutboxKind.CARD and row.alert_id is not None and now - row.created_at > WAITED:
            alert = store.alert(row.alert_id)
            if alert is not None and (not alert.state.is_live or alert.is_overdue(now)):
                stale[(row.workspace, row.channel, alert.brand)].append((row, alert))
    return sum(_fold(store, found, waiting, now, words) for found in stale.values() if len(found) >= _FEWEST)


def _fold(store: OutboxStore, found: Sequence[Stale], waiting: Sequence[OutboxRow], now: datetime, words: Words) -> int:
    row, alert = found[0]
    keys = {row.key for row, _ in found}
    threads = {thread.id: thread for thread in store.threads([alert.thread_id for _, alert in found])}
    cards = [Card(alert=alert, thread=threads[alert.thread_id], now=now) for _, alert in found]
    key = f"stale:{sha256('|'.join(sorted(keys)).encode()).hexdigest()[:16]}"
    pages = stale_messages(cards, words(alert.team), key=key)
    try:
        with store.transaction():
            if store.drop_outbox([row for row, _ in found], "folded into one list: Slack was away") != len(found):
                raise _MovedError
            store.drop_outbox([row for row in waiting if row.under in keys], "its card was folded into a list")
            place = {"channel": row.channel, "workspace": row.workspace}
            store.put_outbox(list_rows(OutboxKind.ROLLUP, key, pages, now=now, **place))
    except _MovedError:
        return 0
    return len(found)


class _MovedError(Exception):
    """Another worker is sending one of them: all stay as they are until the next round."""
