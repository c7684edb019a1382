"""The figures of a digest: a week's numbers beside those of the weeks before, and the lists behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from alerts.weekly.answers import SupportTime
from alerts.weekly.complaints import Complaint, complaints
from alerts.weekly.lists import false_alarms, grown, still_open, turned_round
from alerts.weekly.numbers import WeekNumbers, numbers_of
from alerts.weekly.sources import SourceWeek, source_weeks
from storage.records import NegativeThread, RatingChange, WeekAlert, WeekRows, WeekText

N = TypeVar("N", float, timedelta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Generic[N]):
    """One number beside the week before and the median of up to eight weeks before; None: there is none."""

    now: N | None
    before: N | None = None
    usual: N | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What stands behind the numbers of the week."""

    complaints: tuple[Complaint, ...] = ()
    grown: tuple[NegativeThread, ...] = ()
    # Those of the threads told here.
    alerts: tuple[WeekAlert, ...] = ()
    still_open: tuple[WeekAlert, ...] = ()
    turned_round: tuple[WeekAlert, ...] = ()
    false_alarms: tuple[WeekText, ...] = ()
    # The least sure first, at most twenty.
    unsure: tuple[WeekText, ...] = ()
    # Those that need a look first.
    sources: tuple[SourceWeek, ...] = ()
    rating_changes: tuple[RatingChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One brand's week."""

    brand: str
    week: str
    start: datetime
    end: datetime
    now: WeekNumbers
    # Names and numbers of up to eight weeks before, oldest first, from the first one in which anything is kept.
    earlier: tuple[tuple[str, WeekNumbers], ...]
    lists: Lists

    @property
    def before(self) -> WeekNumbers | None:
        """The week before; None where nothing was said in it."""
        last = self.earlier[-1][1] if self.earlier else None
        return last if last and last.said.mentions else None

    def compared(self, number: Callable[[WeekNumbers], N | None]) -> Compared[N]:
        """One number of the week, beside the same number of the weeks before."""
        before = self.before
        return Compared(now=number(self.now), before=number(before) if before else None, usual=self.usual(number))

    def answered_at(self, thread: NegativeThread) -> datetime | None:
        """When a thread was answered, as it stood when the week was over."""
        return next(
            (one.alert.answered_at for one in self.lists.alerts if one.alert.thread_id == thread.thread_id), None
        )

    def usual(self, number: Callable[[WeekNumbers], N | None]) -> N | None:
        """The median of a number over the weeks before; weeks in which nothing was said are left out."""
        return usual_of(self.earlier, number)


def figures_of(
    rows: WeekRows,
    earlier: Sequence[tuple[str, WeekRows]] = (),
    *,
    name: str,
    support_time: SupportTime,
    configured: Sequence[tuple[str, str]] = (),
) -> Figures:
    """The figures of one week.

    `earlier`: names and rows of up to eight weeks before, oldest first; `support_time(team, start, end)`: that
    team's hours in between; `configured`: source and entry of each configured source.
    """
    numbers: list[tuple[str, WeekNumbers]] = []
    for week, one in earlier:
        numbers.append((week, _numbers(one, support_time, _sources(one, (), numbers))))
    sources = _sources(rows, configured, numbers)
    return Figures(
        brand=rows.brand,
        week=name,
        start=rows.start,
        end=rows.end,
        now=_numbers(rows, support_time, sources),
        earlier=tuple(numbers),
        lists=Lists(
            complaints=complaints(rows),
            grown=grown(rows),
            alerts=_of_threads(rows),
            still_open=still_open(rows),
            turned_round=turned_round(rows),
            false_alarms=false_alarms(rows),
            unsure=rows.unsure,
            sources=sources,
            rating_changes=rows.rating_changes,
        ),
    )


def _of_threads(rows: WeekRows) -> tuple[WeekAlert, ...]:
    told = {thread.thread_id for thread in rows.threads}
    return tuple(one for one in rows.alerts if one.alert.thread_id in told)


def _numbers(rows: WeekRows, support_time: SupportTime, sources: Sequence[SourceWeek]) -> WeekNumbers:
    return replace(numbers_of(rows, support_time), troubled=sum(source.needs_a_look for source in sources))


def _sources(
    rows: WeekRows, configured: Sequence[tuple[str, str]], earlier: Sequence[tuple[str, WeekNumbers]]
) -> tuple[SourceWeek, ...]:
    """Of a week before, whose configuration nobody knows any more, those that were crawled then."""
    entries = {entry for _, entry in configured} | {count.entry for count in rows.crawls}
    usual = {entry: usual_of(earlier, partial(_new_of, entry)) for entry in entries}
    # Before the first crawl ever there was nothing that could have been missed.
    was_watched = bool(rows.crawls) or any(week.new_by_entry for _, week in earlier)
    return source_weeks(rows.crawls, configured if was_watched else (), usual)


def _new_of(entry: str, week: WeekNumbers) -> float | None:
    return week.new_by_entry.get(entry)


def usual_of(earlier: Sequence[tuple[str, WeekNumbers]], number: Callable[[WeekNumbers], N | None]) -> N | None:
    """The median over the weeks in which something was said; None where no week has that number."""
    found = [value for _, week in earlier if week.said.mentions and (value := number(week)) is not None]
    return _median(found) if found else None


def _median(values: list[N]) -> N:
    """statistics.median knows no lengths of time."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
