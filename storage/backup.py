"""A copy of the database while it is in use, checked before it is trusted, and put back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.columns import micros, moment
from storage.engine import BUSY_SECONDS, address
from storage.errors import StoreError
from storage.migrations import HEAD, KNOWN
from storage.schedule import RESTORED
from storage.session import Session

_PG_HINT = 'use PostgreSQL\'s own: `pg_dump --format=custom --file=FILE "$DATABASE_URL"` and `pg_restore`'


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSummary:
    """What a backup holds."""

    schema: str
    mentions: int
    alerts: int
    newest_mention_at: datetime | None = None


class BackupQuestions(Session):
    """Backups."""

    def backup(self, file: Path | str) -> BackupSummary:
        """Copies the database to a new file while it is in use, checks the copy, and gives what it holds.

        The file appears whole or not at all. Raises StoreError on PostgreSQL, for a file that exists, for no room.
        """
        if not self.is_sqlite:
            raise StoreError(f"database {self.place} is a PostgreSQL server", _PG_HINT)
        target = Path(file)
        if target.exists():
            raise StoreError(f"backup {target} exists already", "name another file")
        part = target.with_name(target.name + ".part")
        try:
            with self.outside_transactions() as source:
                _copy(source, part)
            summary = check_backup(part)
            _sync(part)
            part.replace(target)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"backup {target} could not be written ({error})", "free some room or name another place"
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return summary


def check_backup(file: Path | str) -> BackupSummary:
    """Reads a backup through, changing nothing. Raises StoreError for one that is damaged, foreign or newer."""
    path = Path(file)
    if not path.is_file():
        raise StoreError(f"backup {path} does not exist", "name the file `repwatch backup` wrote")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if said != ["ok"]:
                raise StoreError(f"backup {path} is damaged ({said[0]})", "take an earlier one; nothing was changed")
            return _summary(connection, path)
    except sqlite3.Error as error:
        raise StoreError(
            f"backup {path} is not a repwatch database ({error})", "name another file; nothing was changed"
        ) from error


def restore_backup(file: Path | str, url: str, now: datetime) -> Path | None:
    """Puts a checked backup in the place of the SQLite database of that address; nobody may be working with it.

    What was there is kept beside it, under the name that is returned (None: there was nothing). Raises StoreError for a
    bad backup, a PostgreSQL address, or a database in use; then nothing was changed. That it was put back at `now` is
    kept in it: what was told since the backup stands in Slack, and the delivery has to look there first.
    """
    where = address(url)
    if where.get_backend_name() != "sqlite" or not where.database:
        raise StoreError("DATABASE_URL is a PostgreSQL server", _PG_HINT)
    check_backup(file)
    target = Path(where.database)
    fresh = target.with_name(target.name + ".restoring")
    with closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)) as source:
        _copy(source, fresh)
    _note_restored(fresh, now)
    _sync(fresh)
    kept = _put_aside(target)
    fresh.replace(target)
    return kept


def _copy(source: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as copy:
        source.backup(copy)
        # One file, no log beside it: what is copied by hand is whole.
        copy.execute("PRAGMA journal_mode=DELETE")


def _note_restored(path: Path, now: datetime) -> None:
    with closing(sqlite3.connect(path)) as fresh, fresh:
        # The last step of which the backup knows; one that knows of none has told nothing that could stand in Slack.
        taken = fresh.execute("SELECT max(ended_at) FROM step_runs").fetchone()[0]
        if taken is not None:
            run = (RESTORED, taken, max(taken, micros(now)), True)
            fresh.execute("INSERT INTO step_runs (step, started_at, ended_at, ok) VALUES (?, ?, ?, ?)", run)


def _put_aside(target: Path) -> Path | None:
    """Folds the log into the old database and renames it."""
    if not target.exists():
        return None
    try:
        with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as old:
            # Only the last one out can leave write-ahead mode: somebody else at work makes this fail.
            if old.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
                raise StoreError(
                    f"database {target} is in use", "end `repwatch run` and the others first; nothing was changed"
                )
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"database {target} is in use", "end `repwatch run` and the others first; nothing was changed"
        ) from error
    except sqlite3.DatabaseError:
        # Damaged: that is why a backup is wanted. It is put aside as it is.
        for log in (target.with_name(target.name + "-wal"), target.with_name(target.name + "-shm")):
            if log.exists():
                log.replace(log.with_name(log.name + ".before-restore"))
    kept = _free_name(target.with_name(target.name + ".before-restore"))
    return target.replace(kept)


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number, free = number + 1, path.with_name(f"{path.name}.{number}")
    return free


def _summary(connection: sqlite3.Connection, path: Path) -> BackupSummary:
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if schema is None or schema[0] not in KNOWN:
        found = schema[0] if schema else "none"
        raise StoreError(
            f"backup {path} has schema {found}, this program knows up to {HEAD}", "install the newer program"
        )
    mentions, newest = connection.execute("SELECT count(*), max(first_seen_at) FROM mentions").fetchone()
    alerts = connection.execute("SELECT count(*) FROM alerts").fetchone()[0]
    at = moment(newest) if newest is not None else None
    return BackupSummary(schema=schema[0], mentions=mentions, alerts=alerts, newest_mention_at=at)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
