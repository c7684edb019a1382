"""Least data: texts of calm mentions go first, then everything old; in small transactions, so that nobody waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, or_, select, update

from storage.records import Erased, OutboxKind, OutboxState
from storage.session import Session
from storage.tables import (
    alerts,
    crawls,
    digests,
    holes,
    mentions,
    mutes,
    outbox,
    skipped,
    snapshots,
    step_runs,
    threads,
    verdicts,
)

# Rows erased in one transaction.
_AT_ONCE = 2000
_SETTLED = (OutboxState.SENT.value, OutboxState.DROPPED.value)


class RetentionQuestions(Session):
    """What is old."""

    def wipe_calm_texts(self, before: datetime) -> Erased:
        """Wipes title and text of mentions said before then in threads that are calm or were never judged.

        Counts, ratings and sentiments stay, and the content hash: a page that still shows the same words does not
        bring them back. Praise that was told and the lists of digests go too, once they are as old.
        """
        columns = mentions.c
        told = select(alerts.c.id).where(alerts.c.thread_id == columns.thread).exists()
        negative = select(verdicts.c.thread).where(verdicts.c.thread == columns.thread, verdicts.c.is_negative).exists()
        old = (columns.said_at < before, or_(columns.text.is_not(None), columns.title.is_not(None)))
        with self.reading() as connection:
            query = select(columns.id).where(*old, columns.unscored_since.is_(None), ~negative, ~told)
            ids = list(connection.execute(query.order_by(columns.id)).scalars())
        for start in range(0, len(ids), _AT_ONCE):
            with self.transaction() as connection:
                these = columns.id.in_(ids[start : start + _AT_ONCE])
                connection.execute(update(mentions).where(these).values(text=None, title=None))
        self._wipe_told(before)
        return Erased(texts=len(ids))

    def _wipe_told(self, before: datetime) -> None:
        praise = outbox.c.kind.in_((OutboxKind.THANKS.value, OutboxKind.REVIEW_LIST.value))
        with self.transaction() as connection:
            old = (outbox.c.created_at < before, outbox.c.state.in_(_SETTLED), praise)
            connection.execute(update(outbox).where(*old).values(payload={}))
            for row in connection.execute(select(digests).where(digests.c.made_at < before)).all():
                # The lists behind the figures quote texts.
                figures = {name: part for name, part in row.figures.items() if name != "lists"}
                mine = (digests.c.brand == row.brand) & (digests.c.week == row.week)
                connection.execute(update(digests).where(mine).values(figures=figures))

    def delete_before(self, before: datetime) -> Erased:
        """Deletes threads without a live alert in which nothing was said since then, with all that hangs on them;
        wipes what was said before in threads that go on; deletes messages, digests, crawls, runs and the like."""
        newer = select(mentions.c.id).where(mentions.c.thread == threads.c.id, mentions.c.said_at >= before).exists()
        live = select(alerts.c.id).where(alerts.c.thread_id == threads.c.id, alerts.c.live_until.is_not(None)).exists()
        with self.reading() as connection:
            # Nothing can have been said before a thread's beginning was seen: the index spares the young ones.
            query = select(threads.c.id).where(threads.c.created_at < before, ~newer, ~live)
            ids = list(connection.execute(query.order_by(threads.c.id)).scalars())
        said = 0
        for start in range(0, len(ids), _AT_ONCE):
            with self.transaction() as connection:
                some = ids[start : start + _AT_ONCE]
                said += connection.execute(delete(mentions).where(mentions.c.thread.in_(some))).rowcount
                connection.execute(delete(threads).where(threads.c.id.in_(some)))
        self._wipe_old_words(before)
        return Erased(threads=len(ids), mentions=said, others=self._delete_others(before))

    def _wipe_old_words(self, before: datetime) -> None:
        said = mentions.c
        live = select(alerts.c.id).where(alerts.c.thread_id == said.thread, alerts.c.live_until.is_not(None)).exists()
        old = (said.said_at < before, or_(said.text.is_not(None), said.title.is_not(None)), ~live)
        with self.reading() as connection:
            ids = list(connection.execute(select(said.id).where(*old).order_by(said.id)).scalars())
        for start in range(0, len(ids), _AT_ONCE):
            with self.transaction() as connection:
                these = said.id.in_(ids[start : start + _AT_ONCE])
                # Not read yet, it would be read as saying nothing.
                connection.execute(update(mentions).where(these).values(text=None, title=None, unscored_since=None))

    def _delete_others(self, before: datetime) -> int:
        settled = outbox.c.state.in_((*_SETTLED, OutboxState.DEAD.value, OutboxState.UNKNOWN.value))
        old: tuple[tuple[Table, Any], ...] = (
            (outbox, settled & (outbox.c.created_at < before)),
            (digests, digests.c.made_at < before),
            (mutes, mutes.c.until < before),
            (crawls, crawls.c.started_at < before),
            (step_runs, step_runs.c.started_at < before),
            (snapshots, snapshots.c.observed_at < before),
            (skipped, skipped.c.at < before),
            (holes, holes.c.filled_at < before),
        )
        with self.transaction() as connection:
            return sum(connection.execute(delete(table).where(condition)).rowcount for table, condition in old)
