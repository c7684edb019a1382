"""The threads a batch of mentions belongs to: opened, locked, and brought up to date with what the batch saw."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, select, update

from storage.dialect import insert, one_of
from storage.records import Kind, Mention
from storage.tables import alerts, counts, threads, votes
from storage.tidy import ThreadKey, thread_key_of


@dataclass(slots=True)
class Counter:
    """A counter of the thread's root: as it was last read and when, and as this batch states it."""

    stated: int | None
    read_at: datetime | None
    states: int | None = None
    states_at: datetime | None = None

    def saw(self, count: int | None, seen: datetime) -> None:
        if count is not None and (self.read_at is None or seen >= self.read_at):
            self.states, self.states_at = count, seen

    def settled(self) -> tuple[int | None, datetime | None]:
        """What it says now and when that was read."""
        return self.stated if self.states is None else self.states, self.states_at or self.read_at

    def points(self) -> list[tuple[datetime, int]]:
        """A changed counter gives two points: when the old value was last seen, and when the new one was first."""
        if self.states is None or self.states_at is None or self.states == self.stated:
            return []
        new = (self.states_at, self.states)
        if self.stated is None or self.read_at is None or self.read_at == self.states_at:
            return [new]
        return [(self.read_at, self.stated), new]


@dataclass(slots=True)
class Touched:
    """A thread while a batch is saved; changes as its mentions are taken."""

    id: int
    created_at: datetime
    observed_at: datetime
    url: str | None
    replies: Counter
    # The "helpful" votes of a review.
    votes: Counter
    # Anything changed; something was said or edited.
    changed: bool = False
    said: bool = False

    def saw(self, mention: Mention, now: datetime) -> None:
        seen = mention.fetched_at or now
        self.observed_at = max(self.observed_at, seen)
        if mention.is_root:
            self.created_at = mention.published_at or self.created_at
            self.url = mention.url or self.url
            self.replies.saw(mention.reply_count, seen)
            if mention.kind is Kind.REVIEW:
                self.votes.saw(mention.like_count, seen)
        elif self.url is None:
            self.url = mention.url


def open_threads(
    connection: Connection, batch: Iterable[Mention], now: datetime, entry: str | None
) -> dict[ThreadKey, Touched]:
    """All threads of the batch, locked until the transaction ends, the missing ones opened."""
    wanted = {thread_key_of(mention): mention for mention in batch}
    if not wanted:
        return {}
    found = _locked(connection, sorted(wanted))
    missing = sorted(key for key in wanted if key not in found)
    if missing:
        rows = [_opened(wanted[key], key, now, entry) for key in missing]
        connection.execute(insert(connection, threads).on_conflict_do_nothing(), rows)
        found |= _locked(connection, missing)
    return {key: _touched(row) for key, row in found.items()}


def settle_threads(connection: Connection, touched: dict[ThreadKey, Touched], now: datetime) -> None:
    """Writes what the batch saw of its threads; a changed one waits for a new verdict."""
    if not touched:
        return
    rows = sorted((_settled(thread) for thread in touched.values()), key=lambda row: row["b_id"])
    columns = ("created_at", "observed_at", "url", "stated_replies", "counted_at", "stated_votes", "voted_at")
    seen = update(threads).where(threads.c.id == bindparam("b_id")).values({name: bindparam(name) for name in columns})
    connection.execute(seen, rows)
    for table, points in _points(touched.values()):
        if points:
            connection.execute(insert(connection, table).on_conflict_do_nothing(), points)
    touch_threads(connection, sorted(thread.id for thread in touched.values() if thread.changed), now)
    said = sorted(thread.id for thread in touched.values() if thread.said)
    if said:
        connection.execute(update(alerts).where(alerts.c.thread_id.in_(said)).values(changed_at=now))


def touch_threads(connection: Connection, thread_ids: list[int], now: datetime) -> None:
    """Marks threads as changed: they wait for a verdict."""
    if not thread_ids:
        return
    mine = threads.c.id.in_(thread_ids)
    connection.execute(update(threads).where(mine).values(version=threads.c.version + 1, leased_until=None))
    connection.execute(update(threads).where(mine, threads.c.to_judge_since.is_(None)).values(to_judge_since=now))


def _locked(connection: Connection, keys: list[ThreadKey]) -> dict[ThreadKey, Row[Any]]:
    columns = threads.c
    query = (
        select(threads)
        .where(one_of((columns.source, columns.instance, columns.brand, columns.external_id), keys))
        # Always in the same order, so that two batches never wait for each other in a circle.
        .order_by(columns.id)
        .with_for_update()
    )
    return {(row.source, row.instance, row.brand, row.external_id): row for row in connection.execute(query)}


def _opened(mention: Mention, key: ThreadKey, now: datetime, entry: str | None) -> dict[str, Any]:
    source, instance, brand, external_id = key
    seen = mention.fetched_at or now
    return {
        "source": source,
        "instance": instance,
        "external_id": external_id,
        "brand": brand,
        "entry": entry,
        "created_at": seen,
        "first_seen_at": seen,
        "observed_at": seen,
        "version": 0,
    }


def _touched(row: Row[Any]) -> Touched:
    return Touched(
        id=row.id,
        created_at=row.created_at,
        observed_at=row.observed_at,
        url=row.url,
        replies=Counter(stated=row.stated_replies, read_at=row.counted_at),
        votes=Counter(stated=row.stated_votes, read_at=row.voted_at),
    )


def _settled(thread: Touched) -> dict[str, Any]:
    replies, counted_at = thread.replies.settled()
    stated_votes, voted_at = thread.votes.settled()
    return {
        "b_id": thread.id,
        "created_at": thread.created_at,
        "observed_at": thread.observed_at,
        "url": thread.url,
        "stated_replies": replies,
        "counted_at": counted_at,
        "stated_votes": stated_votes,
        "voted_at": voted_at,
    }


def _points(touched: Collection[Touched]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    for table, name in ((counts, "replies"), (votes, "votes")):
        yield (
            table,
            [
                {"thread": thread.id, "observed_at": at, name: count}
                for thread in touched
                for at, count in getattr(thread, name).points()
            ],
        )
