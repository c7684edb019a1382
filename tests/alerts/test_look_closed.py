"""A look at a closed alert: what reopens it, what shows a customer content, what the past may still become."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.watching.outcome import Say
from storage.records import AlertState, EarlierVersion, Label, Thread
from tests.alerts.looked import HAPPY, edited, says, seen, words
from tests.alerts.told import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    QUIET,
    alert,
    owner,
    rules,
    said,
    sentiment,
    stars,
    thread,
    verdict,
)

ANSWERED = alert(state=AlertState.ANSWERED, answered_at=NOW, closed_at=NOW, told_replies=0)


def angry(count: int, *, every: timedelta = 10 * MINUTE, start: datetime = NOW) -> Thread:
    replies = [said(n, start + (n - 2) * every + MINUTE) for n in range(3, 3 + count)]
    return thread(said(1), owner(2, NOW), *replies)


REOPENS = [
    ("five negative replies in two hours", angry(5), AlertState.REOPENED),
    ("four are not enough", angry(4), AlertState.ANSWERED),
    ("five over five hours are not enough", angry(5, every=HOUR), AlertState.ANSWERED),
    ("five two days later in two hours are", angry(5, start=NOW + 2 * DAY), AlertState.REOPENED),
    ("five from before the answer are not", angry(5, start=NOW - 2 * HOUR), AlertState.ANSWERED),
    (
        "five kind ones are not",
        replace(angry(5), sentiments=dict.fromkeys(range(1, 9), HAPPY)),
        AlertState.ANSWERED,
    ),
    ("an edit to fewer stars", edited(3, 1, at=NOW + HOUR, now=Label.NEGATIVE), AlertState.REOPENED),
    ("an edit from before the answer is not", edited(3, 1, at=NOW - HOUR, now=Label.NEGATIVE), AlertState.ANSWERED),
    (
        "an edit to angrier words",
        edited(3, 3, at=NOW + HOUR, then=Label.NEUTRAL, now=Label.NEGATIVE),
        AlertState.REOPENED,
    ),
]


@pytest.mark.parametrize(("of", "state"), [case[1:] for case in REOPENS], ids=[case[0] for case in REOPENS])
def test_what_reopens_an_answered_thread(of: Thread, state: AlertState) -> None:
    now = NOW + 2 * DAY + 3 * HOUR
    outcome = seen(ANSWERED, replace(of, observed_at=now), now=now)
    assert outcome.after.state is state
    if state is AlertState.REOPENED:
        assert words(outcome)[0] == "reopened"
        assert outcome.after.deadline.answer_by > now
        assert (outcome.after.missed, outcome.after.reminded, outcome.after.closed_at) == (0, (), None)
        again = seen(outcome.after, replace(of, observed_at=now), now=now)
        assert not again.is_change


def test_a_reopened_thread_wants_a_newer_answer() -> None:
    of = angry(5)
    reopened = seen(ANSWERED, of, now=NOW + 2 * HOUR).after
    assert seen(reopened, of, now=NOW + 2 * HOUR).after.state is AlertState.REOPENED
    newer = replace(of, mentions=(*of.mentions, owner(99, NOW + 2 * HOUR)))
    assert seen(reopened, newer, now=NOW + 3 * HOUR).after.state is AlertState.ANSWERED


def test_what_a_person_dismissed_stays_dismissed() -> None:
    of = replace(ANSWERED, state=AlertState.DISMISSED, closed_why="not_about_us")
    assert not seen(of, angry(9), now=NOW + 3 * HOUR).is_change


ROUND = [
    ("more stars", edited(1, 4, at=NOW + HOUR), True),
    ("kinder words at the same stars", edited(3, 3, at=NOW + HOUR), True),
    (
        "a thank-you of the author",
        thread(said(1), owner(2, NOW), said(3, NOW + HOUR, author_id="id-1"), scored={1: sentiment(), 3: HAPPY}),
        True,
    ),
    (
        "praise of somebody else",
        thread(said(1), owner(2, NOW), said(3, NOW + HOUR), scored={1: sentiment(), 3: HAPPY}),
        False,
    ),
    (
        "praise of the author from before the answer",
        thread(said(1), owner(2, NOW), said(3, NOW - MINUTE, author_id="id-1"), scored={1: sentiment(), 3: HAPPY}),
        False,
    ),
    (
        "an unsure thank-you",
        thread(
            said(1),
            owner(2, NOW),
            said(3, NOW + HOUR, author_id="id-1"),
            scored={1: sentiment(), 3: sentiment(Label.POSITIVE, unsure=True)},
        ),
        False,
    ),
]


@pytest.mark.parametrize(("of", "is_round"), [case[1:] for case in ROUND], ids=[case[0] for case in ROUND])
def test_turned_round(of: Thread, is_round: bool) -> None:
    now = NOW + 2 * HOUR
    outcome = seen(ANSWERED, of, now=now)
    assert (outcome.after.turned_round_at == now) is is_round
    assert (Say.WIN in says(outcome)) is is_round
    assert not seen(outcome.after, of, now=now).is_change


def test_an_answer_to_a_thread_closed_as_grown_is_seen_with_its_time() -> None:
    grown, now = replace(ANSWERED, state=AlertState.GROWN, answered_at=None), NOW + DAY
    of = thread(said(1), owner(2, NOW + 5 * HOUR))
    outcome = seen(grown, of, now=now)
    assert (outcome.after.state, outcome.after.answered_at) == (AlertState.ANSWERED, NOW + 5 * HOUR)
    assert (words(outcome), says(outcome)) == (["answered"], [Say.UPDATE])
    assert not seen(outcome.after, of, now=now).is_change


@pytest.mark.parametrize("negative", [False, True])
def test_an_edit_to_better_of_a_thread_closed_unanswered_is_turned_round_too(negative: bool) -> None:
    """Unless the thread is still a complaint: others may have joined."""
    grown, of, now = replace(ANSWERED, state=AlertState.GROWN, answered_at=None), edited(1, 4, at=NOW + HOUR), NOW + DAY
    outcome = seen(grown, of, now=now, verdict=verdict(negative=negative))
    assert (outcome.after.turned_round_at == now) is not negative
    assert (outcome.after.state is AlertState.DISMISSED) is not negative
    assert not seen(outcome.after, of, now=now, verdict=verdict(negative=negative)).is_change


def test_turned_round_and_then_worse_again_reopens() -> None:
    better = EarlierVersion(seen_at=NOW + HOUR, content_hash="a", rating=stars(1), label=Label.NEGATIVE)
    worse = EarlierVersion(seen_at=NOW + 5 * HOUR, content_hash="b", rating=stars(4), label=Label.POSITIVE)
    of = thread(said(1, rating=stars(1)), versions={1: (better, worse)})
    turned = replace(ANSWERED, turned_round_at=NOW + 2 * HOUR)
    assert seen(turned, of, now=NOW + 6 * HOUR).after.state is AlertState.REOPENED


def test_after_a_fortnight_nobody_looks_any_more() -> None:
    assert not seen(ANSWERED, edited(1, 4, at=NOW + 15 * DAY), now=NOW + 16 * DAY).is_change


# The past.


def test_a_thread_of_the_past_that_grows_again_gets_a_card_after_all() -> None:
    old = alert(state=AlertState.DISMISSED, closed_why="old", closed_at=NOW - DAY, carried_by="backfill-1")
    assert not seen(old, rules=rules(QUIET)).is_change
    outcome = seen(old)
    assert (outcome.after.state, outcome.after.carried_by) == (AlertState.REOPENED, None)
    assert says(outcome) == [Say.CARD]
    assert not seen(outcome.after).is_change
