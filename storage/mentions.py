"""Keeps mentions: tells new, edited, merely counted and unchanged ones apart, a batch in a handful of statements."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from storage.dialect import insert, one_of
from storage.mention_rows import CONTENT, MENTION_COLUMNS, PARTICULARS, mention_of, row_of
from storage.records import Mention, SavedCounts
from storage.session import Session
from storage.tables import mention_versions, mentions, sentiments
from storage.threads_touched import Touched, open_threads, settle_threads
from storage.tidy import MentionKey, ThreadKey, has_words, key_of, thread_key_of, tidy
from storage.tombstones import without_forgotten

log = logging.getLogger(__name__)

# Mentions handled by one round of statements.
BATCH = 500


class MentionQuestions(Session):
    """Saving what was said."""

    def save_mentions(self, batch: Iterable[Mention], now: datetime, *, entry: str | None = None) -> SavedCounts:
        """Keeps all of them or, when the database fails, none; saving the same again changes nothing.

        A reply may come before its root: it opens the thread. An edit keeps the earlier version's rating and label,
        clears the sentiment and touches the thread; a deleted mention is wiped and its row kept; what a forgotten
        author said is not kept; one that can't be kept at all is refused, named in the log, and holds up no other.
        """
        kept, refused = _tidied(batch)
        total = SavedCounts(refused=refused)
        with self.transaction() as connection:
            for start in range(0, len(kept), BATCH):
                total += _save(connection, kept[start : start + BATCH], now, entry)
        return total

    def save_mention(self, mention: Mention, now: datetime, *, entry: str | None = None) -> SavedCounts:
        """`save_mentions` for one."""
        return self.save_mentions([mention], now, entry=entry)

    def mention(self, mention_id: int) -> Mention | None:
        """The mention of that number, None when there is none."""
        with self.reading() as connection:
            row = connection.execute(select(*MENTION_COLUMNS).where(mentions.c.id == mention_id)).one_or_none()
        return mention_of(row) if row else None

    def thread_of(self, mention_id: int) -> int | None:
        """Number of the thread a mention belongs to."""
        with self.reading() as connection:
            return connection.execute(select(mentions.c.thread).where(mentions.c.id == mention_id)).scalar()


def _tidied(batch: Iterable[Mention]) -> tuple[list[Mention], int]:
    kept: list[Mention] = []
    refused = 0
    for mention in batch:
        try:
            kept.append(tidy(mention))
        except (ValueError, TypeError, OverflowError) as error:
            refused += 1
            log.warning("mention left out source=%.40s why=%.200s", mention.source, error)
    return kept, refused


def _save(connection: Connection, batch: Sequence[Mention], now: datetime, entry: str | None) -> SavedCounts:
    alive, tombstoned = without_forgotten(connection, batch)
    # Twice in one batch: the later one is what the source says now.
    latest = {key_of(mention): mention for mention in alive}
    touched = open_threads(connection, latest.values(), now, entry)
    known = _known(connection, list(latest))
    sorted_out = _Sorted(touched, now)
    for key in sorted(latest):
        sorted_out.take(latest[key], known.get(key))
    sorted_out.write(connection)
    settle_threads(connection, touched, now)
    again = len(alive) - len(latest)
    counts = sorted_out.counts
    return counts + SavedCounts(tombstoned=tombstoned, unchanged=again)


def _known(connection: Connection, keys: list[MentionKey]) -> dict[MentionKey, Any]:
    if not keys:
        return {}
    columns = mentions.c
    query = (
        select(*MENTION_COLUMNS, columns.thread, columns.content_hash, columns.first_seen_at, sentiments.c.label)
        .outerjoin(sentiments, sentiments.c.mention_id == columns.id)
        .where(one_of((columns.source, columns.instance, columns.brand, columns.external_id), keys))
    )
    return {(row.source, row.instance, row.brand, row.external_id): row for row in connection.execute(query)}


class _Sorted:
    """A batch sorted by what has to be written."""

    def __init__(self, touched: dict[ThreadKey, Touched], now: datetime) -> None:
        self.touched = touched
        self.now = now
        self.counts = SavedCounts()
        self.new: list[dict[str, Any]] = []
        self.edited: list[dict[str, Any]] = []
        self.counted: list[dict[str, Any]] = []
        self.versions: list[dict[str, Any]] = []

    def take(self, mention: Mention, known: Row[Any] | None) -> None:
        thread = self.touched[thread_key_of(mention)]
        thread.saw(mention, self.now)
        row = row_of(mention)
        if known is None:
            self._take_new(mention, row, thread)
            return
        _keep_what_is_known(row, known)
        says_nothing = not (mention.deleted or mention.rating or has_words(mention))
        if row["content_hash"] != known.content_hash and not says_nothing:
            self._take_edited(mention, row, known, thread)
        elif any(row[name] != getattr(known, name) for name in PARTICULARS) or known.thread != thread.id:
            thread.changed = True
            said_at = row["published_at"] or known.first_seen_at
            self.counted.append(
                {"b_id": known.id, "thread": thread.id, "said_at": said_at, **{n: row[n] for n in PARTICULARS}}
            )
            self.counts += SavedCounts(counted=1)
        else:
            self.counts += SavedCounts(unchanged=1)

    def _take_new(self, mention: Mention, row: dict[str, Any], thread: Touched) -> None:
        seen = mention.fetched_at or self.now
        row |= {"thread": thread.id, "first_seen_at": seen, "fetched_at": seen, "said_at": mention.published_at or seen}
        row["unscored_since"] = self.now if has_words(mention) else None
        self.new.append(row)
        thread.changed = thread.said = True
        self.counts += SavedCounts(new=1)

    def _take_edited(self, mention: Mention, row: dict[str, Any], known: Row[Any], thread: Touched) -> None:
        self.versions.append(
            {
                "mention_id": known.id,
                "seen_at": known.fetched_at,
                "replaced_at": self.now,
                "content_hash": known.content_hash,
                "rating_value": known.rating_value,
                "rating_best": known.rating_best,
                "label": known.label,
            }
        )
        seen = mention.fetched_at or self.now
        row |= {"b_id": known.id, "thread": thread.id, "fetched_at": seen, "leased_until": None}
        row |= {"said_at": row["published_at"] or known.first_seen_at}
        row["unscored_since"] = self.now if has_words(mention) else None
        self.edited.append(row)
        thread.changed = thread.said = True
        self.counts += SavedCounts(edited=1)

    def write(self, connection: Connection) -> None:
        if self.new:
            # A neighbour may have kept one of them a moment ago, under another thread; then theirs stands.
            connection.execute(insert(connection, mentions).on_conflict_do_nothing(), self.new)
        if self.edited:
            names = (
                *PARTICULARS,
                *CONTENT,
                "thread",
                "fetched_at",
                "said_at",
                "unscored_since",
                "content_hash",
                "leased_until",
            )
            connection.execute(_update(names), self.edited)
            connection.execute(mention_versions.insert(), self.versions)
            edited_ids = [row["b_id"] for row in self.edited]
            connection.execute(delete(sentiments).where(sentiments.c.mention_id.in_(edited_ids)))
        if self.counted:
            connection.execute(_update((*PARTICULARS, "thread", "said_at")), self.counted)


def _update(names: Sequence[str]) -> Any:
    return update(mentions).where(mentions.c.id == bindparam("b_id")).values({name: bindparam(name) for name in names})


def _keep_what_is_known(row: dict[str, Any], known: Row[Any]) -> None:
    """One page states less than another of the same source: what it does not state stays as it was."""
    for name in PARTICULARS:
        if row[name] is None and not (row["deleted"] and name in ("author", "author_id")):
            row[name] = getattr(known, name)
    # A page that does not state the parent has not made a reply the thread's first.
    row["is_root"] = row["is_root"] and (row["parent_id"] is None or row["external_id"] == row["thread_id"])
