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
from storage.records import Kind, Label, Mention, Sentiment, Severity, Verdict
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in
from tests.storage.samples import alert

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
_LIVE = 100
_BATCH = 1000
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
    """`many` mentions of the last full week, scored and judged calm, but for the threads that have a live alert."""
    with open_store(str(file), clock=lambda: NOW) as store:
        for start in range(0, many, _BATCH):
            store.save_mentions([_mention(n, many) for n in range(start, min(start + _BATCH, many))], NOW)
        while waiting := store.unscored_mentions(_BATCH):
            store.save_sentiments({m.id: _CALM for m in waiting if m.id}, NOW, read=waiting)
        while threads := store.threads_to_judge(_BATCH):
            store.save_verdicts([_calm(thread.id, thread.version) for thread in threads])
        with store.transaction():
            for number in range(1, _LIVE + 1):
                store.open_alert(replace(alert(number), brand="Nordika", opened_at=NOW))


def grow(file: Path, have: int, want: int, tell: Callable[[str], object], moments: Moments = weeks_back) -> None:
    """Copies every thread with all that hangs on it until there are `want` mentions."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA synchronous=OFF")
        threads = db.execute("SELECT max(id) FROM threads").fetchone()[0]
        mentions = db.execute("SELECT max(id) FROM mentions").fetchone()[0]
        for copy in range(1, want // have):
            moment = partial(moments, copy, want // have)
            for table in ("threads", "mentions", "sentiments", "verdicts", "counts"):
                db.execute(_copying(db, table, copy, threads, mentions, moment))
            db.commit()
            if copy % 10 == 0:
                tell(f"grown to {have * (copy + 1)}")
        db.execute("ANALYZE")


def _copying(
    db: sqlite3.Connection, table: str, copy: int, threads: int, mentions: int, moment: Callable[[str], str]
) -> str:
    """INSERT … SELECT with numbers, ids and times of its own."""
    columns = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}
    thread, mention = f"+ {copy * threads}", f"+ {copy * mentions}"
    shown = []
    for name in columns:
        if name == "id":
            shown.append(f"id {thread if table == 'threads' else mention}")
        elif name == "thread":
            shown.append(f"thread {thread}")
        elif name == "mention_id":
            shown.append(f"mention_id {mention}")
        elif name in ("external_id", "thread_id", "author_id"):
            shown.append(f"{name} || '-{copy}'")
        elif name.endswith("_at"):
            shown.append(moment(name))
        else:
            shown.append(name)
    first = {"threads": "id", "mentions": "id", "sentiments": "mention_id"}.get(table, "thread")
    last = threads if first == "thread" or table == "threads" else mentions
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(shown)} FROM {table} WHERE {first} <= {last}"  # noqa: S608


def size_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        pages, size = (db.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
        return int(pages * size)


def _mention(number: int, many: int) -> Mention:
    root = number - number % 5
    return Mention(
        source="discourse",
        instance="forum.example",
        external_id=f"m{number}",
        thread_id=f"m{root}",
        kind=Kind.POST if number == root else Kind.COMMENT,
        url=f"https://forum.example/t/{root}/{number}",
        author=f"author {number}",
        author_id=f"a{number % (many // 2)}",
        title=f"Topic {root}" if number == root else None,
        text="słowa " * 33,
        language="pl",
        published_at=_BEGAN + _LASTED * (number / many),
        reply_count=4 if number == root else None,
        brand="Nordika",
    )


def _calm(thread: int, version: int) -> Verdict:
    return Verdict(
        thread_id=thread,
        thread_version=version,
        judged_at=NOW,
        is_negative=False,
        severity=Severity.LOW,
        score=0.1,
        reasons=(),
        topics=(),
    )


_CALM = Sentiment(label=Label.NEUTRAL, negative=0.1, neutral=0.8, positive=0.1, model="sure", language="pl", topics=())
