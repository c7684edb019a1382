"""What was said in a brand's week: negative threads, changed ratings, and texts that lists show."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from heapq import nsmallest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, case, func, select, type_coerce

from storage.mention_rows import label_of, rating_of
from storage.records import (
    CalmThread,
    Label,
    NegativeThread,
    RatingChange,
    Severity,
    WeekText,
)
from storage.tables import alerts, labels, mention_versions, mentions, sentiments, threads, verdicts
from storage.week_counts import SAID, negative_threads, of_week

# A list shows so many texts, and of each its beginning.
_MOST_TEXTS = 20
_TEXT_LETTERS = 300
_MOST_CALM = 60
# Negative threads with all their particulars: so many of the busiest, and so many of each topic.
_BUSIEST = 50
_OF_TOPIC = 3


def threads_in(
    connection: Connection, brand: str, start: datetime, end: datetime
) -> tuple[tuple[NegativeThread, ...], dict[int, int]]:
    """Negative threads in which something was said: the busiest and the most severe of each topic, most severe first;
    and how many there were of each size (`thread_sizes_in`).

    Of a week with tens of thousands of them only these can be shown, and only their particulars are read.
    """
    judged = verdicts.c
    active = negative_threads(brand, start, end).subquery()
    # Topics as the JSON they are kept as: of tens of thousands of threads only a few hundred differ in them.
    topics = type_coerce(judged.topics, Text).label("topics")
    columns = (active.c.thread, active.c.said_in_week, judged.severity, judged.score, topics)
    found = connection.execute(select(*columns).join(verdicts, judged.thread == active.c.thread)).all()
    said_in_week = {row.thread: row.said_in_week for row in _to_tell(found)}
    everything = mentions.alias("everything")
    said = select(func.count()).where(
        everything.c.thread == threads.c.id, everything.c.is_owner_reply.is_(False), everything.c.deleted.is_(False)
    )
    query = (
        select(threads, verdicts, title_of_thread(), said.scalar_subquery().label("said"))
        .join(verdicts, verdicts.c.thread == threads.c.id)
        .where(threads.c.id.in_(list(said_in_week)))
        .order_by(verdicts.c.severity.desc(), verdicts.c.score.desc(), threads.c.id)
    )
    told = tuple(_negative_thread(row, said_in_week[row.id]) for row in connection.execute(query))
    return told, dict(sorted(Counter(row.said_in_week for row in found).items()))


def _to_tell(found: Sequence[Row[Any]]) -> list[Row[Any]]:
    told = {row.thread: row for row in nsmallest(_BUSIEST, found, key=lambda row: (-row.said_in_week, row.thread))}
    alike: dict[str, list[Row[Any]]] = {}
    for row in found:
        alike.setdefault(row.topics, []).append(row)
    of_topic: dict[str, list[Row[Any]]] = {}
    for topics, rows in alike.items():
        for topic in json.loads(topics):
            of_topic.setdefault(topic, []).extend(rows)
    for rows in of_topic.values():
        severe = nsmallest(_OF_TOPIC, rows, key=lambda row: (-row.severity, -row.score, row.thread))
        told |= {row.thread: row for row in severe}
    return list(told.values())


def calm_threads_in(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[CalmThread, ...]:
    """Threads not judged negative that hold negative texts with a topic, those with the most first."""
    negative = and_(sentiments.c.mention_id == SAID.id, sentiments.c.label == Label.NEGATIVE)
    query = select(SAID.thread, sentiments.c.topics, func.count().label("texts")).join(sentiments, negative)
    query = query.outerjoin(verdicts, verdicts.c.thread == SAID.thread).where(verdicts.c.is_negative.is_not(True))
    query = of_week(query, brand, start, end).group_by(SAID.thread, sentiments.c.topics)
    most = query.order_by(func.count().desc(), SAID.thread).limit(_MOST_CALM).subquery()
    threads_of = select(threads.c.id, threads.c.source, threads.c.url, title_of_thread(), most.c.topics, most.c.texts)
    rows = connection.execute(threads_of.join(most, most.c.thread == threads.c.id).order_by(most.c.texts.desc()))
    return tuple(
        CalmThread(thread_id=row.id, source=row.source, topics=tuple(row.topics), url=row.url, title=row.title)
        for row in rows
        if row.topics
    )


def title_of_thread() -> Any:
    """The root's title, else how its text begins."""
    root = mentions.alias("root")
    mine = select(func.coalesce(root.c.title, func.substr(root.c.text, 1, 200))).where(
        root.c.thread == threads.c.id, root.c.is_root
    )
    return mine.limit(1).scalar_subquery().label("title")


