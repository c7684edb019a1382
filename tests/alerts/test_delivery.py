"""The outbox reaches Slack: once, in order, at Slack's pace, and past whatever fails on the way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.delivery import DeliveryReport, deliver
from alerts.slack import SlackChannel
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import OutboxKind, OutboxRow, OutboxState
from storage.store import Store, open_store, restore_backup
from tests.alerts.slack_support import PATIENT, PlayedClock, nobody_there, row


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
        yield Road(store, clock, slack, SlackChannel.open(slack.token, slack.url, timeout=PATIENT))


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


class SlowClock(PlayedClock):
    """On a busy machine: whatever is done, seconds have passed."""

    def now(self) -> datetime:
        self.moment += timedelta(seconds=3)
        return self.moment


def test_a_wait_that_is_over_before_it_began_does_not_end_the_round(tmp_path: Path) -> None:
    """Slack asked for a second; by the time we look, more than that has passed."""
    clock = SlowClock()
    with LoopbackSlack(clock.seconds) as slack, open_store(str(tmp_path / "t.db"), clock=clock.now) as store:
        slack.workspace.add_room("support")
        slack.fail("chat.postMessage", "429", seconds=1)
        store.put_outbox([row("card-1")])
        report = deliver(store, {"": SlackChannel.open(slack.token, slack.url, timeout=PATIENT)}, clock)
        assert (report.retried, report.sent) == (1, 1)


def test_every_short_wait_of_a_round_is_waited_for(road: Road) -> None:
    """Rows put back at different moments, some of which have passed when the next is asked about."""
    road.put(row("card-1"), row("card-2"), row("card-3", channel="#managers"))
    road.slack.fail("chat.postMessage", "429", seconds=1, times=3)
    report = road.deliver()
    assert (report.retried, report.sent) == (3, 3)


def test_what_was_sent_since_a_backup_is_found_after_it_was_put_back(road: Road, tmp_path: Path) -> None:
    """The old database sent a card, a reply and a file after the backup; the new one wants to send them again."""
    first = row("card-0")
    road.put(first)
    road.deliver()
    taken = road.clock.now()
    road.store.save_run("deliver", taken, taken, True)
    road.store.backup(tmp_path / "copy.db")
    rows = (
        row("card-1"),
        row("rem-0", OutboxKind.REMINDER, under="card-0", payload={"text": "half of the time is gone"}),
        row("file-0", OutboxKind.UPLOAD, payload={"filename": "week.csv", "content": "a,b"}),
    )
    road.clock.sleep(60)
    road.put(*rows)
    road.deliver()
    road.clock.sleep(3600)
    restore_backup(tmp_path / "copy.db", str(tmp_path / "new.db"), road.clock.now())
    posted = [message["ts"] for message in road.slack.messages("support")]
    with open_store(str(tmp_path / "new.db"), clock=road.clock.now) as store:
        fresh = Road(store, road.clock, road.slack, road.channel)
        fresh.put(replace(rows[0], payload={"text": "as it is now"}), *rows[1:], row("card-2"))
        fresh.deliver()
        assert set(fresh.states().values()) == {OutboxState.SENT}
        assert store.card_ts("card-1") in posted
    assert sorted(road.slack.keys()) == ["card-0", "card-1", "card-2", "rem-0"]
    assert len(road.slack.messages("support")) == len(posted) + 1
    assert road.texts().count("as it is now") == 1


def test_a_second_round_sends_nothing_new(road: Road) -> None:
    road.put(row("card-1"))
    road.deliver()
    assert road.deliver() == DeliveryReport()
    assert road.slack.keys() == ["card-1"]


@pytest.mark.parametrize("kind", ["accept_drop", "accept_500"])
def test_a_post_that_arrived_without_an_answer_is_found_and_not_sent_again(road: Road, kind: str) -> None:
    road.slack.fail("chat.postMessage", kind)
    road.put(row("card-1"), row("up-1", OutboxKind.UPDATE, under="card-1", payload={"text": "taken"}))
    road.deliver()
    assert road.slack.keys() == ["card-1"]
    assert road.texts() == ["taken"]
    assert road.states() == {"card-1": OutboxState.SENT, "up-1": OutboxState.SENT}


@pytest.mark.parametrize("kind", ["drop", "500", "503", "html", "429"])
def test_a_post_that_did_not_arrive_is_sent_again_once(road: Road, kind: str) -> None:
    road.slack.fail("chat.postMessage", kind)
    road.put(row("card-1"))
    road.deliver()
    road.clock.sleep(120)
    road.deliver()
    assert road.slack.keys() == ["card-1"]


def test_a_slow_answer_is_waited_for_and_not_asked_for_twice(road: Road) -> None:
    road.slack.fail("chat.postMessage", "slow", seconds=0.3)
    road.put(row("card-1"))
    road.deliver()
    assert road.slack.keys() == ["card-1"]
    assert [method for method, _ in road.slack.calls] == ["chat.postMessage"]
    assert road.states() == {"card-1": OutboxState.SENT}


def test_slacks_retry_after_holds_its_channel_and_no_other(road: Road) -> None:
    road.slack.fail("chat.postMessage", "429", seconds=30, when=lambda call: call["channel"] == "#support")
    road.put(row("card-1"), row("card-2"), row("other", channel="#managers"))
    road.deliver()
    assert road.slack.keys() == ["other"]
    assert road.states()["card-1"] is OutboxState.PENDING
    posts = [call for method, call in road.slack.calls if method == "chat.postMessage"]
    assert len(posts) == 2, "nothing is tried in a channel that Slack asked us to leave alone"
    road.clock.sleep(31)
    road.deliver()
    assert sorted(road.slack.keys()) == ["card-1", "card-2", "other"]


def test_one_poison_message_is_a_dead_letter_and_the_next_arrives_a_second_later(road: Road) -> None:
    poison = {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]}
    road.put(row("poison", payload=poison), row("card-2"), row("other", channel="#managers"))
    report = road.deliver()
    assert sorted(road.slack.keys()) == ["card-2", "other"]
    assert (report.dead, road.states()["poison"]) == (1, OutboxState.DEAD)
    assert road.clock.slept <= 1.1
    [dead] = road.store.outbox(OutboxState.DEAD)
    assert "invalid_blocks" in (dead.error or "")
    assert "breaks one of Slack's rules" in (dead.error or "")


def test_an_edit_of_a_refused_card_gives_it_a_second_chance(road: Road) -> None:
    road.slack.fail("chat.postMessage", "error:invalid_blocks")
    road.put(row("card-1"))
    road.deliver()
    road.put(row("up-1", OutboxKind.UPDATE, under="card-1", payload={"text": "taken"}))
    road.deliver()
    assert (road.slack.keys(), road.texts()) == (["card-1"], ["taken"])


def test_replies_under_a_refused_card_are_said_in_the_channel(road: Road) -> None:
    road.slack.fail("chat.postMessage", "error:invalid_blocks")
    road.put(row("card-1"), row("esc", OutboxKind.ESCALATION, under="card-1", payload={"text": "please take over"}))
    road.deliver()
    assert road.texts() == ["please take over"]


@pytest.mark.parametrize(
    ("breakage", "named"),
    [
        (lambda slack: setattr(slack.workspace, "broken", "token_revoked"), "SLACK_BOT_TOKEN"),
        (lambda slack: slack.workspace.scopes.remove("chat:write"), "chat:write"),
        (lambda slack: setattr(slack.workspace.room("support"), "is_archived", True), "archived"),
        (lambda slack: setattr(slack.workspace.room("support"), "is_member", False), "/invite"),
    ],
    ids=["a revoked token", "a missing scope", "an archived channel", "the bot is not in the channel"],
)
def test_what_a_person_must_mend_is_said_once_and_delivered_when_mended(
    road: Road, breakage: object, named: str
) -> None:
    assert callable(breakage)
    breakage(road.slack)
    road.put(*(row(f"card-{number}") for number in range(5)))
    first = road.deliver()
    road.clock.sleep(400)
    second = road.deliver()
    assert [named in said for said in first.said] == [True]
    assert second.said == []
    assert set(road.states().values()) == {OutboxState.PENDING}
    road.slack.workspace.broken = None
    road.slack.workspace.scopes.append("chat:write")
    support = road.slack.workspace.room("support")
    assert support is not None
    support.is_archived, support.is_member = False, True
    road.clock.sleep(400)
    road.deliver()
    assert sorted(road.slack.keys()) == [f"card-{number}" for number in range(5)]


def test_a_channel_that_is_not_there_does_not_hold_up_the_others(road: Road) -> None:
    road.put(row("lost", channel="#nowhere"), row("card-2"))
    report = road.deliver()
    assert road.slack.keys() == ["card-2"]
    assert "#nowhere" in report.said[0]
    road.slack.workspace.add_room("nowhere")
    road.clock.sleep(400)
    road.deliver()
    assert sorted(road.slack.keys()) == ["card-2", "lost"]


def test_forty_cards_keep_slacks_pace_of_one_a_second(road: Road) -> None:
    road.put(*(row(f"card-{number}") for number in range(40)))
    road.deliver()
    refused = [message for message in road.slack.calls if message[0] == "chat.postMessage"]
    assert len(road.slack.keys()) == len(refused) == 40, "no call was wasted on a 429"
    assert 38 < road.clock.slept < 43
    assert road.slack.keys() == [f"card-{number}" for number in range(40)]


def test_a_hundred_edits_stay_under_slacks_fifty_a_minute(road: Road) -> None:
    cards = [row(f"card-{number}") for number in range(100)]
    road.put(*cards)
    road.deliver()
    road.put(*(row(f"up-{c.key}", OutboxKind.UPDATE, under=c.key, payload={"text": "taken"}) for c in cards))
    for _ in range(30):
        road.deliver()
        road.clock.sleep(10)
    assert set(road.texts()) == {"taken"}
    assert len([1 for method, _ in road.slack.calls if method == "chat.update"]) == 100


def test_a_claim_left_by_a_dead_process_is_looked_up_before_it_is_sent(road: Road) -> None:
    road.put(row("card-1"), row("card-2"))
    claimed = road.store.claim_outbox(road.clock.now(), "", limit=5)
    road.channel.send("#support", claimed[0].payload, claimed[0].key)
    assert road.deliver().sent == 0, "young claims belong to somebody"
    road.clock.sleep(91)
    road.deliver()
    assert road.slack.keys() == ["card-1", "card-2"]
    assert set(road.states().values()) == {OutboxState.SENT}


def test_a_look_up_that_can_never_be_done_ends_as_unknown_and_holds_up_nothing(road: Road) -> None:
    road.put(row("card-1"), row("card-2"))
    road.slack.fail("chat.postMessage", "accept_drop")
    road.slack.workspace.scopes.remove("channels:history")
    report = road.deliver()
    assert any("channels:history" in said for said in report.said)
    assert road.states()["card-2"] is OutboxState.SENT
    road.clock.sleep(25 * 3600)
    road.deliver()
    assert road.states()["card-1"] is OutboxState.UNKNOWN


def test_an_upload_arrives_once_even_when_its_answer_is_lost(road: Road) -> None:
    road.put(row("digest"))
    file = {"filename": "digest.html", "title": "Week 47", "content": "<p>hello</p>"}
    road.put(row("file-1", OutboxKind.UPLOAD, under="digest", payload=file))
    road.slack.fail("files.completeUploadExternal", "accept_drop")
    road.deliver()
    card, shared = road.slack.messages("support")
    assert shared["thread_ts"] == card["ts"]
    assert [f["title"] for f in shared["files"]] == ["Week 47"]
    assert road.states()["file-1"] is OutboxState.SENT


def test_an_edit_of_a_list_page_waits_until_the_page_is_there(road: Road) -> None:
    road.put(row("list", OutboxKind.ROLLUP), row("list:1", OutboxKind.REPLY, under="list", payload={"text": "page 2"}))
    road.put(row("up", OutboxKind.UPDATE, under="list:1", payload={"text": "page 2 again"}))
    road.deliver()
    road.clock.sleep(10)
    road.deliver()
    assert road.texts() == ["said list", "page 2 again"]
    assert sorted(road.slack.keys()) == ["list", "list:1"]


def test_a_card_deleted_in_slack_makes_its_edit_a_dead_letter_only(road: Road) -> None:
    road.put(row("card-1"))
    road.deliver()
    support = road.slack.workspace.room("support")
    assert support is not None
    support.messages.clear()
    road.put(row("up-1", OutboxKind.UPDATE, under="card-1", payload={"text": "taken"}), row("card-2"))
    road.deliver()
    assert road.slack.keys() == ["card-2"]
    [dead] = road.store.outbox(OutboxState.DEAD)
    assert "deleted in Slack" in (dead.error or "")


def test_a_dead_letter_that_is_tried_again_arrives(road: Road) -> None:
    road.slack.fail("chat.postMessage", "error:invalid_blocks")
    road.put(row("card-1"))
    road.deliver()
    [dead] = road.store.outbox(OutboxState.DEAD)
    assert road.store.retry_outbox(dead.id or 0, road.clock.now())
    road.deliver()
    assert road.slack.keys() == ["card-1"]


def test_stopping_half_way_leaves_the_rest_for_the_next_round(road: Road) -> None:
    road.put(*(row(f"card-{number}") for number in range(5)))
    deliver(road.store, {"": road.channel}, road.clock, stop=lambda: len(road.slack.keys()) >= 2)
    assert len(road.slack.keys()) == 2
    road.deliver()
    assert sorted(road.slack.keys()) == [f"card-{number}" for number in range(5)]


def test_two_workers_at_a_time_send_each_message_once(road: Road) -> None:
    keys = [f"card-{number}" for number in range(30)]
    road.put(*(row(key, channel=f"#{room}") for key, room in zip(keys, ["support", "managers"] * 15, strict=True)))
    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(road.deliver) for _ in range(2)]:
            worker.result()
    for _ in range(3):
        road.clock.sleep(100)
        road.deliver()
    assert sorted(road.slack.keys()) == sorted(keys)
    assert set(road.states().values()) == {OutboxState.SENT}


def test_each_workspace_is_spoken_to_with_its_own_token_and_a_broken_one_holds_up_no_other(road: Road) -> None:
    with LoopbackSlack(road.clock.seconds) as other:
        other.workspace.token = "xoxb-west"
        other.workspace.add_room("support")
        west = SlackChannel.open("xoxb-west", other.url, timeout=PATIENT)
        road.put(row("card-1"), row("card-2", workspace="west"), row("card-3", workspace="nowhere"))
        other.workspace.broken = "token_revoked"
        report = deliver(road.store, {"": road.channel, "west": west}, road.clock)
        assert road.slack.keys() == ["card-1"]
        assert [said.startswith("west: Slack says token_revoked") for said in report.said] == [True]
        other.workspace.broken = None
        road.clock.sleep(400)
        deliver(road.store, {"": road.channel, "west": west}, road.clock)
        assert (road.slack.keys(), other.keys()) == (["card-1"], ["card-2"])
        assert road.states()["card-3"] is OutboxState.PENDING, "a workspace without a token waits for one"


def test_nothing_is_asked_of_a_workspace_that_does_not_answer_at_all(road: Road) -> None:
    road.put(*(row(f"card-{number}", channel=f"#room{number}") for number in range(30)))
    with nobody_there() as address:
        deliver(road.store, {"": SlackChannel.open(road.slack.token, address, timeout=PATIENT)}, road.clock)
    tried = [one for one in road.store.outbox(OutboxState.PENDING) if one.error]
    assert len(tried) == 3
    assert "check the network" in (tried[0].error or "")
