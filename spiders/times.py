"""Dates and times as sources write them → aware UTC."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

# Nothing public we read is older; a year past these is another calendar or nonsense, and no date is better than a wrong
# one.
_EARLIEST, _LATEST = 1990, 2100
_BUDDHIST_YEARS = 543
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,9})?$")
# Figures parted by dots are day first wherever they are written so.
_DOTTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d{2})\b")
_HALF_DAY = re.compile(r"\d\s*[ap]\.?m\.?$", re.IGNORECASE)
_LONGEST = 80
# No date in words is longer, and dateparser's time grows with the text.
_LONGEST_SPOKEN = 48
# dateparser tries every language it knows where none is named: seconds for one unreadable date. These are tried.
_TRIED = ("en", "pl", "ru", "ro", "sl", "uk", "cs", "sk", "hr", "bg", "hu", "de", "fr", "es", "it", "pt", "nl")
# Names of zones that RFC 2822's reader does not know, in hours east of Greenwich; it would take them for UTC.
_ZONE_NAMES = {
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "MSD": 4, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "BRT": -3,
}  # fmt: skip
_NAMED_ZONE = re.compile(rf"(?<=\d)\s*\b({'|'.join(_ZONE_NAMES)})$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as precisely as it was stated."""

    at: datetime
    date_only: bool = False


def utc(stated: object, zone: str = "UTC") -> datetime | None:
    """An aware UTC time for an ISO, RFC 2822 or Unix time (s, ms, µs, ns); None where it is none of them.

    A time without a zone is read in `zone` (an IANA name; UTC unless the source says otherwise).
    """
    found = moment(stated, zone)
    return found.at if found else None


def moment(stated: object, zone: str = "UTC") -> Moment | None:
    """As `utc`, and whether only a day was stated (its midnight UTC then)."""
    if isinstance(stated, bool) or stated is None:
        return None
    if isinstance(stated, (int, float)):
        return _wrap(_unix(stated))
    if not isinstance(stated, str) or not 3 < len(stated.strip()) <= _LONGEST:
        return None
    text = stated.strip()
    if _NUMBER.match(text):
        return _wrap(_unix(float(text))) if len(text) > 8 else None
    if found := _ISO.match(text):
        return _iso(found, zone)
    if _HALF_DAY.search(text):
        return None  # RFC 2822 has no such hours, and its reader would drop the "pm"
    text = _NAMED_ZONE.sub(lambda name: f" {_ZONE_NAMES[name[1]]:+03d}00", text)
    try:
        return _wrap(_aware(parsedate_to_datetime(text), zone))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def spoken(
    stated: object, *, zone: str = "UTC", order: str | None = None, languages: tuple[str, ...] = (), now: datetime
) -> Moment | None:
    """A date in words or local order ("wczoraj 14:05", "04-01-15 16:33", "3 мая 2024").

    `order` is "DMY", "MDY" or "YMD" where the site's is known; `languages` narrows the words.
    """
    exact = moment(stated, zone)
    if order is None and isinstance(stated, str) and _DOTTED.match(stated.strip()):
        order = "DMY"
    if exact or not isinstance(stated, str) or not 2 < len(stated.strip()) <= _LONGEST_SPOKEN:
        return exact
    text = _NAMED_ZONE.sub(lambda name: f" {_ZONE_NAMES[name[1]]:+03d}00", stated.strip())
    found = _parse_words(text, zone, order, languages or _TRIED, now)
    if found is None:
        return None
    has_hour = bool(re.search(r"\d{1,2}[:.h]\d{2}(?!\d|\.\d)|\b(?:now|ago|vor)\b|назад|temu|acum|pred", stated.lower()))
    if has_hour:
        return _wrap(_aware(found, zone))
    day = _plausible(found.year)
    return Moment(datetime(day, found.month, found.day, tzinfo=UTC), date_only=True) if day else None


def edited(published: datetime | None, changed: object, zone: str = "UTC") -> datetime | None:
    """The time of an edit where `changed` is later than publication, else None (a counter touched on creation)."""
    at = changed if isinstance(changed, datetime) else utc(changed, zone)
    return at if at and (published is None or at - published >= timedelta(seconds=1)) else None


def _wrap(at: datetime | None) -> Moment | None:
    return Moment(at) if at else None


def _unix(seconds: float) -> datetime | None:
    if not math.isfinite(seconds) or seconds <= 0:
        return None
    # Milli-, micro- and nanoseconds are told by their size.
    while seconds > 1e11:
        seconds /= 1000
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return at if _plausible(at.year) else None


def _iso(found: re.Match[str], zone: str) -> Moment | None:
    year = _plausible(int(found[1]))
    if year is None:
        return None
    try:
        if found[4] is None:
            return Moment(datetime(year, int(found[2]), int(found[3]), tzinfo=UTC), date_only=True)
        micro = int((found[7] or "0").ljust(6, "0")[:6])
        # 24:00 and leap seconds are legal ISO that Python refuses.
        second, hour = min(int(found[6] or 0), 59), int(found[4])
        at = datetime(year, int(found[2]), int(found[3]), hour % 24, int(found[5]), second, micro)  # noqa: DTZ001 - placed below
        return _wrap(
            _offset(at + timedelta(days=hour // 24 if hour == 24 else 0), found[8], zone) if hour <= 24 else None
        )
    except (ValueError, OverflowError):
        return None


def _offset(at: datetime, stated: str | None, zone: str) -> datetime | None:
    if stated is None:
        return _aware(at, zone)
    if stated.upper() in ("Z", "UTC", "GMT"):
        return at.replace(tzinfo=UTC)
    digits = stated[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return (at - shift if stated[0] == "+" else at + shift).replace(tzinfo=UTC)


def _aware(at: datetime, zone: str) -> datetime | None:
    year = _plausible(at.year)
    if year is None:
        return None
    try:
        placed = at.replace(year=year) if year != at.year else at
        return (placed if placed.tzinfo else placed.replace(tzinfo=_zone(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _plausible(year: int) -> int | None:
    """The Gregorian year, Buddhist years (2533 to 2643) counted back; None for any other calendar."""
    if _EARLIEST + _BUDDHIST_YEARS <= year <= _LATEST + _BUDDHIST_YEARS:
        return year - _BUDDHIST_YEARS
    return year if _EARLIEST <= year <= _LATEST else None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=2048)
def _parse_words(text: str, zone: str, order: str | None, languages: tuple[str, ...], now: datetime) -> datetime | None:
    import dateparser  # half a second to import, and most sources never need it

    settings: dict[str, object] = {
        "RELATIVE_BASE": now.astimezone(_zone(zone)).replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": ["day", "month"],
        "NORMALIZE": True,
    }
    if order:
        settings["DATE_ORDER"] = order
    try:
        found = dateparser.parse(text, languages=list(languages), settings=settings)
    except (ValueError, TypeError, OverflowError, RecursionError, AttributeError, IndexError, KeyError):
        return None
    return found if isinstance(found, datetime) else None
