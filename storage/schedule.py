"""What ran when: a restart forgets nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from storage.records import StepRun
from storage.session import Session
from storage.tables import step_runs

# Its run began when the backup was taken and ended when it was put back.
RESTORED = "restored"


class ScheduleQuestions(Session):
    """Runs of steps."""

    def save_run(self, step: str, started: datetime, ended: datetime, ok: bool, note: str | None = None) -> None:
        """Keeps that a step ran, and how."""
        row = {"step": step, "started_at": started, "ended_at": ended, "ok": ok, "note": note}
        with self.transaction() as connection:
            connection.execute(step_runs.insert().values(**row))

    def last_run(self, step: str, *, ok: bool = False) -> StepRun | None:
        """The step's newest run; with `ok` the newest that went well."""
        query = select(step_runs).where(step_runs.c.step == step)
        if ok:
            query = query.where(step_runs.c.ok)
        with self.reading() as connection:
            row = connection.execute(
                query.order_by(step_runs.c.started_at.desc(), step_runs.c.id.desc()).limit(1)
            ).first()
        return _run(row) if row else None

    def last_restore(self) -> StepRun | None:
        """The last time a backup was put back: it was taken not before `started_at` and put back at `ended_at`."""
        return self.last_run(RESTORED)

    def last_runs(self, *, ok: bool = False) -> dict[str, StepRun]:
        """The newest run of every step that ever ran; with `ok` the newest that went well."""
        newest = select(func.max(step_runs.c.id)).group_by(step_runs.c.step)
        if ok:
            newest = newest.where(step_runs.c.ok)
        with self.reading() as connection:
            rows = connection.execute(select(step_runs).where(step_runs.c.id.in_(newest)))
            return {row.step: _run(row) for row in rows}


def _run(row: Row[Any]) -> StepRun:
    return StepRun(step=row.step, started_at=row.started_at, ended_at=row.ended_at, ok=row.ok, note=row.note)
