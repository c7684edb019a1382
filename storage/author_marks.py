"""By what an author's words and name are found in stored messages, digests and raw rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Row, func, or_, select

from storage.errors import StoreError
from storage.mention_rows import MENTION_COLUMNS
from storage.tables import mentions

# Shorter names and texts would find themselves in everything.
_MIN_MARK = 4
# A shorter text counts only where it stands alone: within a sentence it may be anybody's.
_MIN_WITHIN = 24
_PIECE = 40
# What may not follow an address: it would be a longer one.
_NO_LONGER = r"(?![\w%/?&=#~+-]|\.\w)"
_PLAIN_IN_ADDRESS = "%/?:@!$&'()*+,;=~-._[]#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One author of one source, with all that is kept of them."""

    source: str
    # Every id and handle they go by.
    names: frozenset[str]
    rows: tuple[Row[Any], ...]
    # Their permalinks, and their texts whole and in pieces.
    addresses: frozenset[str]
    texts: frozenset[str]

    def is_linked(self, value: Any) -> bool:
        """Does one of their permalinks, whole, stand in this JSON-like value?"""
        return any(self._has_address(one) for one in _strings(value))

    def is_quoted(self, value: Any) -> bool:
        """Does one of their permalinks or texts? A name alone says nothing: our own words have it too."""
        return any(self._has_address(one) or self._has_text(one) for one in _strings(value))

    def is_named(self, value: Any) -> bool:
        """The same, or their name as a word of its own: for what is known to come from where they wrote."""
        return any(self._has_address(one) or self._has_text(one) or self._has_name(one) for one in _strings(value))

    def without(self, value: Any, *, names: bool = False) -> Any:
        """The value with every text of theirs, or one that names them where `names` is set, replaced by None."""
        is_theirs = self.is_named if names else self.is_quoted
        if isinstance(value, str):
            return None if is_theirs(value) else value
        if isinstance(value, dict):
            return {key: self.without(one, names=names) for key, one in value.items() if not is_theirs(key)}
        if isinstance(value, list | tuple):
            return [self.without(one, names=names) for one in value]
        return value

    def _has_address(self, text: str) -> bool:
        # The plain search first: it is seldom there, and the pattern is slow.
        return any(one in text and re.search(re.escape(one) + _NO_LONGER, text) for one in self.addresses)

    def _has_text(self, text: str) -> bool:
        plain = _plain(text)
        return any(mark == plain or (len(mark) >= _MIN_WITHIN and mark in plain) for mark in self.texts)

    def _has_name(self, text: str) -> bool:
        names = [name for name in self.names if len(name) >= _MIN_MARK and name in text]
        return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


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
    return Author(
        source=source,
        names=frozenset(names),
        rows=tuple(rows),
        addresses=_own_addresses(connection, rows),
        texts=_texts(rows),
    )


def _rows(connection: Connection, source: str, condition: Any) -> Sequence[Any]:
    query = select(*MENTION_COLUMNS, mentions.c.thread).where(mentions.c.source == source, condition)
    return connection.execute(query.order_by(mentions.c.id)).all()


def _texts(rows: Sequence[Any]) -> frozenset[str]:
    # A reply's title is its thread's, somebody else's.
    texts = [_plain(text) for row in rows for text in (row.text, row.title if row.is_root else None) if text]
    return frozenset(mark for text in texts for mark in (text, *_pieces(text)) if len(mark) >= _MIN_MARK)


def _own_addresses(connection: Connection, rows: Sequence[Any]) -> frozenset[str]:
    """Their permalinks, without the pages that carry other people's words too."""
    ids = [row.id for row in rows]
    mine = {row.url for row in rows if row.url}
    others = select(mentions.c.url).where(mentions.c.url.in_(mine), mentions.c.id.not_in(ids)).distinct()
    own = mine - set(connection.execute(others).scalars())
    # Messages carry the address with everything but plain ASCII encoded.
    return frozenset(own | {quote(url, safe=_PLAIN_IN_ADDRESS) for url in own})


def _pieces(text: str) -> list[str]:
    """The text in pieces: a quote that was shortened, or made before an edit, still holds some of them."""
    pieces = (text[start : start + _PIECE].strip() for start in range(0, len(text), _PIECE))
    return [piece for piece in pieces if len(piece) >= _MIN_WITHIN]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _strings(value: Any) -> Iterator[str]:
    """Every text of a JSON-like value, the names of its fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
