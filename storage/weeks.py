"""A brand's week as counted rows: every statement is bounded by a time index, so it costs what the week holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, case, func, select

from storage.records import CrawlCount, CrawlStatus, Label, WeekRows
from storage.session import Clock, Session
from storage.tables import crawls, holes, mentions
from storage.week_counts import CUSTOMERS, counts_in, thread_sizes_in
from storage.week_memory import WeekMemory
from storage.week_said import calm_threads_in, labelled_in, rating_changes_in, threads_in, unsure_in
from storage.week_stamps import Stamp, crawl_stamp, said_stamp, told_stamp
from storage.week_told import WeekTold, alerts_in, answers_in, events_in, told_in

T = TypeVar("T")
_WELL = (CrawlStatus.OK.value, CrawlStatus.EMPTY.value)


class WeekQuestions(Session):
    """Weeks. What a past week counted is kept in memory and read again once anything it was read from has changed."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        super().__init__(engine, clock)
        self._memory = WeekMemory()

    def week_of(self, brand: str, start: datetime, end: datetime, competitors: Sequence[str] = ()) -> WeekRows:
        """What was said of the brand from `start` until before `end`, and what became of its alerts."""
        with self.reading() as connection:
            week = (connection, brand, start, end)
            counted, (threads, sizes) = self._counted(*week, said_stamp(*week), competitors), threads_in(*week)
            is_covered = _complaints_of(counted) <= {topic for thread in threads for topic in thread.topics}
            return replace(
                counted,
                thread_sizes=sizes,
                threads=threads,
                calm_threads=() if is_covered else calm_threads_in(*week),
                alerts=alerts_in(*week),
                events=events_in(*week),
                answers=answers_in(*week),
                rating_changes=rating_changes_in(*week),
                labelled=labelled_in(*week),
                unsure=unsure_in(*week),
            )

    def week_in_numbers(self, brand: str, start: datetime, end: datetime, competitors: Sequence[str] = ()) -> WeekRows:
        """A week as `week_of` gives it, without what only lists show: threads, and all text."""
        with self.reading() as connection:
            week = (connection, brand, start, end)
            stamp, told = said_stamp(*week), self._told(*week)
            return replace(
                self._counted(*week, stamp, competitors),
                thread_sizes=self._recall(("sizes", brand, start, end), stamp, lambda: thread_sizes_in(*week)),
                alerts=told.alerts,
                events=told.events,
                answers=told.answers,
                rating_changes=rating_changes_in(*week),
                labelled=tuple(replace(text, text=None, url=None) for text in labelled_in(*week)),
            )

    def _counted(
        self,
        connection: Connection,
        brand: str,
        start: datetime,
        end: datetime,
        stamp: Stamp,
        competitors: Sequence[str],
    ) -> WeekRows:
        """What is only counted of a week."""
        key = ("counts", brand, start, end)
        counts = self._recall(key, stamp, lambda: counts_in(connection, brand, start, end))
        return WeekRows(
            brand=brand,
            start=start,
            end=end,
            voices=counts.voices,
            ratings=counts.ratings,
            topics=counts.topics,
            crawls=self._crawls(connection, start, end),
            said=_said(connection, (brand, *competitors), start, end) if competitors else {},
        )

    def _told(self, connection: Connection, brand: str, start: datetime, end: datetime) -> WeekTold:
        week = (connection, brand, start, end)
        return self._recall(("told", brand, start, end), told_stamp(*week), lambda: told_in(*week))

    def _crawls(self, connection: Connection, start: datetime, end: datetime) -> tuple[CrawlCount, ...]:
        """The crawls begun in that time, by entry, and what was left unread; an entry with nothing but a hole too."""
        time = (connection, start, end)
        counts = self._recall(("crawls", start, end), crawl_stamp(*time), lambda: _crawled(*time))
        return _with_holes(counts, _holes(connection, end))

    def _recall(self, key: tuple[object, ...], stamp: object, read: Callable[[], T]) -> T:
        # What a transaction has written may yet be taken back, and its numbers given to something else.
        return read() if self.is_joining else self._memory.recall(key, stamp, read)

    def first_mention_at(self, brand: str) -> datetime | None:
        """When the oldest kept mention of the brand was made; None where there is none."""
        query = select(func.min(mentions.c.said_at)).where(mentions.c.brand == brand)
        with self.reading() as connection:
            return connection.execute(query).scalar()


def _complaints_of(week: WeekRows) -> set[str]:
    """What the negative texts are about."""
    return {topic for count in week.topics if count.label is Label.NEGATIVE for topic in count.topics}


def _said(connection: Connection, brands: Collection[str], start: datetime, end: datetime) -> dict[str, int]:
    """Customers' mentions of each brand, for the share of voice; 0 where there were none."""
    of = mentions.c
    query = select(of.brand, func.count().label("said")).where(of.brand.in_(list(brands)), *CUSTOMERS)
    query = query.where(of.said_at >= start, of.said_at < end).group_by(of.brand)
    found = {row.brand: row.said for row in connection.execute(query)}
    return {brand: found.get(brand, 0) for brand in brands}


def _crawled(connection: Connection, start: datetime, end: datetime) -> tuple[CrawlCount, ...]:
    of = crawls.c
    query = select(
        of.source,
        of.entry,
        func.count().label("crawls"),
        func.sum(case((of.status.in_(_WELL), 0), else_=1)).label("refused"),
        func.sum(case((of.suspicious, 1), else_=0)).label("suspicious"),
        func.sum(of.new).label("new"),
    ).where(of.started_at >= start, of.started_at < end)
    return tuple(
        CrawlCount(
            source=row.source,
            entry=row.entry,
            crawls=row.crawls,
            refused=int(row.refused),
            suspicious=int(row.suspicious),
            new=int(row.new),
        )
        for row in connection.execute(query.group_by(of.source, of.entry).order_by(of.entry, of.source))
    )


def _holes(connection: Connection, end: datetime) -> dict[tuple[str, str], int]:
    """Stretches noticed by then that are unread still: what was read since has been made good."""
    of = holes.c
    unread = (of.noticed_at < end, of.filled_at.is_(None))
    query = select(of.source, of.entry, func.count().label("many")).where(*unread).group_by(of.source, of.entry)
    return {(row.source, row.entry): row.many for row in connection.execute(query.order_by(of.entry))}


def _with_holes(counts: Sequence[CrawlCount], unread: dict[tuple[str, str], int]) -> tuple[CrawlCount, ...]:
    found = [replace(count, holes=unread.pop((count.source, count.entry), 0)) for count in counts]
    silent = (CrawlCount(source=source, entry=entry, crawls=0, holes=many) for (source, entry), many in unread.items())
    return (*found, *silent)
