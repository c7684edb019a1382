"""The door of the store: opens a database, brings it up to date, and answers each question by one method."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from storage.alerts import AlertQuestions
from storage.backup import BackupQuestions, BackupSummary, check_backup, restore_backup
from storage.crawls import CrawlQuestions
from storage.digests import DigestQuestions
from storage.engine import address, make_engine, place
from storage.errors import StoreError
from storage.history import HistoryQuestions
from storage.judging import JudgingQuestions
from storage.lately import LatelyQuestions
from storage.mentions import MentionQuestions
from storage.outbox import OutboxQuestions
from storage.people import PeopleQuestions
from storage.privacy import PrivacyQuestions
from storage.retention import RetentionQuestions
from storage.schedule import ScheduleQuestions
from storage.session import Clock
from storage.threads import ThreadQuestions
from storage.upgrade import upgrade
from storage.weeks import WeekQuestions

__all__ = ["BackupSummary", "Store", "StoreError", "check_backup", "open_store", "restore_backup"]


class Store(
    MentionQuestions,
    ThreadQuestions,
    HistoryQuestions,
    JudgingQuestions,
    AlertQuestions,
    OutboxQuestions,
    CrawlQuestions,
    ScheduleQuestions,
    PeopleQuestions,
    LatelyQuestions,
    WeekQuestions,
    DigestQuestions,
    PrivacyQuestions,
    RetentionQuestions,
    BackupQuestions,
):
    """Everything the bot knows. Each method joins an enclosing `with store.transaction():` or is one of its own."""

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(url: str, *, clock: Clock = _utc_now) -> Store:
    """Opens the database of that address, made or upgraded by itself; a bare path is a SQLite file.

    Raises StoreError, in plain words with the mend, for a newer schema, a damaged or foreign file, no right to write,
    a server that can't be reached.
    """
    where = address(url)
    if where.get_backend_name() == "sqlite":
        _look_at_file(where)
    store = Store(make_engine(where), clock)
    try:
        upgrade(store)
    except BaseException:
        store.close()
        raise
    return store


def _look_at_file(where: URL) -> None:
    if where.database in (None, "", ":memory:"):
        return
    file = Path(where.database or "")
    if not file.parent.is_dir():
        raise StoreError(
            f"database {place(where)}: the folder {file.parent} does not exist", "make it, or name another"
        )
    if file.is_dir():
        raise StoreError(f"database {place(where)} is a folder", "name a file in DATABASE_URL")
