"""Out of a list, from beside another card: one alert gets a card of its own, with all its buttons, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.cards.press import Act, Press
from alerts.cards.pressed import press_of
from alerts.catalogue import LANGUAGES
from alerts.delivery import deliver
from alerts.messages import MessageSettings, Place, alert_message, campaign_messages, rollup_messages, stale_messages
from alerts.people.actions import act
from alerts.people.listening import hear
from alerts.slack import SlackChannel
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import Alert, AlertState, OutboxKind, OutboxRow, OutboxState
from storage.store import open_store
from tests.alerts.house import POSTED, House, post
from tests.alerts.payload_check import checked, shown
from tests.alerts.slack_support import ENGLISH, PlayedClock, card, mention, thread
from tests.alerts.told import HOUR, MINUTE, NOW, plan, said

AT = NOW + 10 * MINUTE


def own(of: Alert, under: str, number: int = 1) -> Press:
    return Press(
        id=f"press-{number}", act=Act.OWN, key=under, user="U111", workspace="", channel="C1", ts="1.1", at=AT,
        choice=of.key,
    )  # fmt: skip


def menus(payload: dict[str, Any]) -> dict[str, str]:
    """Key → words of everything the message's menus offer a card of its own."""
    actions = [element for block in payload["blocks"] if block["type"] == "actions" for element in block["elements"]]
    options = [o for element in actions if element["action_id"] == "repwatch.own" for o in element["options"]]
    return {option["value"]: option["text"]["text"] for option in options}


def listed(number: int, state: AlertState = AlertState.OPEN, text: str = "The parcel never came.") -> Any:
    return card(thread=thread(mention(1, text=f"{number} {text}")), key=f"card-{number}", state=state)


# What a list offers.


@pytest.mark.parametrize("build", [rollup_messages, campaign_messages, stale_messages])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_long_list_can_be_singled_out_on_its_own_page(build: Any, language: str) -> None:
    cards = [listed(n, text="слово " * 40) for n in range(300)]
    pages = build(cards, replace(ENGLISH, language=language), key="rollup-1")
    ids = [block["block_id"] for page in pages for block in checked(page)["blocks"] if block["type"] == "actions"]
    assert ids == ["repwatch:rollup-1", *(f"repwatch:rollup-1:{n}" for n in range(1, len(pages)))]
    for page in pages:
        lines = shown({"blocks": [block for block in page["blocks"] if block["type"] != "actions"]})
        assert {f"card-{n}" for n in re.findall(r"(\d+) слово", lines)} == menus(page).keys()
    assert {key for page in pages for key in menus(page)} == {f"card-{n}" for n in range(300)}


def test_a_closed_line_is_listed_and_not_offered() -> None:
    [page] = rollup_messages([listed(1), listed(2, AlertState.ANSWERED)], ENGLISH, key="rollup-1")
    assert list(menus(checked(page))) == ["card-1"]
    assert "2 The parcel never came." in shown(page)


@pytest.mark.parametrize("text", ["<!channel> :tada: *bold*", "\u202eevil", "🤯" * 60, "x" * 500, ""])
def test_foreign_words_in_the_menu_stay_words(text: str) -> None:
    [page] = rollup_messages([listed(1, text=text)], ENGLISH, key="rollup-1")
    [menu] = [b for b in checked(page)["blocks"] if b["type"] == "actions"]
    [option] = menu["elements"][0]["options"]
    assert (option["text"]["type"], option["text"]["emoji"]) == ("plain_text", False)
    assert "\u202e" not in option["text"]["text"]


def test_without_buttons_each_line_has_a_number_to_write_and_a_list_that_reads_none_shows_none() -> None:
    cards = [replace(listed(n), alert=replace(listed(n).alert, id=n)) for n in (11, 12, 13)]
    [page] = rollup_messages(cards, replace(ENGLISH, buttons=False), key="rollup-1")
    assert menus(checked(page)) == {}
    assert "Write one of the # numbers in this thread" in shown(page)
    assert all(f"#{n} 🔴 High" in shown(page) for n in (11, 12, 13))
    assert "#11" not in shown(rollup_messages(cards, ENGLISH, key="rollup-1")[0])
    [missed] = stale_messages(cards, replace(ENGLISH, buttons=False), key="stale:1")
    assert "#" not in shown(checked(missed))


