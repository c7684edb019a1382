"""What happened to a thread's alert, in the language of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.cards.voice import Voice
from storage.records import AlertEvent


@dataclass(frozen=True, slots=True)
class Happened:
    """When, and what."""

    when: str
    what: str


def happened(events: Iterable[AlertEvent], voice: Voice) -> Iterator[Happened]:
    """In order; an event without a sentence (another version's) shows as its own word."""
    for event in events:
        key = f"serve.event.{event.what}"
        what = voice.say(key) if key in voice else event.what.replace("_", " ")
        yield Happened(when=voice.when_written(event.at), what=what)
