"""A growth deadline on the wall clock → the moment by which the team should have answered, inside its support hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.hours.calendar import Calendar
from storage.records import Reason


class Pace(Protocol):
    """How long an answer takes to write, and how far into a window that opens late it is due; `AlertPolicy` says so."""

    @property
    def handling(self) -> timedelta: ...

    @property
    def late_start(self) -> timedelta: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBy:
    """The moment, and what is to be said of how it came about."""

    at: datetime
    # It lies after the growth deadline.
    is_late: bool = False
    # Nobody is at work before it: the on-call people are paged and the growth deadline stands.
    pages: bool = False
    notes: tuple[Reason, ...] = ()


def answer_by(growth: datetime, now: datetime, calendar: Calendar, pace: Pace, *, can_page: bool) -> AnswerBy:
    """The latest moment inside the support hours that is not after `growth` and leaves the time to write an answer.

    There is none: the on-call people are paged for what cannot wait (`can_page`), anything else gets the start of
    the next support window and half an hour, and is late (deadline.md 5.1).
    """
    at = _in_time(growth, now, calendar, pace)
    if at is not None:
        return AnswerBy(at=at, notes=holiday_notes(at, _in_time(growth, now, calendar.plain, pace), calendar))
    if can_page:
        return AnswerBy(at=growth, pages=True, notes=(Reason(code="on_call_paged"),))
    at = next_window(now, calendar, pace)
    if at is None:
        return AnswerBy(at=growth, notes=(Reason(code="no_support_hours"),))
    plain = _in_time(growth, now, calendar.plain, pace) or next_window(now, calendar.plain, pace)
    return AnswerBy(at=at, is_late=at > growth, notes=holiday_notes(at, plain, calendar))


def courtesy(start: datetime, needed: timedelta, now: datetime, calendar: Calendar, pace: Pace) -> AnswerBy:
    """So much working time after `start`; where that has passed, the next support window, and it says so."""
    at = calendar.after_work(start, needed)
    if at is None:
        return AnswerBy(at=now + needed, notes=(Reason(code="no_support_hours"),))
    if calendar.worked(now, at) >= pace.handling:
        return AnswerBy(at=at, notes=holiday_notes(at, calendar.plain.after_work(start, needed), calendar))
    late = next_window(now, calendar, pace) or now + pace.late_start
    moved = holiday_notes(late, next_window(now, calendar.plain, pace), calendar)
    return AnswerBy(at=late, is_late=True, notes=(Reason(code="courtesy_passed"), *moved))


def next_window(now: datetime, calendar: Calendar, pace: Pace) -> datetime | None:
    """Half an hour into the next support window (or the rest of it, where that is enough to answer)."""
    begin = calendar.next_open(now)
    for _ in range(50):
        if begin is None:
            return None
        end = calendar.latest_open(begin, begin + pace.late_start)
        if end is not None and calendar.worked(begin, end) >= pace.handling:
            return end
        begin = calendar.next_open(begin + pace.late_start)
    return None


def holiday_notes(at: datetime, plain: datetime | None, calendar: Calendar) -> tuple[Reason, ...]:
    """Why the moment is another than in a week without holidays: each free day by its name."""
    if plain is None or plain == at:
        return ()
    days = calendar.free_days(min(at, plain), max(at, plain))
    code = "holiday_earlier" if at < plain else "holiday_later"
    return tuple(Reason(code=code, numbers={"day": day.isoformat(), "name": name or ""}) for day, name in days)


def _in_time(growth: datetime, now: datetime, calendar: Calendar, pace: Pace) -> datetime | None:
    at = calendar.latest_open(now, growth)
    return at if at is not None and calendar.worked(now, at) >= pace.handling else None
