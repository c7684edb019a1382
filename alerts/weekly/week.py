"""ISO weeks of a zone: from Monday's midnight there to the next, whatever the clocks do in between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One ISO week as people of a zone live it; start is included, end is not."""

    name: str
    zone: ZoneInfo
    monday: date

    @property
    def start(self) -> datetime:
        return _midnight(self.monday, self.zone)

    @property
    def end(self) -> datetime:
        return _midnight(self.monday + timedelta(days=7), self.zone)

    def back(self, weeks: int) -> Week:
        """The week so many before this one."""
        return _week_from(self.monday - timedelta(weeks=weeks), self.zone)


def week_named(name: str, zone: ZoneInfo) -> Week:
    """The week "2026-W47". Raises ValueError, with the form asked for, on anything else."""
    found = re.fullmatch(r"(\d{4})-?W(\d{1,2})", name.strip(), re.IGNORECASE)
    try:
        if found:
            return _week_from(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
    except ValueError:
        pass
    raise ValueError(f'"{name}" is no ISO week: write it like 2026-W47')


def last_full_week(now: datetime, zone: ZoneInfo) -> Week:
    """The latest week that is over at `now`."""
    today = now.astimezone(zone).date()
    return _week_from(today - timedelta(days=today.weekday() + 7), zone)


def week_holding(moment: datetime, zone: ZoneInfo) -> Week:
    """The week `moment` falls in."""
    day = moment.astimezone(zone).date()
    return _week_from(day - timedelta(days=day.weekday()), zone)


def _week_from(monday: date, zone: ZoneInfo) -> Week:
    year, number, _ = monday.isocalendar()
    return Week(name=f"{year}-W{number:02d}", zone=zone, monday=monday)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of a zone in UTC; where the clocks skip it, the first moment after."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
