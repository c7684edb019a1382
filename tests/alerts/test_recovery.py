"""After an outage of Slack: no flood, nothing lost, what still runs first, nothing said that is no longer true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.delivery import DeliveryReport, deliver
from alerts.messages import MessageSettings, alert_message
from alerts.slack import SlackChannel
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import Alert, AlertState, OutboxKind, OutboxRow, OutboxState
from storage.store import Store, open_store
from tests.alerts.payload_check import checked, shown
from tests.alerts.slack_support import ENGLISH, HOUR, NOW, PlayedClock, alert, card, deadline, mention, row


@dataclass
class Outage:
    """A store whose cards could not be sent, and a Slack that is back."""

    store: Store
    clock: PlayedClock
    slack: LoopbackSlack
    channel: SlackChannel
    threads: int = 0

    def alert(self, number: int, state: AlertState = AlertState.OPEN, *, hours_left: float = 1.0) -> Alert:
        """An alert whose card was written at NOW and never sent."""
        said = mention(number, thread_id=str(number), text=f"Complaint number {number} about a parcel.")
        self.store.save_mentions([said], NOW)
        self.threads += 1
        thread = self.store.thread(self.threads)
        assert thread is not None
        by = self.clock.now() + hours_left * HOUR
        closed = None if state.is_live else NOW + HOUR
        known = {"state": state, "closed_at": closed, "deadline": deadline(answer_by=by, growth_deadline=by)}
        opened = self.store.open_alert(alert(thread_id=thread.id, key=f"card-{number}", **known))
        assert opened is not None
        payload = alert_message(replace(card(), alert=opened, thread=thread), ENGLISH)
        self.put(row(opened.key, alert_id=opened.id, payload=payload))
        return opened

    def put(self, *rows: OutboxRow) -> None:
        self.store.put_outbox(rows)

    def say(self, key: str, kind: OutboxKind, about: Alert, text: str, minutes: int = 0) -> None:
        written = NOW + timedelta(minutes=minutes)
        self.put(row(key, kind, alert_id=about.id, under=about.key, payload={"text": text}, created_at=written))

    def deliver(self) -> DeliveryReport:
        return deliver(self.store, {"": self.channel}, self.clock, words=lambda team: ENGLISH)  # noqa: ARG005

    def texts(self) -> list[str]:
        return [message["text"] for message in self.slack.messages("support")]

    def state(self, key: str) -> OutboxState:
        found = self.store.outbox_row(key)
        assert found is not None
        return found.state


@pytest.fixture
def outage(tmp_path: Path) -> Iterator[Outage]:
    clock = PlayedClock(NOW + 12 * HOUR)
    with LoopbackSlack(clock.seconds) as slack, open_store(str(tmp_path / "t.db"), clock=clock.now) as store:
        slack.workspace.add_room("support")
        yield Outage(store, clock, slack, SlackChannel.open(slack.token, slack.url))


def test_stale_cards_become_one_list_behind_the_current_ones(outage: Outage) -> None:
    for number in range(1, 41):
        outage.alert(number, AlertState.GROWN if number % 2 else AlertState.ANSWERED)
    for number in range(41, 44):
        outage.alert(number, hours_left=-3.0)
    outage.alert(50)
    report = outage.deliver()
    assert report.folded == 43
    assert outage.slack.keys()[0] == "card-50"
    texts = [shown(checked(message | {"unfurl_links": False})) for message in outage.slack.messages("support")[1:]]
    assert "*43 threads* could not be told in time." in texts[0]
    everything = "\n".join(texts)
    assert all(f"Complaint number {number} about" in everything for number in range(1, 44))
    assert len(texts) < 6


def test_what_belonged_to_a_folded_card_is_not_said_by_itself(outage: Outage) -> None:
    told = [outage.alert(number, AlertState.GROWN) for number in (1, 2, 3)]
    for one in told:
        outage.say(f"rem-{one.key}", OutboxKind.REMINDER, one, "half of the time is gone")
        outage.say(f"up-{one.key}", OutboxKind.UPDATE, one, "closed")
    outage.deliver()
    assert outage.texts() == ["What happened while Slack was away"]
    assert outage.state("rem-card-1") is OutboxState.DROPPED


def test_two_stale_cards_are_no_flood_and_stay_cards(outage: Outage) -> None:
    for number in (1, 2):
        outage.alert(number, AlertState.GROWN)
    outage.deliver()
    assert sorted(outage.slack.keys()) == ["card-1", "card-2"]


def test_a_late_card_is_sent_as_it_is_now_and_not_edited_once_more(outage: Outage) -> None:
    one = outage.alert(1)
    outage.say("up-1", OutboxKind.UPDATE, one, "taken by Ada", minutes=30)
    outage.deliver()
    assert outage.texts() == ["taken by Ada"]
    assert outage.state("up-1") is OutboxState.DROPPED
    assert [method for method, _ in outage.slack.calls if method == "chat.update"] == []


def test_of_several_late_reminders_only_the_last_is_said(outage: Outage) -> None:
    one = outage.alert(1)
    outage.say("rem-50", OutboxKind.REMINDER, one, "half of the time is gone")
    outage.say("rem-80", OutboxKind.REMINDER, one, "last call", minutes=60)
    outage.deliver()
    assert outage.texts()[1:] == ["last call"]


def test_a_reminder_of_a_time_that_is_over_is_not_said(outage: Outage) -> None:
    one = outage.alert(1, hours_left=-1.0)
    outage.say("rem-80", OutboxKind.REMINDER, one, "20 minutes left")
    outage.say("esc-1", OutboxKind.ESCALATION, one, "please take over", minutes=60)
    outage.deliver()
    assert outage.texts()[1:] == ["please take over"]


def test_an_alert_closed_meanwhile_calls_nobody(outage: Outage) -> None:
    one = outage.alert(1, AlertState.ANSWERED)
    outage.say("esc-1", OutboxKind.ESCALATION, one, "please take over")
    outage.deliver()
    assert len(outage.texts()) == 1


def test_a_follow_up_written_after_the_answer_is_said_however_late(outage: Outage) -> None:
    one = outage.alert(1, AlertState.ANSWERED)
    outage.say("follow", OutboxKind.REMINDER, one, "is the customer content?", minutes=120)
    outage.deliver()
    assert outage.texts()[1:] == ["is the customer content?"]


def test_a_folded_alert_that_goes_on_gets_a_card_after_all(outage: Outage) -> None:
    told = [outage.alert(number, hours_left=-3.0) for number in (1, 2, 3)]
    outage.deliver()
    outage.say("up-1", OutboxKind.UPDATE, told[0], "overdue, second stop")
    outage.deliver()
    assert outage.texts()[-1] == "overdue, second stop"
    assert outage.slack.keys()[-1] == "card-1"
    assert outage.state("card-1") is OutboxState.SENT


def test_teams_get_the_list_in_their_own_language(outage: Outage) -> None:
    for number in (1, 2, 3):
        outage.alert(number, AlertState.GROWN)
    polish = MessageSettings(language="pl")
    deliver(outage.store, {"": outage.channel}, outage.clock, words=lambda team: polish)  # noqa: ARG005
    assert outage.texts() == ["Co się działo, gdy Slack był niedostępny"]


def test_while_slack_is_away_only_a_few_messages_are_left_in_doubt(outage: Outage) -> None:
    for number in range(1, 21):
        outage.alert(number)
    outage.slack.weather = lambda method, arguments: "503"  # noqa: ARG005
    for _ in range(30):
        outage.deliver()
        outage.clock.sleep(600)
    in_doubt = outage.store.outbox(OutboxState.SENDING)
    assert len(in_doubt) <= 3
    assert len(outage.slack.calls) < 100
    outage.slack.weather = lambda method, arguments: None  # noqa: ARG005
    outage.deliver()
    outage.deliver()
    assert outage.store.outbox() == []
    # By then all of them are overdue: one list names them.
    [key] = outage.slack.keys()
    assert key.startswith("stale:")
    listed = shown(outage.slack.messages("support")[0])
    assert all(f"Complaint number {number} about" in listed for number in range(1, 21))