def test_a_closed_card_still_offers_the_places_that_are_not_answered() -> None:
    places = (Place(source="reddit", url="https://reddit.example/2", key="card-2"), Place(source="mastodon"))
    payload = checked(alert_message(card(places=places, state=AlertState.ANSWERED), ENGLISH))
    assert menus(payload) == {"card-2": "Reddit (reddit.example)"}


def test_a_card_with_three_hundred_other_places_still_fits() -> None:
    places = tuple(Place(source="reddit", url=f"https://reddit.example/{n}", key=f"card-{n}") for n in range(300))
    long = mention(1, text="слово и ещё слово. " * 200)
    payload = checked(alert_message(card(root=long, places=places), ENGLISH))
    assert list(menus(payload)) == [f"card-{n}" for n in range(10)]


# What a press changes.


@pytest.fixture
def folded(house: House) -> House:
    """Thirty threads at once: ten cards, and one list of twenty."""
    house.heard(*(post(n) for n in range(1, 31)))
    house.tells(plan())
    return house


def in_list(house: House) -> list[Alert]:
    return [live for live in house.store.live_alerts(100) if live.carried_by]


def test_a_folded_alert_gets_its_card_and_leaves_the_list(folded: House) -> None:
    one = in_list(folded)[5]
    key = str(one.carried_by)
    assert act(folded.store, plan(), own(one, key)).changed
    kept = folded.store.alert_by_key(one.key)
    assert kept is not None
    assert kept.carried_by is None
    cards, edits = folded.rows()[-2], folded.rows()[-1]
    assert (cards.kind, cards.key) == (OutboxKind.CARD, one.key)
    assert "Given its own card by <@U111>" in str(cards.payload)
    assert (edits.kind, edits.under) == (OutboxKind.UPDATE, key)
    assert one.key not in menus(dict(edits.payload))
    assert len(menus(dict(edits.payload))) == 19
    folded.tells(plan(), AT + MINUTE)


def test_its_own_card_can_be_taken_answered_or_dismissed(folded: House) -> None:
    wanted = {Act.TAKE: AlertState.TAKEN, Act.ANSWERED: AlertState.ANSWERED, Act.NOT_COMPLAINT: AlertState.DISMISSED}
    for number, (what, state) in enumerate(wanted.items()):
        one = in_list(folded)[0]
        act(folded.store, plan(), own(one, str(one.carried_by), number))
        act(folded.store, plan(), replace(own(one, ""), id=f"then-{number}", act=what, key=one.key, choice=None))
        kept = folded.store.alert_by_key(one.key)
        assert kept is not None
        assert kept.state is state
    assert [label.label for label in folded.store.labels()] == ["not_a_complaint"]


def test_pressed_again_or_for_a_closed_one_nothing_changes(folded: House) -> None:
    one, other = in_list(folded)[:2]
    key = str(one.carried_by)
    act(folded.store, plan(), own(one, key))
    before = folded.rows()
    assert not act(folded.store, plan(), own(one, key)).changed
    assert not act(folded.store, plan(), own(one, key, 2)).changed
    folded.store.claim_alert(replace(other, state=AlertState.ANSWERED, closed_at=AT), other.state)
    assert not act(folded.store, plan(), own(other, key, 3)).changed
    assert folded.rows() == before


def test_of_a_list_that_all_have_left_every_page_says_so(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 61)))
    house.tells(plan())
    key = str(in_list(house)[0].carried_by)
    pages = [row for row in house.rows() if row.key == key or row.under == key]
    assert len(pages) > 1
    for number, one in enumerate(in_list(house)):
        assert act(house.store, plan(), own(one, key, number)).changed
    last = {row.under: row for row in house.rows() if row.kind is OutboxKind.UPDATE}
    for page in pages:
        assert "cards of its own now" in str(last[page.key].payload)
    assert house.kinds()[OutboxKind.ROLLUP] == 1, "no page is posted anew"
    assert house.kinds()[OutboxKind.CARD] == 60


