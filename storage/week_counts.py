"""A brand's week counted: voices by source, language and label; ratings; topics; the sizes of negative threads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Select, Text, and_, func, select, type_coerce

from storage.mention_rows import rating_of
from storage.records import Label, RatingCount, TopicCount, VoiceCount
from storage.tables import mentions, sentiments, verdicts

SAID = mentions.c
CUSTOMERS = (SAID.is_owner_reply.is_(False), SAID.deleted.is_(False))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCounts:
    """Customers' texts of a week, counted three ways."""

    voices: tuple[VoiceCount, ...]
    ratings: tuple[RatingCount, ...]
    topics: tuple[TopicCount, ...]


def of_week(query: Select[Any], brand: str, start: datetime, end: datetime) -> Select[Any]:
    """The query, of customers' mentions of the brand in that time only."""
    return query.where(SAID.brand == brand, SAID.said_at >= start, SAID.said_at < end, *CUSTOMERS)


def counts_in(connection: Connection, brand: str, start: datetime, end: datetime) -> WeekCounts:
    """Counts what is alike in everything counted by, then adds that up: the database reads each mention once."""
    language = func.coalesce(SAID.language, sentiments.c.language)
    is_unsure = sentiments.c.unsure_at.is_not(None)
    key = (SAID.source, language, sentiments.c.label, type_coerce(sentiments.c.topics, Text), SAID.rating_best)
    query = select(*key, SAID.rating_value, is_unsure).outerjoin(sentiments, sentiments.c.mention_id == SAID.id)
    rows = _alike(connection, of_week(query, brand, start, end))
    return WeekCounts(voices=_voices(rows), ratings=_ratings(rows), topics=_topics(rows))


class _Alike(NamedTuple):
    """Mentions alike in all of this, and how many."""

    source: str
    language: str | None
    label: str | None
    # As JSON; None: not scored.
    topics: str | None
    rating_best: float | None
    rating_value: float | None
    is_unsure: bool
    mentions: int


def _alike(connection: Connection, each: Select[Any]) -> list[_Alike]:
    if connection.dialect.name != "sqlite":
        query = each.add_columns(func.count()).group_by(*each.selected_columns)
        return [_Alike._make(row) for row in connection.execute(query)]
    # SQLite groups by sorting: of a million rows in a few hundred groups that takes four times as long as reading them.
    # Counted as the driver hands them over, one by one.
    cursor = cast("Iterable[tuple[Any, ...]]", connection.execute(each).cursor)
    return [_Alike._make((*row, many)) for row, many in Counter(cursor).items()]


def negative_threads(brand: str, start: datetime, end: datetime) -> Select[Any]:
    """Each negative thread in which customers said something, and how much; its verdict stands beside it."""
    is_negative = and_(verdicts.c.thread == SAID.thread, verdicts.c.is_negative)
    query = select(SAID.thread, func.count().label("said_in_week")).join(verdicts, is_negative)
    return of_week(query, brand, start, end).group_by(SAID.thread)


def thread_sizes_in(connection: Connection, brand: str, start: datetime, end: datetime) -> dict[int, int]:
    """How many negative threads there were, by how many customers' mentions came in them."""
    threads = negative_threads(brand, start, end).subquery()
    size = threads.c.said_in_week
    rows = connection.execute(select(size, func.count().label("many")).group_by(size).order_by(size))
    return {row.said_in_week: row.many for row in rows}


def _voices(rows: Sequence[_Alike]) -> tuple[VoiceCount, ...]:
    alike: dict[tuple[str, str, str], list[_Alike]] = {}
    for row in rows:
        alike.setdefault((row.source, row.language or "", row.label or ""), []).append(row)
    return tuple(_voice(*key, alike[key]) for key in sorted(alike))


def _voice(source: str, language: str, label: str, rows: Sequence[_Alike]) -> VoiceCount:
    return VoiceCount(
        source=source,
        language=language or None,
        label=Label(label) if label else None,
        mentions=sum(row.mentions for row in rows),
        unsure=sum(row.mentions for row in rows if row.is_unsure),
    )


def _ratings(rows: Sequence[_Alike]) -> tuple[RatingCount, ...]:
    """By source, scale and value."""
    many: Counter[tuple[str, float, float]] = Counter()
    for row in rows:
        if row.rating_best is not None and row.rating_value is not None:
            many[row.source, row.rating_best, row.rating_value] += row.mentions
    return tuple(
        RatingCount(source=source, rating=rating, mentions=many[source, best, value])
        for source, best, value in sorted(many)
        if (rating := rating_of(value, best))
    )


def _topics(rows: Sequence[_Alike]) -> tuple[TopicCount, ...]:
    """By label and by exactly their topics."""
    many: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for row in rows:
        if row.label and row.topics and (topics := json.loads(row.topics)):
            many[row.label, tuple(topics)] += row.mentions
    return tuple(
        TopicCount(topics=topics, label=Label(label), mentions=many[label, topics]) for label, topics in sorted(many)
    )
