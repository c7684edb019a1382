"""Pages that show the most helpful reviews first: votes that rise bring the deadline forward, and it is said why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.explain import explain, explained
from alerts.forecast import Forecaster
from alerts.messages import MessageSettings
from alerts.policy import Decision
from alerts.replaying.turning import as_it_was
from alerts.watching.look import look
from alerts.watching.rules import Rules, decide
from alerts.watching.votes import votes_forecast
from storage.records import Kind, Severity, Thread, VotePoint
from tests.alerts.house import House
from tests.alerts.told import ALWAYS, DAY, HOUR, MINUTE, NOW, alert, plan, rules, said, stars, thread, verdict

WRITTEN = NOW - 3 * HOUR
COURTESY = WRITTEN + DAY
RISING = ((-120, 1), (-60, 3), (0, 9))


def review(*points: tuple[float, int], source: str = "googleplay", **changes: Any) -> Thread:
    """A one-star review of three hours ago; its votes as (minutes from now, so many)."""
    votes = tuple(VotePoint(observed_at=NOW + at * MINUTE, votes=count) for at, count in points)
    root = said(1, WRITTEN, kind=Kind.REVIEW, rating=stars(1), source=source, fetched_at=WRITTEN)
    known: dict[str, Any] = {"source": source, "first_seen_at": WRITTEN, "observed_at": NOW, "votes": votes}
    return thread(root, **(known | changes))


def real() -> Rules:
    return replace(rules(hours=ALWAYS), forecaster=Forecaster())


def decided(of: Thread, now: datetime = NOW) -> Decision:
    return decide(of, Severity.LOW, real(), now)


def test_rising_votes_make_it_sooner_and_it_is_said() -> None:
    told = decided(review(*RISING)).deadline
    assert NOW < told.answer_by < NOW + 4 * HOUR
    (note,) = told.notes
    assert (note.code, note.numbers["votes"]) == ("votes_rise", 9)
    assert int(note.numbers["more"]) >= 1
    assert told.is_about
    assert not told.is_growing


STAYS = [
    ("no votes", ()),
    ("seen once", ((0, 40),)),
    ("constant", ((-120, 5), (-60, 5), (0, 5))),
    ("only fallen", ((-120, 9), (-60, 4), (0, 2))),
    ("long quiet since the rise", ((-170, 1), (-169, 2), (20 * 60, 2))),
]


@pytest.mark.parametrize("points", [case[1] for case in STAYS], ids=[case[0] for case in STAYS])
def test_without_growth_it_is_as_it_was(points: tuple[tuple[float, int], ...]) -> None:
    of = review(*points)
    now = max([NOW, *(point.observed_at for point in of.votes)])
    at_rest = decide(replace(of, votes=()), Severity.LOW, real(), now)
    assert decide(of, Severity.LOW, real(), now).deadline == at_rest.deadline
    assert at_rest.deadline.answer_by == COURTESY


@pytest.mark.parametrize("source", ["trustpilot", "wildberries"])
def test_a_page_that_shows_the_newest_first_does_not_look_at_votes(source: str) -> None:
    assert decided(review(*RISING, source=source)).deadline.answer_by == COURTESY


def test_a_counter_that_falls_and_rises_again_counts_from_the_lower_figure() -> None:
    told = votes_forecast(review((-120, 8), (-60, 3), (0, 9)), Forecaster())
    assert told is not None and told.votes == 9
    assert decided(review((-120, 8), (-60, 3), (0, 9))).deadline.answer_by < COURTESY


@pytest.mark.parametrize(
    "points",
    [((-60, 1), (0, 2**63 - 1)), ((-60 * 24 * 400, 1), (0, 9)), ((0, 1), (0, 9))],
    ids=["a counter beyond belief", "read before it was written", "twice at one moment"],
)
def test_odd_counters_raise_nothing(points: tuple[tuple[float, int], ...]) -> None:
    told = decided(review(*points)).deadline
    assert NOW < told.answer_by <= COURTESY


def test_a_reading_whose_time_has_passed_says_so_and_why() -> None:
    told = decided(review(*RISING), NOW + 6 * HOUR).deadline
    assert [note.code for note in told.notes] == ["votes_rise", "deadline_passed"]
    assert told.answer_by > NOW + 6 * HOUR


def test_a_standing_card_moves_forward_and_says_why() -> None:
    before = alert(deadline=decided(review((-120, 1))).deadline)
    seen = look(before, review(*RISING), verdict(), real(), NOW)
    after = seen.after.deadline
    assert after.answer_by < before.deadline.answer_by
    assert "moved" in [event.what for event in seen.events]
    assert [note.code for note in after.notes] == ["votes_rise"]
    # Quiet again, it stays: it never moves later by itself, and goes on saying why.
    calm = look(seen.after, review(*RISING, (60, 9)), verdict(), real(), NOW + HOUR)
    assert calm.after.deadline.answer_by == after.answer_by
    assert (calm.after.deadline.notes, calm.after.deadline.is_about) == (after.notes, True)


def test_explain_shows_the_numbers(house: House) -> None:
    def lines(of: Thread) -> str:
        return "\n".join(explained(explain(house.store, plan(forecaster=Forecaster()), of, NOW), MessageSettings()))

    text = lines(review(*RISING))
    assert "helpful votes: 1, 3, 9; last read 2026-11-18 10:00 UTC" in text
    assert "taken as replies: it grows; between" in text
    assert "growth deadline 2026-11-18 1" in text
    constant = lines(review((-60, 5), (0, 5)))
    assert "helpful votes: 5; last read" in constant
    assert "taken as replies" not in constant
    assert "helpful votes" not in lines(review())


def test_a_replay_knows_no_votes_of_later() -> None:
    assert [point.votes for point in as_it_was(review(*RISING), NOW - HOUR).votes] == [1, 3]


@settings(max_examples=25)
@given(
    readings=st.lists(
        st.tuples(st.integers(10, 240), st.one_of(st.integers(0, 60), st.integers(0, 5000))), min_size=2, max_size=6
    )
)
def test_never_later_by_more_votes_nor_later_than_courtesy(readings: list[tuple[int, int]]) -> None:
    """Whatever each crawl reads, a standing deadline only comes nearer."""
    standing, points, now = alert(deadline=decided(review()).deadline), [], NOW
    for wait, count in readings:
        now += wait * MINUTE
        points.append(((now - NOW) / MINUTE, count))
        of = review(*points, observed_at=now)
        assert decided(of, now).deadline.growth_deadline <= max(COURTESY, now + 15 * MINUTE)
        if now > standing.deadline.answer_by:
            return
        after = replace(standing, deadline=look(standing, of, verdict(), real(), now).after.deadline)
        assert after.deadline.answer_by <= standing.deadline.answer_by
        standing = after
