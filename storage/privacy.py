"""Forgets an author in every table, hands out what is kept of one, and keeps the forgotten from coming back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, text, update

from storage.author_marks import Author, find_author
from storage.dialect import insert
from storage.mention_rows import label_of, mention_of
from storage.outbox import outbox_record
from storage.records import AuthorExport, Forgotten, Mute, OutboxKind, OutboxRow, OutboxState, Thread
from storage.session import Session
from storage.tables import (
    alert_events,
    alerts,
    digests,
    labels,
    mentions,
    mutes,
    outbox,
    skipped,
    threads,
    tombstones,
    votes,
)
from storage.threads import in_portions, load_threads
from storage.threads_touched import touch_threads
from storage.tombstones import who


class PrivacyQuestions(Session):
    """One author's data."""

    def export_author(self, source: str, author: str) -> AuthorExport:
        """All that is kept of an author, by id or handle. Raises StoreError where the handle is several people's."""
        with self.reading() as connection:
            found = find_author(connection, source, author)
            ids = [row.id for row in found.rows]
            whole = load_threads(connection, sorted({row.thread for row in found.rows}))
            words = connection.execute(select(labels).where(labels.c.mention_id.in_(ids))).all()
            return AuthorExport(
                source=source,
                author=author,
                mentions=tuple(mention_of(row) for row in found.rows),
                sentiments={n: s for thread in whole for n, s in thread.sentiments.items() if n in set(ids)},
                versions={n: v for thread in whole for n, v in thread.versions.items() if n in set(ids)},
                votes={n: thread.votes for thread in whole for n in _voted(thread) if n in set(ids)},
                labels=tuple(label_of(row) for row in words),
                mutes=_mutes(connection, found),
                messages=tuple(_messages(connection, found)),
                digests=tuple(f"{row.brand} {row.week}" for row in _digests(connection, found)),
                skipped=tuple(row.raw for row in _skipped(connection, found)),
            )

    def forget_author(self, source: str, author: str, now: datetime) -> Forgotten:
        """Erases all that is kept of an author and keeps it from coming back; one transaction.

        On SQLite the freed pages are overwritten too. Backups made earlier still hold it. Forgetting somebody of whom
        nothing is kept still keeps them from coming. Raises StoreError where the handle is several people's.
        """
        with self.transaction() as connection:
            if self.is_sqlite:
                connection.execute(text("PRAGMA secure_delete=ON"))
            done = _forget(connection, find_author(connection, source, author), now)
        if self.is_sqlite and not self.is_joining:
            # The log still holds the old pages until they are written back.
            with self.outside_transactions() as outside:
                outside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return done

    def tombstones(self) -> list[tuple[str, str, datetime]]:
        """Who was forgotten: source, hash, when."""
        with self.reading() as connection:
            rows = connection.execute(select(tombstones).order_by(tombstones.c.id)).all()
        return [(row.source, row.who, row.at) for row in rows]


def _forget(connection: Connection, author: Author, now: datetime) -> Forgotten:
    messages = _wipe_messages(connection, author)
    digests_told = _wipe_digests(connection, author)
    parts = _parts_of(connection, digests_told)
    raw = [row.id for row in _skipped(connection, author)]
    connection.execute(delete(skipped).where(skipped.c.id.in_(raw)))
    connection.execute(delete(mutes).where(mutes.c.id.in_([mute.id for mute in _mutes(connection, author)])))
    spoke_in = sorted({row.thread for row in author.rows})
    _wipe_events(connection, author, spoke_in)
    _wipe_votes(connection, [row.thread for row in author.rows if row.is_root])
    for some in in_portions([row.id for row in author.rows]):
        connection.execute(delete(mentions).where(mentions.c.id.in_(some)))
    empty = _empty(connection, spoke_in)
    gone_alerts = connection.execute(select(alerts.c.id).where(alerts.c.thread_id.in_(empty))).all()
    connection.execute(delete(threads).where(threads.c.id.in_(empty)))
    touch_threads(connection, [number for number in spoke_in if number not in set(empty)], now)
    _bury(connection, author, now)
    return Forgotten(
        mentions=len(author.rows),
        threads=len(empty),
        alerts=len(gone_alerts),
        messages=len(messages),
        digests=len(digests_told),
        skipped=len(raw),
        in_slack=tuple(row for row in messages if row.ts is not None),
        weeks=tuple((row.brand, row.week) for row in digests_told),
        digests_in_slack=tuple(row for row in parts if row.ts is not None),
        in_flight=tuple(row for row in (*messages, *parts) if row.state is OutboxState.SENDING),
    )


def _voted(thread: Thread) -> Iterator[int]:
    """The review the thread's votes are for, where there are any."""
    if thread.votes and thread.root is not None and thread.root.id is not None:
        yield thread.root.id


def _wipe_votes(connection: Connection, thread_ids: Sequence[int]) -> None:
    """What readers thought of their reviews, where the owner's answer keeps the thread."""
    for some in in_portions(thread_ids):
        connection.execute(delete(votes).where(votes.c.thread.in_(some)))
        connection.execute(update(threads).where(threads.c.id.in_(some)).values(stated_votes=None, voted_at=None))


