"""When the team is reminded: at shares of the time it has, counted in working time so that nobody is woken; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.hours.calendar import Calendar
from storage.records import Alert


def due_reminder(alert: Alert, now: datetime, calendar: Calendar, remind_at: Sequence[int]) -> int | None:
    """The largest per cent that is due and was not said; 100 once the moment has passed; None: nothing to say.

    Several missed while the program stood still are said as one.
    """
    due = [percent for percent in remind_at if now >= reminder_at(alert, percent, calendar)]
    if now > alert.deadline.answer_by:
        due.append(100)
    last = max(due, default=None)
    return last if last is not None and last > max(alert.reminded, default=0) else None


def reminder_at(alert: Alert, percent: int, calendar: Calendar) -> datetime:
    """The moment at which so many per cent of the working time (of the time at all, at night) have gone."""
    start, end = alert.deadline.decided_at, alert.deadline.answer_by
    whole = calendar.worked(start, end)
    if whole <= timedelta(0):
        return start + (end - start) * percent / 100
    return min(calendar.after_work(start, whole * percent / 100) or end, end)
