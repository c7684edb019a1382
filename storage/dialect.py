"""The few statements the two databases spell through different SQLAlchemy constructs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, Update, and_, false, or_
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> Any:
    """INSERT that knows ON CONFLICT on the database at hand (the two constructs share these methods, not a type)."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def changed(connection: Connection, statement: Update) -> int:
    """Runs an UPDATE and says how many rows it changed."""
    return connection.execute(statement).rowcount


def new_id(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    """Inserts one row and gives its number."""
    number: int = connection.execute(table.insert().values(**row).returning(table.c.id)).scalar_one()
    return number


def one_of(columns: Sequence[Column[Any]], keys: Collection[tuple[str, ...]]) -> ColumnElement[bool]:
    """Rows whose columns are one of these keys, found by index.

    Keys that differ in their last part only become one IN: SQLite reads the whole table for `(a, b) IN (VALUES …)`.
    """
    *same, last = columns
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for *beginning, end in keys:
        groups[tuple(beginning)].append(end)
    if not groups:
        return false()
    return or_(
        *(
            and_(*(column == value for column, value in zip(same, beginning, strict=True)), last.in_(ends))
            for beginning, ends in groups.items()
        )
    )
