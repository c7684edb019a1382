"""How a database is reached: its address, and the settings each connection needs to be safe with many processes."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from storage.errors import StoreError

# Seconds a writer waits for another one before it gives up.
BUSY_SECONDS = 30
# The execution option that marks a transaction as one that will write.
WRITES = "repwatch_writes"

# An error of the database goes into logs, and its parameters are people's names and texts.
_DISCREET: dict[str, Any] = {"hide_parameters": True}

_PRAGMAS = (
    # Readers and one writer at a time do not wait for each other.
    "PRAGMA journal_mode=WAL",
    # Each commit is on the disk before it counts: a claim forgotten in a power cut would be sent twice.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    # 64 MiB of pages; the log is cut back to as much after a large write.
    "PRAGMA cache_size=-65536",
    "PRAGMA journal_size_limit=67108864",
)


def address(url: str) -> URL:
    """The database's address; a bare path is a SQLite file, `postgres://` is psycopg. Raises StoreError for others."""
    text = url if "://" in url else f"sqlite:///{url}"
    for short in ("postgres://", "postgresql://"):
        if text.startswith(short):
            text = "postgresql+psycopg://" + text.removeprefix(short)
    try:
        parsed = make_url(text)
    except ArgumentError as error:
        raise StoreError(
            "DATABASE_URL is no database address", "write sqlite:///file or postgresql+psycopg://…"
        ) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"DATABASE_URL names {parsed.get_backend_name()}, which is not served",
            "use sqlite:///file or postgresql+psycopg://user@host/name",
        )
    return parsed


def place(url: URL) -> str:
    """What a person calls the database: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.render_as_string(hide_password=True)


def make_engine(url: URL) -> Engine:
    """An engine that begins its own transactions: writers on SQLite queue up at the start, not in the middle."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    arguments: dict[str, Any] = {"connect_timeout": 10, "application_name": "repwatch"}
    return create_engine(url, pool_pre_ping=True, pool_recycle=1800, connect_args=arguments, **_DISCREET)


def _sqlite(url: URL) -> Engine:
    arguments: dict[str, Any] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    if url.database in (None, "", ":memory:"):
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool, **_DISCREET)
    else:
        engine = create_engine(url, connect_args=arguments, **_DISCREET)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling begins too late for a read-then-write; we say BEGIN ourselves.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
