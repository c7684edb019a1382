"""What a person's click or reaction changes: taken, answered, snoozed, dismissed, muted; the same click counts once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Protocol

from alerts.cards.press import Act, Press
from alerts.people.own_card import give_own_card
from alerts.watching.cards_of import cards_of, with_outcome
from alerts.watching.needs import CardStore
from alerts.watching.outcome import Outcome, Say, unchanged
from alerts.watching.plan import AlertPlan
from alerts.watching.telling import Telling
from storage.records import (
    Alert,
    AlertEvent,
    AlertState,
    HumanLabel,
    Label,
    Mute,
    OutboxRow,
    Thread,
)


class ActingStore(CardStore, Protocol):
    """What an action asks of the store."""

    def transaction(self) -> AbstractContextManager[object]: ...

    def alert_by_key(self, key: str) -> Alert | None: ...

    def claim_alert(self, alert: Alert, expected_state: AlertState) -> bool: ...

    def note(self, event: AlertEvent) -> object: ...

    def put_outbox(self, rows: Iterable[OutboxRow]) -> object: ...

    def save_mute(self, mute: Mute) -> object: ...

    def save_label(self, label: HumanLabel) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What one press did; `alert` is None where there was none to change."""

    changed: bool
    alert: Alert | None = None


def act(store: ActingStore, plan: AlertPlan, press: Press) -> Acted:
    """Does what was pressed, with the card's new face queued in the same transaction; delivered twice it counts once.

    Whether the press may count at all (`alerts.cards.press.refusal`) is asked before.
    """
    if press.act is Act.LABEL:
        return _labelled(store, press)
    if press.act is Act.OWN:
        alert = give_own_card(store, plan, press)
        return Acted(changed=alert is not None, alert=alert)
    with store.transaction():
        alert = store.alert_by_key(press.key)
        if alert is None or alert.id is None:
            return Acted(changed=False)
        thread = next(iter(store.threads([alert.thread_id])), None)
        past = store.events_of_alerts([alert.id]).get(alert.id, ())
        if thread is None or any(event.numbers.get("press") == press.id for event in past):
            return Acted(changed=False, alert=alert)
        mute = mute_from(press, thread) if press.act is Act.MUTE else None
        outcome = acted(alert, press, plan, mute)
        if not outcome.is_change or not store.claim_alert(outcome.after, alert.state):
            return Acted(changed=False, alert=alert)
        if mute is not None:
            store.save_mute(mute)
        _keep(store, plan, outcome, thread, press)
        return Acted(changed=True, alert=outcome.after)


def acted(alert: Alert, press: Press, plan: AlertPlan, mute: Mute | None = None) -> Outcome:
    """The alert after the press; unchanged where there is nothing to do any more. Pure.

    `mute`: what `Act.MUTE` silences; the card says whom and until when.
    """
    outcome = unchanged(alert)
    changes = _changes(alert, press, plan)
    if changes is None:
        return outcome
    words = {Act.TAKE: "taken", Act.ANSWERED: "answered", Act.SNOOZE: "snoozed", Act.MUTE: "muted"}
    outcome = replace(outcome, after=changes)
    word = words.get(press.act, "dismissed")
    return outcome.with_event(word, press.at, by=press.user, press=press.id, **_silenced(mute)).saying(Say.UPDATE)


def _silenced(mute: Mute | None) -> dict[str, str]:
    """Whom a mute silences and until when, as an event keeps it; "" is for good."""
    if mute is None:
        return {}
    return {"scope": mute.scope, "until": mute.until.isoformat() if mute.until else ""}


