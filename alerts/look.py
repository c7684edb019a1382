"""One look at an alert: what has become of it since, decided without doing anything; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.alert_policy import AlertPolicy, Team
from alerts.answers import angry_replies, edit_since, owner_answer, replies_of, said_at, thanked_since
from alerts.hours import Calendar
from alerts.moves import is_missed, moved, refitted
from alerts.outcome import Outcome, Say, unchanged
from alerts.plan import Forecasting
from alerts.policy import Decision, deadline_for
from alerts.reminders import due_reminder
from alerts.reviews import PageKey, review_by
from alerts.seen import seen
from storage.records import Alert, AlertState, Severity, Thread, Verdict


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What decides about an alert of one team."""

    policy: AlertPolicy
    team: Team
    calendar: Calendar
    forecaster: Forecasting
    # Reviews of the last thirty days on each page.
    reviews: Mapping[PageKey, int] = field(default_factory=dict)


def decide(thread: Thread, severity: Severity, rules: Rules, now: datetime) -> Decision:
    """Forecast and deadline of a thread as its last crawl left it."""
    state = seen(thread, now)
    forecast = rules.forecaster.forecast(state.timeline, state.age)
    return deadline_for(
        state,
        severity,
        forecast,
        now,
        team=rules.team,
        calendar=rules.calendar,
        policy=rules.policy,
        review=review_by(thread, rules.reviews, rules.policy.reviews),
    )


