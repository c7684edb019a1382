"""Least data: texts of calm mentions go first, then everything old; in small transactions, so that nobody waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, or_, select, update

from storage.records import Erased, OutboxState
from storage.session import Session
from storage.tables import (
    alerts,
    crawls,
    holes,
    mentions,
    outbox,
    skipped,
    snapshots,
    step_runs,
    threads,
    verdicts,
)

# Rows erased in one transaction.
_AT_ONCE = 2000


class RetentionQuestions(Session):
    """What is old."""

    def wipe_calm_texts(self, before: datetime) -> Erased:
        """Wipes title and text of mentions said before then in threads that are calm or were never judged.

        Counts, ratings and sentiments stay, and the content hash: a page that still shows the same words does not
        bring them back.
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
        return Erased(texts=len(ids))

    def delete_before(self, before: datetime) -> Erased:
        """Deletes threads without a live alert in which nothing was said since then, with all that hangs on them;
        and sent messages, crawls, runs, snapshots and the like of before."""
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
        return Erased(threads=len(ids), mentions=said, others=self._delete_others(before))

    def _delete_others(self, before: datetime) -> int:
        settled = outbox.c.state.in_((OutboxState.SENT.value, OutboxState.DROPPED.value))
        old: tuple[tuple[Table, Any], ...] = (
            (outbox, settled & (outbox.c.created_at < before)),
            (crawls, crawls.c.started_at < before),
            (step_runs, step_runs.c.started_at < before),
            (snapshots, snapshots.c.observed_at < before),
            (skipped, skipped.c.at < before),
            (holes, holes.c.filled_at < before),
        )
        with self.transaction() as connection:
            return sum(connection.execute(delete(table).where(condition)).rowcount for table, condition in old)
