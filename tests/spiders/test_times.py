"""Dates as sources write them: zones, units, other calendars, nonsense."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from spiders.times import edited, moment, spoken, utc

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

CASES = [
    ("ISO with Z", "2026-11-02T09:30:00.123Z", "2026-11-02T09:30:00.123000+00:00"),
    ("ISO with an offset", "2026-11-02T09:30:00+02:00", "2026-11-02T07:30:00+00:00"),
    ("an offset without colon", "2026-11-02T09:30:00+0200", "2026-11-02T07:30:00+00:00"),
    ("an offset of hours only", "2026-11-02 09:30:00-05", "2026-11-02T14:30:00+00:00"),
    ("nanoseconds", "2026-11-02T09:30:00.123456789Z", "2026-11-02T09:30:00.123456+00:00"),
    ("RFC 2822", "Mon, 02 Nov 2026 09:30:00 +0100", "2026-11-02T08:30:00+00:00"),
    ("Unix seconds", 1794477600, "2026-11-12T10:00:00+00:00"),
    ("Unix seconds as text", "1794477600", "2026-11-12T10:00:00+00:00"),
    ("Unix milliseconds", 1794477600000, "2026-11-12T10:00:00+00:00"),
    ("Unix nanoseconds", 1794477600 * 10**9, "2026-11-12T10:00:00+00:00"),
    ("a Buddhist year", "2569-11-02T09:30:00Z", "2026-11-02T09:30:00+00:00"),
    ("midnight as hour 24", "2026-11-02T24:00:00Z", "2026-11-03T00:00:00+00:00"),
    ("a Hijri year", "1448-05-22T00:00:00Z", None),
    ("a Persian year", "1405-08-11", None),
    ("the day zero", "0000-00-00", None),
    ("the 31st of February", "2026-02-31T00:00:00Z", None),
    ("a word", "yesterday", None),
    ("a number that is no time", 7, None),
    ("infinity", float("inf"), None),
    ("true", True, None),
    ("nothing", None, None),
]


@pytest.mark.parametrize(("why", "stated", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_stated_time_becomes_utc_or_nothing(why: str, stated: object, expected: str | None) -> None:
    found = utc(stated)
    assert (found.isoformat() if found else None) == expected


def test_a_time_without_zone_is_read_in_the_sites_zone() -> None:
    assert utc("2026-07-02 09:30:00", "Europe/Warsaw") == datetime(2026, 7, 2, 7, 30, tzinfo=UTC)
    assert utc("2026-07-02 09:30:00", "No/Such") == datetime(2026, 7, 2, 9, 30, tzinfo=UTC)


def test_a_day_is_midnight_utc_and_says_so() -> None:
    found = moment("2026-11-02")
    assert found is not None and found.date_only and found.at == datetime(2026, 11, 2, tzinfo=UTC)


SPOKEN = [
    ("Opineo's order with hour", "04-01-15 16:33", "DMY", (), "Europe/Warsaw", "2015-01-04T15:33:00+00:00", False),
    ("Polish words", "3 listopada 2026", None, ("pl",), "UTC", "2026-11-03T00:00:00+00:00", True),
    ("Russian words", "3 ноября 2026", None, ("ru",), "UTC", "2026-11-03T00:00:00+00:00", True),
    ("figures with dots, no order stated", "03.11.2026", None, (), "UTC", "2026-11-03T00:00:00+00:00", True),
    ("day first", "03.11.2026", "DMY", (), "UTC", "2026-11-03T00:00:00+00:00", True),
    (
        "Portuguese words and an offset",
        "seg, 16 de nov de 2026 10:00:00 -0300",
        None,
        (),
        "UTC",
        "2026-11-16T13:00:00+00:00",
        False,
    ),
    (
        "French words and an offset",
        "mar., 17 nov. 2026 10:00:00 +0100",
        None,
        (),
        "Asia/Tokyo",
        "2026-11-17T09:00:00+00:00",
        False,
    ),
    (
        "Russian words and a zone's name",
        "Чт, 19 ноя 2026 10:00:00 MSK",
        None,
        (),
        "UTC",
        "2026-11-19T07:00:00+00:00",
        False,
    ),
    (
        "a zone's name in a mail's date",
        "Thu, 18 Jun 2026 10:00:00 CEST",
        None,
        (),
        "UTC",
        "2026-06-18T08:00:00+00:00",
        False,
    ),
    ("yesterday in Polish, with hour", "wczoraj 14:05", None, ("pl",), "UTC", "2026-11-21T14:05:00+00:00", False),
]


@pytest.mark.parametrize(
    ("why", "stated", "order", "languages", "zone", "expected", "day"), SPOKEN, ids=[c[0] for c in SPOKEN]
)
def test_dates_in_words_and_local_order(
    why: str, stated: str, order: str | None, languages: tuple[str, ...], zone: str, expected: str, day: bool
) -> None:
    found = spoken(stated, zone=zone, order=order, languages=languages, now=NOW)
    assert found is not None and (found.at.isoformat(), found.date_only) == (expected, day)


def test_an_edit_is_later_than_the_publication() -> None:
    assert edited(NOW, "2026-11-22T12:00:00.500Z") is None
    assert edited(NOW, "2026-11-22T12:00:05Z") == datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
