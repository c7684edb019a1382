"""By what an author's words and name are found in stored messages, digests and raw rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from storage.errors import StoreError
from storage.mention_rows import MENTION_COLUMNS
from storage.tables import mentions

# Shorter names and texts would find themselves in everything.
_MIN_MARK = 4
_PIECE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One author of one source, with all that is kept of them."""

    source: str
    # Every id and handle they go by.
    names: frozenset[str]
    rows: tuple[Row[Any], ...]
    marks: frozenset[str]

    def is_in(self, value: Any) -> bool:
        """Does any text of this JSON-like value carry one of the marks?"""
        if isinstance(value, str):
            return any(mark in value for mark in self.marks)
        if isinstance(value, dict):
            return any(self.is_in(one) for one in (*value.keys(), *value.values()))
        return isinstance(value, list | tuple) and any(self.is_in(one) for one in value)

    def without(self, value: Any) -> Any:
        """The value with every text that carries a mark replaced by None."""
        if isinstance(value, str):
            return None if self.is_in(value) else value
        if isinstance(value, dict):
            return {key: self.without(one) for key, one in value.items() if not self.is_in(key)}
        if isinstance(value, list | tuple):
            return [self.without(one) for one in value]
        return value


def find_author(connection: Connection, source: str, author: str) -> Author:
    """By id, else by handle. Raises StoreError where several people of the source go by that handle."""
    by_id = _rows(connection, source, mentions.c.author_id == author)
    rows = by_id or _rows(connection, source, func.lower(mentions.c.author) == author.lower())
    if not by_id:
        ids = sorted({row.author_id for row in rows if row.author_id})
        if len(ids) > 1:
            raise StoreError(
                f"{len(ids)} authors of {source} are called {author}", f"name one by id: {', '.join(ids[:10])}"
            )
        if ids:
            rows = _rows(
                connection, source, or_(mentions.c.author_id == ids[0], mentions.c.id.in_([r.id for r in rows]))
            )
    names = {author} | {name for row in rows for name in (row.author_id, row.author) if name}
    marks = _marks(names, rows) | _own_addresses(connection, rows)
    return Author(source=source, names=frozenset(names), rows=tuple(rows), marks=marks)


def _rows(connection: Connection, source: str, condition: Any) -> Sequence[Any]:
    query = select(*MENTION_COLUMNS, mentions.c.thread).where(mentions.c.source == source, condition)
    return connection.execute(query.order_by(mentions.c.id)).all()


def _marks(names: set[str], rows: Sequence[Any]) -> frozenset[str]:
    # A reply's title is its thread's, somebody else's.
    texts = [text for row in rows for text in (row.text, row.title if row.is_root else None) if text]
    pieces = {piece for text in texts for piece in _pieces(text)}
    return frozenset(mark for mark in names | pieces if len(mark) >= _MIN_MARK)


def _own_addresses(connection: Connection, rows: Sequence[Any]) -> frozenset[str]:
    """Their permalinks, without the pages that carry other people's words too."""
    ids = [row.id for row in rows]
    mine = {row.url for row in rows if row.url}
    others = select(mentions.c.url).where(mentions.c.url.in_(mine), mentions.c.id.not_in(ids)).distinct()
    return frozenset(mine - set(connection.execute(others).scalars()))


def _pieces(text: str) -> list[str]:
    """The text in pieces: a quote that was shortened, or made before an edit, still holds some of them."""
    pieces = [text[start : start + _PIECE].strip() for start in range(0, len(text), _PIECE)]
    return [pieces[0], *(piece for piece in pieces[1:] if len(piece) > _PIECE // 2)]
