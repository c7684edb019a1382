"""One look at an alert: what has become of it since, decided without doing anything; pure."""

from __future__ import annotations

from datetime import datetime

from alerts.hours.reminders import due_reminder
from alerts.policy import Decision, renewed
from alerts.watching.answers import owner_answer
from alerts.watching.moves import is_missed, moved, refitted
from alerts.watching.outcome import Outcome, Say, unchanged
from alerts.watching.rules import Rules, decide_again, may_call
from alerts.watching.went_on import answered, edited_for_good, look_at_closed, made_good, new_replies
from storage.records import Alert, AlertState, Thread, Verdict


def look(alert: Alert, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Outcome:
    """What this look concludes; looking again at the same moment concludes nothing new."""
    outcome = unchanged(alert)
    if not alert.state.is_live:
        return look_at_closed(outcome, thread, verdict, rules, now)
    closed = _closing(outcome, thread, verdict, now)
    if closed is not None:
        return closed
    outcome = new_replies(_awake(outcome, now), thread, verdict)
    fresh = decide_again(outcome.after, thread, verdict, rules, now)
    outcome = _deadline(outcome, fresh, rules, now)
    if is_asleep(outcome.after, now) or not may_call(outcome.after, rules, now):
        return outcome
    if is_missed(outcome.after, now):
        return _missed(outcome, fresh, rules, now)
    return _reminded(outcome, rules, now)


def with_edits(outcome: Outcome, thread: Thread, since: datetime) -> Outcome:
    """The card is drawn again for an edit of the first text ("was 1★, now 4★"), once for each version."""
    root = thread.root
    versions = thread.versions.get(root.id, ()) if root is not None and root.id is not None else ()
    if not versions or versions[-1].seen_at < since or versions[-1].seen_at < outcome.before.opened_at:
        return outcome
    return outcome.saying(Say.EDITED, len(versions))


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
        return answered(outcome, thread, answer, now)
    if edited_for_good(thread, verdict, alert.opened_at):
        return made_good(outcome, now)
    return None


def _awake(outcome: Outcome, now: datetime) -> Outcome:
    alert = outcome.after
    if alert.state is not AlertState.SNOOZED or is_asleep(alert, now):
        return outcome
    state = AlertState.TAKEN if alert.taken_by else AlertState.OPEN
    return outcome.with_alert(state=state, snoozed_until=None).with_event("woke", now).saying(Say.UPDATE)


def _deadline(outcome: Outcome, fresh: Decision, rules: Rules, now: datetime) -> Outcome:
    """Earlier by itself, lifted when it stops growing, fitted again when the team's hours were changed.

    One that is kept takes the numbers of the last forecast, so that no card says old ones, whatever it is drawn for.
    """
    alert = outcome.after
    # A clock that jumped back decides nothing: it would call every deadline too late.
    if now < alert.deadline.decided_at:
        return outcome
    if now > alert.deadline.answer_by:
        return outcome.with_alert(deadline=renewed(alert.deadline, fresh))
    fitted = refitted(alert.deadline, now, rules.calendar, rules.policy)
    if fitted is not None:
        outcome = outcome.with_alert(deadline=fitted, reminded=()).with_event("hours_changed", now).saying(Say.UPDATE)
    change = moved(outcome.after.deadline, fresh, now, rules.policy)
    if change is None:
        return outcome.with_alert(deadline=renewed(outcome.after.deadline, fresh))
    deadline, word = change
    minutes = (deadline.answer_by - alert.deadline.answer_by).total_seconds() / 60
    kept = tuple(percent for percent in alert.reminded if word == "moved" and percent == min(rules.policy.remind_at))
    outcome = outcome.with_alert(deadline=deadline, reminded=kept, severity=fresh.severity)
    outcome = outcome.with_event(word, now, minutes=minutes).saying(Say.UPDATE)
    return outcome.saying(Say.PAGE) if fresh.pages and not _was_paged(alert) else outcome


def _missed(outcome: Outcome, fresh: Decision, rules: Rules, now: datetime) -> Outcome:
    """A missed stop: the next people are told and there is a next stop; after the last one it has grown."""
    alert = outcome.after
    missed = alert.missed + 1
    due = alert.deadline.passes_at.isoformat(timespec="seconds")
    outcome = outcome.with_alert(missed=missed).with_event("missed", now, stop=missed, due=due).saying(Say.UPDATE)
    outcome = outcome.saying(Say.ESCALATION, missed, was_due=alert.deadline.answer_by)
    if missed >= rules.policy.stops:
        outcome = outcome.with_alert(state=AlertState.GROWN, closed_at=now, reminded=())
        return outcome.with_event("grown", now, replies=alert.told_replies)
    outcome = outcome.with_alert(deadline=fresh.deadline, severity=fresh.severity, reminded=())
    outcome = outcome.with_event("escalated", now, stop=missed)
    return outcome.saying(Say.PAGE) if fresh.pages and not _was_paged(alert) else outcome


def _reminded(outcome: Outcome, rules: Rules, now: datetime) -> Outcome:
    alert = outcome.after
    percent = due_reminder(alert, now, rules.calendar, rules.policy.remind_at)
    if percent is None:
        return outcome
    reminded = tuple(sorted({*alert.reminded, *(p for p in (*rules.policy.remind_at, 100) if p <= percent)}))
    outcome = outcome.with_alert(reminded=reminded).with_event("reminded", now, percent=percent)
    return outcome.saying(Say.REMINDER, percent).saying(Say.UPDATE)


def _was_paged(alert: Alert) -> bool:
    return any(note.code == "on_call_paged" for note in alert.deadline.notes)
