"""Cards that are not about one angry thread: a rise in volume, sources in trouble, praise, customers who came round."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.cards.blocks import Block, context, header, message, section
from alerts.cards.card import Card, MessageSettings, Payload, SourceTrouble, Spike
from alerts.cards.main_card import place_of
from alerts.cards.said import quote_block
from alerts.cards.status import person, time_to_answer
from alerts.cards.text import clean
from alerts.cards.voice import Marked, Voice
from storage.records import Mention

# Sources named in one health card; one section each.
_MOST_TROUBLES = 40


def spike_message(spike: Spike, settings: MessageSettings) -> Payload:
    """More negatives than the same hours of past weeks and the day before explain, with the cause."""
    voice = Voice(settings)
    count = voice.marked("spike.count", n=spike.negatives, since=voice.when(spike.since), until=voice.when(spike.until))
    usual = voice.marked("spike.usual", usual=voice.number(spike.usual), before=spike.day_before)
    cause = source = None
    if spike.top_topic is not None:
        name, named = spike.top_topic
        cause = voice.marked("spike.cause", topic=voice.topic(name), count=named, all=spike.told)
    if spike.top_source is not None:
        name, named = spike.top_source
        source = voice.marked("spike.source", source=voice.source(name), count=named, all=spike.told)
    blocks = [header("📈 " + voice.say("spike.header", brand=spike.brand)), section(count, usual, cause, source)]
    if spike.first is not None:
        blocks += [section(voice.marked("spike.first")), quote_block(spike.first, voice, 350)[0]]
        blocks += context(voice.link(spike.first.url))
    return message(voice.marked("spike.notice", brand=spike.brand), blocks)


def health_message(troubles: Sequence[SourceTrouble], settings: MessageSettings) -> Payload:
    """The sources that need a look, each with what is wrong and the command that shows more; at most one a day."""
    voice = Voice(settings)
    blocks = [header("🩺 " + voice.say("health.header"))]
    blocks += [section(_trouble(trouble, voice)) for trouble in troubles[:_MOST_TROUBLES]]
    blocks += context(voice.marked("health.mend", command=Marked("`repwatch check`")))
    return message(voice.marked("health.notice"), blocks)


def thanks_message(mention: Mention, settings: MessageSettings) -> Payload:
    """A kind word worth a thank-you, for a channel of its own."""
    voice = Voice(settings)
    names = {"brand": mention.brand or "", "source": voice.source(mention.source, mention.instance)}
    rating = voice.marked("card.rating", rating=voice.rating(mention.rating)) if mention.rating else None
    blocks: list[Block] = [header(voice.say("thanks.header", **names)), quote_block(mention, voice)[0]]
    blocks += context(rating, voice.link(mention.url))
    return message(voice.marked("thanks.notice", **names), blocks)


def win_message(card: Card, settings: MessageSettings) -> Payload:
    """A customer who came round after our answer: the rating went up, or there was a thank-you."""
    voice = Voice(settings)
    names = {"brand": card.alert.brand, "source": place_of(card, voice)}
    blocks: list[Block] = [header(voice.say("win.header", **names)), section(*_win_lines(card, voice))]
    if card.root is not None and clean(card.root.text or ""):
        blocks.append(quote_block(card.root, voice, 350)[0])
    blocks += context(voice.link((card.root.url if card.root else None) or card.thread.url))
    return message(voice.marked("win.notice", **names), blocks)


def taken_back_message(settings: MessageSettings) -> Payload:
    """What takes the place of a message that quoted an author who was forgotten."""
    said = Voice(settings).marked("card.taken_back")
    return message(said, [section(said)])


def _win_lines(card: Card, voice: Voice) -> list[Marked]:
    root, length = card.root, time_to_answer(card, voice)
    user = person(card.alert.answered_by or card.alert.taken_by)
    time = (
        voice.marked("win.time", user=user, length=length) if user else voice.marked("win.time_unnamed", length=length)
    )
    earlier = [v.rating for v in card.thread.versions.get(root.id or -1, ()) if v.rating] if root else []
    if root is not None and root.rating and earlier and root.rating.share > earlier[-1].share:
        before, after = voice.rating(earlier[-1]), voice.rating(root.rating)
        return [voice.marked("win.rating", before=before, after=after), time]
    return [voice.marked("win.thanks"), time]


def _trouble(trouble: SourceTrouble, voice: Voice) -> Marked:
    name = voice.marked("health.name", source=voice.source(trouble.source), entry=trouble.entry)
    said = voice.marked(f"health.{trouble.code}", **{key: _short(value) for key, value in trouble.numbers.items()})
    since = voice.marked("health.since", when=voice.when(trouble.since)) if trouble.since else ""
    return Marked(f"{name}: {said} {since}".rstrip())


def _short(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value
