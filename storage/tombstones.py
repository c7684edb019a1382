"""Who asked to be forgotten: known by a hash only, and never kept again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, select

from storage.records import Mention
from storage.tables import tombstones
from storage.tidy import short


def who(source: str, name: str) -> str:
    """The hash by which a forgotten author of a source is known again; letter case does not matter."""
    return sha256(f"{source}\n{short(name).strip().casefold()}".encode()).hexdigest()


def without_forgotten(connection: Connection, batch: Sequence[Mention]) -> tuple[list[Mention], int]:
    """The batch without what forgotten authors said, and how much that was."""
    if connection.execute(select(tombstones.c.id).limit(1)).first() is None:
        return list(batch), 0
    hashes = [_hashes(mention) for mention in batch]
    asked = {one for many in hashes for one in many}
    rows = connection.execute(select(tombstones.c.who).where(tombstones.c.who.in_(asked)))
    forgotten = set(rows.scalars())
    alive = [mention for mention, names in zip(batch, hashes, strict=True) if not forgotten.intersection(names)]
    return alive, len(batch) - len(alive)


def _hashes(mention: Mention) -> tuple[str, ...]:
    """By id where there is one: another person may go by the same handle."""
    name = mention.author_id or mention.author
    return (who(mention.source, name),) if name else ()
