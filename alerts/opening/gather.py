"""Opens alerts for the negative threads nobody was told of: on cards of their own, or gathered on others'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.messages import Card
from alerts.opening.beginning import Opening, is_old, opening, wants_alert
from alerts.opening.carriers import carrier_rows, lead_rows
from alerts.opening.cross_posts import Known
from alerts.opening.gathering import Why, gather, list_key, place_of, why_of
from alerts.watching.answers import author_key
from alerts.watching.cards_of import Shown, cards_of, with_outcome
from alerts.watching.needs import AlertStore
from alerts.watching.outcome import Outcome, Say, unchanged
from alerts.watching.plan import AlertPlan
from alerts.watching.sparing import Spared
from alerts.watching.telling import Telling
from storage.records import Alert, AlertState, Thread, Verdict

# Old threads found within this time are one look at the past.
_ONE_LOOK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was made of the new negative threads."""

    opened: int = 0
    gathered: int = 0
    old: int = 0
    passed_over: int = 0

    def __add__(self, other: Opened) -> Opened:
        return Opened(
            opened=self.opened + other.opened,
            gathered=self.gathered + other.gathered,
            old=self.old + other.old,
            passed_over=self.passed_over + other.passed_over,
        )


def open_alerts(store: AlertStore, plan: AlertPlan, now: datetime, batch: int, spared: Spared) -> Opened:
    """Every negative thread without an alert gets one, or a reason why nobody is told; repeatable."""
    total = Opened()
    seen: set[int] = set()
    while found := [pair for pair in store.threads_to_alert(batch) if pair[0].id not in seen]:
        seen.update(thread.id for thread, _ in found)
        begun, silent = _begun(store, plan, found, now, spared)
        for why, ids in silent.items():
            store.pass_over(ids, why)
        past = [one for one in begun if _is_past(one, plan, now)]
        today = [one for one in begun if not _is_past(one, plan, now)]
        total += Opened(passed_over=sum(map(len, silent.values())), old=_keep_past(store, plan, past, now, spared))
        total += _open(store, plan, today, now, spared)
    return total


def _begun(
    store: AlertStore, plan: AlertPlan, found: Sequence[tuple[Thread, Verdict]], now: datetime, spared: Spared
) -> tuple[list[Opening], Mapping[str, list[int]]]:
    mutes = store.mutes(now)
    silent: defaultdict[str, list[int]] = defaultdict(list)
    begun: list[Opening] = []
    for thread, verdict in found:
        with spared.each(thread.id):
            why = wants_alert(thread, verdict, plan, mutes, now)
            begin = None if why else opening(thread, verdict, plan, now)
            if begin is None:
                silent[why or "no_route"].append(thread.id)
            else:
                begun.append(begin)
    return begun, silent


def _is_past(one: Opening, plan: AlertPlan, now: datetime) -> bool:
    return is_old(one.thread, one.alert.deadline, plan.policy, now)


def _keep_past(store: AlertStore, plan: AlertPlan, past: Sequence[Opening], now: datetime, spared: Spared) -> int:
    """What is too old to answer in time is listed once for each channel; no deadline runs.

    A first look takes many rounds, one after each source: what a later one finds joins the list that is there.
    """
    if not past:
        return 0
    going = {
        place_of(alert): alert.carried_by
        for alert in store.alerts_opened(now - _ONE_LOOK)
        if alert.closed_why == "old" and alert.carried_by
    }
    by_place: dict[str, list[Opening]] = defaultdict(list)
    for one in past:
        place = place_of(one.alert)
        key = going.get(place) or list_key(Why.BACKFILL, *place, now.isoformat())
        closed = replace(one.alert, state=AlertState.DISMISSED, closed_at=now, closed_why="old", carried_by=key)
        by_place[key].append(replace(one, alert=closed))
    return sum(_open_carried(store, plan, key, some, now, spared) for key, some in by_place.items())


