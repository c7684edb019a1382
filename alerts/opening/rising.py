"""A card of its own for a rise in negatives, with its cause: top topic, source, first post; once in its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from alerts.alert_policy import Route
from alerts.messages import Spike, spike_message
from alerts.opening.volume import Rise, looked_at_from, rise
from alerts.watching.answers import said_at
from alerts.watching.needs import AlertStore
from alerts.watching.plan import AlertPlan
from storage.records import OutboxKind, OutboxRow, Thread, Verdict


def tell_rises(store: AlertStore, plan: AlertPlan, brands: Sequence[str], now: datetime) -> int:
    """Queues a card for every brand with a rise that was not told within `rise.quiet`; gives their number."""
    told, policy, watched_since = 0, plan.policy.rise, store.watched_since()
    for brand in brands if watched_since is not None else ():
        by_hour = store.negatives_by_hour(brand, looked_at_from(now, policy), now)
        found = rise(by_hour, now, watched_since or now, policy)
        route = next((route for route in plan.routes if not route.brands or brand in route.brands), None)
        if found is None or route is None or _is_told(store, plan, brand, now):
            continue
        with store.transaction():
            store.put_outbox([_row(store, plan, brand, found, route, now)])
        told += 1
    return told


def _is_told(store: AlertStore, plan: AlertPlan, brand: str, now: datetime) -> bool:
    """Was a rise of this brand told a short while ago? Its key names its stretch of time, so two are asked for."""
    quiet = plan.policy.rise.quiet
    rows = (store.outbox_row(_key(plan, brand, moment)) for moment in (now, now - quiet))
    return any(row is not None and now - row.created_at < quiet for row in rows)


def _row(store: AlertStore, plan: AlertPlan, brand: str, found: Rise, route: Route, now: datetime) -> OutboxRow:
    threads, verdicts = _in_it(store, brand, found)
    key = _key(plan, brand, now)
    topics = Counter(topic for thread in threads for topic in verdicts[thread.id].topics if topic != "other")
    sources = Counter(thread.source for thread in threads)
    first = min(threads, key=lambda thread: thread.created_at, default=None)
    spike = Spike(
        brand=brand,
        since=found.since,
        until=found.until,
        negatives=found.negatives,
        usual=found.usual,
        day_before=found.day_before,
        top_topic=_top(topics),
        top_source=_top(sources),
        told=len(threads),
        first=first.root if first is not None else None,
        key=key,
    )
    payload = spike_message(spike, plan.words(route.team))
    return OutboxRow(
        key=key,
        kind=OutboxKind.SPIKE,
        channel=route.channel,
        workspace=route.workspace,
        payload=payload,
        created_at=now,
    )


def _in_it(store: AlertStore, brand: str, found: Rise) -> tuple[list[Thread], dict[int, Verdict]]:
    """The threads of the rise that were alerted, and their verdicts."""
    opened = [alert for alert in store.alerts_opened(found.since) if alert.brand == brand]
    threads = [t for t in store.threads([alert.thread_id for alert in opened]) if _began_in(t, found)]
    verdicts = dict(store.verdicts_of([thread.id for thread in threads]))
    return [thread for thread in threads if thread.id in verdicts], verdicts


def _began_in(thread: Thread, found: Rise) -> bool:
    root = thread.root
    return root is not None and said_at(root, thread) >= found.since


def _top(counted: Counter[str]) -> tuple[str, int] | None:
    """The commonest and its count; of several equally common ones the first by name, so that a card reads the same."""
    return min(counted.items(), key=lambda one: (-one[1], one[0]), default=None)


def _key(plan: AlertPlan, brand: str, at: datetime) -> str:
    stretch = int(at.timestamp() // plan.policy.rise.quiet.total_seconds())
    return f"spike-{sha256(brand.encode()).hexdigest()[:12]}-{stretch}"
