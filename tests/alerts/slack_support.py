"""What the Slack tests share: a clock that sleeping moves, an address that refuses, and records of one angry thread."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.messages import Card, MessageSettings, alert_message
from storage.records import (
    Alert,
    AlertState,
    Deadline,
    Kind,
    Mention,
    OutboxKind,
    OutboxRow,
    Reason,
    Severity,
    Thread,
    Verdict,
)

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Seconds an answer may take: no machine is so busy, so only one that never comes is waited for so long.
PATIENT = 60.0
ENGLISH = MessageSettings(zone="Europe/Warsaw", signature="Ada", contact="help@acme.example")


@dataclass
class PlayedClock:
    """Stands still until somebody sleeps."""

    moment: datetime = NOW
    slept: float = 0.0

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.slept += seconds

    def seconds(self) -> float:
        return self.moment.timestamp()


@contextmanager
def nobody_there() -> Iterator[str]:
    """An address that refuses: the port is taken, and nobody listens at it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/api/"


def mention(number: int = 1, **known: Any) -> Mention:
    given: dict[str, Any] = {
        "source": "discourse",
        "instance": "forum.acme.example",
        "external_id": str(number),
        "thread_id": "1",
        "kind": Kind.POST if number == 1 else Kind.COMMENT,
        "url": f"https://forum.acme.example/t/1/{number}",
        "author": f"author {number}",
        "author_id": f"a{number}",
        "title": "Third week without my parcel" if number == 1 else None,
        "text": "The parcel never came. Nobody answers the phone." if number == 1 else "Same here!",
        "language": "en",
        "published_at": NOW - HOUR + timedelta(minutes=number),
        "brand": "Acme",
        "id": number,
    }
    return Mention(**(given | known))


def deadline(**known: Any) -> Deadline:
    given: dict[str, Any] = {
        "decided_at": NOW,
        "growth_deadline": NOW + 2 * HOUR,
        "answer_by": NOW + timedelta(minutes=40),
        "is_growing": True,
        "expected_more": 14.0,
        "expected_more_low": 3.0,
        "expected_more_high": 40.0,
        "expected_final": 17.0,
        "p_double": 0.7,
        "p_10_more_24h": 0.6,
        "milestone": 20,
        "milestone_at": NOW + 3 * HOUR,
        "milestone_chance": 0.8,
        "basis": "own_history",
        "reason": "grows",
    }
    return Deadline(**(given | known))


def thread(*mentions: Mention, **known: Any) -> Thread:
    said = mentions or (mention(1), mention(2), mention(3))
    given: dict[str, Any] = {
        "id": 1,
        "source": said[0].source,
        "instance": said[0].instance,
        "external_id": "1",
        "brand": "Acme",
        "first_seen_at": NOW - HOUR,
        "observed_at": NOW,
        "mentions": said,
        "url": "https://forum.acme.example/t/1",
    }
    return Thread(**(given | known))


def alert(**known: Any) -> Alert:
    given: dict[str, Any] = {
        "thread_id": 1,
        "brand": "Acme",
        "team": "support",
        "key": "card-1",
        "state": AlertState.OPEN,
        "severity": Severity.HIGH,
        "opened_at": NOW - timedelta(minutes=12),
        "deadline": deadline(),
        "channel": "#support",
    }
    return Alert(**(given | known))


def verdict(**known: Any) -> Verdict:
    given: dict[str, Any] = {
        "thread_id": 1,
        "judged_at": NOW,
        "is_negative": True,
        "severity": Severity.HIGH,
        "topics": ("delivery", "no_answer"),
        "reasons": (Reason(code="joined", numbers={"authors": 2}), Reason(code="topic", numbers={"topic": "delivery"})),
    }
    return Verdict(**(given | known))


def card(root: Mention | None = None, *, now: datetime = NOW, **known: Any) -> Card:
    """A card of a thread with two replies; `known` are fields of the alert, or of the card."""
    of_card = {
        name: known.pop(name) for name in ("places", "author_history", "notes", "events", "verdict") if name in known
    }
    said = thread(*(root, mention(2), mention(3)) if root else ())
    said = known.pop("thread", said)
    base = Card(alert=alert(**known), thread=said, verdict=verdict(), now=now)
    return replace(base, **of_card)


def row(key: str, kind: OutboxKind = OutboxKind.CARD, **known: Any) -> OutboxRow:
    given: dict[str, Any] = {
        "key": key,
        "kind": kind,
        "channel": "#support",
        "payload": alert_message(card(), ENGLISH) if kind is OutboxKind.CARD else {"text": f"said {key}", "blocks": []},
        "created_at": NOW,
    }
    return OutboxRow(**(given | known))
