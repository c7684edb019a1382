"""What is kept of one author, and what was erased of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.records.judged import HumanLabel, Mute, Sentiment
from storage.records.said import EarlierVersion, Mention
from storage.records.threads import VotePoint
from storage.records.told import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorExport:
    """Everything kept of one author of one source."""

    source: str
    author: str
    mentions: tuple[Mention, ...] = ()
    # By mention id.
    sentiments: Mapping[int, Sentiment] = field(default_factory=dict)
    versions: Mapping[int, tuple[EarlierVersion, ...]] = field(default_factory=dict)
    # How the "helpful" votes of their reviews moved, by mention id.
    votes: Mapping[int, tuple[VotePoint, ...]] = field(default_factory=dict)
    labels: tuple[HumanLabel, ...] = ()
    mutes: tuple[Mute, ...] = ()
    # Messages that carry their words or name.
    messages: tuple[OutboxRow, ...] = ()
    # Weeks ("Acme 2026-W47") whose digest carries them.
    digests: tuple[str, ...] = ()
    # Raw rows that could not be read and carry them.
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was erased of one author, and what the caller still has to take back."""

    mentions: int = 0
    # Threads in which nobody else spoke, gone with their alerts.
    threads: int = 0
    alerts: int = 0
    # Messages whose words were wiped; the rows stay, so that nothing is sent again.
    messages: int = 0
    digests: int = 0
    skipped: int = 0
    # Of these messages the ones that stand in Slack (workspace, channel, ts are in the rows): delete or rewrite them.
    in_slack: tuple[OutboxRow, ...] = ()
    # Digests that carried them.
    weeks: tuple[tuple[str, str], ...] = ()
    # Of those what stands in Slack: write the message again, delete the files and retry their rows.
    digests_in_slack: tuple[OutboxRow, ...] = ()
    # On their way to Slack at that very moment: whether they arrived is not known.
    in_flight: tuple[OutboxRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What the retention rule erased."""

    texts: int = 0
    threads: int = 0
    mentions: int = 0
    # Messages, crawls, runs of steps, snapshots, skipped rows, filled holes.
    others: int = 0
