"""A bot token alone is enough: reactions and written numbers do what buttons do, once each, only from who may."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.alert_policy import AlertPolicy
from alerts.cards.press import Press
from alerts.delivery import deliver
from alerts.messages import MessageSettings
from alerts.opening.daily import review_key
from alerts.people.actions import act
from alerts.people.polling import read_labels, read_numbers, read_reactions
from alerts.slack import SlackChannel
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.loopback_slack_state import Message
from storage.records import Alert, AlertState, HumanLabel, Label, OutboxRow, Sentiment
from storage.store import Store, open_store
from tests.alerts.house import POSTED, House, post
from tests.alerts.payload_check import shown
from tests.alerts.slack_support import PlayedClock, alert, row
from tests.alerts.told import NOW, local, plan, said, sentiment

PLAN = plan(
    brands=("Acme",),
    policy=AlertPolicy(review_channel="C1"),
    messages={"support": MessageSettings(buttons=False)},
)


class Scene:
    """A house whose cards stand in a loopback Slack without an app token."""

    def __init__(self, house: House, slack: LoopbackSlack, clock: PlayedClock) -> None:
        self.house, self.slack, self.clock = house, slack, clock
        room = slack.workspace.add_room("C1")
        self.ada, self.eve = slack.workspace.add_person("Ada", room), slack.workspace.add_person("Eve")
        self.doors = {"": SlackChannel.open(slack.token, slack.url)}

    def tells(self, at: datetime = NOW) -> None:
        self.house.tells(PLAN, at)
        deliver(self.house.store, self.doors, self.clock, words=PLAN.words)

    def acts(self, press: Press) -> None:
        act(self.house.store, PLAN, press)

    def message(self, key: str) -> Message:
        ts = self.house.store.card_ts(key)
        return next(message for message in self.slack.messages("C1") if message["ts"] == ts)

    def listed(self) -> list[Alert]:
        return [live for live in self.house.store.live_alerts(100) if live.carried_by]

    def numbers(self) -> int:
        return read_numbers(self.house.store, self.doors, self.acts, self.clock.now())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    clock = PlayedClock(NOW)
    with LoopbackSlack(clock.seconds) as slack, open_store(str(tmp_path / "t.db"), clock=clock.now) as store:
        yield Scene(House(store), slack, clock)


@pytest.mark.parametrize(
    ("emoji", "state", "why"),
    [
        ("eyes", AlertState.TAKEN, None),
        ("white_check_mark", AlertState.ANSWERED, None),
        ("zzz", AlertState.SNOOZED, None),
        ("crescent_moon", AlertState.SNOOZED, None),
        ("no_entry_sign::skin-tone-2", AlertState.DISMISSED, "not_a_complaint"),
        ("question", AlertState.DISMISSED, "not_about_us"),
        ("mute", AlertState.DISMISSED, "muted"),
        ("tada", AlertState.OPEN, None),
    ],
)
def test_each_reaction_of_the_legend_does_what_its_button_does(
    scene: Scene, emoji: str, state: AlertState, why: str | None
) -> None:
    scene.house.heard(said(1))
    scene.tells()
    [live] = scene.house.store.live_alerts(9)
    if emoji != "tada":
        assert f":{emoji.split('::')[0]}:" in shown(scene.message(live.key))
    scene.slack.react("C1", scene.message(live.key)["ts"], emoji, scene.eve)
    read_reactions(scene.house.store, scene.doors, scene.acts, NOW)
    assert scene.house.store.alert_by_key(live.key) == live, "somebody outside the channel changes nothing"
    scene.slack.react("C1", scene.message(live.key)["ts"], emoji, scene.ada)
    for _ in range(2):
        read_reactions(scene.house.store, scene.doors, scene.acts, NOW)
    kept = scene.house.store.alert_by_key(live.key)
    assert kept is not None
    assert (kept.state, kept.closed_why) == (state, why)
    assert kept.id is not None
    by_ada = [event for event in scene.house.store.events_of(kept.id) if event.by == scene.ada]
    assert len(by_ada) == (emoji != "tada"), "read again, a reaction is the same press"


def test_a_number_written_under_a_list_gives_that_line_its_own_card(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.house.heard(*(post(n) for n in range(1, 31)))
    scene.tells()
    one, other, third = scene.listed()[5:8]
    top = scene.message(str(one.carried_by))
    assert "Write one of the # numbers in this thread" in shown(top)
    pages = [m for m in scene.slack.messages("C1") if m["ts"] == top["ts"] or m.get("thread_ts") == top["ts"]]
    assert all(any(f"#{live.id} " in shown(page) for page in pages) for live in scene.listed())
    for user, text in [(scene.eve, f"#{one.id}"), (scene.ada, f"#{other.id}, {third.id}"), (scene.ada, f"{one.id}?!")]:
        scene.slack.say("C1", user, text, under=top["ts"])
    scene.slack.say("C1", scene.ada, f"who takes {one.id} please", under=top["ts"])
    assert scene.numbers() == 2
    scene.clock.sleep(60)
    deliver(scene.house.store, scene.doors, scene.clock, words=PLAN.words)
    keys = scene.slack.keys()
    assert [keys.count(live.key) for live in (one, other, third)] == [0, 1, 1]
    assert "React with :eyes:" in shown(scene.message(other.key))
    assert f"#{other.id} " not in str(scene.slack.messages("C1"))
    caplog.set_level(logging.INFO)
    caplog.clear()
    assert scene.numbers() == 0
    assert caplog.records == [], "what does not count is not told again every minute"


def test_a_place_of_a_cross_post_has_a_number_too(scene: Scene) -> None:
    scene.house.heard(said(5, of=5, text=POSTED), said(6, of=6, text=POSTED, source="reddit"))
    scene.tells()
    [other] = scene.listed()
    lead = scene.message(str(other.carried_by))
    assert f"#{other.id} Reddit" in shown(lead)
    assert "Write one of the # numbers" in shown(lead)
    scene.slack.say("C1", scene.ada, str(other.id), under=lead["ts"])
    assert scene.numbers() == 1
    scene.clock.sleep(60)
    deliver(scene.house.store, scene.doors, scene.clock, words=PLAN.words)
    assert scene.slack.keys().count(other.key) == 1


def test_texts_of_the_daily_list_are_labelled_by_reactions_and_the_first_word_stands(scene: Scene) -> None:
    at = local("2026-11-18 10:00")
    names = [str(n) for n in range(1, 4)]
    scene.house.heard(*(post(n) for n in range(1, 4)), mild=names)
    unsure: dict[int, Sentiment | None] = {n: sentiment(Label.NEUTRAL, unsure=True) for n in range(1, 4)}
    scene.house.store.save_sentiments(unsure, NOW)
    scene.tells(at)
    key = review_key("C1", at.date())
    assert ":exclamation: A complaint" in shown(scene.message(key))
    for number, emoji in [(1, "exclamation"), (2, "no_entry_sign"), (3, "question")]:
        ts = scene.message(f"{key}:{number}")["ts"]
        scene.slack.react("C1", ts, emoji, scene.ada)
        scene.slack.react("C1", ts, "exclamation", scene.eve)
    assert read_labels(scene.house.store, scene.doors, scene.acts, key, at) == 3
    first = labels(scene.house.store)
    assert sorted(label for _, label in first) == ["negative", "not_a_complaint", "not_about_us"]
    scene.slack.react("C1", scene.message(f"{key}:1")["ts"], "question", scene.ada)
    assert read_labels(scene.house.store, scene.doors, scene.acts, key, at + timedelta(hours=1)) == 0
    assert labels(scene.house.store) == first


def labels(store: Store) -> list[tuple[int, str]]:
    return [(one.mention_id, one.label) for one in store.labels()]


class Many:
    """Fifty cards that stand, before them as many that hang on lists; and a door that notes what it is asked."""

    def __init__(self) -> None:
        carried = [alert(key=f"card-{n}", carried_by="rollup-1") for n in range(60, 110)]
        self.live = [*carried, *(alert(key=f"card-{n}") for n in range(10, 60))]
        self.seen: list[str] = []

    def live_alerts(self, limit: int = 1000) -> list[Alert]:
        return self.live[:limit]

    def outbox_row(self, key: str) -> OutboxRow | None:
        return replace(row(key), ts=key, channel_id="C1")

    def outbox_rows(self, keys: Collection[str]) -> dict[str, OutboxRow]:
        return {key: replace(row(key), ts=key, channel_id="C1") for key in keys}

    def alert_by_key(self, key: str) -> Alert | None:
        raise AssertionError(key)

    def outbox(self, state: object = None, limit: int = 1000) -> list[OutboxRow]:
        raise AssertionError(state)

    def labels_of(self, mention_ids: list[int]) -> list[HumanLabel]:
        raise AssertionError(mention_ids)

    def is_member(self, channel: str, user: str) -> bool:
        return True

    def reactions(self, channel: str, ts: str) -> list[tuple[str, str]]:
        self.seen.append(ts)
        return []

    def replies(self, channel: str, ts: str) -> list[tuple[str, str, str]]:
        raise AssertionError(ts)


def test_of_many_live_cards_every_one_is_read_in_its_turn() -> None:
    many = Many()
    for minute in range(5):
        before = len(many.seen)
        read_reactions(many, {"": many}, lambda press: None, NOW + minute * timedelta(minutes=1), limit=20)  # noqa: ARG005
        assert len(many.seen) - before <= 20
    assert set(many.seen) == {f"card-{n}" for n in range(10, 60)}
    assert many.seen.count("card-10") == 5, "the soonest are read every time"
