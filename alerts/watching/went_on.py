"""What went on in the public thread: new replies, and what reopens a closed alert or shows a customer content; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.growth.replies import replies_of
from alerts.watching.answers import angry_replies, edit_since, owner_answer, said_at, thanked_since
from alerts.watching.outcome import Outcome, Say
from alerts.watching.rules import Rules, decide_again, may_call
from storage.records import AlertState, Mention, Thread, Verdict


def new_replies(outcome: Outcome, thread: Thread, verdict: Verdict | None) -> Outcome:
    """New replies are told once; a verdict grown worse raises the severity, a milder one never lowers it."""
    alert, replies = outcome.after, replies_of(thread)
    fresh = tuple(m for m in replies[alert.told_replies :] if not m.deleted)
    if len(replies) > alert.told_replies:
        outcome = outcome.with_alert(told_replies=len(replies)).saying(Say.UPDATE)
        outcome = outcome.saying(Say.REPLIES, replies=fresh) if fresh else outcome
    if verdict is not None and verdict.is_negative and verdict.severity > alert.severity:
        outcome = outcome.with_alert(severity=verdict.severity).saying(Say.UPDATE)
    return outcome


def look_at_closed(outcome: Outcome, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Outcome:
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
    if alert.state is AlertState.GROWN:
        # Answered after all, or only now seen to have been: late, but no longer unanswered.
        if (answer := owner_answer(thread, alert.answered_at)) is not None:
            return answered(outcome, thread, answer, now)
        if edited_for_good(thread, verdict, since):
            return made_good(outcome, now)
    came_round = edit_since(thread, since) > 0 or thanked_since(thread, since)
    if alert.state is AlertState.ANSWERED and alert.turned_round_at is None and came_round:
        outcome = outcome.with_alert(turned_round_at=now).with_event("turned_round", now)
        outcome = outcome.saying(Say.UPDATE).saying(Say.WIN)
    return outcome


def answered(outcome: Outcome, thread: Thread, answer: Mention, now: datetime) -> Outcome:
    """The owner's public answer closes it, at the time it was given."""
    alert = outcome.after
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


def edited_for_good(thread: Thread, verdict: Verdict | None, since: datetime) -> bool:
    """Has the author changed the first text for the better since, and is the thread no complaint any more?"""
    return verdict is not None and not verdict.is_negative and edit_since(thread, since) > 0


def made_good(outcome: Outcome, now: datetime) -> Outcome:
    """Nobody of ours answered, and the author came round all the same."""
    better = outcome.with_alert(
        state=AlertState.DISMISSED, closed_at=now, closed_why="edited_to_better", turned_round_at=now
    )
    return better.with_event("turned_round", now).saying(Say.UPDATE)


def _reopened(
    outcome: Outcome, thread: Thread, verdict: Verdict | None, angry: int, rules: Rules, now: datetime
) -> Outcome:
    alert = outcome.after
    fresh = decide_again(alert, thread, verdict, rules, now)
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
    outcome = new_replies(outcome, thread, verdict)
    outcome = outcome.saying(Say.REMINDER, 0) if may_call(again, rules, now) else outcome
    return outcome.saying(Say.PAGE) if fresh.pages else outcome


def _grown_again(outcome: Outcome, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Outcome:
    """A thread of the past that grows again, unanswered, gets a card of its own after all."""
    alert, root = outcome.after, thread.root
    wanted = verdict is not None and verdict.is_negative and root is not None and not root.deleted
    if not wanted or owner_answer(thread, None) is not None:
        return outcome
    fresh = decide_again(alert, thread, verdict, rules, now)
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
