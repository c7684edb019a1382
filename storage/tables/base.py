"""What all tables share: one metadata with stable names, and short ways to write a column."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, MetaData
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from storage.columns import Moment, RowId, Words

# Names that migrations can rely on.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def numbered() -> Column[int]:
    return Column("id", RowId, primary_key=True, autoincrement=True)


def needed(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Words, **more: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **more)


def maybe(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Words, **more: Any) -> Column[Any]:
    return Column(name, kind, nullable=True, **more)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=False)


def when(name: str) -> Column[Any]:
    return Column(name, Moment, nullable=False)


def of(name: str, table: str, **more: Any) -> Column[int]:
    """A row that goes when the row it belongs to goes."""
    return Column(name, RowId, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, **more)


def index_where(name: str, *columns: Column[Any], where: ColumnElement[bool]) -> Index:
    """An index over the few rows that wait for something; both databases have it."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)
