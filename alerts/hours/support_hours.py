"""Support hours as a person writes them in repwatch.toml, checked when read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from alerts.hours.holiday_names import Days, named_holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of work in minutes after the local midnight it begins on; past 1440 it ends on the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportHours:
    """When a team answers; raises ValueError with the mend where the week cannot be read."""

    # IANA zone of the team, not of the author.
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    # Days to spans: {"mon-fri" = ["09:00-13:00", "14:00-17:30"], "sat" = ["22:00-06:00"]}; over midnight is fine.
    week: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"mon-fri": ("09:00-17:00",)})
    # 24/7: the week and public holidays do not matter.
    always: bool = False
    # ISO 3166 country and its region, for public holidays; none without a country.
    country: str | None = None
    region: str | None = None
    # In which the holidays are named to the team.
    language: str = "en"
    # Own free days, and days worked although they are public holidays.
    closed: frozenset[date] = frozenset()
    open_on: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.always and not any(_spans_by_day(_frozen(self.week))):
            raise ValueError('hours.week has no span: write for example mon-fri = ["09:00-17:00"], or always = true')
        if self.country is not None:
            self.public_holidays()

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """The spans of a weekday, whatever holiday it may be."""
        if self.always:
            return (Span(start=0, end=_DAY),)
        return _spans_by_day(_frozen(self.week))[day.weekday()]

    def public_holidays(self) -> Days:
        """Date to name, in the team's language; none without a country."""
        return named_holidays(self.country, self.region, self.language) if self.country else {}


def _frozen(week: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((days, tuple(spans)) for days, spans in week.items())


@cache
def _spans_by_day(week: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[Span, ...], ...]:
    found: list[list[Span]] = [[] for _ in DAYS]
    for days, spans in week:
        for number in _weekdays(days):
            found[number] += [_span(text) for text in spans]
    return tuple(tuple(sorted(spans, key=lambda span: span.start)) for spans in found)


def _weekdays(text: str) -> tuple[int, ...]:
    """Weekday numbers (Monday 0) of "mon", "mon-fri", "sat-mon", "daily" or "mon,wed"."""
    numbers: list[int] = []
    for part in text.lower().replace("daily", "mon-sun").split(","):
        names = [name.strip()[:3] for name in re.split("[-–]", part)]
        if len(names) > 2 or any(name not in DAYS for name in names):
            raise ValueError(f'hours.week "{text}" is no day: write {", ".join(DAYS)}, a stretch "mon-fri", or "daily"')
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        numbers += [number % 7 for number in range(first, last + (7 if last < first else 0) + 1)]
    return tuple(dict.fromkeys(numbers))


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    hours = [int(part) for part in found.groups()] if found else [99] * 4
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if max(hours[1], hours[3]) > 59 or start >= _DAY or end > _DAY:
        raise ValueError(
            f'hours.week "{text}" is no span: write "09:00-17:00", over midnight "22:00-06:00", or "00:00-24:00"'
        )
    if end == _DAY - 1:
        end = _DAY  # who writes 23:59 means midnight; the lost minute is other programs' bug
    return Span(start=start, end=end if end > start else end + _DAY)
