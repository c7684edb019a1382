"""Decisions of the deadline policy in one word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.alert_policy import AlertPolicy, Team
from alerts.forecast import Forecast
from alerts.growth.review_deadline import ReviewDeadline
from alerts.growth.seen import Seen, seen
from alerts.hours.calendar import Calendar
from alerts.policy import NOTE_CODES, Decision, deadline_for
from storage.records import Deadline, Severity
from tests.alerts import told
from tests.alerts.told import NOW, OFFICE, forecast

POLICY = AlertPolicy()


def state(**changes: object) -> Seen:
    return replace(seen(told.thread(), NOW), **changes)  # type: ignore[arg-type]


def decided(
    says: Forecast | None = None,
    severity: Severity = Severity.LOW,
    now: datetime = NOW,
    team: Team | None = None,
    of: Seen | None = None,
    review: ReviewDeadline | None = None,
) -> Decision:
    who = team or Team(hours=OFFICE)
    return deadline_for(
        of or state(),
        severity,
        says or forecast(),
        now,
        team=who,
        calendar=Calendar(who.hours),
        policy=POLICY,
        review=review,
    )


def notes(of: Deadline) -> list[str]:
    assert {note.code for note in of.notes} <= set(NOTE_CODES)
    return [note.code for note in of.notes]
