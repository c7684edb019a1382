"""One look at an alert, and its outcome in words, for the tests of looking."""

from __future__ import annotations

from datetime import datetime

from alerts.watching.look import look
from alerts.watching.outcome import Outcome, Say
from storage.records import Alert, EarlierVersion, Label, Thread
from tests.alerts.told import (
    NOW,
    rules,
    said,
    sentiment,
    stars,
    thread,
    verdict,
)

HAPPY = sentiment(Label.POSITIVE)


def seen(of: Alert, at: Thread | None = None, *, now: datetime = NOW, **changes: object) -> Outcome:
    judged = changes.get("verdict") or verdict()
    return look(of, at or thread(), judged, changes.get("rules") or rules(), now)  # type: ignore[arg-type]


def words(outcome: Outcome) -> list[str]:
    return [event.what for event in outcome.events]


def says(outcome: Outcome) -> list[Say]:
    return [saying.what for saying in outcome.says]


def edited(
    before: float, after: float, *, at: datetime = NOW, then: Label = Label.NEGATIVE, now: Label = Label.POSITIVE
) -> Thread:
    version = EarlierVersion(seen_at=at, content_hash="x", rating=stars(before), label=then)
    return thread(said(1, rating=stars(after)), scored={1: sentiment(now)}, versions={1: (version,)})
