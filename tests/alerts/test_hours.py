"""Support hours: spans, midnights, holidays, zones, and the known bugs of other programs by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours.calendar import Calendar
from alerts.hours.support_hours import SupportHours
from tests.alerts.told import ALWAYS, DAY, HOUR, MINUTE, NIGHT, NOW, OFFICE, POLISH, WARSAW, local

WITH_SATURDAY = SupportHours(zone=WARSAW, week={"mon-fri": ("09:00-13:00", "14:00-17:30"), "sat": ("10:00-12:00",)})
LONG_DAY = SupportHours(zone=WARSAW, week={"daily": ("00:00-23:59",)})

OPEN = [
    ("in the middle of the day", OFFICE, "2026-11-18 11:00", True),
    ("the first minute", OFFICE, "2026-11-18 09:00", True),
    ("the last moment still counts", OFFICE, "2026-11-18 17:00", True),
    ("a minute after it does not", OFFICE, "2026-11-18 17:01", False),
    ("a Saturday", OFFICE, "2026-11-21 11:00", False),
    ("between two spans of a day", WITH_SATURDAY, "2026-11-18 13:30", False),
    ("in the second span of a day", WITH_SATURDAY, "2026-11-18 17:15", True),
    ("a span over midnight, before it", NIGHT, "2026-11-18 23:30", True),
    ("a span over midnight, after it", NIGHT, "2026-11-19 05:30", True),
    ("a span over midnight, Friday's reaches into Saturday", NIGHT, "2026-11-21 05:30", True),
    ("a span over midnight, Sunday has none of its own", NIGHT, "2026-11-22 23:30", False),
    ("a 24/7 calendar at midnight", ALWAYS, "2026-11-18 00:00", True),
    ("a 24/7 calendar in the minute before midnight", ALWAYS, "2026-11-18 23:59", True),
    ("a week written to 23:59 has that minute too", LONG_DAY, "2026-11-18 23:59", True),
    ("a public holiday", POLISH, "2026-11-11 11:00", False),
    ("an own free day", POLISH, "2026-11-20 11:00", False),
]


@pytest.mark.parametrize(("hours", "at", "is_open"), [case[1:] for case in OPEN], ids=[case[0] for case in OPEN])
def test_is_open(hours: SupportHours, at: str, is_open: bool) -> None:
    assert Calendar(hours).is_open(local(at)) is is_open


WORKED = [
    ("a day of eight hours", OFFICE, "2026-11-18 00:00", "2026-11-19 00:00", 8 * HOUR),
    ("a week of forty", OFFICE, "2026-11-16 00:00", "2026-11-23 00:00", 40 * HOUR),
    ("two spans and a Saturday", WITH_SATURDAY, "2026-11-20 00:00", "2026-11-22 00:00", 9.5 * HOUR),
    ("a 24/7 calendar loses no minute at midnight", ALWAYS, "2026-11-18 00:00", "2026-11-25 00:00", 7 * DAY),
    ("nor does a week written to 23:59", LONG_DAY, "2026-11-18 00:00", "2026-11-25 00:00", 7 * DAY),
    ("a night shift over midnight is one stretch", NIGHT, "2026-11-18 22:00", "2026-11-19 06:00", 8 * HOUR),
    ("a night with the clock turned back has an hour more", NIGHT, "2026-10-23 00:00", "2026-10-26 12:00", 14 * HOUR),
    (
        "24/7 over the clock turned back: 25 hours",
        ALWAYS,
        "2026-10-25 00:00",
        "2026-10-26 00:00",
        25 * HOUR,
    ),
    ("24/7 over the clock turned forward: 23 hours", ALWAYS, "2026-03-29 00:00", "2026-03-30 00:00", 23 * HOUR),
    ("a holiday is no work", POLISH, "2026-11-10 00:00", "2026-11-13 00:00", 16 * HOUR),
    ("nothing between a moment and an earlier one", OFFICE, "2026-11-18 12:00", "2026-11-18 11:00", 0 * HOUR),
]  # fmt: skip


@pytest.mark.parametrize(("hours", "start", "end", "worked"), [c[1:] for c in WORKED], ids=[c[0] for c in WORKED])
def test_worked(hours: SupportHours, start: str, end: str, worked: timedelta) -> None:
    assert Calendar(hours).worked(local(start), local(end)) == worked


AFTER = [
    ("four hours within a day", OFFICE, "2026-11-18 10:00", 4 * HOUR, "2026-11-18 14:00"),
    ("exactly to the end of work", OFFICE, "2026-11-18 09:00", 8 * HOUR, "2026-11-18 17:00"),
    ("over the lunch of two spans", WITH_SATURDAY, "2026-11-18 12:00", 2 * HOUR, "2026-11-18 15:00"),
    ("computed at 00:00 it is the same day's", OFFICE, "2026-11-18 00:00", 1 * HOUR, "2026-11-18 10:00"),
    ("over a weekend", OFFICE, "2026-11-20 16:00", 2 * HOUR, "2026-11-23 10:00"),
    ("over a night with a span over midnight", NIGHT, "2026-11-18 23:00", 5 * HOUR, "2026-11-19 04:00"),
    ("over a holiday", POLISH, "2026-11-10 16:00", 2 * HOUR, "2026-11-12 10:00"),
    ("24/7: the wall clock", ALWAYS, "2026-11-18 23:30", 1 * HOUR, "2026-11-19 00:30"),
]


@pytest.mark.parametrize(("hours", "start", "needed", "at"), [c[1:] for c in AFTER], ids=[c[0] for c in AFTER])
def test_after_work(hours: SupportHours, start: str, needed: timedelta, at: str) -> None:
    assert Calendar(hours).after_work(local(start), needed) == local(at)


def test_a_start_that_the_clock_skips_is_later_by_the_gap() -> None:
    early = SupportHours(zone=WARSAW, week={"sun": ("02:30-04:00",)})
    assert next(Calendar(early).windows(local("2026-03-29 01:00"), local("2026-03-29 05:00"))) == (
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 0, tzinfo=UTC),
    )


def test_an_end_that_comes_twice_is_the_second_and_a_start_the_first() -> None:
    late = SupportHours(zone=WARSAW, week={"sun": ("02:30-02:45",)})
    assert Calendar(late).worked(local("2026-10-25 00:00"), local("2026-10-26 00:00")) == 75 * MINUTE


def test_free_days_are_named() -> None:
    days = Calendar(POLISH).free_days(local("2026-11-10 09:00"), local("2026-11-23 09:00"))
    assert [day for day, _ in days] == [date(2026, 11, 11), date(2026, 11, 20)]
    assert days[0][1]
    assert days[1][1] is None


def test_a_holiday_that_is_worked_is_no_holiday() -> None:
    worked = SupportHours(zone=WARSAW, country="PL", open_on=frozenset({date(2026, 11, 11)}))
    assert Calendar(worked).is_open(local("2026-11-11 11:00"))


def test_a_region_has_its_own_holidays() -> None:
    bavaria = SupportHours(zone=ZoneInfo("Europe/Berlin"), country="DE", region="BY")
    berlin = SupportHours(zone=ZoneInfo("Europe/Berlin"), country="DE", region="BE")
    epiphany = local("2026-01-06 11:00", ZoneInfo("Europe/Berlin"))
    assert not Calendar(bavaria).is_open(epiphany)
    assert Calendar(berlin).is_open(epiphany)


def test_a_team_that_is_never_there_is_said_and_not_searched_for_ever() -> None:
    closed = frozenset(date(2026, 1, 1) + DAY * number for number in range(1000))
    calendar = Calendar(SupportHours(closed=closed))
    assert calendar.next_open(NOW) is None
    assert calendar.after_work(NOW, HOUR) is None


WRONG = [
    ("no span at all", {"week": {}}, "hours.week"),
    ("no such day", {"week": {"mo-fr": ("09:00-17:00",)}}, "mo-fr"),
    ("no such time", {"week": {"mon": ("09:00-25:00",)}}, "09:00-25:00"),
    ("no such minute", {"week": {"mon": ("09:61-17:00",)}}, "09:61"),
    ("no span", {"week": {"mon": ("all day",)}}, "all day"),
    ("no such country", {"country": "XX"}, "XX"),
    ("no such region", {"country": "DE", "region": "ZZ"}, "ZZ"),
]


@pytest.mark.parametrize(("given_hours", "named"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_hours_that_cannot_be_read_are_named(given_hours: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        SupportHours(**given_hours)  # type: ignore[arg-type]


WEEKS = [OFFICE, WITH_SATURDAY, NIGHT, ALWAYS, LONG_DAY, POLISH, SupportHours(zone=ZoneInfo("Australia/Lord_Howe"))]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(hours=st.sampled_from(WEEKS), at=moments, length=st.integers(0, 40 * 60))
def test_work_counted_forward_is_work_counted_back(hours: SupportHours, at: datetime, length: int) -> None:
    calendar = Calendar(hours)
    end = calendar.after_work(at, length * MINUTE)
    assert end is not None
    assert calendar.worked(at, end) == length * MINUTE
    assert not length or calendar.is_open(end)


@given(hours=st.sampled_from(WEEKS), at=moments)
def test_windows_are_in_order_and_never_touch(hours: SupportHours, at: datetime) -> None:
    found = list(Calendar(hours).windows(at, at + 9 * DAY))
    assert all(since < until for since, until in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
