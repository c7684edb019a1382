"""Many threads in one message: roll-ups, campaigns, what Slack missed, what wants a judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from alerts.cards.blocks import (
    Block,
    context,
    fits,
    header,
    line,
    message,
    rich_link,
    section,
    words,
)
from alerts.cards.buttons import label_buttons, label_legend, label_place
from alerts.cards.card import Card, MessageSettings, Payload
from alerts.cards.links import host_of, safe_url
from alerts.cards.main_card import place_of
from alerts.cards.paging import Line, paged
from alerts.cards.said import excerpt, quote_block
from alerts.cards.status import colour, state_word
from alerts.cards.voice import Marked, Voice
from storage.records import Mention

_LINE_TEXT = 110


def rollup_messages(cards: Sequence[Card], settings: MessageSettings, *, key: str | None = None) -> tuple[Payload, ...]:
    """A burst folded into one card listing every thread with its link: the first message, then what stands under it.

    `key` is the list's own in the outbox: with it each line can be singled out for a card of its own.
    """
    voice = Voice(settings)
    brand = cards[0].alert.brand
    ordered = sorted(cards, key=lambda card: card.alert.deadline.answer_by)
    top = [
        header(voice.say("rollup.header", brand=brand)),
        section(voice.marked("rollup.count", n=len(cards)), _between("rollup.between", cards, voice)),
    ]
    return paged(voice.marked("rollup.notice", brand=brand), top, _lines(ordered, _due_line, voice, key), voice, key)


def campaign_messages(
    cards: Sequence[Card], settings: MessageSettings, *, new_authors: int = 0, key: str | None = None
) -> tuple[Payload, ...]:
    """Many near-equal bad reviews in an hour, all listed; `new_authors` of them by authors never seen before."""
    voice = Voice(settings)
    first = cards[0]
    names = {"brand": first.alert.brand, "source": place_of(first, voice)}
    since, until = _span(cards)
    count = voice.marked("campaign.count", n=len(cards), since=voice.when(since), until=voice.when(until))
    fresh = voice.marked("campaign.new_accounts", n=new_authors) if new_authors else None
    top = [
        header("⚠️ " + voice.say("campaign.header", **names)),
        section(count, fresh, voice.marked("campaign.advice")),
    ]
    if first.root is not None:
        top.append(quote_block(first.root, voice, 350)[0])
    return paged(voice.marked("campaign.notice", **names), top, _lines(cards, _due_line, voice, key), voice, key)


def stale_messages(cards: Sequence[Card], settings: MessageSettings, *, key: str | None = None) -> tuple[Payload, ...]:
    """After an outage of Slack: what could not be told in time and no longer needs a card of its own.

    Without buttons nothing can be singled out here: what still runs gets its card with the next thing said of it.
    """
    voice = Voice(settings)
    key = key if settings.buttons else None
    brand = cards[0].alert.brand
    top = [
        header("🕰 " + voice.say("stale.header", brand=brand)),
        section(voice.marked("stale.count", n=len(cards)), voice.marked("stale.intro")),
    ]
    return paged(voice.marked("stale.notice"), top, _lines(cards, _state_line, voice, key), voice, key)


def moved_message(settings: MessageSettings) -> Payload:
    """What takes the place of a page of a list from which every line has gone to a card of its own."""
    voice = Voice(settings)
    said = voice.marked("rollup.moved")
    return message(said, [section(said)])


def review_list_messages(mentions: Sequence[Mention], settings: MessageSettings) -> tuple[Payload, ...]:
    """The short daily list of texts the model is unsure of, each with its buttons; mentions must have their ids."""
    voice = Voice(settings)
    notice = voice.marked("review_list.notice")
    top = [header("🤔 " + voice.say("review_list.header")), section(voice.marked("review_list.intro"))]
    if not settings.buttons:
        # A reaction stands on a message: each text is one of its own, in the thread under the first.
        return tuple(message(notice, blocks) for blocks in (top + label_legend(voice), *_each(mentions, voice)))
    pages: list[list[Block]] = [top]
    for blocks in _each(mentions, voice):
        if not fits(pages[-1] + blocks):
            pages.append([])
        pages[-1] += blocks
    return tuple(message(notice, blocks) for blocks in pages)


def _each(mentions: Sequence[Mention], voice: Voice) -> list[list[Block]]:
    return [_to_judge(mention, voice) for mention in mentions]


_Tail = Callable[[Card, Voice], str]


def _lines(cards: Sequence[Card], tail: _Tail, voice: Voice, key: str | None) -> list[Line]:
    is_numbered = key is not None and not voice.settings.buttons
    return [
        Line(
            block=entry(card, (_number(card) if is_numbered else "") + colour(card.alert), tail(card, voice), voice),
            key=card.alert.key,
            choice=_choice(card, voice) if card.alert.state.is_live else None,
        )
        for card in cards
    ]


def _number(card: Card) -> str:
    """What a person writes under the list to have this line's own card."""
    return f"#{card.alert.id} " if card.alert.state.is_live and card.alert.id else ""


def entry(card: Card, dot: str, tail: str, voice: Voice) -> Block:
    """One line: colour, place, the beginning of the text, what is due, the link."""
    root = card.root
    severity = voice.severity(card.alert.severity.word)
    said = excerpt(root, voice, _LINE_TEXT).text.replace("\n", " ") if root else ""
    parts = [
        words(f"{dot} {severity} · {place_of(card, voice)} · {tail}: "),
        words(said),
    ]
    url = safe_url((root.url if root else None) or card.thread.url)
    if url:
        parts += [words(" "), rich_link(url, host_of(url))]
    return line(*parts)


def _choice(card: Card, voice: Voice) -> str:
    """The same line in a menu, where there is room for a few words."""
    said = excerpt(card.root, voice, _LINE_TEXT).text if card.root else ""
    return f"{colour(card.alert)} {said or place_of(card, voice)}"


def _due_line(card: Card, voice: Voice) -> str:
    key = "rollup.overdue" if card.alert.is_overdue(card.now) else "rollup.answer_by"
    return voice.say(key, when=voice.when_written(card.alert.deadline.answer_by))


def _state_line(card: Card, voice: Voice) -> str:
    return voice.say("stale.state", state=state_word(card, voice))


def _between(key: str, cards: Sequence[Card], voice: Voice) -> Marked:
    since, until = _span(cards)
    return voice.marked(key, since=voice.when(since), until=voice.when(until))


def _span(cards: Sequence[Card]) -> tuple[datetime, datetime]:
    moments = [card.thread.created_at for card in cards]
    return min(moments), max(moments)


def _to_judge(mention: Mention, voice: Voice) -> list[Block]:
    blocks = [quote_block(mention, voice, 350)[0]]
    blocks += context(
        voice.marked("card.place", source=voice.source(mention.source, mention.instance)), voice.link(mention.url)
    )
    if mention.id is not None and voice.settings.buttons:
        blocks.append(label_buttons(mention.id, voice))
    elif mention.id is not None:
        blocks[0] = {**blocks[0], "block_id": label_place(mention.id)}
    return blocks
