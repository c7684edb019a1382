"""Stores of any size for `benchmarks/growth.py`: a small one through the Store, a large one by copying its past."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.config import Config
from bot.running import ScheduledWork
from bot.settings.store import StoreSettings
from bot.steps import Steps
from storage.columns import EPOCH
from storage.records import (
    AlertEvent,
    AlertState,
    Crawl,
    CrawlStatus,
    Kind,
    Label,
    Mention,
    Rating,
    Sentiment,
    Severity,
    Verdict,
)
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in
from tests.storage.samples import alert

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
_LIVE = 100
_BATCH = 1000
_CRAWLS = 6 * 24 * 6
_MICROSECOND = timedelta(microseconds=1)
_BEGAN, _LASTED = NOW - timedelta(days=9), timedelta(days=6)

Moments = Callable[[int, int, str], str]
"""(which copy, how many there will be, a column of times) → the copy's times, in SQL."""


def weeks_back(copy: int, _copies: int, column: str) -> str:
    """Each copy is a week older than the one before."""
    return f"{column} - {copy * timedelta(days=7) // _MICROSECOND}"


def in_one_week(copy: int, copies: int, column: str) -> str:
    """Each copy has its own hours of the same week, later ones later, as crawls would bring them."""
    began = (_BEGAN - EPOCH) // _MICROSECOND
    return f"{began} + ({column} - {began}) / {copies} + {copy * _LASTED // copies // _MICROSECOND}"


@contextmanager
def house(file: Path, folder: Path) -> Iterator[tuple[Config, Store, ScheduledWork]]:
    """The installation on that file, without Slack: what it would say waits in the outbox."""
    config = replace(config_in(folder, GOOD), store=StoreSettings(url=f"sqlite:///{file}"))
    with open_store(config.store.url, clock=lambda: NOW) as store:
        yield config, store, ScheduledWork(config, Steps(config, store, lambda: NOW), lambda: NOW)


