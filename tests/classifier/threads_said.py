"""Threads for the tests of judging, in as few words as a case needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.records import Kind, Label, Mention, Rating, Sentiment, Thread

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


def sentiment(
    negative: float, *, positive: float | None = None, unsure: bool = False, topics: tuple[str, ...] = ()
) -> Sentiment:
    kind = positive if positive is not None else (1 - negative) * 0.5
    rest = max(0.0, 1 - negative - kind)
    parts = {Label.NEGATIVE: negative, Label.POSITIVE: kind, Label.NEUTRAL: rest}
    label = max(parts, key=lambda name: parts[name])
    return Sentiment(
        label=label, negative=negative, neutral=rest, positive=kind, model="toy", unsure=unsure, topics=topics
    )


ANGRY, NEUTRAL, HAPPY = sentiment(0.95), sentiment(0.1, positive=0.1), sentiment(0.02, positive=0.95)
DOUBTFUL = sentiment(0.5, positive=0.2, unsure=True)


def said(
    number: int,
    *,
    author: str | None = None,
    stars: float | None = None,
    text: str | None = "words",
    likes: int | None = None,
    owner: bool = False,
    deleted: bool = False,
    brand: str | None = "Acme",
) -> Mention:
    return Mention(
        id=number,
        source="forum",
        external_id=str(number),
        thread_id="1",
        kind=Kind.OWNER_RESPONSE if owner else Kind.POST if number == 1 else Kind.COMMENT,
        text=text,
        author=author or f"author {number}",
        rating=Rating(value=stars, best=5) if stars is not None else None,
        published_at=NOW - timedelta(hours=5) + timedelta(minutes=number),
        is_owner_reply=owner,
        like_count=likes,
        deleted=deleted,
        brand=brand,
    )


def thread(*mentions: Mention, scored: dict[int, Sentiment], source: str = "forum") -> Thread:
    return Thread(
        id=7,
        source=source,
        instance="",
        external_id="1",
        brand="Acme",
        first_seen_at=NOW - timedelta(hours=4),
        observed_at=NOW,
        mentions=mentions,
        sentiments=scored,
    )