def _bury(connection: Connection, author: Author, now: datetime) -> None:
    rows = [{"source": author.source, "who": who(author.source, name), "at": now} for name in sorted(author.names)]
    connection.execute(insert(connection, tombstones).on_conflict_do_nothing(), rows)


def _empty(connection: Connection, thread_ids: Sequence[int]) -> list[int]:
    left = set(
        connection.execute(select(mentions.c.thread).where(mentions.c.thread.in_(thread_ids)).distinct()).scalars()
    )
    return [number for number in thread_ids if number not in left]


def _mutes(connection: Connection, author: Author) -> tuple[Mute, ...]:
    mine = select(mutes).where(mutes.c.scope == "author", mutes.c.value.in_(sorted(author.names)))
    rows = connection.execute(mine.where((mutes.c.source == author.source) | mutes.c.source.is_(None)))
    return tuple(Mute(**row._mapping) for row in rows)


def _messages(connection: Connection, author: Author) -> list[OutboxRow]:
    """Messages about their threads and mentions; of the others those in which their words or permalinks stand."""
    is_theirs = _test_of(connection, author)
    # Read row by row: a rare question over a long table.
    rows = connection.execute(select(outbox).order_by(outbox.c.id).execution_options(yield_per=1000))
    return [outbox_record(row) for row in rows if is_theirs(row)]


def _test_of(connection: Connection, author: Author) -> Callable[[Row[Any]], bool]:
    told = connection.execute(select(alerts.c.id, alerts.c.key, alerts.c.carried_by, alerts.c.thread_id)).all()
    spoke_in = {row.thread for row in author.rows}
    mine = [row for row in told if row.thread_id in spoke_in]
    about, others = {row.id for row in mine}, {row.id for row in told if row.thread_id not in spoke_in}
    cards = {row.key for row in mine} | {f"thanks-{row.id}" for row in author.rows}
    lists = {row.carried_by for row in mine if row.carried_by}

    def is_theirs(row: Row[Any]) -> bool:
        if row.alert_id in about or row.key in cards or row.under in cards:
            return True
        if row.key in lists or row.under in lists:
            return author.is_named(row.payload)
        # A card about somebody else's thread: the same words there are theirs, not this author's.
        return author.is_linked(row.payload) if row.alert_id in others else author.is_quoted(row.payload)

    return is_theirs


def _wipe_messages(connection: Connection, author: Author) -> list[OutboxRow]:
    found = _messages(connection, author)
    waiting = (OutboxState.PENDING.value, OutboxState.SENDING.value, OutboxState.DEAD.value, OutboxState.UNKNOWN.value)
    for some in in_portions([row.id for row in found if row.id is not None]):
        these = outbox.c.id.in_(some)
        connection.execute(update(outbox).where(these).values(payload={}, error=None))
        unsent = update(outbox).where(these, outbox.c.state.in_(waiting))
        connection.execute(unsent.values(state=OutboxState.DROPPED.value, waiting_since=None, error="forgotten"))
    return [replace(row, payload={}) for row in found]


def _digests(connection: Connection, author: Author) -> list[Any]:
    return [row for row in connection.execute(select(digests)) if author.is_quoted(row.figures)]


def _wipe_digests(connection: Connection, author: Author) -> list[Any]:
    found = _digests(connection, author)
    for row in found:
        mine = (digests.c.brand == row.brand) & (digests.c.week == row.week)
        connection.execute(update(digests).where(mine).values(figures=author.without(row.figures)))
    return found


def _parts_of(connection: Connection, told: Sequence[Any]) -> list[OutboxRow]:
    """The outbox rows of these digests; files that were sent may be sent again, once they are deleted in Slack."""
    keys = [row.sent_key for row in told if row.sent_key is not None]
    mine = outbox.c.key.in_(keys) | outbox.c.under.in_(keys)
    rows = connection.execute(select(outbox).where(mine).order_by(outbox.c.id)).all()
    sent_files = mine & (outbox.c.kind == OutboxKind.UPLOAD.value) & (outbox.c.state == OutboxState.SENT.value)
    connection.execute(update(outbox).where(sent_files).values(state=OutboxState.DROPPED.value, error="forgotten"))
    return [outbox_record(row) for row in rows]


def _skipped(connection: Connection, author: Author) -> list[Any]:
    rows = connection.execute(select(skipped).where(skipped.c.source == author.source))
    return [row for row in rows if author.is_named(row.raw)]


def _wipe_events(connection: Connection, author: Author, thread_ids: Sequence[int]) -> None:
    query = select(alert_events).join(alerts, alerts.c.id == alert_events.c.alert_id)
    for row in connection.execute(query.where(alerts.c.thread_id.in_(thread_ids))).all():
        if author.is_named(row.numbers):
            mine = update(alert_events).where(alert_events.c.id == row.id)
            connection.execute(mine.values(numbers=author.without(row.numbers, names=True)))
