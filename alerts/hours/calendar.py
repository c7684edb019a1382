"""When the team is at work: several spans a day, over midnight, holidays, own days, 24/7; all reckoned in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from alerts.hours.support_hours import Span, SupportHours

__all__ = ["Calendar", "SupportHours", "Window"]

Window = tuple[datetime, datetime]
"""Start and end, both UTC; the end still counts: "answer by 17:00" where work ends at 17:00."""

# So far ahead we look for somebody at work.
FURTHEST = timedelta(days=370)


class Calendar:
    """A team's support hours as windows of UTC; days are worked out once and kept."""

    def __init__(self, hours: SupportHours, *, with_holidays: bool = True) -> None:
        self.hours = hours
        self._with_holidays = with_holidays
        self._days: dict[date, tuple[Window, ...]] = {}
        self._holidays = hours.public_holidays() if with_holidays and not hours.always else {}
        self._plain: Calendar | None = None

    @property
    def plain(self) -> Calendar:
        """The same week if no day were a holiday or an own free day: to say what a holiday changed."""
        if self._plain is None:
            self._plain = Calendar(self.hours, with_holidays=False)
        return self._plain

    def windows(self, start: datetime, end: datetime) -> Iterator[Window]:
        """The windows that touch [start, end], in order; neighbours that meet are one, so midnight loses nothing."""
        first = start.astimezone(self.hours.zone).date() - timedelta(days=2)
        last = end.astimezone(self.hours.zone).date() + timedelta(days=1)
        open_since, open_until = None, None
        for day in _days(first, last):
            for since, until in self._day(day):
                if open_until is not None and since <= open_until:
                    open_until = max(open_until, until)
                    continue
                if open_since is not None and open_until is not None and open_until >= start and open_since <= end:
                    yield open_since, open_until
                open_since, open_until = since, until
        if open_since is not None and open_until is not None and open_until >= start and open_since <= end:
            yield open_since, open_until

    def is_open(self, at: datetime) -> bool:
        return any(since <= at <= until for since, until in self.windows(at, at))

    def next_open(self, at: datetime) -> datetime | None:
        """The first moment at or after `at` with somebody at work; None where there is none within a year."""
        return next((max(since, at) for since, until in self._ahead(at) if until > at), None)

    def latest_open(self, not_before: datetime, not_after: datetime) -> datetime | None:
        """The latest moment inside the hours between the two, both included."""
        found = [min(until, not_after) for since, until in self.windows(not_before, not_after) if since <= not_after]
        return max((moment for moment in found if moment >= not_before), default=None)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments; nothing where end is before start."""
        parts = (min(until, end) - max(since, start) for since, until in self.windows(start, end))
        return sum((part for part in parts if part > timedelta(0)), timedelta(0))

    def after_work(self, start: datetime, needed: timedelta) -> datetime | None:
        """The moment by which so much working time has passed since `start`; None where a year is not enough."""
        left = needed
        for since, until in self._ahead(start):
            begin = max(since, start)
            if until <= begin:
                continue
            if until - begin >= left:
                return begin + left
            left -= until - begin
        return None

    def free_days(self, start: datetime, end: datetime) -> tuple[tuple[date, str | None], ...]:
        """Holidays and own free days between two moments that would otherwise be worked, with their names."""
        zone = self.hours.zone
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        named = ((day, self._free(day)) for day in _days(first, last) if self.hours.spans_of(day))
        return tuple((day, name or None) for day, name in named if name is not None)

    def _ahead(self, start: datetime) -> Iterator[Window]:
        """Windows from `start` on, a fortnight at a time: the next one is nearly always in the first."""
        begin, furthest = start, start + FURTHEST
        while begin < furthest:
            end = min(begin + timedelta(days=14), furthest)
            for since, until in self.windows(begin, end):
                # Cut at the seam of two fortnights, so that no window is met twice.
                yield max(since, begin), min(until, end)
            begin = end

    def _day(self, day: date) -> tuple[Window, ...]:
        """The windows of the spans that begin on this local day."""
        if day not in self._days:
            free = self._with_holidays and self._free(day) is not None
            spans = () if free else self.hours.spans_of(day)
            made = [self._window(day, span) for span in spans]
            self._days[day] = tuple(sorted(window for window in made if window[0] < window[1]))
        return self._days[day]

    def _free(self, day: date) -> str | None:
        """The name of the holiday, "" for an own free day, None for a day like any other."""
        if day in self.hours.closed:
            return ""
        if day in self.hours.open_on:
            return None
        return self._holidays.get(day)

    def _window(self, day: date, span: Span) -> Window:
        return self._instant(day, span.start, fold=0), self._instant(day, span.end, fold=1)

    def _instant(self, day: date, minutes: int, *, fold: int) -> datetime:
        """A local time as UTC. Twice on the clock: the first for a start, the second for an end, so nothing is lost.
        Never on the clock: later by the gap, as RFC 5545 says."""
        day, minutes = day + timedelta(days=minutes // (24 * 60)), minutes % (24 * 60)
        local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=self.hours.zone)
        early, late = local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
        return early if fold == 0 else max(early, late)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
