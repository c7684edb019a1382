"""A first mention and everything said under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.records.judged import Sentiment
from storage.records.said import EarlierVersion, Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPoint:
    """A reply counter as one crawl saw it, for sources that show no reply times."""

    observed_at: datetime
    replies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VotePoint:
    """How many people had found a review helpful, as one crawl saw it."""

    observed_at: datetime
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A first mention and everything said under it; what is judged, alerted and answered."""

    id: int
    source: str
    instance: str
    external_id: str
    brand: str
    first_seen_at: datetime
    # The last crawl that looked at it: between crawls nothing is known.
    observed_at: datetime
    # Root first where it is known, then by time; deleted ones are kept, wiped.
    mentions: tuple[Mention, ...] = ()
    # By mention id; a text without one is not scored yet, or could not be.
    sentiments: Mapping[int, Sentiment] = field(default_factory=dict)
    # By mention id, oldest first.
    versions: Mapping[int, tuple[EarlierVersion, ...]] = field(default_factory=dict)
    counts: tuple[CountPoint, ...] = ()
    # Of the root, where it is a review: the points at which its "helpful" votes moved, and the last look at them.
    votes: tuple[VotePoint, ...] = ()
    url: str | None = None
    # Counts its changes; a verdict names the one it judged.
    version: int = 0

    @property
    def root(self) -> Mention | None:
        return next((m for m in self.mentions if m.is_root), self.mentions[0] if self.mentions else None)

    @property
    def replies(self) -> tuple[Mention, ...]:
        root = self.root
        return tuple(m for m in self.mentions if m is not root)

    @property
    def owner_responses(self) -> tuple[Mention, ...]:
        return tuple(m for m in self.mentions if m.is_owner_reply and not m.deleted)

    @property
    def has_owner_response(self) -> bool:
        return bool(self.owner_responses)

    @property
    def created_at(self) -> datetime:
        root = self.root
        return (root.published_at if root else None) or self.first_seen_at

    def sentiment_of(self, mention: Mention) -> Sentiment | None:
        return None if mention.id is None else self.sentiments.get(mention.id)

    def language_of(self, mention: Mention) -> str | None:
        """As the source states it, else as the model's language finder read it; BCP 47."""
        sentiment = self.sentiment_of(mention)
        return mention.language or (sentiment.language if sentiment else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTimeline:
    """When a thread's replies came, for the forecast; no words, no names."""

    thread_id: int
    source: str
    instance: str
    created_at: datetime
    first_seen_at: datetime
    observed_at: datetime
    # Customers' replies with a time of their own, ascending; the owner's are not among them.
    reply_times: tuple[datetime, ...] = ()
    counts: tuple[CountPoint, ...] = ()
    # The owner's first answer.
    answered_at: datetime | None = None
