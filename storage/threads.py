"""Threads as records: any number of them in four statements, five where reviews with votes are among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, or_, select

from storage.mention_rows import MENTION_COLUMNS, mention_of, rating_of, sentiment_of
from storage.records import CountPoint, EarlierVersion, Label, Mention, Sentiment, Thread, VotePoint
from storage.session import Session
from storage.tables import counts, mention_versions, mentions, sentiments, threads, votes

Key = TypeVar("Key", int, str)

# Keys asked for in one statement; SQLite takes 32,766, PostgreSQL 65,535.
_MANY = 5000
SENTIMENT_COLUMNS = [
    *(sentiments.c[name] for name in ("label", "negative", "neutral", "positive", "model", "topics")),
    sentiments.c.language.label("sentiment_language"),
    sentiments.c.unsure_at.is_not(None).label("unsure"),
]


class ThreadQuestions(Session):
    """Reading threads."""

    def thread(self, thread_id: int) -> Thread | None:
        """The thread of that number, whole; None when there is none."""
        return next(iter(self.threads([thread_id])), None)

    def threads(self, thread_ids: Iterable[int]) -> list[Thread]:
        """The threads of these numbers, whole, in the order asked; missing ones are left out."""
        with self.reading() as connection:
            return load_threads(connection, list(thread_ids))

    def find_thread(
        self, source: str, external_id: str, *, instance: str = "", brand: str | None = None
    ) -> Thread | None:
        """The thread a source calls so; with several brands the first one, unless one is named."""
        columns = threads.c
        query = select(columns.id).where(columns.source == source, columns.instance == instance)
        query = query.where(columns.external_id == external_id).order_by(columns.id).limit(1)
        if brand is not None:
            query = query.where(columns.brand == brand)
        with self.reading() as connection:
            found = list(connection.execute(query).scalars())
            return next(iter(load_threads(connection, found)), None)

    def named_threads(self, name: str, *, source: str | None = None, limit: int = 10) -> list[int]:
        """Numbers of the threads called so by their source, or with a text of that id or address in them.

        For a person who asks: texts are not indexed by their address, so it may read all of them.
        """
        names = {name, name.rstrip("/"), f"{name}/"}
        said = select(mentions.c.thread).where(or_(mentions.c.external_id.in_(names), mentions.c.url.in_(names)))
        called = or_(threads.c.external_id.in_(names), threads.c.url.in_(names), threads.c.id.in_(said))
        query = select(threads.c.id).where(called).order_by(threads.c.id).limit(limit)
        if source is not None:
            query = query.where(threads.c.source == source)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())


def load_threads(connection: Connection, thread_ids: Sequence[int]) -> list[Thread]:
    """Threads with all that hangs on them, in the order asked."""
    parts = _Parts()
    rows: dict[int, Row[Any]] = {}
    for some in in_portions(thread_ids):
        found = {row.id: row for row in connection.execute(select(threads).where(threads.c.id.in_(some)))}
        parts.read(connection, some)
        parts.read_votes(connection, [number for number, row in found.items() if row.stated_votes is not None])
        rows |= found
    return [_thread(rows[number], parts) for number in thread_ids if number in rows]


def in_portions(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), _MANY):
        yield keys[start : start + _MANY]


class _Parts:
    """What hangs on threads, by thread number."""

    def __init__(self) -> None:
        self.said: defaultdict[int, list[Mention]] = defaultdict(list)
        self.sentiments: defaultdict[int, dict[int, Sentiment]] = defaultdict(dict)
        self.versions: defaultdict[int, dict[int, list[EarlierVersion]]] = defaultdict(lambda: defaultdict(list))
        self.counts: defaultdict[int, list[CountPoint]] = defaultdict(list)
        self.votes: defaultdict[int, list[VotePoint]] = defaultdict(list)

    def read(self, connection: Connection, thread_ids: Sequence[int]) -> None:
        said = (
            select(mentions.c.thread, *MENTION_COLUMNS, *SENTIMENT_COLUMNS)
            .outerjoin(sentiments, sentiments.c.mention_id == mentions.c.id)
            .where(mentions.c.thread.in_(thread_ids))
        )
        for row in connection.execute(said):
            self.said[row.thread].append(mention_of(row))
            if row.label is not None:
                self.sentiments[row.thread][row.id] = sentiment_of(row)
        earlier = (
            select(mention_versions, mentions.c.thread)
            .join(mentions, mentions.c.id == mention_versions.c.mention_id)
            .where(mentions.c.thread.in_(thread_ids))
            .order_by(mention_versions.c.id)
        )
        for row in connection.execute(earlier):
            self.versions[row.thread][row.mention_id].append(_version(row))
        points = select(counts).where(counts.c.thread.in_(thread_ids)).order_by(counts.c.observed_at)
        for row in connection.execute(points):
            self.counts[row.thread].append(CountPoint(observed_at=row.observed_at, replies=row.replies))

    def read_votes(self, connection: Connection, voted: Sequence[int]) -> None:
        """Only of the threads whose root people vote on: few have one."""
        if not voted:
            return
        points = select(votes).where(votes.c.thread.in_(voted)).order_by(votes.c.observed_at)
        for row in connection.execute(points):
            self.votes[row.thread].append(VotePoint(observed_at=row.observed_at, votes=row.votes))


def _thread(row: Row[Any], parts: _Parts) -> Thread:
    return Thread(
        id=row.id,
        source=row.source,
        instance=row.instance,
        external_id=row.external_id,
        brand=row.brand,
        first_seen_at=row.first_seen_at,
        observed_at=row.observed_at,
        mentions=tuple(sorted(parts.said[row.id], key=_root_first)),
        sentiments=parts.sentiments[row.id],
        versions={number: tuple(versions) for number, versions in parts.versions[row.id].items()},
        counts=with_last_look(parts.counts[row.id], row.stated_replies, row.counted_at),
        votes=_votes(parts.votes[row.id], row.stated_votes, row.voted_at),
        url=row.url,
        version=row.version,
    )


def with_last_look(points: Sequence[CountPoint], replies: int | None, at: datetime | None) -> tuple[CountPoint, ...]:
    """The points where the counter moved, and the last look at it, after which nothing is known."""
    if replies is None or at is None or (points and points[-1].observed_at >= at):
        return tuple(points)
    return (*points, CountPoint(observed_at=at, replies=replies))


def _votes(points: Sequence[VotePoint], stated: int | None, at: datetime | None) -> tuple[VotePoint, ...]:
    """The same of the votes of a review."""
    if stated is None or at is None or (points and points[-1].observed_at >= at):
        return tuple(points)
    return (*points, VotePoint(observed_at=at, votes=stated))


def _root_first(mention: Mention) -> tuple[bool, float, int]:
    at = mention.published_at or mention.fetched_at
    return not mention.is_root, at.timestamp() if at else 0.0, mention.id or 0


def _version(row: Row[Any]) -> EarlierVersion:
    return EarlierVersion(
        seen_at=row.seen_at,
        content_hash=row.content_hash,
        rating=rating_of(row.rating_value, row.rating_best),
        label=Label(row.label) if row.label else None,
    )
