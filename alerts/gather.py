"""Opens alerts for the negative threads nobody was told of, gathered into cards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.cards_of import Shown, cards_of, with_outcome
from alerts.needs import AlertStore
from alerts.opening import Opening, opening, wants_alert
from alerts.outcome import Say, unchanged
from alerts.plan import AlertPlan
from alerts.telling import Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was made of the new negative threads."""

    opened: int = 0
    gathered: int = 0
    passed_over: int = 0

    def __add__(self, other: Opened) -> Opened:
        return Opened(
            opened=self.opened + other.opened,
            gathered=self.gathered + other.gathered,
            passed_over=self.passed_over + other.passed_over,
        )


def open_alerts(store: AlertStore, plan: AlertPlan, now: datetime, batch: int) -> Opened:
    """Every negative thread without an alert gets one, or a reason why nobody is told."""
    total = Opened()
    seen: set[int] = set()
    while found := [pair for pair in store.threads_to_alert(batch) if pair[0].id not in seen]:
        seen.update(thread.id for thread, _ in found)
        mutes = store.mutes(now)
        silent: defaultdict[str, list[int]] = defaultdict(list)
        begun: list[Opening] = []
        for thread, verdict in found:
            why = wants_alert(thread, verdict, plan, mutes, now)
            begin = None if why else opening(thread, verdict, plan, now)
            if begin is None:
                silent[why or "no_route"].append(thread.id)
            else:
                begun.append(begin)
        for why, ids in silent.items():
            store.pass_over(ids, why)
        opened = _open(store, plan, begun, now)
        total += Opened(opened=opened, passed_over=sum(map(len, silent.values())))
    return total


def _open(store: AlertStore, plan: AlertPlan, begun: list[Opening], now: datetime) -> int:
    shown: list[Shown] = [(one.alert, one.thread, one.verdict) for one in begun]
    cards = cards_of(store, shown, now) if shown else {}
    telling = Telling(plan=plan, now=now)
    opened = 0
    for one in begun:
        with store.transaction():
            alert = store.open_alert(one.alert)
            if alert is None:
                continue
            outcome = unchanged(alert).with_event("opened", now).saying(Say.CARD)
            outcome = outcome.saying(Say.PAGE) if one.pages else outcome
            for event in outcome.events:
                store.note(event)
            store.put_outbox(telling.rows(outcome, with_outcome(replace(cards[alert.key]), alert, outcome.events)))
            opened += 1
    return opened
