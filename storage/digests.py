"""Digests as they were made: one a brand and week."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from storage.dialect import changed, insert
from storage.records import Digest
from storage.session import Session
from storage.tables import digests


class DigestQuestions(Session):
    """Digests of past weeks."""

    def save_digest(self, digest: Digest) -> None:
        """Keeps a week's digest; made again, it replaces the earlier one, and what was sent stays sent."""
        row = {"brand": digest.brand, "week": digest.week, "made_at": digest.made_at, "figures": dict(digest.figures)}
        with self.transaction() as connection:
            statement = insert(connection, digests).values(**row, sent_key=digest.sent_key)
            fresh: dict[str, Any] = {name: statement.excluded[name] for name in ("made_at", "figures")}
            if digest.sent_key is not None:
                fresh["sent_key"] = statement.excluded.sent_key
            connection.execute(statement.on_conflict_do_update(index_elements=["brand", "week"], set_=fresh))

    def claim_digest(self, brand: str, week: str, sent_key: str) -> bool:
        """Names the outbox row by which a kept digest is sent; True for the one caller that may put it."""
        mine = (digests.c.brand == brand) & (digests.c.week == week) & digests.c.sent_key.is_(None)
        with self.transaction() as connection:
            return changed(connection, update(digests).where(mine).values(sent_key=sent_key)) == 1

    def digest_of(self, brand: str, week: str) -> Digest | None:
        """The brand's digest of an ISO week ("2026-W47"), None where none was made."""
        query = select(digests).where(digests.c.brand == brand, digests.c.week == week)
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _digest(row) if row else None

    def digests(self, limit: int = 60, *, brand: str | None = None) -> list[Digest]:
        """Digests of past weeks, newest first."""
        query = select(digests).order_by(digests.c.week.desc(), digests.c.brand).limit(limit)
        with self.reading() as connection:
            rows = connection.execute(query if brand is None else query.where(digests.c.brand == brand))
            return [_digest(row) for row in rows]


def _digest(row: Row[Any]) -> Digest:
    return Digest(brand=row.brand, week=row.week, made_at=row.made_at, figures=row.figures, sent_key=row.sent_key)
