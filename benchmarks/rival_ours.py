"""Our side of `benchmarks/rival.py`: the road from the same CSV to Slack, as one program that may be killed and rerun.

The CSV stands for a source here; crawling pages is measured in `benchmarks/growth.py`. The clock runs a thousand times
as fast, or Slack's pace of one post a second would be all there is to measure.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from alerts.alert import alert
from alerts.alert_policy import AlertPolicy, GatherPolicy, RisePolicy, Route, Team
from alerts.delivery import deliver
from alerts.hours.support_hours import SupportHours
from alerts.slack import SlackChannel
from alerts.watching.plan import AlertPlan
from benchmarks.delivery_road import FastClock
from classifier.classify import classify
from classifier.verdict import VerdictPolicy
from storage.records import Kind, Mention, OutboxState, Rating, Sentiment
from storage.store import open_store

_BATCH = 500
_SCALE = 1000.0


class NoModel:
    """The rival has none offline either: stars alone decide."""

    def score(self, texts: Sequence[str], _: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        return [None] * len(texts)


def main(folder: Path, url: str, token: str) -> None:
    clock = FastClock(_began(folder), _SCALE)
    channel = SlackChannel.open(token, url, timeout=5.0)
    with open_store(str(folder / "ours.db"), clock=clock.now) as store:
        rows = [_mention(row) for row in csv.DictReader((folder / "feedback.csv").open(encoding="utf-8"))]
        for start in range(0, len(rows), _BATCH):
            store.save_mentions(rows[start : start + _BATCH], clock.now())
        classify(store, NoModel(), VerdictPolicy(), clock.now())
        alert(store, _plan(), clock.now())
        while store.outbox(OutboxState.PENDING, 1) or store.outbox(OutboxState.SENDING, 1):
            deliver(store, {"": channel}, clock)
            clock.sleep(5)


def _began(folder: Path) -> float:
    """When the first run in this folder began: a later one goes on with the same clock."""
    kept = folder / "began"
    if not kept.exists():
        kept.write_text(repr(time.monotonic()))
    return float(kept.read_text())


def _mention(row: dict[str, str]) -> Mention:
    return Mention(
        source="appstore",
        external_id=row["id"],
        thread_id=row["id"],
        kind=Kind.REVIEW,
        url=f"https://apps.example/review/{row['id']}",
        author=f"author {row['id']}",
        author_id=row["id"],
        text=row["comment"],
        language="en",
        rating=Rating(value=float(row["rating"]), best=5),
        published_at=datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
        brand="Acme",
    )


def _plan() -> AlertPlan:
    """Each negative review a card of its own, as the rival posts them; nothing is passed over as old."""
    alone = GatherPolicy(burst_cards=100_000, campaign_texts=100_000)
    policy = AlertPolicy(gather=alone, rise=RisePolicy(least=100_000))
    return AlertPlan(
        routes=(Route(channel="#feedback"),), teams=(Team(hours=SupportHours(always=True)),), policy=policy
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
