"""A real store for the tests of telling, with the steps before it in one word each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.alert import AlertReport, alert
from alerts.watching.plan import AlertPlan
from storage.records import Label, Mention, OutboxKind, OutboxRow, OutboxState, Reason, Sentiment, Severity, Verdict
from storage.store import Store
from tests.alerts.payload_check import checked
from tests.alerts.told import NOW, said, sentiment

POSTED = "The parcel is three weeks late and nobody at all answers my messages about it"


class House:
    """A store, and the steps that come before telling, each in one word."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: set[str] = set()

    def heard(
        self, *mentions: Mention, at: datetime = NOW, severity: Severity = Severity.LOW, mild: Sequence[str] = ()
    ) -> None:
        """Crawled, scored (angry, unless its id is among the mild) and judged."""
        self.store.save_mentions([replace(m, id=None, fetched_at=at) for m in mentions], at)
        scored: dict[int, Sentiment | None] = {
            m.id or 0: sentiment(Label.POSITIVE if m.external_id in mild else Label.NEGATIVE)
            for m in self.store.unscored_mentions(10_000)
        }
        self.store.save_sentiments(scored, at)
        self.store.save_verdicts(
            Verdict(
                thread_id=t.id,
                judged_at=at,
                is_negative=t.external_id not in mild,
                severity=severity,
                score=0.9,
                reasons=(Reason(code="text_negative", numbers={"percent": 95}),),
                thread_version=t.version,
            )
            for t in self.store.threads_to_judge(10_000)
        )

    def rows(self) -> list[OutboxRow]:
        return sorted((row for state in OutboxState for row in self.store.outbox(state)), key=lambda row: row.id or 0)

    def kinds(self) -> Counter[OutboxKind]:
        return Counter(row.kind for row in self.rows())

    def tells(self, of: AlertPlan, at: datetime = NOW) -> AlertReport:
        """Runs the step, and again: the second run must write nothing at all."""
        report = alert(self.store, of, at)
        before = (self.rows(), self.store.live_alerts(10_000))
        self._check(before[0])
        alert(self.store, of, at)
        assert (self.rows(), self.store.live_alerts(10_000)) == before
        return report

    def _check(self, rows: Sequence[OutboxRow]) -> None:
        """Every payload passes what knows Slack's rules."""
        for row in rows:
            if row.key not in self._known and row.kind is not OutboxKind.UPLOAD:
                checked(dict(row.payload))
        self._known |= {row.key for row in rows}


def post(number: int, at: datetime | None = None, **changes: Any) -> Mention:
    """A thread of its own, with words of its own."""
    of = {
        "of": number,
        "text": f"Number {number} waits since Monday for box {number * 7} and nobody in shop {number} knows",
    }
    return said(number, at, **(of | changes))
