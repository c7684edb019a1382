"""What became of a brand's alerts in a week, as it stood when the week was over: a later answer does not change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, null, or_, select, union_all

from storage.alert_rows import ALERT_COLUMNS, alert_of, event_of
from storage.records import Alert, AlertEvent, AlertState, AnswerSeen, WeekAlert
from storage.tables import alert_events, alerts, deadlines, mentions, threads
from storage.week_said import title_of_thread

# An alert opened earlier than this before the week counts only if it is live, answered or closed in the week.
_LOOK_BACK = timedelta(days=30)
# The state an event leaves behind; "turned_round" closes an unanswered alert and leaves an answered one as it is.
_AFTER = {
    "opened": AlertState.OPEN,
    "taken": AlertState.TAKEN,
    "snoozed": AlertState.SNOOZED,
    "woke": AlertState.OPEN,
    "answered": AlertState.ANSWERED,
    "turned_round": AlertState.DISMISSED,
    "grown": AlertState.GROWN,
    "dismissed": AlertState.DISMISSED,
    "muted": AlertState.DISMISSED,
    "deleted": AlertState.DISMISSED,
    "reopened": AlertState.REOPENED,
}
# These may come after the answer and then leave the alert as it is.
_AFTER_CLOSING = ("turned_round", "muted")
# Alerts closed from birth, so that their threads are told once: the past, and texts their source has numbered anew.
_NEVER_TOLD = ("old", "told_before")


def of_week(brand: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which alerts count in a week: those that were open, answered or closed in it.

    Each way to count is looked up in its own index: as one condition, all alerts the brand ever had would be read.
    """
    state = alerts.c
    ways = (
        and_(
            state.brand == brand,
            state.opened_at >= start - _LOOK_BACK,
            state.opened_at < end,
            or_(state.closed_at.is_(None), state.closed_at >= start),
        ),
        state.live_until.is_not(None),
        state.answered_at >= start,
        state.closed_at >= start,
    )
    touched = union_all(*(select(state.id).where(way) for way in ways))
    # Wrapped, so that no planner finds the brand's alerts by these and only then asks which are touched.
    is_of_brand, is_before = state.brand.concat("") == brand, func.coalesce(state.opened_at, state.opened_at) < end
    return state.id.in_(touched), is_of_brand, is_before, _was_told()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTold:
    """What became of a week's alerts, without what anybody said."""

    alerts: tuple[WeekAlert, ...]
    events: tuple[AlertEvent, ...]
    answers: tuple[AnswerSeen, ...]


def told_in(connection: Connection, brand: str, start: datetime, end: datetime) -> WeekTold:
    """What became of the alerts that count in that time."""
    week = (connection, brand, start, end)
    return WeekTold(alerts=alerts_in(*week, named=False), events=events_in(*week), answers=answers_in(*week))


def alerts_in(
    connection: Connection, brand: str, start: datetime, end: datetime, *, named: bool = True
) -> tuple[WeekAlert, ...]:
    """Alerts that were open, answered or closed in that time, oldest first; `named`: with what their threads say."""
    state = alerts.c
    last = alert_events.alias("last")
    names: tuple[Any, ...] = (title_of_thread(), _language(), threads.c.url)
    if not named:
        names = tuple(null().label(name) for name in ("title", "language", "url"))
    query = (
        select(*ALERT_COLUMNS, threads.c.source, threads.c.created_at, threads.c.first_seen_at)
        .add_columns(*names, _is_changed_since(end))
        .add_columns(last.c.what.label("last_what"), last.c.at.label("last_at"), last.c.numbers.label("last_numbers"))
        .select_from(alerts)
        .join(deadlines, deadlines.c.id == func.coalesce(_deadline_before(end), state.deadline_id))
        .join(threads, threads.c.id == state.thread_id)
        .outerjoin(last, last.c.id == _event_before(end))
        .where(*of_week(brand, start, end))
        .order_by(state.opened_at, state.id)
    )
    return tuple(
        WeekAlert(
            alert=_as_it_stood(row, end),
            source=row.source,
            created_at=row.created_at,
            first_seen_at=row.first_seen_at,
            url=row.url,
            title=row.title,
            language=row.language,
        )
        for row in connection.execute(query)
    )


