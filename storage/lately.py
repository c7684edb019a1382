"""What was said of a brand lately: praise, the reviews of a page, complaints by the hour."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from storage.mention_rows import MENTION_COLUMNS, mention_of
from storage.records import Kind, Label, Mention
from storage.session import Session
from storage.tables import mentions, sentiments, threads, verdicts


class LatelyQuestions(Session):
    """A brand's last hours and days."""

    def praising_mentions(self, brands: Collection[str], since: datetime, limit: int) -> list[Mention]:
        """Customers' texts about these brands that the model is sure are positive, said since then, oldest first."""
        of_customers = mentions.c.is_owner_reply.is_(False) & mentions.c.deleted.is_(False)
        query = (
            select(*MENTION_COLUMNS)
            .join(sentiments, sentiments.c.mention_id == mentions.c.id)
            .where(sentiments.c.label == Label.POSITIVE.value, sentiments.c.unsure_at.is_(None), of_customers)
            .where(mentions.c.brand.in_(list(brands)), mentions.c.said_at >= since)
            .order_by(mentions.c.said_at, mentions.c.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return [mention_of(row) for row in connection.execute(query)]

    def reviews_on_page(self, source: str, instance: str, brand: str, since: datetime) -> int:
        """How many reviews of a brand were written there since then."""
        columns = mentions.c
        page = (columns.source == source, columns.instance == instance, columns.kind == Kind.REVIEW.value)
        # The brand's newest come by the index; the page is told apart among them.
        query = select(func.count()).where(columns.brand == brand, columns.said_at >= since, *page)
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def negatives_by_hour(self, brand: str, start: datetime, end: datetime) -> dict[datetime, int]:
        """Threads now judged negative, counted by the full UTC hour in which they began; empty hours are left out."""
        created = threads.c.created_at
        query = select(created).join(verdicts, verdicts.c.thread == threads.c.id)
        query = query.where(threads.c.brand == brand, created >= start, created < end, verdicts.c.is_negative)
        found: dict[datetime, int] = {}
        with self.reading() as connection:
            for at in connection.execute(query).scalars():
                hour = at.replace(minute=0, second=0, microsecond=0)
                found[hour] = found.get(hour, 0) + 1
        return found