def test_a_place_of_a_cross_post_gets_a_card_and_can_be_answered(house: House) -> None:
    house.heard(said(5, of=5, text=POSTED), said(6, of=6, text=POSTED, source="reddit"))
    house.tells(plan())
    [other] = in_list(house)
    lead = str(other.carried_by)
    assert menus(dict(house.rows()[-1].payload)) == {other.key: "Reddit (forum.example)"}
    act(house.store, plan(), own(other, lead))
    drawn = [row for row in house.rows() if row.under == lead][-1]
    assert menus(dict(drawn.payload)) == {}
    assert house.rows()[-2].key == other.key


# Who may press, and where.


class Scene:
    """A delivered list in a loopback Slack, and a person in its channel."""

    def __init__(self, house: House, slack: LoopbackSlack, clock: PlayedClock) -> None:
        self.house, self.slack, self.clock = house, slack, clock
        self.room = slack.workspace.add_room("C1")
        self.ada, self.eve = slack.workspace.add_person("Ada", self.room), slack.workspace.add_person("Eve")
        self.door = SlackChannel.open(slack.token, slack.url)

    def deliver(self) -> None:
        deliver(self.house.store, {"": self.door}, self.clock, words=lambda team: MessageSettings())  # noqa: ARG005

    def press(self, user: str, ts: str, key: str, choice: str) -> str | None:
        action = {"action_id": "repwatch.own", "block_id": f"repwatch:{key}", "selected_option": {"value": choice}}
        payload = self.slack.sockets.block_action(user, self.room.id, ts, action, None)
        press = press_of(payload, "", self.clock.now())
        assert press is not None
        return hear(self.house.store, {"": self.door}, press, lambda one: act(self.house.store, plan(), one))

    def row(self, key: str) -> OutboxRow:
        found = self.house.store.outbox_row(key)
        assert found is not None
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    clock = PlayedClock(NOW)
    with LoopbackSlack(clock.seconds) as slack, open_store(str(tmp_path / "t.db"), clock=clock.now) as store:
        yield Scene(House(store), slack, clock)


def test_a_press_on_a_list_in_slack_brings_the_card_and_only_a_member_may(scene: Scene) -> None:
    scene.house.heard(*(post(n) for n in range(1, 31)))
    scene.house.tells(plan())
    scene.deliver()
    one = in_list(scene.house)[0]
    key = str(one.carried_by)
    ts = scene.row(key).ts or ""
    assert "outside the channel" in (scene.press(scene.eve, ts, key, one.key) or "")
    assert "another message" in (scene.press(scene.ada, "1.0", key, one.key) or "")
    assert "no such alert" in (scene.press(scene.ada, ts, key, "card-made-up") or "")
    outside = next(live for live in scene.house.store.live_alerts(100) if not live.carried_by)
    assert "not listed there" in (scene.press(scene.ada, ts, key, outside.key) or "")
    assert scene.slack.keys().count(one.key) == 0
    assert scene.press(scene.ada, ts, key, one.key) is None
    scene.deliver()
    assert scene.slack.keys().count(one.key) == 1
    assert "not listed there" in (scene.press(scene.ada, ts, key, one.key) or ""), "replayed it does not count"


def test_what_was_folded_after_an_outage_gets_its_card_after_all(scene: Scene) -> None:
    scene.house.heard(*(post(n) for n in range(1, 6)))
    scene.house.tells(plan())
    scene.clock.sleep(9 * HOUR.total_seconds())
    scene.deliver()
    [key] = scene.slack.keys()
    assert key.startswith("stale:")
    ts = scene.row(key).ts or ""
    one = scene.house.store.live_alerts(9)[0]
    assert scene.row(one.key).state is OutboxState.DROPPED
    assert scene.press(scene.ada, ts, key, one.key) is None
    scene.deliver()
    assert scene.slack.keys() == [key, one.key]
    assert "not listed there" in (scene.press(scene.ada, ts, key, one.key) or "")
