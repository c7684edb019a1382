"""When something comes round again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cadence import Cron, Every, Weekly, cron_fault

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NEXT = {
    "every ten minutes": (Every(span=timedelta(minutes=10)), "2026-11-22T10:00", "2026-11-22T10:10"),
    "a cron line in UTC": (Cron(line="*/15 * * * *"), "2026-11-22T10:01", "2026-11-22T10:15"),
    "Monday is 1, as cron has it": (Cron(line="0 9 * * 1"), "2026-11-22T10:00", "2026-11-23T09:00"),
    "Sunday is 0": (Cron(line="0 9 * * 0"), "2026-11-21T10:00", "2026-11-22T09:00"),
    "a cron line in its zone": (Cron(line="0 9 * * *", zone=WARSAW), "2026-11-22T10:00", "2026-11-23T08:00"),
    "an hour the clock skips is run once, after the gap": (
        Cron(line="30 2 * * *", zone=WARSAW), "2026-03-28T12:00", "2026-03-29T01:00"),
    "an hour the clock repeats is run once": (
        Cron(line="30 2 * * *", zone=WARSAW), "2026-10-25T00:30", "2026-10-26T01:30"),
}  # fmt: skip


@pytest.mark.parametrize(("cadence", "last", "then"), NEXT.values(), ids=NEXT.keys())
def test_the_next_time(cadence: Every | Cron, last: str, then: str) -> None:
    assert cadence.next_after(at(last)) == at(then)


FAULTS = {
    "a good line": ("*/10 8-20 * * mon-fri", None),
    "a minute that does not exist": ("61 * * * *", "minute"),
    "four fields": ("* * * *", "five fields"),
    "six fields": ("* * * * * *", "five fields"),
    "words": ("every ten minutes or so", "minute"),
    "the 30th of February": ("0 0 30 2 *", "day-of-month"),
    "nothing": ("", "five fields"),
}


@pytest.mark.parametrize(("line", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_with_a_cron_line(line: str, said: str | None) -> None:
    fault = cron_fault(line)
    assert (fault is None) if said is None else (fault is not None and said in fault.lower())


MONDAY_NINE = Weekly(weekday=0, at=time(9), zone=WARSAW)
SLOTS = {
    "on Monday at nine it is now": ("2026-11-23T08:00", "2026-11-23T08:00", "2026-11-30T08:00"),
    "a minute before it is last week's": ("2026-11-23T07:59", "2026-11-16T08:00", "2026-11-23T08:00"),
    "on a Friday": ("2026-11-27T15:00", "2026-11-23T08:00", "2026-11-30T08:00"),
    "across the change to summer time": ("2026-03-29T10:00", "2026-03-23T08:00", "2026-03-30T07:00"),
    "across the change to winter time": ("2026-10-25T10:00", "2026-10-19T07:00", "2026-10-26T08:00"),
}


@pytest.mark.parametrize(("now", "last", "then"), SLOTS.values(), ids=SLOTS.keys())
def test_the_weekly_moment(now: str, last: str, then: str) -> None:
    assert MONDAY_NINE.last_before(at(now)) == at(last)
    assert MONDAY_NINE.next_after(at(now)) == at(then)


def test_a_time_the_clock_skips_still_comes_once_that_week() -> None:
    weekly = Weekly(weekday=6, at=time(2, 30), zone=WARSAW)
    assert weekly.last_before(at("2026-03-29T12:00")) == at("2026-03-29T01:30")


WORDS = {
    "minutes": (timedelta(minutes=10), "every 10 minutes"),
    "one hour": (timedelta(hours=1), "every hour"),
    "days": (timedelta(days=2), "every 2 days"),
    "odd": (timedelta(seconds=90), "every 90 seconds"),
}


@pytest.mark.parametrize(("span", "said"), WORDS.values(), ids=WORDS.keys())
def test_a_cadence_in_words(span: timedelta, said: str) -> None:
    assert str(Every(span=span)) == said
