"""A brand's week as counted rows: every statement is bounded by a time index, so it costs what the week holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from storage.alert_rows import ALERT_COLUMNS, alert_of, event_of
from storage.mention_rows import rating_of
from storage.records import (
    AlertEvent,
    HumanLabel,
    Label,
    NegativeThread,
    RatingChange,
    RatingCount,
    Severity,
    TopicCount,
    VoiceCount,
    WeekAlert,
    WeekRows,
)
from storage.session import Session
from storage.tables import (
    alert_events,
    alerts,
    deadlines,
    labels,
    mention_versions,
    mentions,
    sentiments,
    threads,
    verdicts,
)

# An alert opened earlier than this before the week counts only if it is live, answered or closed in the week.
_LOOK_BACK = timedelta(days=30)
_SAID = mentions.c


class WeekQuestions(Session):
    """Weeks."""

    def week_of(self, brand: str, start: datetime, end: datetime) -> WeekRows:
        """What was said of the brand from `start` until before `end`, and what became of its alerts."""
        with self.reading() as connection:
            return WeekRows(
                brand=brand,
                start=start,
                end=end,
                voices=_voices(connection, brand, start, end),
                ratings=_ratings(connection, brand, start, end),
                topics=_topics(connection, brand, start, end),
                threads=_threads(connection, brand, start, end),
                alerts=_alerts(connection, brand, start, end),
                events=_events(connection, brand, start, end),
                rating_changes=_rating_changes(connection, brand, start, end),
                labels=_labels(connection, brand, start, end),
            )

    def voices_of(self, brand: str, start: datetime, end: datetime) -> tuple[VoiceCount, ...]:
        """Only the counts of `week_of`, for the weeks it is compared with."""
        with self.reading() as connection:
            return _voices(connection, brand, start, end)

    def said_of(self, brands: Collection[str], start: datetime, end: datetime) -> dict[str, int]:
        """Customers' mentions of each brand in that time, for the share of voice; 0 where there were none."""
        query = select(_SAID.brand, func.count().label("said")).where(
            _SAID.brand.in_(list(brands)), *_in(start, end), *_CUSTOMERS
        )
        with self.reading() as connection:
            found = {row.brand: row.said for row in connection.execute(query.group_by(_SAID.brand))}
        return {brand: found.get(brand, 0) for brand in brands}

    def first_mention_at(self, brand: str) -> datetime | None:
        """When the oldest kept mention of the brand was made; None where there is none."""
        query = select(func.min(_SAID.said_at)).where(_SAID.brand == brand)
        with self.reading() as connection:
            return connection.execute(query).scalar()


_CUSTOMERS = (_SAID.is_owner_reply.is_(False), _SAID.deleted.is_(False))


def _in(start: datetime, end: datetime) -> tuple[Any, Any]:
    return _SAID.said_at >= start, _SAID.said_at < end


def _week(query: Select[Any], brand: str, start: datetime, end: datetime) -> Select[Any]:
    return query.where(_SAID.brand == brand, *_in(start, end), *_CUSTOMERS)


