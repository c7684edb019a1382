"""Alerts, their deadlines and events as rows, and back."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.records import Alert, AlertEvent, AlertState, Deadline, Reason, Severity
from storage.tables import alerts, deadlines

_DEADLINE_FIELDS = tuple(field.name for field in fields(Deadline))
_OWN_FIELDS = tuple(field.name for field in fields(Alert) if field.name != "deadline")
# Once for all rows: a week may hold thousands.
_own_of = attrgetter(*_OWN_FIELDS)
_deadline_of = attrgetter(*(f"deadline_{name}" for name in _DEADLINE_FIELDS))
# An alert with its present deadline; the deadline's columns carry a prefix.
ALERT_COLUMNS = [
    *(alerts.c[name] for name in _OWN_FIELDS),
    *(deadlines.c[name].label(f"deadline_{name}") for name in _DEADLINE_FIELDS),
]


def alert_row(alert: Alert) -> dict[str, Any]:
    """The columns of an alert without its number and revision."""
    row = {name: getattr(alert, name) for name in _OWN_FIELDS if name not in ("id", "revision")}
    row |= {"state": alert.state.value, "severity": int(alert.severity), "reminded": list(alert.reminded)}
    row |= {"growth_deadline": alert.deadline.growth_deadline, "answer_by": alert.deadline.answer_by}
    row["live_until"] = alert.deadline.answer_by if alert.state.is_live else None
    return row


def alert_of(row: Any) -> Alert:
    own = dict(zip(_OWN_FIELDS, _own_of(row), strict=True))
    own |= {"state": AlertState(row.state), "severity": Severity(row.severity), "reminded": tuple(row.reminded)}
    deadline = _deadline(dict(zip(_DEADLINE_FIELDS, _deadline_of(row), strict=True)))
    return Alert(**own, deadline=deadline)


def deadline_of(row: Row[Any]) -> Deadline:
    return _deadline({name: getattr(row, name) for name in _DEADLINE_FIELDS})


def event_of(row: Row[Any]) -> AlertEvent:
    return AlertEvent(alert_id=row.alert_id, at=row.at, what=row.what, by=row.by, numbers=row.numbers)


def keep_deadline(connection: Connection, alert_id: int, deadline: Deadline) -> None:
    """Adds the deadline to the alert's history; the present one with newer numbers takes its own place again."""
    present = select(deadlines).join(alerts, alerts.c.deadline_id == deadlines.c.id).where(alerts.c.id == alert_id)
    row = connection.execute(present).one_or_none()
    before = deadline_of(row) if row is not None else None
    if before == deadline:
        return
    if row is not None and before is not None and _is_kept(before, deadline):
        connection.execute(update(deadlines).where(deadlines.c.id == row.id).values(**_deadline_row(deadline)))
        return
    statement = deadlines.insert().values(alert_id=alert_id, **_deadline_row(deadline)).returning(deadlines.c.id)
    number = connection.execute(statement).scalar_one()
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(deadline_id=number))


def _is_kept(before: Deadline, after: Deadline) -> bool:
    """The same decision: only the numbers beside it were renewed."""
    return all(getattr(before, name) == getattr(after, name) for name in ("decided_at", "growth_deadline", "answer_by"))


def _deadline_row(deadline: Deadline) -> dict[str, Any]:
    row = {name: getattr(deadline, name) for name in _DEADLINE_FIELDS}
    return row | {"notes": [[note.code, dict(note.numbers)] for note in deadline.notes]}


def _deadline(values: dict[str, Any]) -> Deadline:
    notes = tuple(Reason(code=code, numbers=numbers) for code, numbers in values.pop("notes"))
    return Deadline(**values, notes=notes)
