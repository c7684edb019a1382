"""Everything a card says, gathered for many alerts at once: no question is asked once a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.messages import Card, Place
from alerts.watching.answers import author_key
from alerts.watching.needs import AuthorKey, CardStore
from storage.records import Alert, AlertEvent, AuthorHistory, Label, Thread, Verdict

Shown = tuple[Alert, Thread, Verdict | None]


def shown_of(store: CardStore, alerts: Sequence[Alert]) -> list[Shown]:
    """The alerts with their threads and verdicts; one whose thread is gone is left out."""
    threads = {thread.id: thread for thread in store.threads([alert.thread_id for alert in alerts])}
    verdicts = store.verdicts_of(list(threads))
    return [
        (alert, threads[alert.thread_id], verdicts.get(alert.thread_id))
        for alert in alerts
        if alert.thread_id in threads
    ]


def cards_of(store: CardStore, shown: Sequence[Shown], now: datetime) -> dict[str, Card]:
    """Cards by alert key."""
    carried = _carried(store, [alert.key for alert, _, _ in shown if alert.id is not None])
    keys = {key for _, thread, _ in shown if (key := author_key(thread)) is not None}
    histories = store.author_histories(keys) if keys else {}
    events = store.events_of_alerts([alert.id for alert, _, _ in shown if alert.id is not None])
    return {
        alert.key: Card(
            alert=alert,
            thread=thread,
            now=now,
            verdict=verdict,
            places=tuple(_place(*other) for other in carried.get(alert.key, ())),
            author_history=_earlier(thread, histories),
            events=tuple(events.get(alert.id or 0, ())),
        )
        for alert, thread, verdict in shown
    }


def with_outcome(card: Card, alert: Alert, events: Sequence[AlertEvent]) -> Card:
    """The same card after a look."""
    return replace(card, alert=alert, events=(*card.events, *events))


def _place(alert: Alert, thread: Thread) -> Place:
    root = thread.root
    return Place(
        source=thread.source,
        instance=thread.instance,
        url=(root.url if root else None) or thread.url,
        key=alert.key if alert.state.is_live else None,
        number=alert.id if alert.state.is_live else None,
    )


def _carried(store: CardStore, keys: Sequence[str]) -> dict[str, list[tuple[Alert, Thread]]]:
    """Alerts listed on each of these cards beside their own, with their threads."""
    others = store.alerts_carried_by(keys) if keys else []
    threads = {thread.id: thread for thread in store.threads([alert.thread_id for alert in others])} if others else {}
    found: dict[str, list[tuple[Alert, Thread]]] = {}
    for alert in others:
        if alert.carried_by is not None and alert.thread_id in threads:
            found.setdefault(alert.carried_by, []).append((alert, threads[alert.thread_id]))
    return found


def _earlier(thread: Thread, histories: Mapping[AuthorKey, AuthorHistory]) -> AuthorHistory | None:
    """What the author said before: the store counts this thread's texts too, so they are taken off."""
    key, root = author_key(thread), thread.root
    history = histories.get(key) if key else None
    if history is None or root is None:
        return None
    own = [m for m in thread.mentions if m.author_id == root.author_id]
    here = sum((s := thread.sentiment_of(m)) is not None and s.label is Label.NEGATIVE for m in own)
    latest = max((m.published_at for m in own if m.published_at), default=None)
    last = history.last_at if history.last_at is not None and history.last_at != latest else None
    left = AuthorHistory(mentions=history.mentions - len(own), negatives=max(0, history.negatives - here), last_at=last)
    return left if left.mentions > 0 else None