def events_in(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[AlertEvent, ...]:
    """What happened to the brand's alerts, in order."""
    query = select(alert_events).join(alerts, alerts.c.id == alert_events.c.alert_id)
    query = query.where(alerts.c.brand == brand, alert_events.c.at >= start, alert_events.c.at < end, _was_told())
    return tuple(event_of(row) for row in connection.execute(query.order_by(alert_events.c.at, alert_events.c.id)))


def answers_in(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[AnswerSeen, ...]:
    """Answers seen in that time; of an alert answered twice, both."""
    event = alert_events.c
    missed = alert_events.alias("missed")
    query = (
        select(event.alert_id, event.at, event.numbers, alerts.c.team, threads.c.created_at)
        .add_columns(missed.c.at.label("missed_at"), missed.c.numbers.label("missed_numbers"))
        .add_columns(deadlines.c.answer_by, deadlines.c.growth_deadline)
        .select_from(alert_events)
        .join(alerts, alerts.c.id == event.alert_id)
        .join(threads, threads.c.id == alerts.c.thread_id)
        .join(deadlines, deadlines.c.id == func.coalesce(_deadline_before(event.at), alerts.c.deadline_id))
        .outerjoin(missed, missed.c.id == _first_missed_before(event.id))
        .where(alerts.c.brand == brand, event.at >= start, event.at < end, event.what == "answered", _was_told())
        .order_by(event.at, event.id)
    )
    return tuple(_answer(row) for row in connection.execute(query))


def _answer(row: Row[Any]) -> AnswerSeen:
    answered_at = _answered_at(row.created_at, row.at, row.numbers)
    # An answer that was there before the deadline is in time, also where we saw it only after that had passed.
    passes = [max(row.answer_by, row.growth_deadline)]
    if row.missed_at:
        missed = AlertEvent(alert_id=row.alert_id, at=row.missed_at, what="missed", numbers=row.missed_numbers)
        passes.append(missed.due_at)
    return AnswerSeen(
        alert_id=row.alert_id,
        team=row.team,
        began=row.created_at,
        answered_at=answered_at,
        is_late=answered_at > min(passes),
    )


def _first_missed_before(event_id: Any) -> Any:
    earlier = alert_events.alias("earlier")
    mine = (earlier.c.alert_id == alerts.c.id, earlier.c.what == "missed", earlier.c.id < event_id)
    return select(func.min(earlier.c.id)).where(*mine).scalar_subquery()


def _was_told() -> Any:
    return or_(alerts.c.closed_why.is_(None), alerts.c.closed_why.not_in(_NEVER_TOLD))


def _language() -> Any:
    root = mentions.alias("root_of_alert")
    first = select(root.c.language).where(root.c.thread == threads.c.id).order_by(root.c.id).limit(1)
    return first.scalar_subquery().label("language")


def _is_changed_since(end: datetime) -> Any:
    later = alert_events.alias("later")
    return select(later.c.id).where(later.c.alert_id == alerts.c.id, later.c.at >= end).exists().label("is_changed")


def _event_before(end: datetime) -> Any:
    """The number of the last event before then that left another state behind."""
    before = alert_events.alias("before")
    mine = (before.c.alert_id == alerts.c.id, before.c.at < end, before.c.what.in_(tuple(_AFTER)))
    return select(func.max(before.c.id)).where(*mine).scalar_subquery()


def _deadline_before(moment: Any) -> Any:
    decided = deadlines.alias("decided")
    mine = (decided.c.alert_id == alerts.c.id, decided.c.decided_at < moment)
    return select(func.max(decided.c.id)).where(*mine).scalar_subquery()


def _as_it_stood(row: Row[Any], end: datetime) -> Alert:
    """The alert when the week was over; what happened since is taken back."""
    alert = alert_of(row)
    if not row.is_changed or row.last_what is None:
        return alert
    was_answered = alert.answered_at is not None and alert.answered_at <= row.last_at
    state = _AFTER[row.last_what]
    if row.last_what in _AFTER_CLOSING and was_answered:
        state = AlertState.ANSWERED
    answered_at = alert.answered_at if was_answered else None
    if row.last_what == "answered":
        answered_at = _answered_at(row.created_at, row.last_at, row.last_numbers)
    return replace(
        alert,
        state=state,
        answered_at=answered_at,
        closed_at=None if state.is_live else row.last_at,
        closed_why=alert.closed_why if alert.closed_at is not None and alert.closed_at < end else None,
    )


def _answered_at(began: datetime, seen_at: datetime, numbers: Any) -> datetime:
    """A public answer carries how long after the first text it came; one a person marked came when it was marked."""
    minutes = numbers.get("minutes")
    return seen_at if minutes is None else began + timedelta(minutes=minutes)
