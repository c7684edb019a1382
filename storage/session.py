"""Transactions: every question joins the enclosing one, or is its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.engine import WRITES, place
from storage.errors import in_plain_words

Clock = Callable[[], datetime]


class Session:
    """What all rooms of the store stand on: one engine, and the transaction of the thread or task at hand."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self._now_open: ContextVar[Connection | None] = ContextVar("open transaction", default=None)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All writing inside stands or falls together; inside another transaction it is a part of that one.

        Raises StoreError when the database fails in a way a person can act on.
        """
        joined = self._now_open.get()
        if joined is not None:
            yield joined
            return
        with self._plainly(), self.engine.connect() as connection:
            writing = connection.execution_options(**{WRITES: True})
            with writing.begin():
                token = self._now_open.set(writing)
                try:
                    yield writing
                finally:
                    self._now_open.reset(token)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; sees what an enclosing transaction has written."""
        joined = self._now_open.get()
        if joined is not None:
            yield joined
            return
        with self._plainly(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[sqlite3.Connection]:
        """SQLite's own connection, with no transaction begun: for what can't be done inside one."""
        with self._plainly():
            borrowed = self.engine.raw_connection()
            try:
                yield cast("sqlite3.Connection", borrowed.driver_connection)
            finally:
                borrowed.close()

    @property
    def is_joining(self) -> bool:
        """Is a transaction open in this thread or task, so that the next question would join it?"""
        return self._now_open.get() is not None

    @property
    def place(self) -> str:
        """What a person calls the database: its file, or its address without the password."""
        return place(self.engine.url)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Lets all connections go; the store can't be used afterwards."""
        self.engine.dispose()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise in_plain_words(error, self.place) from error
