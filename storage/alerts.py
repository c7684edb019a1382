"""Alerts: who waits for one, opening it once, changing it by one conditional UPDATE, and what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Select, select, update

from storage.alert_rows import ALERT_COLUMNS, alert_of, alert_row, deadline_of, event_of, keep_deadline
from storage.dialect import changed, insert
from storage.judging import verdict_of_row
from storage.records import Alert, AlertEvent, AlertState, Deadline, Thread, Verdict
from storage.session import Session
from storage.tables import alert_events, alerts, deadlines, verdicts
from storage.threads import load_threads


class AlertQuestions(Session):
    """Alerts and their events."""

    def threads_to_alert(self, limit: int) -> list[tuple[Thread, Verdict]]:
        """Negative threads nobody was told of, longest waiting first; `pass_over` those nobody shall hear of."""
        columns = verdicts.c
        query = select(verdicts).where(columns.untold_since.is_not(None))
        query = query.order_by(columns.untold_since, columns.thread).limit(limit)
        with self.reading() as connection:
            found = {row.thread: verdict_of_row(row) for row in connection.execute(query)}
            return [(thread, found[thread.id]) for thread in load_threads(connection, list(found))]

    def pass_over(self, thread_ids: Iterable[int], why: str) -> None:
        """Nobody is told of these threads, and why; a new verdict brings them up again."""
        these = verdicts.c.thread.in_(list(thread_ids))
        with self.transaction() as connection:
            connection.execute(update(verdicts).where(these).values(untold_since=None, passed_over=why))

    def passed_over(self, thread_id: int) -> str | None:
        """Why nobody was told of this negative thread, None where that was not decided."""
        with self.reading() as connection:
            return connection.execute(select(verdicts.c.passed_over).where(verdicts.c.thread == thread_id)).scalar()

    def open_alert(self, alert: Alert) -> Alert | None:
        """Keeps a new alert and gives it with its number; None when its thread or key has one already."""
        with self.transaction() as connection:
            statement = insert(connection, alerts).values(**alert_row(alert), revision=0)
            number = connection.execute(statement.on_conflict_do_nothing().returning(alerts.c.id)).scalar()
            told = update(verdicts).where(verdicts.c.thread == alert.thread_id)
            connection.execute(told.values(untold_since=None, passed_over=None))
            if number is None:
                return None
            keep_deadline(connection, number, alert.deadline)
            return alert_of(connection.execute(_whole().where(alerts.c.id == number)).one())

    def save_alert(self, alert: Alert) -> Alert:
        """Writes the alert as it is now, whatever it was; raises KeyError for one that was never opened."""
        with self.transaction() as connection:
            if not changed(connection, update(alerts).where(alerts.c.id == alert.id).values(**_next(alert))):
                raise KeyError(f"alert {alert.id} ({alert.key}) is not in the database: open it first")
            keep_deadline(connection, alert.id or 0, alert.deadline)
            return alert_of(connection.execute(_whole().where(alerts.c.id == alert.id)).one())

    def claim_alert(self, alert: Alert, expected_state: AlertState, *, revision: int | None = None) -> bool:
        """Writes the alert only if its state (and revision, if given) is still as expected; True for the winner."""
        mine = update(alerts).where(alerts.c.id == alert.id, alerts.c.state == expected_state.value)
        if revision is not None:
            mine = mine.where(alerts.c.revision == revision)
        with self.transaction() as connection:
            won = changed(connection, mine.values(**_next(alert))) == 1
            if won:
                keep_deadline(connection, alert.id or 0, alert.deadline)
            return won

    def live_alerts(self, limit: int = 1000, *, brand: str | None = None) -> list[Alert]:
        """Alerts whose clock runs, soonest deadline first."""
        query = _whole().where(alerts.c.live_until.is_not(None)).order_by(alerts.c.live_until, alerts.c.id)
        return self._alerts(query.limit(limit) if brand is None else query.where(alerts.c.brand == brand).limit(limit))

    def alerts_changed(self, since: datetime, limit: int = 500) -> list[Alert]:
        """Closed alerts whose thread got something new or edited at or after `since`, oldest change first."""
        changed_at = alerts.c.changed_at
        query = _whole().where(changed_at >= since, alerts.c.live_until.is_(None)).order_by(changed_at, alerts.c.id)
        return self._alerts(query.limit(limit))

    def alerts_opened(self, since: datetime, before: datetime | None = None) -> list[Alert]:
        """Alerts opened at or after `since`, in whatever state, oldest first."""
        query = _whole().where(alerts.c.opened_at >= since).order_by(alerts.c.opened_at, alerts.c.id)
        return self._alerts(query if before is None else query.where(alerts.c.opened_at < before))

    def alerts_carried_by(self, keys: Collection[str]) -> list[Alert]:
        """Alerts listed on one of these cards instead of on their own."""
        return self._alerts(_whole().where(alerts.c.carried_by.in_(list(keys))).order_by(alerts.c.id))

    def alert(self, alert_id: int) -> Alert | None:
        """The alert of that number."""
        return self._one(_whole().where(alerts.c.id == alert_id))

    def alert_of(self, thread_id: int) -> Alert | None:
        """The thread's alert, in whatever state."""
        return self._one(_whole().where(alerts.c.thread_id == thread_id))

    def alert_by_key(self, key: str) -> Alert | None:
        """The alert whose card carries this key."""
        return self._one(_whole().where(alerts.c.key == key))

    def alerts_of_threads(self, thread_ids: Collection[int]) -> dict[int, Alert]:
        """Alerts by thread number; threads without one are left out."""
        return {
            alert.thread_id: alert for alert in self._alerts(_whole().where(alerts.c.thread_id.in_(list(thread_ids))))
        }

    def answered_alerts(self, after: datetime, before: datetime, limit: int = 1000) -> list[Alert]:
        """Alerts answered in this time, for the follow-up some days later; oldest first."""
        answered = alerts.c.answered_at
        return self._alerts(
            _whole().where(answered >= after, answered < before).order_by(answered, alerts.c.id).limit(limit)
        )

    def note(self, event: AlertEvent) -> None:
        """Keeps one thing that happened to an alert."""
        row = {"alert_id": event.alert_id, "at": event.at, "what": event.what, "by": event.by}
        with self.transaction() as connection:
            connection.execute(alert_events.insert().values(**row, numbers=dict(event.numbers)))

    def events_of(self, alert_id: int) -> list[AlertEvent]:
        """What happened to an alert, in order."""
        query = select(alert_events).where(alert_events.c.alert_id == alert_id).order_by(alert_events.c.id)
        with self.reading() as connection:
            return [event_of(row) for row in connection.execute(query)]

    def events_of_alerts(self, alert_ids: Collection[int]) -> dict[int, list[AlertEvent]]:
        """What happened to each of these alerts, in order, in one statement; those nothing happened to are left out."""
        these = alert_events.c.alert_id.in_(list(alert_ids))
        found: dict[int, list[AlertEvent]] = {}
        with self.reading() as connection:
            for row in connection.execute(select(alert_events).where(these).order_by(alert_events.c.id)):
                found.setdefault(row.alert_id, []).append(event_of(row))
        return found

    def deadlines_of(self, alert_id: int) -> list[Deadline]:
        """All deadlines the alert had, oldest first; the last is the present one."""
        query = select(deadlines).where(deadlines.c.alert_id == alert_id).order_by(deadlines.c.id)
        with self.reading() as connection:
            return [deadline_of(row) for row in connection.execute(query)]

    def _alerts(self, query: Select[tuple[object, ...]]) -> list[Alert]:
        with self.reading() as connection:
            return [alert_of(row) for row in connection.execute(query)]

    def _one(self, query: Select[tuple[object, ...]]) -> Alert | None:
        return next(iter(self._alerts(query)), None)


def _whole() -> Select[tuple[object, ...]]:
    return select(*ALERT_COLUMNS).join(deadlines, deadlines.c.id == alerts.c.deadline_id)


def _next(alert: Alert) -> dict[str, object]:
    return {**alert_row(alert), "revision": alerts.c.revision + 1}