def look(alert: Alert, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Outcome:
    """What this look concludes; looking again at the same moment concludes nothing new."""
    outcome = unchanged(alert)
    if not alert.state.is_live:
        return _look_at_closed(outcome, thread, verdict, rules, now)
    closed = _closing(outcome, thread, verdict, now)
    if closed is not None:
        return closed
    outcome = _new_replies(_awake(outcome, now), thread, verdict)
    outcome = _deadline(outcome, thread, rules, now)
    if is_asleep(outcome.after, now) or not may_call(outcome.after, rules, now):
        return outcome
    if is_missed(outcome.after, now):
        return _missed(outcome, thread, rules, now)
    return _reminded(outcome, rules, now)


def with_edits(outcome: Outcome, thread: Thread, since: datetime) -> Outcome:
    """The card is drawn again for an edit of the first text ("was 1★, now 4★"), once for each version."""
    root = thread.root
    versions = thread.versions.get(root.id, ()) if root is not None and root.id is not None else ()
    if not versions or versions[-1].seen_at < since or versions[-1].seen_at < outcome.before.opened_at:
        return outcome
    return outcome.saying(Say.EDITED, len(versions))


def may_call(alert: Alert, rules: Rules, now: datetime) -> bool:
    """May people be called now? At night only for what is urgent; what is due then is said in the morning, if it still
    holds: nothing waits in the outbox that an answer at night would make untrue."""
    urgent = alert.severity >= rules.team.urgent_from
    return urgent or rules.calendar.is_open(now) or rules.calendar.next_open(now) is None


def is_asleep(alert: Alert, now: datetime) -> bool:
    return alert.state is AlertState.SNOOZED and alert.snoozed_until is not None and now < alert.snoozed_until


def _closing(outcome: Outcome, thread: Thread, verdict: Verdict | None, now: datetime) -> Outcome | None:
    """What ends it: the text is gone, the owner has answered, the author changed it for the better."""
    alert, root = outcome.after, thread.root
    if root is not None and root.deleted:
        gone = outcome.with_alert(state=AlertState.DISMISSED, closed_at=now, closed_why="deleted")
        return gone.with_event("deleted", now).saying(Say.UPDATE)
    answer = owner_answer(thread, alert.answered_at)
    if answer is not None:
        at = max(said_at(answer, thread), alert.answered_at or thread.created_at)
        told = outcome.with_alert(
            state=AlertState.ANSWERED,
            answered_at=at,
            answered_by=answer.author,
            closed_at=now,
            told_replies=len(replies_of(thread)),
        )
        minutes = (at - thread.created_at).total_seconds() / 60
        return told.with_event("answered", now, minutes=max(0.0, minutes)).saying(Say.UPDATE)
    if verdict is not None and not verdict.is_negative and edit_since(thread, alert.opened_at) > 0:
        better = outcome.with_alert(
            state=AlertState.DISMISSED, closed_at=now, closed_why="edited_to_better", turned_round_at=now
        )
        return better.with_event("turned_round", now).saying(Say.UPDATE)
    return None


def _awake(outcome: Outcome, now: datetime) -> Outcome:
    alert = outcome.after
    if alert.state is not AlertState.SNOOZED or is_asleep(alert, now):
        return outcome
    state = AlertState.TAKEN if alert.taken_by else AlertState.OPEN
    return outcome.with_alert(state=state, snoozed_until=None).with_event("woke", now).saying(Say.UPDATE)


def _new_replies(outcome: Outcome, thread: Thread, verdict: Verdict | None) -> Outcome:
    """New replies are told once; a verdict grown worse raises the severity, a milder one never lowers it."""
    alert, replies = outcome.after, replies_of(thread)
    fresh = tuple(m for m in replies[alert.told_replies :] if not m.deleted)
    if len(replies) > alert.told_replies:
        outcome = outcome.with_alert(told_replies=len(replies)).saying(Say.UPDATE)
        outcome = outcome.saying(Say.REPLIES, replies=fresh) if fresh else outcome
    if verdict is not None and verdict.is_negative and verdict.severity > alert.severity:
        outcome = outcome.with_alert(severity=verdict.severity).saying(Say.UPDATE)
    return outcome


def _deadline(outcome: Outcome, thread: Thread, rules: Rules, now: datetime) -> Outcome:
    """Earlier by itself, lifted when it stops growing, fitted again when the team's hours were changed."""
    alert = outcome.after
    if now > alert.deadline.answer_by:
        return outcome
    fitted = refitted(alert.deadline, now, rules.calendar, rules.policy)
    if fitted is not None:
        outcome = outcome.with_alert(deadline=fitted, reminded=()).with_event("hours_changed", now).saying(Say.UPDATE)
    fresh = decide(thread, alert.severity, rules, now)
    change = moved(outcome.after.deadline, fresh, now, rules.policy)
    if change is None:
        return outcome
    deadline, word = change
    minutes = (deadline.answer_by - alert.deadline.answer_by).total_seconds() / 60
    kept = tuple(percent for percent in alert.reminded if word == "moved" and percent == min(rules.policy.remind_at))
    severity = max(alert.severity, fresh.severity)
    outcome = outcome.with_alert(deadline=deadline, reminded=kept, severity=severity)
    outcome = outcome.with_event(word, now, minutes=minutes).saying(Say.UPDATE)
    return outcome.saying(Say.PAGE) if fresh.pages and not _was_paged(alert) else outcome


def _missed(outcome: Outcome, thread: Thread, rules: Rules, now: datetime) -> Outcome:
    """A missed stop: the next people are told and there is a next stop; after the last one it has grown."""
    alert = outcome.after
    missed = alert.missed + 1
    outcome = outcome.with_alert(missed=missed).with_event("missed", now, stop=missed).saying(Say.UPDATE)
    outcome = outcome.saying(Say.ESCALATION, missed, was_due=alert.deadline.answer_by)
    if missed >= rules.policy.stops:
        outcome = outcome.with_alert(state=AlertState.GROWN, closed_at=now, reminded=())
        return outcome.with_event("grown", now, replies=alert.told_replies)
    fresh = decide(thread, alert.severity, rules, now)
    outcome = outcome.with_alert(deadline=fresh.deadline, reminded=())
    return outcome.with_event("escalated", now, stop=missed)


def _reminded(outcome: Outcome, rules: Rules, now: datetime) -> Outcome:
    alert = outcome.after
    percent = due_reminder(alert, now, rules.calendar, rules.policy)
    if percent is None:
        return outcome
    reminded = tuple(sorted({*alert.reminded, *(p for p in (*rules.policy.remind_at, 100) if p <= percent)}))
    outcome = outcome.with_alert(reminded=reminded).with_event("reminded", now, percent=percent)
    return outcome.saying(Say.REMINDER, percent).saying(Say.UPDATE)


def _look_at_closed(outcome: Outcome, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Outcome:
    """After it was answered: did the customer come round, or did it go on? Seen and told once each."""
    alert, root = outcome.after, thread.root
    if alert.closed_why == "old":
        return _grown_again(outcome, thread, verdict, rules, now)
    since = alert.answered_at or alert.closed_at or alert.opened_at
    by_hand = alert.state is AlertState.DISMISSED and alert.closed_why != "edited_to_better"
    if by_hand or root is None or root.deleted or now - (alert.closed_at or since) > rules.policy.watched_for:
        return outcome
    angry = angry_replies(thread, since, rules.policy)
    settled = max(alert.closed_at or since, alert.turned_round_at or since)
    if angry >= rules.policy.reopen_replies or edit_since(thread, settled) < 0:
        return _reopened(outcome, thread, verdict, angry, rules, now)
    came_round = edit_since(thread, since) > 0 or thanked_since(thread, since)
    if alert.state is AlertState.ANSWERED and alert.turned_round_at is None and came_round:
        outcome = outcome.with_alert(turned_round_at=now).with_event("turned_round", now)
        outcome = outcome.saying(Say.UPDATE).saying(Say.WIN)
    return outcome


def _reopened(
    outcome: Outcome, thread: Thread, verdict: Verdict | None, angry: int, rules: Rules, now: datetime
) -> Outcome:
    alert = outcome.after
    severity = max(alert.severity, verdict.severity if verdict and verdict.is_negative else Severity.LOW)
    fresh = decide(thread, severity, rules, now)
    again = replace(
        alert,
        state=AlertState.REOPENED,
        severity=fresh.severity,
        deadline=fresh.deadline,
        missed=0,
        reminded=(),
        closed_at=None,
        closed_why=None,
        turned_round_at=None,
        snoozed_until=None,
    )
    # The time of the earlier answer stays: only one that is newer ends it again.
    outcome = replace(outcome, after=again).with_event("reopened", now, angry=angry).saying(Say.UPDATE)
    outcome = _new_replies(outcome, thread, verdict)
    outcome = outcome.saying(Say.REMINDER, 0) if may_call(again, rules, now) else outcome
    return outcome.saying(Say.PAGE) if fresh.pages else outcome


def _grown_again(outcome: Outcome, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Outcome:
    """A thread of the past that grows again, unanswered, gets a card of its own after all."""
    alert, root = outcome.after, thread.root
    wanted = verdict is not None and verdict.is_negative and root is not None and not root.deleted
    if not wanted or owner_answer(thread, None) is not None:
        return outcome
    fresh = decide(thread, alert.severity, rules, now)
    if not fresh.deadline.is_growing:
        return outcome
    outcome = outcome.with_alert(
        state=AlertState.REOPENED,
        severity=fresh.severity,
        deadline=fresh.deadline,
        closed_at=None,
        closed_why=None,
        carried_by=None,
        told_replies=len(replies_of(thread)),
    )
    outcome = outcome.with_event("reopened", now).saying(Say.CARD)
    return outcome.saying(Say.PAGE) if fresh.pages else outcome


def _was_paged(alert: Alert) -> bool:
    return any(note.code == "on_call_paged" for note in alert.deadline.notes)
