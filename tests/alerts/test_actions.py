"""What a click changes: each once, by whom is kept, the card's new face in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.cards.press import Act, Press
from alerts.messages import Card, MessageSettings, alert_message
from alerts.people.actions import act, acted, mute_from, snooze_end
from storage.records import AlertEvent, AlertState, OutboxKind
from tests.alerts.house import POSTED, House
from tests.alerts.told import DAY, HOUR, MINUTE, NOW, alert, local, plan, said, thread

AT = NOW + 10 * MINUTE


def press(what: Act, key: str = "card-1", *, choice: str | None = None, number: int = 1, at: datetime = AT) -> Press:
    return Press(
        id=f"press-{number}", act=what, key=key, user="U111", workspace="", channel="C1", ts="1.1", at=at, choice=choice
    )


STATES = [
    ("I'll take it", press(Act.TAKE), AlertState.TAKEN, "taken"),
    ("answered", press(Act.ANSWERED), AlertState.ANSWERED, "answered"),
    ("snoozed for an hour", press(Act.SNOOZE, choice="1h"), AlertState.SNOOZED, "snoozed"),
    ("snoozed past its deadline", press(Act.SNOOZE, choice="tomorrow"), AlertState.SNOOZED, "snoozed"),
    ("not a complaint", press(Act.NOT_COMPLAINT), AlertState.DISMISSED, "dismissed"),
    ("not about us", press(Act.NOT_ABOUT_US), AlertState.DISMISSED, "dismissed"),
    ("muted", press(Act.MUTE, choice="author:30"), AlertState.DISMISSED, "muted"),
]


@pytest.mark.parametrize(("one", "state", "word"), [case[1:] for case in STATES], ids=[case[0] for case in STATES])
def test_what_a_press_makes_of_an_alert_while_its_deadline_stays(one: Press, state: AlertState, word: str) -> None:
    outcome = acted(alert(), one, plan())
    assert (outcome.after.state, outcome.after.deadline) == (state, alert().deadline)
    assert [(event.what, event.by) for event in outcome.events] == [(word, "U111")]


@pytest.mark.parametrize("what", [Act.TAKE, Act.ANSWERED, Act.SNOOZE, Act.NOT_COMPLAINT, Act.NOT_ABOUT_US])
def test_a_closed_alert_is_not_changed_by_a_late_click(what: Act) -> None:
    closed = alert(state=AlertState.ANSWERED, closed_at=NOW)
    assert not acted(closed, press(what), plan()).is_change


def test_a_closed_alert_stays_as_it_was_closed_and_its_author_can_still_be_muted(house: House) -> None:
    key = key_of(house)
    act(house.store, plan(), press(Act.NOT_COMPLAINT, key))
    late = replace(press(Act.MUTE, key, choice="author:30", number=2, at=AT + HOUR), user="U222")
    assert act(house.store, plan(), late).changed
    kept = house.store.alert_by_key(key)
    assert kept is not None
    assert (kept.state, kept.closed_why, kept.closed_at) == (AlertState.DISMISSED, "not_a_complaint", AT)
    assert [mute.by for mute in house.store.mutes(AT + HOUR)] == ["U222"]
    drawn = str(house.rows()[-1].payload)
    assert "*Closed:* not a complaint (<@U111>)" in drawn
    assert "Muted by <@U222> (the author is muted until <!date^" in drawn


MUTED = [
    ("author:7", "the author is muted until <!date^1795601400^"),
    ("author:0", "the author is muted for good; `repwatch mutes` ends it"),
    ("thread:7", "the thread is muted until <!date^1795601400^"),
    ("thread:0", "the thread is muted for good; `repwatch mutes` ends it"),
]


@pytest.mark.parametrize(("choice", "told"), MUTED, ids=[case[0] for case in MUTED])
def test_a_mute_says_on_the_card_whom_it_silences_and_until_when(house: House, choice: str, told: str) -> None:
    key = key_of(house)
    act(house.store, plan(), press(Act.MUTE, key, choice=choice))
    drawn = str(house.rows()[-1].payload)
    assert f"*Closed:* {told}" in drawn
    assert "(<@U111>)" in drawn


def test_a_mute_kept_by_an_older_version_is_said_without_its_end() -> None:
    event = AlertEvent(alert_id=1, at=AT, what="muted", by="U111")
    closed = alert(state=AlertState.DISMISSED, closed_at=AT, closed_why="muted")
    drawn = str(alert_message(Card(alert=closed, thread=thread(), now=AT, events=(event,)), MessageSettings()))
    assert "*Closed:* muted (<@U111>)" in drawn


def test_taking_what_is_mine_already_changes_nothing_and_another_may_take_over() -> None:
    mine = alert(state=AlertState.TAKEN, taken_by="U111", taken_at=NOW)
    assert not acted(mine, press(Act.TAKE), plan()).is_change
    theirs = replace(mine, taken_by="U222")
    assert acted(theirs, press(Act.TAKE), plan()).after.taken_by == "U111"


def test_open_is_a_link_and_changes_nothing() -> None:
    assert not acted(alert(), press(Act.OPEN), plan()).is_change


SNOOZES = [
    ("an hour", "1h", AT, AT + HOUR),
    ("until tomorrow is the first support hour", "tomorrow", AT, local("2026-11-19 09:00")),
    ("from Friday it is Monday", "tomorrow", local("2026-11-20 15:00"), local("2026-11-23 09:00")),
    ("just after midnight it is the next day", "tomorrow", local("2026-11-19 00:10"), local("2026-11-20 09:00")),
]


@pytest.mark.parametrize(("choice", "at", "until"), [case[1:] for case in SNOOZES], ids=[case[0] for case in SNOOZES])
def test_snooze_end(choice: str, at: datetime, until: datetime) -> None:
    assert snooze_end(choice, at, "support", plan()) == until


MUTES = [
    ("an author for a month", "author:30", ("author", "id-1", 30)),
    ("an author for good", "author:0", ("author", "id-1", None)),
    ("a thread for a week", "thread:7", ("thread", "7", 7)),
]


@pytest.mark.parametrize(("choice", "made"), [case[1:] for case in MUTES], ids=[case[0] for case in MUTES])
def test_mutes_have_an_end(choice: str, made: tuple[str, str, int | None]) -> None:
    mute = mute_from(press(Act.MUTE, choice=choice), thread())
    assert mute is not None
    assert (mute.scope, mute.value) == made[:2]
    assert mute.until == (AT + made[2] * DAY if made[2] else None)
    assert mute.by == "U111"


def test_where_nobody_signed_the_thread_is_muted_and_no_scope_we_never_offered() -> None:
    of = thread(said(1, author=None, author_id=None))
    mute = mute_from(press(Act.MUTE, choice="author:30"), of)
    assert mute is not None
    assert (mute.scope, mute.value, mute.until) == ("thread", "7", AT + 30 * DAY)
    assert mute_from(press(Act.MUTE, choice="source:30"), of) is None


# On a real store.


@pytest.fixture(autouse=True)
def one_card(request: pytest.FixtureRequest) -> None:
    """Where a test has a house, a card stands in it."""
    if "house" in request.fixturenames:
        made = request.getfixturevalue("house")
        made.heard(said(1))
        made.tells(plan())


def key_of(house: House) -> str:
    return house.store.live_alerts(1)[0].key


def test_a_click_is_kept_with_who_did_it_and_the_card_is_drawn_again(house: House) -> None:
    key = key_of(house)
    assert act(house.store, plan(), press(Act.TAKE, key)).changed
    kept = house.store.alert_by_key(key)
    assert kept is not None
    assert (kept.state, kept.taken_by, kept.taken_at) == (AlertState.TAKEN, "U111", AT)
    row = house.rows()[-1]
    assert (row.kind, row.under) == (OutboxKind.UPDATE, key)
    assert "<@U111>" in str(row.payload)


def test_the_same_click_delivered_again_counts_once(house: House) -> None:
    key = key_of(house)
    act(house.store, plan(), press(Act.TAKE, key))
    act(house.store, plan(), replace(press(Act.TAKE, key, number=2), user="U222"))
    before = house.rows()
    assert not act(house.store, plan(), press(Act.TAKE, key)).changed
    kept = house.store.alert_by_key(key)
    assert kept is not None
    assert kept.taken_by == "U222"
    assert house.rows() == before


def test_a_click_on_a_card_we_do_not_know_changes_nothing(house: House) -> None:
    assert not act(house.store, plan(), press(Act.TAKE, "card-unknown")).changed


def test_not_a_complaint_is_kept_as_a_label(house: House) -> None:
    act(house.store, plan(), press(Act.NOT_COMPLAINT, key_of(house)))
    assert [(label.label, label.by) for label in house.store.labels()] == [("not_a_complaint", "U111")]


def test_a_mute_keeps_the_authors_next_thread_quiet(house: House) -> None:
    act(house.store, plan(), press(Act.MUTE, key_of(house), choice="author:30"))
    house.heard(said(2, AT + HOUR, of=2, author_id="id-1"), at=AT + HOUR)
    assert house.tells(plan(), AT + HOUR).opened == 0
    assert house.store.passed_over(2) == "muted"


def test_a_label_from_the_daily_list_is_kept_and_a_later_word_replaces_it(house: House) -> None:
    number = str(house.store.thread(1).mentions[0].id)  # type: ignore[union-attr]
    act(house.store, plan(), press(Act.LABEL, number, choice="not_about_us"))
    act(house.store, plan(), press(Act.LABEL, number, choice="complaint", number=2, at=AT + MINUTE))
    assert [label.label for label in house.store.labels()] == ["negative"]


def test_a_snooze_past_the_deadline_is_done_and_said_on_the_card(house: House) -> None:
    key = key_of(house)
    act(house.store, plan(), press(Act.SNOOZE, key, choice="tomorrow"))
    kept = house.store.alert_by_key(key)
    assert kept is not None
    assert kept.snoozed_until is not None
    assert kept.snoozed_until > kept.deadline.answer_by
    assert "after the deadline" in str(house.rows()[-1].payload)


def test_what_is_said_of_a_card_holds_for_the_same_text_elsewhere(house: House) -> None:
    house.heard(said(5, of=5, text=POSTED), said(6, of=6, text=POSTED, source="reddit"), at=AT)
    house.tells(plan(), AT)
    lead = next(live for live in house.store.live_alerts(9) if house.store.alerts_carried_by([live.key]))
    act(house.store, plan(), press(Act.NOT_ABOUT_US, lead.key, at=AT + MINUTE))
    other = house.store.alerts_carried_by([lead.key])[0]
    assert (other.state, other.closed_why) == (AlertState.DISMISSED, "not_about_us")