def _open(store: AlertStore, plan: AlertPlan, begun: Sequence[Opening], now: datetime, spared: Spared) -> Opened:
    if not begun:
        return Opened()
    gathered = gather(begun, _known(store, plan, begun, now), _new_authors(store, plan, begun), plan.policy.gather, now)
    own = _open_own(store, plan, gathered.own, now, spared)
    carried = sum(_open_carried(store, plan, key, some, now, spared) for key, some in gathered.carried)
    return Opened(opened=own, gathered=carried)


def _known(store: AlertStore, plan: AlertPlan, begun: Sequence[Opening], now: datetime) -> list[Known]:
    brands = {one.alert.brand for one in begun}
    alerts = store.alerts_opened(now - max(plan.policy.gather.cross_post_within, plan.policy.old_after))
    recent = [alert for alert in alerts if alert.brand in brands and alert.closed_why != "old"]
    threads = {thread.id: thread for thread in store.threads([alert.thread_id for alert in recent])}
    return [Known(alert=a, thread=threads[a.thread_id]) for a in recent if a.thread_id in threads]


def _new_authors(store: AlertStore, plan: AlertPlan, begun: Sequence[Opening]) -> frozenset[int]:
    """Threads whose first author said nothing else that we know of."""
    keys = {one.thread.id: author_key(one.thread) for one in begun}
    histories = store.author_histories([key for key in keys.values() if key is not None])
    most = plan.policy.gather.new_author_mentions
    return frozenset(
        number for number, key in keys.items() if key is None or key not in histories or histories[key].mentions <= most
    )


def _open_own(store: AlertStore, plan: AlertPlan, begun: Sequence[Opening], now: datetime, spared: Spared) -> int:
    shown: list[Shown] = [(one.alert, one.thread, one.verdict) for one in begun]
    cards = cards_of(store, shown, now) if shown else {}
    opened = 0
    for one in begun:
        with spared.each(one.thread.id):
            opened += _open_one(store, plan, one, cards[one.alert.key], now)
    return opened


def _open_one(store: AlertStore, plan: AlertPlan, one: Opening, card: Card, now: datetime) -> bool:
    """The alert, its first event and its card in one transaction; False where somebody else was first."""
    with store.transaction():
        alert = store.open_alert(one.alert)
        if alert is None:
            return False
        outcome = _first(alert).saying(Say.CARD)
        outcome = outcome.saying(Say.PAGE) if one.pages else outcome
        store.note(outcome.events[0])
        store.put_outbox(Telling(plan=plan, now=now).rows(outcome, with_outcome(card, alert, outcome.events)))
        return True


def _open_carried(
    store: AlertStore, plan: AlertPlan, key: str, some: Sequence[Opening], now: datetime, spared: Spared
) -> int:
    """All that hang on one card, and that card's new face, in one transaction."""
    opened: list[Alert] = []
    with spared.each(*(one.thread.id for one in some)), store.transaction():
        for one in some:
            alert = store.open_alert(one.alert)
            if alert is not None:
                store.note(_first(alert).events[0])
                opened.append(alert)
        if opened:
            new = {alert.id for alert in opened if alert.id is not None}
            store.put_outbox(carrier_rows(store, plan, [key], new, now))
            _page(store, plan, some, opened, now)
        if opened and why_of(key) is Why.CROSS_POST and (lead := store.alert_by_key(key)) is not None:
            store.put_outbox(lead_rows(store, plan, [lead], now))
        return len(opened)
    return 0


def _page(store: AlertStore, plan: AlertPlan, some: Sequence[Opening], opened: Sequence[Alert], now: datetime) -> None:
    """On-call people are paged under the list for what cannot wait on it: once, whatever their number."""
    kept = {alert.key: alert for alert in opened}
    urgent = next((one for one in some if one.pages and one.alert.key in kept), None)
    if urgent is not None:
        alert = kept[urgent.alert.key]
        card = cards_of(store, [(alert, urgent.thread, urgent.verdict)], now)[alert.key]
        store.put_outbox(Telling(plan=plan, now=now).rows(unchanged(alert).saying(Say.PAGE), card))


def _first(alert: Alert) -> Outcome:
    return unchanged(alert).with_event(
        "opened", alert.opened_at, severity=alert.severity.word, carried_by=alert.carried_by or ""
    )