def rating_changes_in(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[RatingChange, ...]:
    """Ratings changed in that time, with the owner's answer that came before the change."""
    old = mention_versions.c
    answer = mentions.alias("answer")
    mine = (answer.c.thread == SAID.thread, answer.c.is_owner_reply, answer.c.said_at <= old.replaced_at)
    told = case((alerts.c.answered_at <= old.replaced_at, alerts.c.answered_at))
    query = (
        select(mention_versions, SAID.thread, SAID.source, threads.c.created_at)
        .add_columns(SAID.rating_value.label("now_value"), SAID.rating_best.label("now_best"))
        .add_columns(told.label("told_answer"), select(func.min(answer.c.said_at)).where(*mine).label("seen_answer"))
        .select_from(mention_versions)
        .join(mentions, SAID.id == old.mention_id)
        .join(threads, threads.c.id == SAID.thread)
        .outerjoin(alerts, alerts.c.thread_id == SAID.thread)
        .where(_is_of(brand), old.replaced_at >= start, old.replaced_at < end)
        .order_by(old.id)
    )
    return tuple(change for row in connection.execute(query) if (change := _rating_change(row)))


def labelled_in(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[WeekText, ...]:
    """Texts that people said a word about in that time, oldest word first."""
    query = _texts().join(labels, labels.c.mention_id == SAID.id).outerjoin(sentiments, _its_sentiment())
    query = query.add_columns(labels.c.mention_id, labels.c.label, labels.c.at, labels.c.by)
    query = query.where(_is_of(brand), labels.c.at >= start, labels.c.at < end)
    return tuple(_text(row) for row in connection.execute(query.order_by(labels.c.at, labels.c.id)))


def unsure_in(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[WeekText, ...]:
    """The week's texts the model was least sure of."""
    query = of_week(_texts().join(sentiments, _its_sentiment()), brand, start, end)
    query = query.where(sentiments.c.unsure_at.is_not(None))
    rows = connection.execute(query.order_by(func.abs(sentiments.c.negative - 0.5), SAID.id).limit(_MOST_TEXTS))
    return tuple(_text(row) for row in rows)


def _is_of(brand: str) -> ColumnElement[bool]:
    """Not by the index of a brand's mentions, all of which a planner may find fewer than the few rows of a time."""
    return SAID.brand.concat("") == brand


def _its_sentiment() -> Any:
    return sentiments.c.mention_id == SAID.id


def _texts() -> Select[Any]:
    said = func.substr(func.coalesce(func.nullif(SAID.text, ""), SAID.title), 1, _TEXT_LETTERS).label("said")
    tone = (sentiments.c.label.label("tone"), sentiments.c.negative, sentiments.c.neutral, sentiments.c.positive)
    return select(SAID.id, SAID.thread, SAID.source, SAID.url, SAID.language, said, *tone).select_from(mentions)


def _text(row: Row[Any]) -> WeekText:
    return WeekText(
        mention_id=row.id,
        thread_id=row.thread,
        source=row.source,
        text=row.said,
        url=row.url,
        language=row.language,
        label=Label(row.tone) if row.tone else None,
        confidence=max(row.negative, row.neutral, row.positive) if row.tone else None,
        word=label_of(row) if "by" in row._fields else None,
    )


def _negative_thread(row: Row[Any], said_in_week: int) -> NegativeThread:
    return NegativeThread(
        thread_id=row.id,
        source=row.source,
        created_at=row.created_at,
        first_seen_at=row.first_seen_at,
        severity=Severity(row.severity),
        score=row.score,
        said_in_week=said_in_week,
        said=row.said,
        topics=tuple(row.topics),
        url=row.url,
        title=row.title,
        negative_since=row.negative_since,
        stated_replies=row.stated_replies,
    )


def _rating_change(row: Row[Any]) -> RatingChange | None:
    before, after = rating_of(row.rating_value, row.rating_best), rating_of(row.now_value, row.now_best)
    if before is None or after is None or before == after:
        return None
    return RatingChange(
        mention_id=row.mention_id,
        thread_id=row.thread,
        source=row.source,
        changed_at=row.replaced_at,
        before=before,
        after=after,
        began=row.created_at,
        answered_at=row.seen_answer or row.told_answer,
    )
