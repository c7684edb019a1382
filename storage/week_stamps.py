"""What a week's rows were read from, as a few numbers: while they are the same, nothing of it has changed.

Sums over indexes and narrow tables, so that they cost a fraction of reading the week. A thread's version counts every
change of what is said in it (`touch_threads`), an alert's revision every writing of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, case, func, select, type_coerce

from storage.tables import alert_events, alerts, crawls, mentions, threads, verdicts
from storage.week_told import of_week

Stamp = tuple[Any, ...]

# Times in microseconds would overflow a sum; what is left still differs between any two that come in practice.
_PRIME = 1_000_000_007


def said_stamp(connection: Connection, brand: str, start: datetime, end: datetime) -> Stamp:
    """Of what was said of the brand in that time, how the model read it, and the verdicts on its threads."""
    said = mentions.c
    in_week = (said.brand == brand, said.said_at >= start, said.said_at < end)
    query = (
        select(
            select(func.count()).where(*in_week).scalar_subquery(),
            func.count(),
            func.sum(threads.c.id),
            func.sum(threads.c.version),
            func.sum(type_coerce(verdicts.c.judged_at, BigInteger) % _PRIME),
            func.sum(case((verdicts.c.is_negative, threads.c.id), else_=0)),
        )
        .select_from(threads)
        .outerjoin(verdicts, verdicts.c.thread == threads.c.id)
        .where(threads.c.id.in_(select(said.thread).where(*in_week)))
    )
    return tuple(connection.execute(query).one())


def told_stamp(connection: Connection, brand: str, start: datetime, end: datetime) -> Stamp:
    """Of the alerts that count in that time, of what ever happened to them, and of all that happened in it."""
    alert, event = alerts.c, alert_events.c
    ever = select(func.sum(event.id)).where(event.alert_id == alert.id).scalar_subquery()
    sums = (func.sum(alert.id), func.sum(alert.revision), func.sum(threads.c.version), func.sum(ever))
    counted = select(func.count(), *sums).join(threads, threads.c.id == alert.thread_id)
    happened = select(func.count(), func.sum(event.id)).where(event.at >= start, event.at < end)
    told = connection.execute(counted.where(*of_week(brand, start, end))).one()
    return (*told, *connection.execute(happened).one())


def crawl_stamp(connection: Connection, start: datetime, end: datetime) -> Stamp:
    """Of the crawls begun in that time; one that has not ended has no length yet."""
    started, ended = (type_coerce(at, BigInteger) for at in (crawls.c.started_at, crawls.c.ended_at))
    query = select(func.count(), func.sum(ended - started))
    return tuple(connection.execute(query.where(crawls.c.started_at >= start, crawls.c.started_at < end)).one())
