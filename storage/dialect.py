"""The few statements the two databases spell through different SQLAlchemy constructs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, Update
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
