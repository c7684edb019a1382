"""What the message functions take: a card, a spike, a source's trouble, and the settings that shape the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from storage.records import Alert, AlertEvent, Mention, Reason, Thread, Verdict

# Slack arguments without channel, ts and metadata (the delivery adds those); JSON-able, goes into OutboxRow.payload.
Payload = dict[str, Any]


class AuthorHistory(Protocol):
    """What the store knows of an author from before this thread."""

    @property
    def mentions(self) -> int: ...
    @property
    def negatives(self) -> int: ...
    @property
    def last_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Another place where the same text stands."""

    source: str
    instance: str = ""
    url: str | None = None
    # The key of its alert while that is alive: it can be given a card of its own.
    key: str | None = None
    # The number of that alert, to be written under the card where there are no buttons.
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that one card says; rendered again from scratch whenever a part of it changes."""

    alert: Alert
    thread: Thread
    # The moment for which "40 minutes left" is true.
    now: datetime
    # None only where a thread was alerted by hand.
    verdict: Verdict | None = None
    # Cross-posts of the same text, this thread's own place not among them.
    places: tuple[Place, ...] = ()
    author_history: AuthorHistory | None = None
    # What the policy has to add (a holiday moved the deadline, nobody is at work …): codes of the catalogue.
    notes: tuple[Reason, ...] = ()
    # What happened so far, oldest first; the card shows the last few that a person did.
    events: tuple[AlertEvent, ...] = ()

    @property
    def root(self) -> Mention | None:
        return self.thread.root


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """More negatives in the last hours than the same hours of past weeks and the day before explain."""

    brand: str
    since: datetime
    until: datetime
    negatives: int
    # Mean of the same hours of past weeks, and the same hours the day before.
    usual: float
    day_before: int
    # The topic and the source named most, and by how many of the threads that were told.
    top_topic: tuple[str, int] | None = None
    top_source: tuple[str, int] | None = None
    told: int = 0
    # The post that began it.
    first: Mention | None = None
    # Id of the brand's spike card, so that its outbox row has a key of its own.
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrouble:
    """One source that does not look well; `code` is a sentence under `[health]` of the catalogue."""

    source: str
    entry: str
    # empty, blocked, changed, failed, fewer, hole or silent
    code: str
    since: datetime | None = None
    # Numbers of the sentence: found, usual, hours …
    numbers: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """What a team may choose about its messages; `bot/config.py` fills it, one per team."""

    # Language of our own sentences: the name of a file in alerts/catalogue.
    language: str = "en"
    # The team's IANA zone, for the written-out times; Slack shows each reader their own.
    zone: str = "UTC"
    # True with an app token (Socket Mode); else the card explains the reactions that do the same.
    buttons: bool = True
    # Who signs a reply draft, a person's name, and where the customer is asked to come (an address, a link, a form).
    signature: str | None = None
    contact: str | None = None
    # Own reply templates; its files override ours topic by topic.
    replies_folder: Path | None = None
    # "https://translate.example/?sl={source}&tl={target}&text={text}": the link under a foreign text.
    translate_url: str | None = None
    # Phone, mail, account and order numbers are masked before a text is shown.
    mask_personal: bool = True
    # Topics the company named itself: name → the word shown.
    topic_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
