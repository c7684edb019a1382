"""The growth deadline → the moment to answer by: in time, late, paged, courtesy; and what never happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert_policy import AlertPolicy, Team
from alerts.answer_by import answer_by, courtesy
from alerts.forecast import Forecast, Forecaster
from alerts.hours import Calendar
from alerts.moves import is_missed, moved, refitted
from alerts.policy import NOTE_CODES, Decision, deadline_for
from alerts.seen import Seen, seen
from alerts.support_hours import SupportHours
from storage.records import AlertState, CountPoint, Deadline, Severity
from tests.alerts import told
from tests.alerts.told import ALWAYS, DAY, HOUR, MINUTE, NOW, OFFICE, QUIET, WARSAW, deadline, forecast, local, said

POLICY = AlertPolicy()
POLISH = SupportHours(zone=WARSAW, country="PL", closed=frozenset({date(2026, 11, 20)}))
NIGHT = SupportHours(zone=WARSAW, week={"mon-fri": ("22:00-06:00",)})
SPLIT = SupportHours(zone=WARSAW, week={"mon-fri": ("09:00-13:00", "14:00-17:30")})
LATE_SHIFT = SupportHours(zone=WARSAW, week={"daily": ("16:00-00:00",)})

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


def test_a_holiday_that_moves_nothing_is_not_mentioned() -> None:
    found = answer_by(local("2026-11-12 12:00"), local("2026-11-10 12:00"), Calendar(POLISH), POLICY, can_page=False)
    assert (found.at, found.notes) == (local("2026-11-12 12:00"), ())


def state(**changes: object) -> Seen:
    return replace(seen(told.thread(), NOW), **changes)  # type: ignore[arg-type]


def decided(
    says: Forecast | None = None,
    severity: Severity = Severity.LOW,
    now: datetime = NOW,
    team: Team | None = None,
    of: Seen | None = None,
) -> Decision:
    who = team or Team(hours=OFFICE)
    return deadline_for(
        of or state(),
        severity,
        says or forecast(),
        now,
        team=who,
        calendar=Calendar(who.hours),
        policy=POLICY,
    )


def notes(of: Deadline) -> list[str]:
    assert {note.code for note in of.notes} <= set(NOTE_CODES)
    return [note.code for note in of.notes]


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


# What never happens.

WEEKS = [OFFICE, SPLIT, NIGHT, ALWAYS, POLISH, LATE_SHIFT, SupportHours(zone=ZoneInfo("America/New_York"))]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.integers(15, 24 * 60)


@given(hours=st.sampled_from(WEEKS), now=moments, length=minutes, high=st.booleans())
def test_never_outside_support_hours_but_for_a_page(
    hours: SupportHours, now: datetime, length: int, high: bool
) -> None:
    calendar = Calendar(hours)
    growth = now + length * MINUTE
    found = answer_by(growth, now, calendar, POLICY, can_page=high)
    assert found.pages or calendar.is_open(found.at)
    assert found.is_late == (found.at > growth)
    assert found.pages or calendar.worked(now, found.at) >= POLICY.handling


@given(hours=st.sampled_from(WEEKS), now=moments, length=minutes, more=st.integers(0, 24 * 60))
def test_monotone_a_later_growth_deadline_is_never_an_earlier_answer(
    hours: SupportHours, now: datetime, length: int, more: int
) -> None:
    calendar = Calendar(hours)
    first = answer_by(now + length * MINUTE, now, calendar, POLICY, can_page=False)
    later = answer_by(now + (length + more) * MINUTE, now, calendar, POLICY, can_page=False)
    # Who can just be in time is asked for that moment, not for the half hour a late one gets.
    assert first.at <= later.at or (first.is_late and not later.is_late and first.at - later.at <= 10 * MINUTE)


@given(hours=st.sampled_from(WEEKS), now=moments, length=minutes, growing=st.booleans())
def test_idempotent_deciding_again_at_the_same_moment_moves_nothing(
    hours: SupportHours, now: datetime, length: int, growing: bool
) -> None:
    says = forecast(length) if growing else QUIET
    of = state(created_at=now - HOUR, observed_at=now)
    team = Team(hours=hours)
    first = decided(says, now=now, team=team, of=of)
    assert decided(says, now=now, team=team, of=of) == first
    assert moved(first.deadline, first, now, POLICY) is None
    assert refitted(first.deadline, now, Calendar(hours), POLICY) is None


@given(
    replies=st.lists(st.integers(1, 6 * 3600), min_size=1, max_size=60),
    more=st.lists(st.integers(1, 3600), max_size=40),
    wait=st.integers(60, 3600),
    hours=st.sampled_from(WEEKS),
)
def test_never_later_by_more_replies(replies: list[int], more: list[int], wait: int, hours: SupportHours) -> None:
    """The real forecast, twice: what the second crawl brings never makes the deadline later."""
    created = NOW - 6 * HOUR
    team, calendar, forecaster = Team(hours=hours), Calendar(hours), Forecaster()
    texts = [said(1, created), *(said(n, created + t * timedelta(seconds=1)) for n, t in enumerate(replies, 2))]
    before = seen(told.thread(*texts, first_seen_at=created), NOW)
    first = deadline_for(
        before,
        Severity.LOW,
        forecaster.forecast(before.timeline, before.age),
        NOW,
        team=team,
        calendar=calendar,
        policy=POLICY,
    )
    then = NOW + wait * timedelta(seconds=1)
    texts += [said(n, NOW + min(t, wait) * timedelta(seconds=1)) for n, t in enumerate(more, len(texts) + 1)]
    after = seen(told.thread(*texts, first_seen_at=created, observed_at=then), then)
    says = forecaster.forecast(after.timeline, after.age)
    second = deadline_for(after, Severity.LOW, says, then, team=team, calendar=calendar, policy=POLICY)
    change = moved(first.deadline, second, then, POLICY)
    if change is not None and change[1] == "moved":
        assert change[0].answer_by < first.deadline.answer_by
        assert change[0].growth_deadline <= first.deadline.growth_deadline
    if change is not None and change[1] == "lifted":
        assert says.expected_more < 1


MOVES = [
    ("much earlier moves", deadline(NOW + 4 * HOUR), deadline(NOW + 2 * HOUR), "moved"),
    ("later never moves", deadline(NOW + 2 * HOUR), deadline(NOW + 4 * HOUR), None),
    ("nine minutes are noise", deadline(NOW + 30 * MINUTE), deadline(NOW + 21 * MINUTE), None),
    ("under a tenth of the time left is noise", deadline(NOW + 10 * HOUR), deadline(NOW + 9.5 * HOUR), None),
    ("a tenth of the time left moves", deadline(NOW + 10 * HOUR), deadline(NOW + 9 * HOUR), "moved"),
    (
        "it stopped growing: lifted to the courtesy",
        deadline(NOW + 2 * HOUR),
        deadline(NOW + 20 * HOUR, is_growing=False, expected_more=0.5),
        "lifted",
    ),
    (
        "it grows more slowly but still grows: kept",
        deadline(NOW + 2 * HOUR),
        deadline(NOW + 20 * HOUR, is_growing=False, expected_more=1.5),
        None,
    ),
    (
        "a courtesy becomes urgent when it starts to grow",
        deadline(NOW + 20 * HOUR, is_growing=False),
        deadline(NOW + 2 * HOUR),
        "moved",
    ),
]


@pytest.mark.parametrize(("old", "new", "word"), [case[1:] for case in MOVES], ids=[case[0] for case in MOVES])
def test_moves(old: Deadline, new: Deadline, word: str | None) -> None:
    change = moved(old, Decision(deadline=new, severity=Severity.LOW), NOW, POLICY)
    assert (change and change[1]) == word
    if word == "lifted" and change:
        assert change[0].notes[-1].code == "stopped_growing"


def test_a_zone_change_of_the_team_while_an_alert_is_open_finds_a_moment_in_the_new_hours_and_says_so() -> None:
    old = decided(forecast(300)).deadline
    assert old.answer_by == local("2026-11-18 16:00")
    tokyo = Calendar(SupportHours(zone=ZoneInfo("Asia/Tokyo")))
    new = refitted(old, NOW, tokyo, POLICY)
    assert new is not None
    assert tokyo.is_open(new.answer_by)
    assert new.growth_deadline == old.growth_deadline
    assert notes(new)[-1] == "hours_changed"
    assert refitted(new, NOW, tokyo, POLICY) is None


def test_a_page_at_night_is_not_moved_into_the_morning() -> None:
    paged = decided(forecast(60), Severity.HIGH, local("2026-11-18 23:00"), Team(hours=OFFICE, on_call=("U1",)))
    assert refitted(paged.deadline, local("2026-11-18 23:05"), Calendar(OFFICE), POLICY) is None


def test_a_stop_that_fell_into_the_night_is_not_missed_before_the_morning() -> None:
    late = deadline(NOW + 20 * HOUR, growth_deadline=NOW + 8 * HOUR, is_late=True)
    assert not is_missed(told.alert(deadline=late), NOW + 9 * HOUR)
    assert is_missed(told.alert(deadline=late), NOW + 21 * HOUR)
    assert not is_missed(told.alert(deadline=late, state=AlertState.ANSWERED), NOW + 21 * HOUR)


WRONG = [
    ("a reminder at the end", {"remind_at": (50, 100)}, "remind_at"),
    ("a share that is none", {"least_move_share": 1.5}, "least_move_share"),
    ("no stop", {"stops": 0}, "stops"),
]


@pytest.mark.parametrize(("settings", "named"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_policy_that_cannot_be_is_refused(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        AlertPolicy(**settings)  # type: ignore[arg-type]
