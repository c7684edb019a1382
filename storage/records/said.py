"""What people said: brands, mentions, ratings, earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.judged import Label


class Kind(StrEnum):
    """What a mention is."""

    REVIEW = "review"
    POST = "post"
    COMMENT = "comment"
    OWNER_RESPONSE = "owner_response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating as the source gives it, e.g. 2 of 5; thumbs are 0 or 1 of 1."""

    value: float
    best: float

    @property
    def share(self) -> float:
        """The rating as a share of the best one, 0 to 1."""
        return self.value / self.best if self.best else 0.0

    @property
    def is_low(self) -> bool:
        """Two stars of five and below, or a thumb down."""
        return self.share <= 0.4

    @property
    def is_high(self) -> bool:
        return self.share >= 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What we watch: a name, its search terms, its own accounts."""

    name: str
    terms: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    # At least one of these must stand in the text too, for names that are common words.
    require: tuple[str, ...] = ()
    # Handles or ids by which the brand answers, per source ("*" for all); ids beat names.
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # A competitor is counted for share of voice and never opens an alert.
    is_competitor: bool = False

    def accounts_on(self, source: str) -> frozenset[str]:
        return frozenset((*self.accounts.get(source, ()), *self.accounts.get("*", ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One public text about a brand; the unit we collect. Unique by (source, instance, external_id, brand)."""

    source: str
    external_id: str
    thread_id: str
    kind: Kind
    # The host, where a source has many (mastodon.social, forum.example.org); "" where it has one.
    instance: str = ""
    parent_id: str | None = None
    url: str | None = None
    author: str | None = None
    author_id: str | None = None
    title: str | None = None
    text: str | None = None
    # BCP 47, as the source states it; None when it does not.
    language: str | None = None
    rating: Rating | None = None
    published_at: datetime | None = None
    # True where the source gives a day only: published_at is its midnight UTC.
    date_only: bool = False
    edited_at: datetime | None = None
    is_owner_reply: bool = False
    reply_count: int | None = None
    like_count: int | None = None
    share_count: int | None = None
    # Followers of the author where the source shows them beside the text.
    author_followers: int | None = None
    deleted: bool = False
    brand: str | None = None
    fetched_at: datetime | None = None
    # Given by the store; None for a mention that has not been kept yet.
    id: int | None = None

    @property
    def is_root(self) -> bool:
        """The first of its thread: named like it, or (threads with own ids) a post or review that answers nothing."""
        return self.external_id == self.thread_id or (self.parent_id is None and self.kind in (Kind.POST, Kind.REVIEW))

    @property
    def reach(self) -> int:
        """How many people it probably touches: what is public of replies, likes, shares, followers."""
        counts = (self.reply_count, self.like_count, self.share_count)
        return sum(count or 0 for count in counts) + (self.author_followers or 0) // 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVersion:
    """What a mention was before an edit: only what a card needs to say "was 1★, now 4★"."""

    seen_at: datetime
    content_hash: str
    rating: Rating | None = None
    label: Label | None = None
