"""One look at an alert, and its outcome in words, for the tests of looking."""

from __future__ import annotations

from datetime import datetime

from alerts.watching.look import look
from alerts.watching.outcome import Outcome, Say
from alerts.watching.rules import Rules
from storage.records import Alert, EarlierVersion, Label, Thread, Verdict
from tests.alerts import told
from tests.alerts.told import NOW, said, sentiment, stars, thread

HAPPY = sentiment(Label.POSITIVE)


def seen(
    of: Alert,
    at: Thread | None = None,
    *,
    now: datetime = NOW,
    verdict: Verdict | None = None,
    rules: Rules | None = None,
) -> Outcome:
    return look(of, at or thread(), verdict or told.verdict(), rules or told.rules(), now)


def words(outcome: Outcome) -> list[str]:
    return [event.what for event in outcome.events]


def says(outcome: Outcome) -> list[Say]:
    return [saying.what for saying in outcome.says]


def edited(
    before: float, after: float, *, at: datetime = NOW, then: Label = Label.NEGATIVE, now: Label = Label.POSITIVE
) -> Thread:
    version = EarlierVersion(seen_at=at, content_hash="x", rating=stars(before), label=then)
    return thread(said(1, rating=stars(after)), scored={1: sentiment(now)}, versions={1: (version,)})