def _voices(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[VoiceCount, ...]:
    language = func.coalesce(_SAID.language, sentiments.c.language).label("language")
    key = (_SAID.source, language, sentiments.c.label)
    query = select(
        *key,
        func.count().label("mentions"),
        func.sum(case((sentiments.c.unsure_at.is_not(None), 1), else_=0)).label("unsure"),
        func.sum(sentiments.c.negative).label("negative"),
        func.sum(sentiments.c.positive).label("positive"),
    ).outerjoin(sentiments, sentiments.c.mention_id == _SAID.id)
    rows = connection.execute(_week(query, brand, start, end).group_by(*key))
    found = (
        VoiceCount(
            source=row.source,
            language=row.language,
            label=Label(row.label) if row.label else None,
            mentions=row.mentions,
            unsure=int(row.unsure or 0),
            negative=row.negative or 0.0,
            positive=row.positive or 0.0,
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda voice: (voice.source, voice.language or "", voice.label or "")))


def _ratings(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[RatingCount, ...]:
    key = (_SAID.source, _SAID.rating_best, _SAID.rating_value)
    query = _week(select(*key, func.count().label("mentions")), brand, start, end)
    rows = connection.execute(query.where(_SAID.rating_value.is_not(None)).group_by(*key).order_by(*key))
    return tuple(
        RatingCount(source=row.source, rating=rating, mentions=row.mentions)
        for row in rows
        if (rating := rating_of(row.rating_value, row.rating_best))
    )


def _topics(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[TopicCount, ...]:
    key = (sentiments.c.label, sentiments.c.topics)
    query = select(*key, func.count().label("mentions")).join(sentiments, sentiments.c.mention_id == _SAID.id)
    rows = connection.execute(_week(query, brand, start, end).group_by(*key).order_by(*key))
    return tuple(
        TopicCount(topics=tuple(row.topics), label=Label(row.label), mentions=row.mentions)
        for row in rows
        if row.topics
    )


def _threads(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[NegativeThread, ...]:
    active = _week(select(_SAID.thread, func.count().label("said_in_week")), brand, start, end)
    week = active.group_by(_SAID.thread).subquery()
    everything = mentions.alias("everything")
    said = select(func.count()).where(
        everything.c.thread == threads.c.id, everything.c.is_owner_reply.is_(False), everything.c.deleted.is_(False)
    )
    query = (
        select(threads, verdicts, _title(), week.c.said_in_week, said.scalar_subquery().label("said"))
        .select_from(week)
        .join(threads, threads.c.id == week.c.thread)
        .join(verdicts, and_(verdicts.c.thread == threads.c.id, verdicts.c.is_negative))
        .order_by(verdicts.c.severity.desc(), verdicts.c.score.desc(), threads.c.id)
    )
    return tuple(_negative_thread(row) for row in connection.execute(query))


def _title() -> Any:
    """The root's title, else how its text begins."""
    root = mentions.alias("root")
    mine = select(func.coalesce(root.c.title, func.substr(root.c.text, 1, 200))).where(
        root.c.thread == threads.c.id, root.c.is_root
    )
    return mine.limit(1).scalar_subquery().label("title")


# Alerts closed from birth, so that their threads are told once: the past, and texts their source has numbered anew.
_NEVER_TOLD = ("old", "told_before")


def _was_told() -> Any:
    return or_(alerts.c.closed_why.is_(None), alerts.c.closed_why.not_in(_NEVER_TOLD))


def _alerts(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[WeekAlert, ...]:
    state = alerts.c
    touched = or_(
        and_(state.opened_at >= start - _LOOK_BACK, or_(state.closed_at.is_(None), state.closed_at >= start)),
        state.live_until.is_not(None),
        state.answered_at >= start,
        state.closed_at >= start,
    )
    root = mentions.alias("root_of_alert")
    language = select(root.c.language).where(root.c.thread == threads.c.id).order_by(root.c.id).limit(1)
    query = (
        select(
            *ALERT_COLUMNS,
            threads.c.source,
            threads.c.created_at,
            threads.c.first_seen_at,
            threads.c.url,
            _title(),
            language.scalar_subquery().label("language"),
        )
        .join(deadlines, deadlines.c.id == state.deadline_id)
        .join(threads, threads.c.id == state.thread_id)
        .where(state.brand == brand, state.opened_at < end, touched, _was_told())
        .order_by(state.opened_at, state.id)
    )
    return tuple(
        WeekAlert(
            alert=alert_of(row),
            source=row.source,
            created_at=row.created_at,
            first_seen_at=row.first_seen_at,
            url=row.url,
            title=row.title,
            language=row.language,
        )
        for row in connection.execute(query)
    )


def _events(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[AlertEvent, ...]:
    query = select(alert_events).join(alerts, alerts.c.id == alert_events.c.alert_id)
    query = query.where(alerts.c.brand == brand, alert_events.c.at >= start, alert_events.c.at < end, _was_told())
    return tuple(event_of(row) for row in connection.execute(query.order_by(alert_events.c.at, alert_events.c.id)))


def _rating_changes(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[RatingChange, ...]:
    old = mention_versions.c
    answer = mentions.alias("answer")
    seen = select(func.min(answer.c.said_at)).where(answer.c.thread == _SAID.thread, answer.c.is_owner_reply)
    query = (
        select(mention_versions, _SAID.thread, _SAID.source, _SAID.rating_value.label("now_value"))
        .add_columns(
            _SAID.rating_best.label("now_best"), alerts.c.answered_at, seen.scalar_subquery().label("seen_answer")
        )
        .join(mentions, _SAID.id == old.mention_id)
        .outerjoin(alerts, alerts.c.thread_id == _SAID.thread)
        .where(_SAID.brand == brand, old.replaced_at >= start, old.replaced_at < end)
        .order_by(old.id)
    )
    return tuple(change for row in connection.execute(query) if (change := _rating_change(row)))


def _labels(connection: Connection, brand: str, start: datetime, end: datetime) -> tuple[HumanLabel, ...]:
    query = select(labels).join(mentions, _SAID.id == labels.c.mention_id)
    query = query.where(_SAID.brand == brand, labels.c.at >= start, labels.c.at < end).order_by(labels.c.at)
    return tuple(
        HumanLabel(mention_id=row.mention_id, label=row.label, at=row.at, by=row.by or None)
        for row in connection.execute(query)
    )


def _negative_thread(row: Row[Any]) -> NegativeThread:
    return NegativeThread(
        thread_id=row.id,
        source=row.source,
        created_at=row.created_at,
        first_seen_at=row.first_seen_at,
        severity=Severity(row.severity),
        score=row.score,
        said_in_week=row.said_in_week,
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
        answered_at=row.answered_at or row.seen_answer,
    )
