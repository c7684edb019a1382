"""How a live alert's deadline moves: earlier by itself, never later, without noise; missed, lifted, or kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert_policy import AlertPolicy
from alerts.hours.answer_by import answer_by
from alerts.hours.calendar import Calendar
from alerts.policy import Decision
from storage.records import Alert, Deadline, Reason

# Under so many replies still expected a thread has stopped growing (deadline.md section 1).
STOPPED = 1.0


def moved(old: Deadline, fresh: Decision, now: datetime, policy: AlertPolicy) -> tuple[Deadline, str] | None:
    """The deadline that takes the old one's place with the event's word ("moved" or "lifted"); None: it stays.

    Decaying growth always yields a later moment than before, so a deadline is only replaced by an earlier one; it is
    lifted only when the thread stops growing (deadline.md 5.3).
    """
    new = fresh.deadline
    if old.is_growing and not new.is_growing and new.expected_more < STOPPED:
        note = Reason(code="stopped_growing")
        return replace(new, notes=(*new.notes, note)), "lifted"
    if not is_worth_moving(old.answer_by - new.answer_by, old.answer_by - now, policy):
        return None
    growth = min(old.growth_deadline, new.growth_deadline)
    return replace(new, growth_deadline=growth, is_late=new.answer_by > growth), "moved"


def is_worth_moving(gained: timedelta, left: timedelta, policy: AlertPolicy) -> bool:
    """Is the new moment so much earlier that it is no noise? (10 minutes, and a tenth of the time left)"""
    return gained >= policy.least_move and gained >= max(left, timedelta(0)) * policy.least_move_share


def refitted(old: Deadline, now: datetime, calendar: Calendar, policy: AlertPolicy) -> Deadline | None:
    """The deadline under the team's hours of today, where these were changed since it was set; None: it still fits.

    A new zone, week or holiday is a person's act and no drift: the growth deadline stays, the moment to answer by is
    found again inside the new hours, and it is said.
    """
    paged = any(note.code == "on_call_paged" for note in old.notes)
    if paged or old.answer_by <= now or calendar.is_open(old.answer_by):
        return None
    by = answer_by(max(old.growth_deadline, now), now, calendar, policy, can_page=False)
    if by.at == old.answer_by:
        return None
    note = Reason(code="hours_changed")
    return replace(old, decided_at=now, answer_by=by.at, is_late=by.is_late, notes=(*by.notes, note))


def is_missed(alert: Alert, now: datetime) -> bool:
    """The stop has passed without an answer."""
    return alert.state.is_live and now > alert.deadline.passes_at
