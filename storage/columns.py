"""Column types that mean the same on SQLite and PostgreSQL: instants, JSON, clean text, ids."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# SQLite gives a row its number only to a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC; raises ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError(f"time without zone: {moment.isoformat()}")
    return (moment - EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware UTC time of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)


class Moment(TypeDecorator[datetime]):
    """An instant, aware UTC, kept as whole microseconds since 1970: compares, indexes and subtracts alike anywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text: equal on both databases, and NUL stays escaped, which PostgreSQL needs."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Words(TypeDecorator[str]):
    """Text from anywhere, cleaned of what no database takes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


def clean(text: str) -> str:
    """The text without NUL and with lone surrogates replaced; everything else, emoji included, stays."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
