"""Buttons over Socket Mode: acknowledged at once, counted once, only from who may."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from alerts.cards.press import Act, Press
from alerts.cards.pressed import press_of
from alerts.delivering.socket import Buttons
from alerts.delivery import deliver
from alerts.people.listening import hear
from alerts.slack import SlackChannel
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.loopback_slack_state import PlayedRoom
from storage.records import Alert, OutboxRow, OutboxState
from storage.store import Store, open_store
from tests.alerts.slack_support import NOW, PlayedClock, alert, row


@dataclass
class Cards:
    """A store that knows one alert, and where its card stands."""

    outbox_store: Store
    alert: Alert

    def alert_by_key(self, key: str) -> Alert | None:
        return self.alert if key == self.alert.key else None

    def outbox_row(self, key: str) -> OutboxRow | None:
        return self.outbox_store.outbox_row(key)

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> list[OutboxRow]:
        return self.outbox_store.outbox(state, limit)


@dataclass
class Scene:
    """A delivered card, people in and outside its channel, and what was acted on."""

    slack: LoopbackSlack
    room: PlayedRoom
    door: SlackChannel
    cards: Cards
    clock: PlayedClock
    ts: str
    ada: str
    eve: str
    acted: list[Press] = field(default_factory=list)

    def press(self, **known: Any) -> Press:
        given: dict[str, Any] = {
            "id": "1", "act": Act.TAKE, "key": "card-1", "user": self.ada, "workspace": "",
            "channel": self.room.id, "ts": self.ts, "at": NOW,
        }  # fmt: skip
        return Press(**(given | known))

    def hear(self, press: Press) -> str | None:
        return hear(self.cards, {"": self.door}, press, self.acted.append)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    clock = PlayedClock()
    with LoopbackSlack(clock.seconds) as slack, open_store(str(tmp_path / "t.db"), clock=clock.now) as store:
        room = slack.workspace.add_room("support")
        ada, eve = slack.workspace.add_person("Ada", room), slack.workspace.add_person("Eve")
        store.put_outbox([row("card-1"), row("card-2")])
        door = SlackChannel.open(slack.token, slack.url)
        deliver(store, {"": door}, clock)
        yield Scene(slack, room, door, Cards(store, alert()), clock, store.card_ts("card-1") or "", ada, eve)


def action(act: str, key: str = "card-1", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": f"repwatch.{act}", "block_id": f"repwatch:{key}", **more}


def test_a_press_of_a_member_counts(scene: Scene) -> None:
    assert scene.hear(scene.press()) is None
    assert [press.act for press in scene.acted] == [Act.TAKE]


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (lambda scene: {"user": scene.eve}, "outside the channel"),
        (lambda _: {"is_of_team": False}, "outside the channel"),
        (lambda scene: {"ts": scene.cards.outbox_row("card-2").ts}, "another message than the card"),
        (lambda _: {"ts": "1.0"}, "another message than the card"),
        (lambda _: {"key": "card-9"}, "no such alert"),
        (lambda _: {"channel": "C0OTHER001"}, "another place"),
        (lambda _: {"workspace": "other"}, "no token for its workspace"),
    ],
    ids=[
        "somebody outside the channel",
        "somebody of another company",
        "under another card of ours",
        "with a made-up time",
        "for a card that never was",
        "from another channel",
        "from another workspace",
    ],
)
def test_a_press_that_does_not_fit_its_card_changes_nothing(
    scene: Scene, known: Callable[[Scene], dict[str, Any]], why: str
) -> None:
    said = scene.hear(scene.press(**known(scene)))
    assert why in (said or "")
    assert scene.acted == []


def test_a_click_is_acknowledged_before_its_work_is_done(scene: Scene) -> None:
    done: list[Press] = []
    acknowledged = threading.Event()

    def slow(press: Press) -> None:
        acknowledged.wait(60)
        done.append(press)

    buttons = Buttons(scene.slack.workspace.app_token, "", slow, lambda: NOW, base_url=scene.slack.url)
    buttons.start()
    # On a busy machine too it comes once.
    scene.slack.sockets.acknowledge_within = 29.0
    waited = scene.slack.press(scene.ada, "support", scene.ts, action("snooze", selected_option={"value": "tomorrow"}))
    assert (waited is not None, done) == (True, [])
    acknowledged.set()
    buttons.stop()
    [press] = done
    assert (press.act, press.choice, press.user, press.ts) == (Act.SNOOZE, "tomorrow", scene.ada, scene.ts)


def test_clicks_are_heard_again_after_slack_hangs_up(scene: Scene) -> None:
    buttons = Buttons(scene.slack.workspace.app_token, "", scene.acted.append, lambda: NOW, base_url=scene.slack.url)
    buttons.start()
    scene.slack.press(scene.ada, "support", scene.ts, action("take"))
    scene.slack.hang_up()
    heard = [scene.slack.press(scene.ada, "support", scene.ts, action("answered")) for _ in range(2)]
    buttons.stop()
    assert heard[-1] is not None
    assert {press.act for press in scene.acted} == {Act.TAKE, Act.ANSWERED}


def test_a_click_whose_work_fails_does_not_stop_the_next_one(scene: Scene) -> None:
    def failing(press: Press) -> None:
        scene.acted.append(press)
        raise RuntimeError("the database is away")

    buttons = Buttons(scene.slack.workspace.app_token, "", failing, lambda: NOW, base_url=scene.slack.url)
    buttons.start()
    for act in ("take", "answered"):
        scene.slack.press(scene.ada, "support", scene.ts, action(act))
    buttons.stop()
    assert [press.act for press in scene.acted] == [Act.TAKE, Act.ANSWERED]


def test_the_same_click_delivered_twice_has_the_same_name(scene: Scene) -> None:
    payload = scene.slack.sockets.block_action(scene.ada, scene.room.id, scene.ts, action("take"), None)
    first, again = press_of(payload, "", NOW), press_of(payload, "", NOW)
    assert first is not None
    assert again is not None
    assert first.id == again.id


def test_what_a_buttons_value_says_counts_for_nothing(scene: Scene) -> None:
    """The alert is named by the block the finger was on; a value could name another one's key, or its ts."""
    other = scene.cards.outbox_row("card-2")
    assert other is not None
    for value in (other.key, other.ts, "card-9", "1.0", "x" * 3000, None):
        payload = scene.slack.sockets.block_action(
            scene.ada, scene.room.id, scene.ts, action("take", value=value), None
        )
        press = press_of(payload, "", NOW)
        assert press is not None
        assert (press.key, press.ts) == ("card-1", scene.ts)
        assert scene.hear(press) is None
    # A block of another card under this message is one that somebody made up.
    payload = scene.slack.sockets.block_action(scene.ada, scene.room.id, scene.ts, action("take", "card-2"), None)
    forged = press_of(payload, "", NOW)
    assert forged is not None
    assert scene.hear(forged) is not None


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": [{"action_id": "other.take", "block_id": "repwatch:card-1"}]},
        {"actions": [{"action_id": "repwatch.take", "block_id": "elsewhere:card-1"}]},
        {"actions": [{"action_id": "repwatch.launch", "block_id": "repwatch:card-1"}]},
        {"actions": [{"action_id": "repwatch.open", "block_id": "repwatch:card-1"}]},
        {"actions": [{"action_id": "repwatch.snooze", "block_id": "repwatch:card-1",
            "selected_option": {"value": "for ever"}}]},
        {"actions": [{"action_id": "repwatch.label.praise", "block_id": "repwatch:label:1"}]},
        {"actions": [{"action_id": "repwatch.label.complaint", "block_id": "repwatch:label:x"}]},
        {"user": {}},
        {"container": {}},
    ],
    ids=[
        "a form", "no action", "another app's button", "a block that is not ours", "an act we do not know",
        "the link button", "a choice that was not offered", "a label that was not offered", "no mention's number",
        "nobody", "no message",
    ],
)  # fmt: skip
def test_what_was_not_our_button_is_no_press(scene: Scene, broken: dict[str, Any]) -> None:
    payload = scene.slack.sockets.block_action(scene.ada, scene.room.id, scene.ts, action("take"), None)
    assert press_of(payload | broken, "", NOW) is None


def test_a_label_of_the_daily_list_names_its_mention(scene: Scene) -> None:
    pressed = {"action_id": "repwatch.label.not_a_complaint", "block_id": "repwatch:label:77"}
    press = press_of(scene.slack.sockets.block_action(scene.ada, scene.room.id, "5.0", pressed, None), "", NOW)
    assert press is not None
    assert (press.act, press.key, press.choice) == (Act.LABEL, "77", "not_a_complaint")
    assert scene.hear(press) is None
    assert "outside" in (scene.hear(replace(press, user=scene.eve)) or "")


def test_names_and_texts_never_reach_a_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    scene.slack.fail("chat.postMessage", "error:invalid_blocks")
    scene.cards.outbox_store.put_outbox([row("card-3"), row("card-4")])
    scene.slack.fail("chat.postMessage", "accept_drop")
    deliver(scene.cards.outbox_store, {"": scene.door}, scene.clock)
    scene.hear(scene.press(user=scene.eve))
    assert caplog.records
    for secret in ("parcel", "author 1", "Third week", "xoxb", scene.eve, scene.ada):
        assert secret not in caplog.text
