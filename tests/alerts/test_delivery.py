"""The outbox reaches Slack: once, in order, at Slack's pace, and past whatever fails on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.delivery import DeliveryReport, deliver
from alerts.slack import SlackChannel
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import OutboxKind, OutboxRow, OutboxState
from storage.store import Store, open_store
from tests.alerts.slack_support import PlayedClock, row


@dataclass
class Road:
    """A store, a clock, a loopback Slack and the door to it."""

    store: Store
    clock: PlayedClock
    slack: LoopbackSlack
    channel: SlackChannel

    def put(self, *rows: OutboxRow) -> None:
        self.store.put_outbox(rows)

    def deliver(self) -> DeliveryReport:
        return deliver(self.store, {"": self.channel}, self.clock)

    def states(self) -> dict[str, OutboxState]:
        every = [r for state in OutboxState for r in self.store.outbox(state)]
        return {r.key: r.state for r in every}

    def texts(self, room: str = "support") -> list[str]:
        return [message.get("text", "") for message in self.slack.messages(room)]


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    clock = PlayedClock()
    with LoopbackSlack(clock.seconds) as slack, open_store(str(tmp_path / "t.db"), clock=clock.now) as store:
        slack.workspace.add_room("support")
        slack.workspace.add_room("managers")
        yield Road(store, clock, slack, SlackChannel.open(slack.token, slack.url, timeout=1.0))


def test_a_card_its_edit_and_its_reminder_arrive_in_order(road: Road) -> None:
    road.put(row("card-1"), row("up-1", OutboxKind.UPDATE, under="card-1", payload={"text": "taken"}))
    road.put(row("rem-1", OutboxKind.REMINDER, under="card-1", payload={"text": "half of the time is gone"}))
    report = road.deliver()
    card, reminder = road.slack.messages("support")
    assert (report.sent, report.edited) == (2, 1)
    assert card["text"] == "taken"
    assert reminder["thread_ts"] == card["ts"]
    assert card["metadata"]["event_payload"] == {"key": "card-1"}
    assert road.store.card_ts("card-1") == card["ts"]


def test_a_second_round_sends_nothing_new(road: Road) -> None:
    road.put(row("card-1"))
    road.deliver()
    assert road.deliver() == DeliveryReport()
    assert road.slack.keys() == ["card-1"]
