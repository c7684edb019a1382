"""How a replayed alert would have gone on: reminded, missed, answered, grown; pure."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime

from alerts.opening.beginning import Opening, rules_of
from alerts.replaying.turning import Judge, as_it_was, changes_at, looks
from alerts.watching.answers import owner_answer, said_at
from alerts.watching.look import look
from alerts.watching.plan import AlertPlan
from storage.records import Alert, AlertState, Thread


def lived(begun: Opening, thread: Thread, judge: Judge, plan: AlertPlan, now: datetime) -> Alert:
    """The alert as it would have ended within its week, or as it stands at `now`; `thread` is all that is stored."""
    alert, verdict = begun.alert, begun.verdict
    waiting = changes_at(thread)
    judged = bisect_right(waiting, alert.opened_at)
    rules = rules_of(alert.team, plan)
    for at in looks(thread, alert.opened_at, now):
        if not alert.state.is_live:
            break
        then = as_it_was(thread, at)
        changed = bisect_right(waiting, at)
        if changed > judged:
            judged, verdict = changed, judge(then, at)
        alert = look(alert, then, verdict, rules, at).after
    return alert


def answered_at(thread: Thread, alert: Alert) -> datetime | None:
    """The owner's answer, also one after the alert was closed as grown: late, but an answer."""
    if alert.answered_at is not None or alert.state is AlertState.DISMISSED:
        return alert.answered_at
    answer = owner_answer(thread, None)
    return said_at(answer, thread) if answer is not None else None
