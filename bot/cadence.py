"""How often something happens: every so long, by a cron line, or at one hour of one weekday; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

UTC_ZONE = ZoneInfo("UTC")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Again so long after the last start."""

    span: timedelta

    def next_after(self, last: datetime) -> datetime:
        return last + self.span

    def __str__(self) -> str:
        seconds = int(self.span.total_seconds())
        for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
            if seconds % size == 0:
                count = seconds // size
                return f"every {unit}" if count == 1 else f"every {count} {unit}s"
        return f"every {seconds} seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A cron line of five fields, read as Debian's cron reads it, also where the clock is changed."""

    line: str
    zone: ZoneInfo = UTC_ZONE

    def next_after(self, last: datetime) -> datetime:
        from cronsim import CronSim

        return next(CronSim(self.line, last.astimezone(self.zone))).astimezone(UTC)

    def __str__(self) -> str:
        return f"cron {self.line} ({self.zone.key})"


Cadence = Every | Cron


def cron_fault(line: str) -> str | None:
    """What is wrong with a cron line; None where it can be used and comes round at least once in fifty years."""
    from cronsim import CronSim, CronSimError

    if len(line.split()) != 5:
        return "five fields: minute hour day month weekday"
    try:
        next(CronSim(line, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return str(error)
    except StopIteration:
        return "a line that comes round (this one never does)"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """One hour of one weekday in one zone; a time the clock skips is one hour later, one it repeats the first."""

    weekday: int = 0
    at: time = time(9)
    zone: ZoneInfo = UTC_ZONE

    def last_before(self, now: datetime) -> datetime:
        """The newest such moment at or before `now`, UTC."""
        today = now.astimezone(self.zone).date()
        for back in range(9):
            day = today - timedelta(days=back)
            moment = datetime.combine(day, self.at, self.zone).astimezone(UTC)
            if day.weekday() == self.weekday and moment <= now:
                return moment
        raise AssertionError("every weekday comes within eight days")

    def next_after(self, now: datetime) -> datetime:
        """The first such moment after `now`, UTC."""
        today = now.astimezone(self.zone).date()
        for ahead in range(9):
            day = today + timedelta(days=ahead)
            moment = datetime.combine(day, self.at, self.zone).astimezone(UTC)
            if day.weekday() == self.weekday and moment > now:
                return moment
        raise AssertionError("every weekday comes within eight days")

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday].capitalize()} {self.at:%H:%M} ({self.zone.key})"
