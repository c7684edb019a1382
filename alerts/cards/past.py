"""What was there before the first look: one message to read, the whole list in the Slack thread under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from alerts.cards.blocks import Block, bullets, header, message, rich_text, section
from alerts.cards.card import Card, MessageSettings, Payload
from alerts.cards.lists import entry
from alerts.cards.main_card import place_of
from alerts.cards.paging import Line, paged
from alerts.cards.status import severity_colour
from alerts.cards.voice import Marked, Voice
from storage.records import Severity

# So many lines are read at a glance; a list that has hardly more is shown whole.
_FIRST = 5
_WHOLE = 8
_GROUPS = 5


def backfill_messages(cards: Sequence[Card], settings: MessageSettings) -> tuple[Payload, ...]:
    """Negative threads from before the first look: counted, the worst few named, every one listed in the thread."""
    voice = Voice(settings)
    brand = cards[0].alert.brand
    notice = voice.marked("backfill.notice", brand=brand)
    newest = sorted(cards, key=lambda card: card.thread.created_at, reverse=True)
    worst = sorted(newest, key=lambda card: -card.alert.severity)[: _FIRST if len(cards) > _WHOLE else len(cards)]
    named = {card.alert.key for card in worst}
    rest = [card for card in newest if card.alert.key not in named]
    told = [voice.marked("backfill.count", n=len(cards)), voice.marked("backfill.intro")]
    top = [header("🗂 " + voice.say("backfill.header", brand=brand))]
    lines = rich_text(bullets(_block(card, voice) for card in worst))
    if not rest:
        return (message(notice, [*top, section(*told), lines]),)
    summed = section(*told, *_summary(newest, voice))
    first, more = section(voice.marked("backfill.first")), section(voice.marked("backfill.rest", n=len(rest)))
    others = [Line(block=_block(card, voice), key=card.alert.key) for card in rest]
    return (message(notice, [*top, summed, first, lines, more]), *paged(notice, [], others, voice, None))


def _summary(newest: Sequence[Card], voice: Voice) -> list[Marked]:
    """How old, how severe, what about, where: each as counts, the commonest first."""
    first, last = voice.day(newest[-1].thread.created_at), voice.day(newest[0].thread.created_at)
    by_severity = Counter(card.alert.severity for card in newest)
    severities = [(voice.severity(one.word), by_severity[one]) for one in sorted(Severity, reverse=True)]
    topics = (t for card in newest for t in (card.verdict.topics if card.verdict else ()) if t != "other")
    places = Counter(place_of(card, voice) for card in newest)
    told = [
        voice.marked("backfill.span", first=first, last=last),
        voice.marked("backfill.severity", counts=_counts(severities)),
    ]
    if found := Counter(topics).most_common(_GROUPS):
        told.append(voice.marked("backfill.topics", counts=_counts((voice.topic(name), n) for name, n in found)))
    if len(places) > 1:
        told.append(voice.marked("backfill.places", counts=_counts(places.most_common(_GROUPS))))
    return told


def _counts(counted: Iterable[tuple[str, int]]) -> str:
    return " · ".join(f"{name} {n}" for name, n in counted if n)


def _block(card: Card, voice: Voice) -> Block:
    return entry(card, severity_colour(card.alert), voice.day(card.thread.created_at), voice)