def fill(file: Path, many: int) -> None:
    """`many` mentions of the last full week as a brand has them: several sources, languages, tones, topics and stars,
    one thread in four negative, one in twenty told and answered, a hundred live alerts, a crawl every ten minutes."""
    with open_store(str(file), clock=lambda: NOW) as store:
        for start in range(0, many, _BATCH):
            store.save_mentions([_mention(n, many) for n in range(start, min(start + _BATCH, many))], NOW)
        while waiting := store.unscored_mentions(_BATCH):
            store.save_sentiments({m.id: _sentiment(m.id) for m in waiting if m.id}, NOW, read=waiting)
        while threads := store.threads_to_judge(_BATCH):
            store.save_verdicts([_verdict(thread.id, thread.version) for thread in threads])
            # The alert step shall find nothing new.
            store.pass_over([thread.id for thread in threads], "old")
        with store.transaction():
            for number in range(1, _LIVE + 1):
                store.open_alert(replace(alert(number), brand="Nordika", opened_at=NOW))
            for number in range(_LIVE + 1, many // 5, 20):
                _answered(store, number, _BEGAN + _LASTED * (5 * number / many))
            for number in range(_CRAWLS):
                at = _BEGAN + _LASTED * (number / _CRAWLS)
                store.save_crawl(replace(_CRAWL, started_at=at, ended_at=at + _MICROSECOND))


def grow(file: Path, have: int, want: int, tell: Callable[[str], object], moments: Moments = weeks_back) -> None:
    """Copies every thread with all that hangs on it, live alerts apart, until there are `want` mentions."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA synchronous=OFF")
        numbered = {table for table, to in _POINTS.items() if "id" in to}
        last = {table: db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in numbered}  # noqa: S608
        for copy in range(1, want // have):
            moment = partial(moments, copy, want // have)
            for table in _POINTS:
                db.execute(_copying(db, table, copy, last, moment))
            db.commit()
            if copy % 10 == 0:
                tell(f"grown to {have * (copy + 1)}")
        db.execute("ANALYZE")


def _copying(db: sqlite3.Connection, table: str, copy: int, last: dict[str, int], moment: Callable[[str], str]) -> str:
    """INSERT … SELECT with numbers, ids and times of its own."""
    shown = {}
    for _, name, *_ in db.execute(f"PRAGMA table_info({table})"):
        if name in _POINTS[table]:
            shown[name] = f"{name} + {copy * last[_POINTS[table][name]]}"
        elif name in ("external_id", "thread_id", "author_id", "key"):
            shown[name] = f"{name} || '-{copy}'"
        elif name.endswith(("_at", "_since")) or name in ("at", "answer_by", "growth_deadline"):
            shown[name] = moment(name)
        else:
            shown[name] = name
    first, points_to = next(iter(_POINTS[table].items()))
    where = f"{first} <= {last[points_to]}"
    if table in ("alerts", "deadlines", "alert_events"):
        where += f" AND {'id' if table == 'alerts' else 'alert_id'} > {_LIVE}"
    names = ", ".join(f'"{name}"' for name in shown)
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(shown.values())} FROM {table} WHERE {where}"  # noqa: S608


# Each copied table's own number, or whose number it goes by, first; then the other numbers in it.
_POINTS = {
    "threads": {"id": "threads"},
    "mentions": {"id": "mentions", "thread": "threads"},
    "sentiments": {"mention_id": "mentions"},
    "verdicts": {"thread": "threads"},
    "counts": {"thread": "threads"},
    "alerts": {"id": "alerts", "thread_id": "threads", "deadline_id": "deadlines"},
    "deadlines": {"id": "deadlines", "alert_id": "alerts"},
    "alert_events": {"id": "alert_events", "alert_id": "alerts"},
    "crawls": {"id": "crawls"},
}


def late_text(number: int, at: datetime) -> Mention:
    """A text of that time that a crawl finds only now."""
    said = _mention(0, _BATCH)
    return replace(said, external_id=f"late{number}", thread_id=f"late{number}", published_at=at)


def size_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        pages, size = (db.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
        return int(pages * size)


def _mention(number: int, many: int) -> Mention:
    root = number - number % 5
    source = _SOURCES[root // 5 % len(_SOURCES)]
    return Mention(
        source=source,
        instance="forum.example" if source == "discourse" else "",
        external_id=f"m{number}",
        thread_id=f"m{root}",
        kind=Kind.POST if number == root else Kind.COMMENT,
        url=f"https://forum.example/t/{root}/{number}",
        author=f"author {number}",
        author_id=f"a{number % (many // 2)}",
        title=f"Topic {root}" if number == root else None,
        text="słowa " * 33,
        language=_LANGUAGES[number * 7 % len(_LANGUAGES)],
        rating=Rating(value=1 + number * 3 % 5, best=5) if source == "appstore" else None,
        published_at=_BEGAN + _LASTED * (number / many),
        reply_count=4 if number == root else None,
        brand="Nordika",
    )


def _sentiment(number: int) -> Sentiment:
    """By turns negative, neutral and positive, each twelfth unsure, about none to two topics."""
    label = tuple(Label)[number * 5 % 3]
    most = 0.5 + number * 13 % 50 / 100
    shares = {one: most if one is label else (1 - most) / 2 for one in Label}
    return Sentiment(
        label=label,
        negative=shares[Label.NEGATIVE],
        neutral=shares[Label.NEUTRAL],
        positive=shares[Label.POSITIVE],
        model="sure",
        language="pl",
        topics=tuple(sorted({_TOPICS[number % 11 % 8], _TOPICS[number % 13 % 8]}))[: number // 3 % 3],
        unsure=number % 12 == 0,
    )


def _verdict(thread: int, version: int) -> Verdict:
    is_negative = thread <= _LIVE or thread % 4 == 0
    return Verdict(
        thread_id=thread,
        thread_version=version,
        judged_at=NOW,
        is_negative=is_negative,
        severity=Severity(1 + thread % 3) if is_negative else Severity.LOW,
        score=thread % 100 / 100,
        reasons=(),
        topics=(_TOPICS[thread % 8],) if is_negative else (),
    )


def _answered(store: Store, thread: int, began: datetime) -> None:
    """An alert of that thread, opened an hour after it began and answered an hour later, in time or not by turns."""
    opened, by = began + timedelta(hours=1), began + timedelta(hours=2 if thread % 40 == 1 else 4)
    told = alert(thread)
    deadline = replace(told.deadline, decided_at=opened, answer_by=by, growth_deadline=by)
    kept = store.open_alert(replace(told, brand="Nordika", opened_at=opened, deadline=deadline))
    if kept is None or kept.id is None:
        raise SystemExit(f"thread {thread} has an alert already")
    answered = opened + timedelta(hours=2)
    store.save_alert(replace(kept, state=AlertState.ANSWERED, answered_at=answered, closed_at=answered))
    store.note(AlertEvent(alert_id=kept.id, at=opened, what="opened"))
    store.note(AlertEvent(alert_id=kept.id, at=answered, what="answered", numbers={"minutes": 180}))


_SOURCES = ("discourse", "discourse", "discourse", "appstore", "mastodon")
_LANGUAGES = ("pl", "pl", "pl", "en", "ro", "sl", "ru")
_TOPICS = (
    "delivery",
    "billing_refund",
    "website_app",
    "no_answer",
    "price_value",
    "product_quality",
    "staff_service",
    "other",
)
_CRAWL = Crawl(source="discourse", entry="discourse", started_at=NOW, ended_at=NOW, status=CrawlStatus.OK, new=10)
