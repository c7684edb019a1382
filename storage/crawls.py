"""How the collecting went: crawls, cursors, holes, snapshots, skipped rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update

from storage.dialect import insert, new_id
from storage.records import Crawl, CrawlStatus, Hole, Skipped, Snapshot
from storage.session import Session
from storage.tables import crawls, cursors, holes, skipped, snapshots

# Raw rows kept per entry for a look, and how much of each.
KEPT_SKIPPED = 200
_RAW_CHARS = 20_000
_WELL = (CrawlStatus.OK, CrawlStatus.EMPTY)


class CrawlQuestions(Session):
    """Crawls and what they leave behind."""

    def start_crawl(self, source: str, entry: str, now: datetime) -> Crawl:
        """Keeps that a crawl began; unless `save_crawl` says how it went, it reads as failed: it did not end."""
        began = Crawl(source=source, entry=entry, started_at=now, ended_at=now, status=CrawlStatus.FAILED)
        return self.save_crawl(replace(began, seen="did not end"))

    def save_crawl(self, crawl: Crawl) -> Crawl:
        """Keeps how a crawl went, under its number if it has one; gives it with its number."""
        row = asdict(crawl) | {"status": crawl.status.value}
        number = row.pop("id")
        with self.transaction() as connection:
            if number is not None:
                connection.execute(update(crawls).where(crawls.c.id == number).values(**row))
                return crawl
            return replace(crawl, id=new_id(connection, crawls, row))

    def watched_since(self) -> datetime | None:
        """When the first crawl ran that is still remembered; None before any."""
        with self.reading() as connection:
            return connection.execute(select(func.min(crawls.c.started_at))).scalar()

    def last_crawls(self, *, ok: bool = False) -> dict[str, Crawl]:
        """The newest crawl of each entry; with `ok` the newest that ended well (ok or empty)."""
        lasts = _lasts(_WELL if ok else tuple(CrawlStatus))
        with self.reading() as connection:
            newest = [max(filter(None, row)) for row in connection.execute(lasts) if any(row)]
            rows = connection.execute(select(crawls).where(crawls.c.id.in_(newest)).order_by(crawls.c.entry))
            return {row.entry: _crawl(row) for row in rows}

    def crawl_history(self, entry: str, limit: int = 20) -> list[Crawl]:
        """An entry's crawls, newest first."""
        query = select(crawls).where(crawls.c.entry == entry).order_by(crawls.c.started_at.desc(), crawls.c.id.desc())
        with self.reading() as connection:
            return [_crawl(row) for row in connection.execute(query.limit(limit))]

    def cursor(self, entry: str) -> dict[str, Any]:
        """Where the entry's next crawl goes on; empty for the first one."""
        with self.reading() as connection:
            return dict(connection.execute(select(cursors.c.cursor).where(cursors.c.entry == entry)).scalar() or {})

    def save_cursor(self, entry: str, cursor: Mapping[str, Any], now: datetime | None = None) -> None:
        """Keeps where the next crawl goes on; call it after the chain of pages ended well."""
        row = {"entry": entry, "cursor": dict(cursor), "saved_at": now or self.clock()}
        with self.transaction() as connection:
            statement = insert(connection, cursors).values(**row)
            fresh = {"cursor": statement.excluded.cursor, "saved_at": statement.excluded.saved_at}
            connection.execute(statement.on_conflict_do_update(index_elements=["entry"], set_=fresh))

    def open_holes(self, entry: str | None = None) -> list[Hole]:
        """Unread stretches of an entry (None: of all), oldest first."""
        query = select(holes).where(holes.c.filled_at.is_(None)).order_by(holes.c.id)
        with self.reading() as connection:
            rows = connection.execute(query if entry is None else query.where(holes.c.entry == entry))
            return [_hole(row) for row in rows]

    def save_hole(self, hole: Hole) -> Hole:
        """Keeps a hole; the same stretch left open twice is one hole, the earlier."""
        row = asdict(hole) | {"where": dict(hole.where)}
        row.pop("id")
        same = (holes.c.entry == hole.entry) & (holes.c.where == row["where"]) & holes.c.filled_at.is_(None)
        with self.transaction() as connection:
            known = connection.execute(select(holes).where(same).limit(1)).one_or_none()
            if known is not None:
                return _hole(known)
            return replace(hole, id=new_id(connection, holes, row))

    def fill_hole(self, hole_id: int, now: datetime) -> None:
        """The stretch has been read."""
        with self.transaction() as connection:
            connection.execute(update(holes).where(holes.c.id == hole_id).values(filled_at=now))

    def save_snapshot(self, snapshot: Snapshot) -> bool:
        """Keeps a page's counts if they differ from its last ones or a new day began; True when kept."""
        page = (snapshots.c.source == snapshot.source) & (snapshots.c.page == snapshot.page)
        page &= snapshots.c.brand.is_not_distinct_from(snapshot.brand)
        newest = select(snapshots).where(page).order_by(snapshots.c.observed_at.desc()).limit(1)
        with self.transaction() as connection:
            last = connection.execute(newest).one_or_none()
            if last is not None and _counts_of(_snapshot(last)) == _counts_of(snapshot):
                return False
            connection.execute(snapshots.insert().values(**asdict(snapshot)))
            return True

    def snapshots(self, source: str, since: datetime, *, page: str | None = None) -> list[Snapshot]:
        """A source's counts since then, oldest first."""
        query = select(snapshots).where(snapshots.c.source == source, snapshots.c.observed_at >= since)
        if page is not None:
            query = query.where(snapshots.c.page == page)
        with self.reading() as connection:
            return [
                _snapshot(row) for row in connection.execute(query.order_by(snapshots.c.observed_at, snapshots.c.id))
            ]

    def keep_skipped(self, rows: Iterable[Skipped]) -> None:
        """Keeps what could not be read, for a look: the newest 200 of an entry, the first 20,000 characters of each."""
        written = [asdict(row) | {"raw": row.raw[:_RAW_CHARS] if row.raw is not None else None} for row in rows]
        if not written:
            return
        with self.transaction() as connection:
            connection.execute(skipped.insert(), written)
            for entry in sorted({row["entry"] for row in written}):
                mine = select(skipped.c.id).where(skipped.c.entry == entry).order_by(skipped.c.id.desc())
                oldest = connection.execute(mine.offset(KEPT_SKIPPED - 1).limit(1)).scalar()
                if oldest is not None:
                    connection.execute(delete(skipped).where(skipped.c.entry == entry, skipped.c.id < oldest))

    def skipped(self, entry: str, limit: int = KEPT_SKIPPED) -> list[Skipped]:
        """What could not be read of an entry, newest first."""
        query = select(skipped).where(skipped.c.entry == entry).order_by(skipped.c.id.desc()).limit(limit)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return [Skipped(source=r.source, entry=r.entry, at=r.at, reason=r.reason, raw=r.raw) for r in rows]


def _lasts(statuses: Iterable[CrawlStatus]) -> Select[Any]:
    """Of each entry the numbers of its last crawl of each status: by number, since a clock may be set back.

    A few steps along an index for each entry, however many crawls it has had (PostgreSQL Wiki, "Loose indexscan").
    """
    of = crawls.c
    first = select(func.min(of.entry).label("entry")).cte("entries", recursive=True)
    following = select(func.min(of.entry)).where(of.entry > first.c.entry).scalar_subquery()
    entries = first.union_all(select(following).where(first.c.entry.is_not(None)))
    mine = of.entry == entries.c.entry
    each = (select(func.max(of.id)).where(mine, of.status == status.value).scalar_subquery() for status in statuses)
    return select(*each).select_from(entries)


def _crawl(row: Row[Any]) -> Crawl:
    return Crawl(**{**row._mapping, "status": CrawlStatus(row.status)})


def _hole(row: Row[Any]) -> Hole:
    return Hole(**row._mapping)


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(**{name: value for name, value in row._mapping.items() if name != "id"})


def _counts_of(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.observed_at.date(), snapshot.review_count, snapshot.average, snapshot.best
