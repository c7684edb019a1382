"""Step: open alerts for negative threads, look at those told of; each decision with its rows in one transaction."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.growth.reviews import CountedPages
from alerts.messages import Card
from alerts.opening.beginning import rules_of
from alerts.opening.carriers import carrier_rows
from alerts.opening.daily import tell_daily
from alerts.opening.gather import open_alerts
from alerts.opening.rising import tell_rises
from alerts.watching.cards_of import Shown, cards_of, shown_of, with_outcome
from alerts.watching.look import look, with_edits
from alerts.watching.needs import AlertStore
from alerts.watching.outcome import Outcome, Say, unchanged
from alerts.watching.plan import AlertPlan
from alerts.watching.rules import may_call
from alerts.watching.sparing import Spared
from alerts.watching.telling import Telling, joined
from storage.records import Alert, Thread, Verdict

log = logging.getLogger(__name__)

# Alerts looked at between two readings of the store.
BATCH = 500
# New threads gathered at once: a burst that is seen whole is folded and listed once.
NEW_AT_ONCE = 5000
# More alerts than this are never alive at once; the rest waits for the next run.
MOST_ALERTS = 20_000
# Closed alerts are looked at again so long after their thread changed: the model may score its new texts later.
LOOK_BACK = timedelta(hours=6)
# A follow-up that falls on free days is asked after them, at most so much later.
ASKED_WITHIN = timedelta(days=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """What one run decided."""

    opened: int = 0
    # On a card with others: cross-posts, campaigns, roll-ups.
    gathered: int = 0
    # Listed once as found in the past.
    old: int = 0
    passed_over: int = 0
    looked_at: int = 0
    # Of those looked at: something happened, or is said.
    changed: int = 0
    # Cards about more negatives than usual.
    rises: int = 0
    # Left out because of something odd in the thread, named in the log; tried again at the next run.
    failed: int = 0
    # Events by their word: moved, missed, answered, reopened …
    events: Counter[str] = field(default_factory=Counter)

    @property
    def is_quiet(self) -> bool:
        """Nothing was decided."""
        told = self.opened or self.gathered or self.old or self.rises
        return not (told or self.passed_over or self.changed or self.failed)


def alert(store: AlertStore, plan: AlertPlan, now: datetime) -> AlertReport:
    """Decides everything that is due at `now`; run again at the same moment it writes nothing."""
    began = time.monotonic()
    plan = replace(plan, reviews=CountedPages(store, now))
    spared = Spared()
    looked = _look_at_told(store, plan, now, spared)
    opened = open_alerts(store, plan, now, NEW_AT_ONCE, spared)
    brands = sorted({one.brand for one in store.alerts_opened(now - plan.policy.rise.hours * timedelta(hours=1))})
    rises = tell_rises(store, plan, [brand for brand in brands if brand not in plan.competitors], now)
    tell_daily(store, plan, now)
    events = Counter(event.what for outcome in looked for event in outcome.events)
    report = AlertReport(
        opened=opened.opened,
        gathered=opened.gathered,
        old=opened.old,
        passed_over=opened.passed_over,
        looked_at=len(looked),
        changed=sum(outcome.is_change for outcome in looked),
        rises=rises,
        failed=len(spared.failed),
        events=events,
    )
    _say(report, time.monotonic() - began)
    return report


def _say(report: AlertReport, seconds: float) -> None:
    """A line in the log; a round that decided nothing is no news."""
    log.log(
        logging.DEBUG if report.is_quiet else logging.INFO,
        "alerts opened=%d gathered=%d old=%d passed_over=%d looked_at=%d changed=%d failed=%d in=%.1fs",
        report.opened,
        report.gathered,
        report.old,
        report.passed_over,
        report.looked_at,
        report.changed,
        report.failed,
        seconds,
    )


def _look_at_told(store: AlertStore, plan: AlertPlan, now: datetime, spared: Spared) -> list[Outcome]:
    """Every live alert, every closed one whose thread went on, and the answered ones to follow up."""
    last = store.last_run("alert", ok=True)
    since = last.started_at - LOOK_BACK if last else now - plan.policy.watched_for
    closed = store.alerts_changed(since, MOST_ALERTS)
    known = {one.id: one for one in (*store.live_alerts(MOST_ALERTS), *closed)}
    done: list[Outcome] = []
    for start in range(0, len(known), BATCH):
        done += _look_at(store, plan, list(known.values())[start : start + BATCH], since, now, spared)
    return done + _follow_ups(store, plan, now, spared)


def _look_at(
    store: AlertStore, plan: AlertPlan, some: Sequence[Alert], since: datetime, now: datetime, spared: Spared
) -> list[Outcome]:
    looked = []
    for known, thread, verdict in shown_of(store, some):
        with spared.each(thread.id):
            outcome = look(known, thread, verdict, rules_of(known.team, plan), now)
            looked.append((with_edits(outcome, thread, since), thread, verdict))
    _keep(store, plan, looked, now, spared)
    return [outcome for outcome, _, _ in looked]


def _keep(
    store: AlertStore,
    plan: AlertPlan,
    looked: Sequence[tuple[Outcome, Thread, Verdict | None]],
    now: datetime,
    spared: Spared,
) -> None:
    """Each changed alert with its events and rows in one transaction; somebody else's change meanwhile wins."""
    changed = [one for one in looked if one[0].is_change]
    shown: list[Shown] = [(outcome.after, thread, verdict) for outcome, thread, verdict in changed]
    cards = cards_of(store, shown, now) if shown else {}
    telling = Telling(plan=plan, now=now)
    for carrier, some in _by_carrier([outcome for outcome, _, _ in changed]):
        with spared.each(*(one.after.thread_id for one in some)), store.transaction():
            won = [one for one in some if _keep_one(store, telling, one, cards[one.after.key])]
            if carrier is not None and any(one.is_listed_anew for one in won):
                # The list is drawn again with the change that made it untrue, once for all of them.
                rows = carrier_rows(store, plan, {carrier}, (), now)
                store.put_outbox(joined(rows, now) if all(one.is_quiet(now) for one in won) else rows)


