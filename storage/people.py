"""People's words: mutes, labels, and the list of texts the model was unsure of."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from storage.dialect import insert, new_id
from storage.mention_rows import MENTION_COLUMNS, label_of, mention_of, sentiment_of
from storage.records import HumanLabel, Mention, Mute, Sentiment
from storage.session import Session
from storage.tables import labels, mentions, mutes, sentiments
from storage.threads import SENTIMENT_COLUMNS


class PeopleQuestions(Session):
    """Mutes, labels, and what a person should look at."""

    def mutes(self, now: datetime) -> list[Mute]:
        """Mutes in force, oldest first."""
        query = select(mutes).where(or_(mutes.c.until.is_(None), mutes.c.until > now)).order_by(mutes.c.id)
        with self.reading() as connection:
            return [Mute(**row._mapping) for row in connection.execute(query)]

    def save_mute(self, mute: Mute) -> Mute:
        """Keeps a mute; gives it with its number."""
        row = asdict(mute)
        row.pop("id")
        with self.transaction() as connection:
            return replace(mute, id=new_id(connection, mutes, row))

    def end_mute(self, mute_id: int) -> bool:
        """The mute is over; False where there is none of this number. What it kept quiet is told with its next text."""
        with self.transaction() as connection:
            return connection.execute(delete(mutes).where(mutes.c.id == mute_id)).rowcount == 1

    def author_handle(self, source: str, author_id: str) -> str | None:
        """The public name under which an author wrote last; None where nothing of theirs, or no name, is kept."""
        mine = (mentions.c.source == source) & (mentions.c.author_id == author_id)
        with self.reading() as connection:
            newest = select(mentions.c.author).where(mine).order_by(mentions.c.id.desc()).limit(1)
            return connection.execute(newest).scalar()

    def save_label(self, label: HumanLabel) -> None:
        """Keeps a person's word on a mention; the same person's newer word replaces the older."""
        with self.transaction() as connection:
            statement = insert(connection, labels).values(**(asdict(label) | {"by": label.by or ""}))
            fresh = {"label": statement.excluded.label, "at": statement.excluded.at}
            connection.execute(statement.on_conflict_do_update(index_elements=["mention_id", "by"], set_=fresh))

    def labels(self, since: datetime | None = None) -> list[HumanLabel]:
        """People's words since then, oldest first."""
        query = select(labels).order_by(labels.c.at, labels.c.id)
        with self.reading() as connection:
            rows = connection.execute(query if since is None else query.where(labels.c.at >= since)).all()
        return [label_of(row) for row in rows]

    def labels_of(self, mention_ids: list[int]) -> list[HumanLabel]:
        """People's words on these mentions, oldest first."""
        query = select(labels).where(labels.c.mention_id.in_(mention_ids)).order_by(labels.c.at, labels.c.id)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return [label_of(row) for row in rows]

    def unsure_mentions(self, since: datetime, limit: int = 20) -> list[tuple[Mention, Sentiment]]:
        """Texts the model was unsure of since then and nobody labelled, the least sure first."""
        sure = func.abs(sentiments.c.negative - 0.5)
        query = (
            select(*MENTION_COLUMNS, *SENTIMENT_COLUMNS)
            .join(sentiments, sentiments.c.mention_id == mentions.c.id)
            .where(sentiments.c.unsure_at >= since, mentions.c.deleted.is_(False))
            .where(~select(labels.c.id).where(labels.c.mention_id == mentions.c.id).exists())
            .order_by(sure, mentions.c.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return [(mention_of(row), sentiment_of(row)) for row in connection.execute(query)]
