"""What waits for the model and for a verdict, and what they said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, case, delete, exists, func, or_, select, update

from storage.dialect import insert, one_of
from storage.mention_rows import MENTION_COLUMNS, mention_of, sentiment_row
from storage.records import AuthorHistory, Label, Mention, Reason, Sentiment, Severity, Thread, Verdict
from storage.session import Session
from storage.tables import alerts, mentions, sentiments, threads, verdicts
from storage.threads import load_threads
from storage.threads_touched import touch_threads
from storage.tidy import content_hash

AuthorKey = tuple[str, str, str]


class JudgingQuestions(Session):
    """Sentiments and verdicts."""

    def count_unscored(self) -> int:
        """How many texts wait for the model."""
        with self.reading() as connection:
            query = select(func.count()).where(mentions.c.unscored_since.is_not(None))
            return int(connection.execute(query).scalar_one())

    def unscored_mentions(self, limit: int, *, lease: timedelta | None = None) -> list[Mention]:
        """Mentions with words that wait for the model, longest waiting first.

        With a `lease` no other worker is handed the same ones until it ends or they are scored.
        """
        if lease is None:
            with self.reading() as connection:
                return _unscored(connection, _waiting(mentions, mentions.c.unscored_since, limit))
        with self.transaction() as connection:
            return _unscored(
                connection, _leased(connection, mentions, mentions.c.unscored_since, limit, self.clock(), lease)
            )

    def save_sentiments(
        self, scored: Mapping[int, Sentiment | None], now: datetime, *, read: Iterable[Mention] = ()
    ) -> int:
        """Keeps one sentiment a mention (None: it could not be scored) and lets their threads wait for a verdict.

        `read` are the mentions as they were scored: one that was edited since keeps waiting. Returns how many counted.
        """
        with self.transaction() as connection:
            current = _still_so(connection, sorted(scored), {m.id: content_hash(m) for m in read if m.id is not None})
            if not current:
                return 0
            done = update(mentions).where(mentions.c.id.in_(list(current)))
            connection.execute(done.values(unscored_since=None, leased_until=None))
            connection.execute(delete(sentiments).where(sentiments.c.mention_id.in_(list(current))))
            rows = [sentiment_row(n, s, now) for n in current if (s := scored[n]) is not None]
            if rows:
                connection.execute(sentiments.insert(), rows)
            touch_threads(connection, sorted(set(current.values())), now)
            return len(current)

    def threads_to_judge(self, limit: int, *, lease: timedelta | None = None) -> list[Thread]:
        """Threads that changed since their last verdict and have no mention still waiting for the model."""
        unread = exists().where(mentions.c.thread == threads.c.id, mentions.c.unscored_since.is_not(None))
        since = threads.c.to_judge_since
        if lease is None:
            with self.reading() as connection:
                ids = connection.execute(_waiting(threads, since, limit).where(~unread)).scalars()
                return load_threads(connection, list(ids))
        with self.transaction() as connection:
            ids = connection.execute(_leased(connection, threads, since, limit, self.clock(), lease, ~unread)).scalars()
            return load_threads(connection, list(ids))

    def save_verdicts(self, judged: Iterable[Verdict]) -> None:
        """Keeps the present verdict of each thread; one that changed while it was judged keeps waiting."""
        latest = {verdict.thread_id: verdict for verdict in judged}
        if not latest:
            return
        with self.transaction() as connection:
            versions = _locked_versions(connection, sorted(latest))
            rows = [_verdict_row(verdict) for number, verdict in sorted(latest.items()) if number in versions]
            if not rows:
                return
            _upsert_verdicts(connection, rows)
            settled = [n for n, v in latest.items() if v.thread_version in (None, versions.get(n))]
            done = update(threads).where(threads.c.id.in_(settled))
            connection.execute(done.values(to_judge_since=None, leased_until=None))
            told = select(alerts.c.thread_id).where(alerts.c.thread_id.in_(list(versions)))
            connection.execute(update(verdicts).where(verdicts.c.thread.in_(told)).values(untold_since=None))

    def verdict_of(self, thread_id: int) -> Verdict | None:
        """The thread's present verdict, None when it was not judged yet."""
        with self.reading() as connection:
            row = connection.execute(select(verdicts).where(verdicts.c.thread == thread_id)).one_or_none()
        return verdict_of_row(row) if row else None

    def verdicts_of(self, thread_ids: Collection[int]) -> dict[int, Verdict]:
        """Present verdicts by thread number."""
        with self.reading() as connection:
            rows = connection.execute(select(verdicts).where(verdicts.c.thread.in_(list(thread_ids))))
            return {row.thread: verdict_of_row(row) for row in rows}

    def author_history(self, source: str, instance: str, author_id: str) -> AuthorHistory:
        """How much this author said that is kept, how much of it negative, when last."""
        return self.author_histories([(source, instance, author_id)]).get(
            (source, instance, author_id), AuthorHistory()
        )

    def author_histories(self, authors: Iterable[AuthorKey]) -> dict[AuthorKey, AuthorHistory]:
        """Histories of many authors in one statement; unknown ones are left out."""
        wanted = sorted(set(authors))
        if not wanted:
            return {}
        columns = mentions.c
        negative = func.sum(case((sentiments.c.label == Label.NEGATIVE.value, 1), else_=0))
        key = (columns.source, columns.instance, columns.author_id)
        query = (
            select(
                *key,
                func.count().label("said"),
                negative.label("negatives"),
                func.max(columns.said_at).label("last_at"),
            )
            .outerjoin(sentiments, sentiments.c.mention_id == columns.id)
            .where(one_of(key, wanted), columns.author_id.is_not(None))
            .group_by(*key)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return {
            (row.source, row.instance, row.author_id): AuthorHistory(
                mentions=row.said, negatives=int(row.negatives or 0), last_at=row.last_at
            )
            for row in rows
        }


def verdict_of_row(row: Row[Any]) -> Verdict:
    return Verdict(
        thread_id=row.thread,
        judged_at=row.judged_at,
        is_negative=row.is_negative,
        severity=Severity(row.severity),
        score=row.score,
        reasons=tuple(Reason(code=code, numbers=numbers) for code, numbers in row.reasons),
        topics=tuple(row.topics),
        rule=row.rule,
    )


def _waiting(table: Table, since: Any, limit: int) -> Any:
    return select(table.c.id).where(since.is_not(None)).order_by(since, table.c.id).limit(limit)


def _leased(
    connection: Connection, table: Table, since: Any, limit: int, now: datetime, lease: timedelta, *more: Any
) -> Any:
    """Takes the longest waiting rows nobody has a lease on; gives the query for them."""
    free = or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
    picked = _waiting(table, since, limit).where(free, *more).with_for_update(skip_locked=True, of=table)
    taken = update(table).where(table.c.id.in_(picked)).values(leased_until=now + lease).returning(table.c.id)
    ids = list(connection.execute(taken).scalars())
    return select(table.c.id).where(table.c.id.in_(ids)).order_by(since, table.c.id)


def _unscored(connection: Connection, ids: Any) -> list[Mention]:
    numbers = list(connection.execute(ids).scalars())
    rows = connection.execute(select(*MENTION_COLUMNS).where(mentions.c.id.in_(numbers)))
    found = {row.id: mention_of(row) for row in rows}
    return [found[number] for number in numbers if number in found]


def _still_so(connection: Connection, ids: Sequence[int], hashes: Mapping[int, str]) -> dict[int, int]:
    """Of these mentions the ones whose content is still what was read, with their threads."""
    columns = mentions.c
    query = select(columns.id, columns.thread, columns.content_hash).where(columns.id.in_(ids)).order_by(columns.id)
    rows = connection.execute(query.with_for_update())
    return {row.id: row.thread for row in rows if hashes.get(row.id, row.content_hash) == row.content_hash}


def _locked_versions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    query = select(threads.c.id, threads.c.version).where(threads.c.id.in_(ids)).order_by(threads.c.id)
    return {row.id: row.version for row in connection.execute(query.with_for_update())}


def _verdict_row(verdict: Verdict) -> dict[str, Any]:
    return {
        "thread": verdict.thread_id,
        "judged_at": verdict.judged_at,
        "is_negative": verdict.is_negative,
        "severity": int(verdict.severity),
        "score": float(verdict.score),
        "reasons": [[reason.code, dict(reason.numbers)] for reason in verdict.reasons],
        "topics": list(verdict.topics),
        "rule": verdict.rule,
        "negative_since": verdict.judged_at if verdict.is_negative else None,
        "untold_since": verdict.judged_at if verdict.is_negative else None,
        "passed_over": None,
    }


def _upsert_verdicts(connection: Connection, rows: list[dict[str, Any]]) -> None:
    statement = insert(connection, verdicts)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "thread"}
    fresh["negative_since"] = func.coalesce(verdicts.c.negative_since, statement.excluded.negative_since)
    connection.execute(statement.on_conflict_do_update(index_elements=["thread"], set_=fresh), rows)