def _by_carrier(outcomes: Sequence[Outcome]) -> Iterator[tuple[str | None, list[Outcome]]]:
    """What hangs on one list together, everything else by itself: each is one transaction."""
    lists: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        carrier = outcome.before.carried_by
        if carrier is None:
            yield None, [outcome]
        else:
            lists.setdefault(carrier, []).append(outcome)
    yield from lists.items()


def _keep_one(store: AlertStore, telling: Telling, outcome: Outcome, card: Card) -> bool:
    """Writes one outcome; False where somebody else has changed the alert meanwhile: theirs stands."""
    if outcome.after != outcome.before and not store.claim_alert(outcome.after, outcome.before.state):
        return False
    for event in outcome.events:
        store.note(event)
    store.put_outbox(telling.rows(outcome, with_outcome(card, outcome.after, outcome.events)))
    return True


def _follow_ups(store: AlertStore, plan: AlertPlan, now: datetime, spared: Spared) -> list[Outcome]:
    """Some days after an answer: is the customer content? Asked once (its key is known after that)."""
    wait = plan.policy.follow_up_after
    if wait is None:
        return []
    answered = store.answered_alerts(now - wait - ASKED_WITHIN, now - wait, BATCH)
    due = [
        known
        for known in answered
        if known.channel
        and known.turned_round_at is None
        and not known.state.is_live
        and may_call(known, rules_of(known.team, plan), now)
    ]
    outcomes = [
        (unchanged(known).saying(Say.FOLLOW_UP), thread, verdict) for known, thread, verdict in shown_of(store, due)
    ]
    _keep(store, plan, outcomes, now, spared)
    return [outcome for outcome, _, _ in outcomes]