def _changes(alert: Alert, press: Press, plan: AlertPlan) -> Alert | None:
    user, at = press.user, press.at
    if not alert.state.is_live:
        # Closed is closed; but the author or the thread can still be muted for the next time.
        return alert if press.act is Act.MUTE else None
    match press.act:
        case Act.TAKE if alert.taken_by != user or alert.state is not AlertState.TAKEN:
            return replace(alert, state=AlertState.TAKEN, taken_by=user, taken_at=at, snoozed_until=None)
        case Act.ANSWERED:
            return replace(alert, state=AlertState.ANSWERED, answered_at=at, answered_by=user, closed_at=at)
        case Act.SNOOZE:
            until = snooze_end(press.choice or "1h", at, alert.team, plan)
            return replace(alert, state=AlertState.SNOOZED, snoozed_until=until)
        case Act.NOT_COMPLAINT:
            return _dismissed(alert, at, "not_a_complaint")
        case Act.NOT_ABOUT_US:
            return _dismissed(alert, at, "not_about_us")
        case Act.MUTE:
            return _dismissed(alert, at, "muted")
    return None


def snooze_end(choice: str, at: datetime, team: str, plan: AlertPlan) -> datetime:
    """An hour, or the first support hour from tomorrow on; the card says where that is past the deadline."""
    if choice != "tomorrow":
        return at + timedelta(hours=1)
    calendar = plan.calendar(team)
    zone = calendar.hours.zone
    midnight = datetime.combine((at.astimezone(zone) + timedelta(days=1)).date(), time(0), tzinfo=zone)
    return calendar.next_open(midnight.astimezone(at.tzinfo)) or at + timedelta(days=1)


def mute_from(press: Press, thread: Thread) -> Mute | None:
    """ "author:30" → thirty days, "thread:0" → for good; a text without an author mutes its thread; else None."""
    scope, _, days = (press.choice or "thread:7").partition(":")
    root = thread.root
    author = (root.author_id or root.author) if root is not None else None
    if scope not in ("author", "thread"):
        return None
    if author is None:
        scope = "thread"
    length = int(days) if days.isdecimal() else 7
    return Mute(
        scope=scope,
        value=author if scope == "author" and author else str(thread.id),
        source=thread.source,
        created_at=press.at,
        until=press.at + timedelta(days=length) if length else None,
        by=press.user,
    )


def _dismissed(alert: Alert, at: datetime, why: str) -> Alert:
    return replace(alert, state=AlertState.DISMISSED, closed_at=at, closed_why=why)


def _keep(store: ActingStore, plan: AlertPlan, outcome: Outcome, thread: Thread, press: Press) -> None:
    for event in outcome.events:
        store.note(event)
    root = thread.root
    if outcome.after.closed_why in ("not_a_complaint", "not_about_us") and root is not None and root.id is not None:
        label = outcome.after.closed_why
        store.save_label(HumanLabel(mention_id=root.id, label=label, at=press.at, by=press.user))
    _with_carried(store, outcome, press)
    verdict = store.verdicts_of([thread.id]).get(thread.id)
    card = cards_of(store, [(outcome.after, thread, verdict)], press.at)[outcome.after.key]
    # The events are written already: the card has read them.
    store.put_outbox(Telling(plan=plan, now=press.at).rows(outcome, with_outcome(card, outcome.after, ())))


def _with_carried(store: ActingStore, outcome: Outcome, press: Press) -> None:
    """What is said of a card holds for the same text at its other places."""
    for other in store.alerts_carried_by([outcome.after.key]):
        same = replace(
            other,
            state=outcome.after.state,
            closed_at=outcome.after.closed_at,
            closed_why=outcome.after.closed_why,
            snoozed_until=outcome.after.snoozed_until,
            taken_by=outcome.after.taken_by,
            taken_at=outcome.after.taken_at,
        )
        answered = outcome.after.state is AlertState.ANSWERED
        if other.state.is_live and not answered and store.claim_alert(same, other.state):
            store.note(AlertEvent(alert_id=other.id or 0, at=press.at, what=outcome.events[0].what, by=press.user))


def _labelled(store: ActingStore, press: Press) -> Acted:
    """A person's word on a text the model was unsure of; the newest word of a person stands."""
    word = Label.NEGATIVE.value if press.choice == "complaint" else press.choice
    if not press.key.isdecimal() or word is None:
        return Acted(changed=False)
    store.save_label(HumanLabel(mention_id=int(press.key), label=word, at=press.at, by=press.user))
    return Acted(changed=True)
