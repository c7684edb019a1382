"""Two scenes on a clock that stands still until somebody sleeps: a poison message, and twelve hours without Slack."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from alerts.alert import alert
from alerts.delivery import deliver
from alerts.slack import SlackChannel
from benchmarks.delivery_road import BRANDS, START, SureScorer, mentions, plan
from bot.demo.loopback_slack import LoopbackSlack
from classifier.classify import classify
from classifier.verdict import VerdictPolicy
from storage.records import OutboxKind, OutboxRow, OutboxState
from storage.store import Store, open_store

_STEP = timedelta(minutes=30)


@dataclass(slots=True)
class StillClock:
    """Moves only when somebody sleeps."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.moment.timestamp()


def poison() -> dict[str, Any]:
    """One message Slack refuses for ever at the head of a hundred: how late is each of the others?"""
    clock = StillClock()
    with tempfile.TemporaryDirectory() as name, LoopbackSlack(clock.seconds) as slack:
        slack.workspace.add_room("acme")
        with open_store(str(Path(name) / "bench.db"), clock=clock.now) as store:
            bad = {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 4000}}]}
            store.put_outbox([_row("poison", bad)])
            store.put_outbox(_row(f"card-{n}", {"text": f"card {n}", "blocks": []}) for n in range(100))
            channel = SlackChannel.open(slack.token, slack.url)
            report = deliver(store, {"": channel}, clock)
            came = [float(message["ts"]) - START.timestamp() for message in slack.messages("acme")]
        late = [at - n * 1.0 for n, at in enumerate(came)]
        return {
            "delivered": len(came),
            "dead_letters": report.dead,
            "first_after_seconds": round(came[0], 2),
            "a_second_of_its_pace": max(b - a for a, b in pairwise(came)) < 1.1,
            "latest_behind_perfect_pace_seconds": round(max(late), 1),
        }


def outage() -> dict[str, Any]:
    """Twelve hours in which Slack answers nothing but 503, 18 negative threads an hour; then it is back."""
    clock = StillClock()
    with tempfile.TemporaryDirectory() as name, LoopbackSlack(clock.seconds) as slack:
        for brand in BRANDS:
            slack.workspace.add_room(brand.lower())
        with open_store(str(Path(name) / "bench.db"), clock=clock.now) as store:
            channel = SlackChannel.open(slack.token, slack.url)
            slack.weather = lambda method, arguments: "503"  # noqa: ARG005
            number = 0
            for _ in range(24):
                number = _half_an_hour(store, channel, clock, number)
            tried = len(slack.calls)
            slack.weather = lambda method, arguments: None  # noqa: ARG005
            waiting = store.outbox(OutboxState.PENDING, 100_000)
            back = clock.now()
            deliver(store, {"": channel}, clock, words=plan().words)
            until_current = clock.now() - back
            behind = sum(map(_behind_the_list, (slack.messages(brand.lower()) for brand in BRANDS)))
            for _ in range(6):
                _steps(store, channel, clock)
                clock.sleep(60)
            first = {"calls_in_outage": tried, "cards_behind_the_list": behind}
            return first | _recovered(store, slack, waiting, until_current)


def _recovered(store: Store, slack: LoopbackSlack, waiting: list[OutboxRow], took: timedelta) -> dict[str, Any]:
    cards = [row for row in waiting if row.kind is OutboxKind.CARD]
    said = [str(m["metadata"]["event_payload"]["key"]) for b in BRANDS for m in slack.messages(b.lower())]
    text = str([m["blocks"] for b in BRANDS for m in slack.messages(b.lower())])
    alerts = {row.key: store.alert_by_key(row.key) for row in cards}
    told = [k for k, a in alerts.items() if k in said or (a and f"review/{_number(store, a.thread_id)}'" in text)]
    return {
        "rows_waiting": len(waiting),
        "cards_waiting": len(cards),
        "sent_as_cards": sum(key in said for key in alerts),
        "folded_into_lists": len(told) - sum(key in said for key in alerts),
        "lost": len(alerts) - len(told),
        "doubled": len(said) - len(set(said)),
        "messages_after_recovery": len(said),
        "minutes_until_all_current_cards_stood": round(took.total_seconds() / 60, 1),
        "still_waiting": len(store.outbox(OutboxState.PENDING)),
    }


def _number(store: Store, thread_id: int) -> str:
    thread = store.thread(thread_id)
    return thread.external_id.removeprefix("r") if thread else "?"


def _behind_the_list(messages: list[dict[str, Any]]) -> int:
    """Cards of a channel that came after its list; written out with the first round after the outage."""
    keys = [str(message["metadata"]["event_payload"]["key"]) for message in messages]
    lists = [place for place, key in enumerate(keys) if key.startswith("stale:")]
    return sum(key.count(":") == 0 for key in keys[lists[0] :]) if lists else 0


def _half_an_hour(store: Store, channel: SlackChannel, clock: StillClock, number: int) -> int:
    count = 30
    store.save_mentions(mentions(number, count, clock.now()), clock.now())
    _steps(store, channel, clock)
    clock.moment = max(clock.moment, START) + _STEP
    return number + count


def _steps(store: Store, channel: SlackChannel, clock: StillClock) -> None:
    classify(store, SureScorer(), VerdictPolicy(), clock.now())
    alert(store, plan(), clock.now())
    deliver(store, {"": channel}, clock, words=plan().words)


def _row(key: str, payload: dict[str, Any]) -> OutboxRow:
    return OutboxRow(key=key, kind=OutboxKind.CARD, channel="#acme", payload=payload, created_at=START)
