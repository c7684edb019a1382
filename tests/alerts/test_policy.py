"""The growth deadline → the moment to answer by: in time, late, paged, courtesy; and what never happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.alert_policy import AlertPolicy, Team
from alerts.forecast import Forecast, Forecaster
from alerts.growth.review_deadline import ReviewDeadline
from alerts.growth.seen import seen
from alerts.hours.answer_by import answer_by, courtesy
from alerts.hours.calendar import Calendar
from alerts.hours.support_hours import SupportHours
from alerts.opening.beginning import opening
from alerts.watching.rules import decide_again
from storage.records import CountPoint, Reason, Severity, Verdict
from tests.alerts import told
from tests.alerts.decided import POLICY, decided, notes, state
from tests.alerts.told import (
    ALWAYS,
    DAY,
    HOUR,
    LATE_SHIFT,
    MINUTE,
    NIGHT,
    NOW,
    OFFICE,
    POLISH,
    QUIET,
    SPLIT,
    forecast,
    local,
    said,
)

MOMENTS = [
    (
        "inside the hours it is the growth deadline itself",
        OFFICE,
        "2026-11-18 10:00",
        "2026-11-18 15:10",
        "2026-11-18 15:10",
        False,
    ),
    ("after work it is the end of work", OFFICE, "2026-11-18 10:00", "2026-11-18 22:00", "2026-11-18 17:00", False),
    (
        "in the lunch break it is the end of the morning",
        SPLIT,
        "2026-11-18 10:00",
        "2026-11-18 13:40",
        "2026-11-18 13:00",
        False,
    ),
    (
        "at night it is the end of the day's work",
        OFFICE,
        "2026-11-18 16:00",
        "2026-11-19 03:00",
        "2026-11-18 17:00",
        False,
    ),
    (
        "too short before the end of work: next morning, late",
        OFFICE,
        "2026-11-18 16:45",
        "2026-11-18 19:00",
        "2026-11-19 09:30",
        True,
    ),
    (
        "seen at night, due at night: half an hour into the morning, late",
        OFFICE,
        "2026-11-18 23:00",
        "2026-11-19 02:00",
        "2026-11-19 09:30",
        True,
    ),
    (
        "computed at 00:00 it is the same day's morning",
        OFFICE,
        "2026-11-18 00:00",
        "2026-11-18 02:00",
        "2026-11-18 09:30",
        True,
    ),
    (
        "due ten minutes into the morning: late, handling takes twenty",
        OFFICE,
        "2026-11-18 23:00",
        "2026-11-19 09:10",
        "2026-11-19 09:30",
        True,
    ),
    (
        "due twenty minutes into the morning: in time",
        OFFICE,
        "2026-11-18 23:00",
        "2026-11-19 09:20",
        "2026-11-19 09:20",
        False,
    ),
    (
        "faster than people inside the hours: half an hour from now",
        OFFICE,
        "2026-11-18 10:00",
        "2026-11-18 10:15",
        "2026-11-18 10:30",
        True,
    ),
    ("over a weekend", OFFICE, "2026-11-20 20:00", "2026-11-21 20:00", "2026-11-23 09:30", True),
    (
        "a span over midnight: after midnight is still work",
        NIGHT,
        "2026-11-18 23:00",
        "2026-11-19 02:00",
        "2026-11-19 02:00",
        False,
    ),
    (
        "a span over midnight: due in the afternoon",
        NIGHT,
        "2026-11-19 01:00",
        "2026-11-19 15:00",
        "2026-11-19 06:00",
        False,
    ),
    ("a shift that ends at midnight", LATE_SHIFT, "2026-11-18 17:00", "2026-11-19 03:00", "2026-11-19 00:00", False),
    (
        "24/7: the growth deadline, at any hour",
        ALWAYS,
        "2026-11-18 23:30",
        "2026-11-19 00:00",
        "2026-11-19 00:00",
        False,
    ),
    ("24/7 loses no minute before midnight", ALWAYS, "2026-11-18 22:00", "2026-11-18 23:59", "2026-11-18 23:59", False),
    (
        "the hour the clock goes through twice",
        ALWAYS,
        "2026-10-25 01:30",
        "2026-10-25 03:30",
        "2026-10-25 03:30",
        False,
    ),
]


@pytest.mark.parametrize(
    ("hours", "now", "growth", "at", "late"), [c[1:] for c in MOMENTS], ids=[c[0] for c in MOMENTS]
)
def test_answer_by(hours: SupportHours, now: str, growth: str, at: str, late: bool) -> None:
    found = answer_by(local(growth), local(now), Calendar(hours), POLICY, can_page=False)
    assert (found.at, found.is_late) == (local(at), late)


def test_what_cannot_wait_pages_on_call_and_keeps_the_growth_deadline() -> None:
    growth = local("2026-11-19 02:00")
    found = answer_by(growth, local("2026-11-18 23:00"), Calendar(OFFICE), POLICY, can_page=True)
    assert (found.at, found.pages, found.is_late) == (growth, True, False)


def test_a_holiday_that_moves_a_deadline_by_days_is_said_by_name() -> None:
    # Wednesday 11 November is a holiday in Poland; found on Tuesday after work.
    found = answer_by(local("2026-11-11 12:00"), local("2026-11-10 18:00"), Calendar(POLISH), POLICY, can_page=False)
    assert found.at == local("2026-11-12 09:30")
    assert [(note.code, note.numbers["day"]) for note in found.notes] == [("holiday_later", "2026-11-11")]
    assert found.notes[0].numbers["name"]


def test_a_holiday_that_brings_a_deadline_forward_is_said_too() -> None:
    found = answer_by(local("2026-11-11 12:00"), local("2026-11-10 12:00"), Calendar(POLISH), POLICY, can_page=False)
    assert found.at == local("2026-11-10 17:00")
    assert [note.code for note in found.notes] == ["holiday_earlier"]


def test_an_own_free_day_has_no_name_but_is_said() -> None:
    found = courtesy(local("2026-11-19 16:00"), 2 * HOUR, local("2026-11-19 16:00"), Calendar(POLISH), POLICY)
    assert found.at == local("2026-11-23 10:00")
    assert [dict(note.numbers) for note in found.notes] == [{"day": "2026-11-20", "name": ""}]


def test_a_courtesy_that_has_passed_is_moved_by_no_holiday_in_silence() -> None:
    # Promised until Tuesday noon, looked at on Tuesday night; Wednesday 11 November is a holiday.
    found = courtesy(local("2026-11-10 10:00"), 2 * HOUR, local("2026-11-10 18:00"), Calendar(POLISH), POLICY)
    assert found.at == local("2026-11-12 09:30")
    assert [note.code for note in found.notes] == ["courtesy_passed", "holiday_later"]


def test_a_holiday_that_moves_nothing_is_not_mentioned() -> None:
    found = answer_by(local("2026-11-12 12:00"), local("2026-11-10 12:00"), Calendar(POLISH), POLICY, can_page=False)
    assert (found.at, found.notes) == (local("2026-11-12 12:00"), ())


def test_a_growing_thread_gets_its_growth_deadline() -> None:
    found = decided().deadline
    assert (found.growth_deadline, found.answer_by, found.is_late) == (NOW + 2 * HOUR, NOW + 2 * HOUR, False)
    assert found.expected_more == 5.0


def test_a_late_deadline_says_how_much_will_be_there_by_then() -> None:
    found = decided(
        forecast(360), now=local("2026-11-18 18:00"), of=state(observed_at=local("2026-11-18 18:00"))
    ).deadline
    assert found.answer_by == local("2026-11-19 09:30")
    assert found.is_late
    assert found.damage_share == pytest.approx(15.5 / 24, abs=0.05)


def test_a_thread_that_does_not_grow_gets_working_hours_from_when_it_was_written() -> None:
    found = decided(QUIET).deadline
    assert found.answer_by == local("2026-11-18 10:00") + 7 * HOUR + 16 * HOUR + HOUR
    assert (found.growth_deadline, found.is_growing) == (found.answer_by, False)


def test_a_social_network_gets_four_hours() -> None:
    timeline = replace(state().timeline, source="mastodon")
    assert decided(QUIET, of=state(timeline=timeline)).deadline.answer_by == local("2026-11-18 14:00")


def test_the_teams_own_promise_wins() -> None:
    assert decided(QUIET, team=Team(hours=OFFICE, courtesy=2 * HOUR)).deadline.answer_by == local("2026-11-18 12:00")


def test_a_courtesy_that_has_passed_is_now_and_says_so() -> None:
    found = decided(QUIET, of=state(created_at=NOW - 9 * DAY)).deadline
    assert found.answer_by == NOW + 30 * MINUTE
    assert found.is_late
    assert "courtesy_passed" in notes(found)


def test_a_moment_that_had_passed_when_we_saw_it_is_never_in_the_past_and_says_so() -> None:
    found = decided(forecast(15), of=state(observed_at=NOW - 2 * HOUR)).deadline
    assert found.growth_deadline >= NOW + POLICY.floor
    assert found.answer_by > NOW
    assert "deadline_passed" in notes(found)


def test_a_review_whose_time_has_passed_says_that_of_the_first_answer_and_of_no_growth() -> None:
    late = ReviewDeadline(at=NOW - HOUR, reason="courtesy", is_about=False, is_late=False)
    found = decided(QUIET, review=late).deadline
    assert found.answer_by > NOW
    assert "courtesy_passed" in notes(found) and "deadline_passed" not in notes(found)


def test_a_thread_first_seen_late_says_what_it_has_lost() -> None:
    found = decided(forecast(seen_share=0.4), of=state(first_seen_age=3 * HOUR)).deadline
    assert [n.numbers for n in found.notes if n.code == "first_seen_late"] == [{"minutes": 180, "percent": 40}]


RAISED = [
    ("growing slowly changes nothing", forecast(), Severity.LOW, Severity.LOW),
    ("ten more within a day are likely: up one", forecast(p_10_more_24h=0.7), Severity.LOW, Severity.MEDIUM),
    ("faster than people: up one", forecast(reason="faster_than_humans"), Severity.MEDIUM, Severity.HIGH),
    ("the highest stays the highest", forecast(reason="faster_than_humans"), Severity.HIGH, Severity.HIGH),
    ("what does not grow is not raised", replace(QUIET, p_10_more_24h=0.9), Severity.LOW, Severity.LOW),
]


@pytest.mark.parametrize(("says", "before", "after"), [case[1:] for case in RAISED], ids=[case[0] for case in RAISED])
def test_expected_growth_raises_severity(says: Forecast, before: Severity, after: Severity) -> None:
    found = decided(says, before)
    assert found.severity is after
    assert ("growth_raises_severity" in notes(found.deadline)) is (before is not after)


FAST = forecast(reason="faster_than_humans")


def ruled(most: Severity | None, severity: Severity = Severity.LOW) -> Verdict:
    bound = {} if most is None else {"most": most.word}
    return replace(told.verdict(severity), reasons=(Reason(code="rule", numbers={"name": "shop", **bound}),))


@pytest.mark.parametrize("most", list(Severity))
def test_growth_never_raises_over_what_a_rule_allows(most: Severity) -> None:
    """When it is opened, at every later look, and when it is reopened."""
    of, verdict = told.thread(), ruled(most)
    begun = opening(of, verdict, told.plan(FAST), NOW)
    assert begun is not None
    wanted = min(most, Severity.MEDIUM)
    assert begun.alert.severity is wanted
    assert ("growth_raises_severity" in notes(begun.alert.deadline)) is (wanted is Severity.MEDIUM)
    assert decide_again(begun.alert, of, verdict, told.rules(FAST), NOW).severity is wanted


def test_without_a_bound_growth_raises_and_what_an_alert_has_reached_stays() -> None:
    of = told.thread()
    assert decide_again(told.alert(), of, ruled(None), told.rules(FAST), NOW).severity is Severity.MEDIUM
    reached = told.alert(severity=Severity.HIGH)
    assert decide_again(reached, of, ruled(Severity.LOW), told.rules(FAST), NOW).severity is Severity.HIGH


def test_only_a_growing_high_one_pages_and_only_where_somebody_is_on_call() -> None:
    night = local("2026-11-18 23:00")
    at_night = state(observed_at=night)
    on_call = Team(hours=OFFICE, on_call=("U1",))
    assert decided(forecast(60), Severity.HIGH, night, on_call, at_night).pages
    assert not decided(forecast(60), Severity.HIGH, night, Team(hours=OFFICE), at_night).pages
    assert not decided(forecast(60), Severity.LOW, night, on_call, at_night).pages
    assert not decided(QUIET, Severity.HIGH, night, on_call, at_night).pages


def test_only_a_day_is_known_counts_from_its_end_or_first_sight_and_says_about() -> None:
    midnight = datetime(2026, 11, 17, tzinfo=UTC)
    of = told.thread(said(1, midnight, date_only=True))
    found = seen(of, NOW)
    assert (found.created_at, found.is_about) == (midnight + DAY, True)
    early = seen(replace(of, first_seen_at=midnight + 5 * HOUR), NOW)
    assert early.created_at == midnight + 5 * HOUR


def test_a_counter_stands_for_replies_spread_between_its_crawls() -> None:
    counts = (CountPoint(observed_at=NOW - 30 * MINUTE, replies=0), CountPoint(observed_at=NOW, replies=4))
    found = seen(told.thread(said(1), counts=counts), NOW)
    assert found.is_about
    assert found.timeline.events == (1800 + 225, 1800 + 675, 1800 + 1125, 1800 + 1575)


ODD = [
    ("no replies", told.thread()),
    ("a reply before the creation", told.thread(said(1), said(2, NOW - 5 * HOUR))),
    ("replies at equal times", told.thread(said(1), *(said(n, NOW - MINUTE) for n in range(2, 9)))),
    (
        "five thousand replies",
        told.thread(said(1), *(said(n, NOW - n * timedelta(milliseconds=500)) for n in range(2, 5000))),
    ),
    ("a clock that jumped back: seen before it was written", told.thread(said(1, NOW + HOUR), observed_at=NOW)),
    ("an unknown time", told.thread(said(1, published_at=None), said(2, published_at=None))),
    ("no first text", told.thread(said(2, NOW - MINUTE, of=1))),
    ("nothing at all", replace(told.thread(), mentions=())),
]


@pytest.mark.parametrize("of", [case[1] for case in ODD], ids=[case[0] for case in ODD])
def test_odd_threads_get_a_deadline_that_is_not_in_the_past(of: object) -> None:
    state_of = seen(of, NOW)  # type: ignore[arg-type]
    says = Forecaster().forecast(state_of.timeline, state_of.age)
    found = decided(says, of=state_of).deadline
    assert found.answer_by > NOW
    assert found.growth_deadline >= NOW + POLICY.floor or not found.is_growing


WRONG = [
    ("a reminder at the end", {"remind_at": (50, 100)}, "remind_at"),
    ("a share that is none", {"least_move_share": 1.5}, "least_move_share"),
    ("no stop", {"stops": 0}, "stops"),
]


@pytest.mark.parametrize(("settings", "named"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_policy_that_cannot_be_is_refused(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        AlertPolicy(**settings)  # type: ignore[arg-type]
