"""Threads in time: which to visit again and when, and how finished ones grew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, update

from storage.records import CountPoint, Thread, ThreadTimeline
from storage.session import Session
from storage.tables import alerts, counts, deadlines, mentions, threads, verdicts
from storage.threads import in_portions, load_threads, with_last_look

# Replies that come later than this after the beginning are not counted (deadline.md: the horizon).
HORIZON = timedelta(days=7)
# A followed thread without a growing deadline is looked at this often.
SLOWEST = timedelta(hours=1)
# A live alert in whose thread nothing happened for so long is waited for by people, not by crawls.
OLD = timedelta(days=14)


class HistoryQuestions(Session):
    """Visits and timelines."""

    def followed_threads(
        self, source: str, entry: str, now: datetime, *, slowest: timedelta = SLOWEST, limit: int = 200
    ) -> list[Thread]:
        """Threads due for another visit, longest unvisited first: with a live alert, or judged negative and young.

        Due is what was not visited (`mark_visited`) for half the time from its forecast to its deadline, at most
        `slowest`. `entry` is the configured entry whose crawl found them; those kept without one belong to all.
        """
        mine = or_(threads.c.entry == entry, threads.c.entry.is_(None))
        query = _followed(now).where(threads.c.source == source, mine)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(threads.c.visited_at.nulls_first(), threads.c.id)).all()
            due = [row.id for row in rows if (at := _next_visit(row, slowest)) is None or at <= now]
            return load_threads(connection, due[:limit])

    def next_visits(self, now: datetime, *, slowest: timedelta = SLOWEST) -> dict[tuple[str, str | None], datetime]:
        """When each (source, entry) has its next visit due; `now` where one waits already."""
        found: dict[tuple[str, str | None], datetime] = {}
        with self.reading() as connection:
            for row in connection.execute(_followed(now)):
                at = max(_next_visit(row, slowest) or now, now)
                found[row.source, row.entry] = min(at, found.get((row.source, row.entry), at))
        return found

    def mark_visited(self, thread_ids: Iterable[int], now: datetime) -> None:
        """A crawl that ended well has looked at these threads: what it did not bring was not there."""
        ids = list(thread_ids)
        with self.transaction() as connection:
            for some in in_portions(ids):
                these = threads.c.id.in_(some)
                connection.execute(update(threads).where(these).values(visited_at=now))
                connection.execute(update(threads).where(these, threads.c.observed_at < now).values(observed_at=now))

    def finished_timelines(self, source: str, limit: int, now: datetime) -> list[ThreadTimeline]:
        """The source's newest threads that began over seven days ago, for learning its growth curve; newest first."""
        columns = threads.c
        query = select(threads).where(columns.source == source, columns.created_at < now - HORIZON)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(columns.created_at.desc(), columns.id.desc()).limit(limit)).all()
            return _timelines(connection, rows)

    def judged_threads(self, since: datetime, before: datetime, limit: int = 100_000) -> list[int]:
        """Numbers of the threads with a verdict that were first seen in this time, oldest first, for replaying them."""
        seen = threads.c.first_seen_at
        query = select(threads.c.id).join(verdicts, verdicts.c.thread == threads.c.id)
        query = query.where(seen >= since, seen < before).order_by(seen, threads.c.id).limit(limit)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())


def _followed(now: datetime) -> Select[Any]:
    """Two small sets by their indexes: live alerts, and what turned negative lately."""
    begun = now - OLD
    live = select(alerts.c.thread_id).where(
        alerts.c.live_until.is_not(None), or_(alerts.c.opened_at >= begun, alerts.c.changed_at >= begun)
    )
    flagged = (
        select(verdicts.c.thread)
        .join(threads, threads.c.id == verdicts.c.thread)
        .outerjoin(alerts, alerts.c.thread_id == verdicts.c.thread)
        .where(verdicts.c.negative_since >= now - HORIZON, verdicts.c.is_negative)
        .where(threads.c.created_at >= now - HORIZON, alerts.c.closed_at.is_(None))
    )
    columns = (threads.c.id, threads.c.source, threads.c.entry, threads.c.visited_at)
    return (
        select(*columns, deadlines.c.decided_at, deadlines.c.growth_deadline)
        .outerjoin(alerts, alerts.c.thread_id == threads.c.id)
        .outerjoin(deadlines, deadlines.c.id == alerts.c.deadline_id)
        .where(threads.c.id.in_(live.union(flagged)))
    )


def _next_visit(row: Row[Any], slowest: timedelta) -> datetime | None:
    if row.visited_at is None:
        return None
    if row.growth_deadline is None:
        return row.visited_at + slowest  # type: ignore[no-any-return]
    pace = max(row.growth_deadline - row.decided_at, timedelta(0)) / 2
    return row.visited_at + min(pace, slowest)  # type: ignore[no-any-return]


def _timelines(connection: Connection, rows: Collection[Row[Any]]) -> list[ThreadTimeline]:
    replies: defaultdict[int, list[datetime]] = defaultdict(list)
    answers: dict[int, datetime] = {}
    points: defaultdict[int, list[CountPoint]] = defaultdict(list)
    said = mentions.c
    for some in in_portions([row.id for row in rows]):
        times = select(said.thread, said.published_at, said.is_owner_reply).where(
            said.thread.in_(some), said.is_root.is_(False), said.published_at.is_not(None)
        )
        for reply in connection.execute(times.order_by(said.published_at)):
            if reply.is_owner_reply:
                answers.setdefault(reply.thread, reply.published_at)
            else:
                replies[reply.thread].append(reply.published_at)
        counted = select(counts).where(counts.c.thread.in_(some)).order_by(counts.c.observed_at)
        for row in connection.execute(counted):
            points[row.thread].append(CountPoint(observed_at=row.observed_at, replies=row.replies))
    return [_timeline(row, replies[row.id], points[row.id], answers.get(row.id)) for row in rows]


def _timeline(
    row: Row[Any], replies: list[datetime], points: list[CountPoint], answered_at: datetime | None
) -> ThreadTimeline:
    return ThreadTimeline(
        thread_id=row.id,
        source=row.source,
        instance=row.instance,
        created_at=row.created_at,
        first_seen_at=row.first_seen_at,
        observed_at=row.observed_at,
        reply_times=tuple(replies),
        counts=with_last_look(points, row.stated_replies, row.counted_at),
        answered_at=answered_at,
    )
