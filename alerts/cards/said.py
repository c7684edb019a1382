"""What was said, by whom, where and when: the foreign text of a card and the facts about it."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.cards.blocks import Block, line, quoted, rich_text, words
from alerts.cards.card import Card, MessageSettings
from alerts.cards.forecast_line import reply_count
from alerts.cards.links import filled
from alerts.cards.text import clean, one_line, shortened
from alerts.cards.voice import Marked, Voice
from alerts.masking import mask_personal
from storage.records import Mention, Thread

QUOTE = 700
_TITLE = 200
_AUTHOR = 80
# Fewer people than this are no reach: nobody acts on "about 1".
_REACH = 10
# What a translation link carries: an address is 3,000 characters at most, a Cyrillic letter takes six of them.
_TRANSLATED = 400


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A foreign text, safe and short, and whether something was cut off."""

    text: str
    is_cut: bool


def excerpt(mention: Mention, voice: Voice, limit: int = QUOTE) -> Excerpt:
    """The text of a mention for a card: masked, cleaned, cut at a sentence."""
    if mention.deleted:
        return Excerpt(voice.say("card.deleted"), False)
    text = clean(masked(mention.text or mention.title or "", mention, voice.settings))
    return Excerpt(*shortened(text, limit)) if text else Excerpt(voice.say("card.no_text"), False)


def masked(text: str, mention: Mention, settings: MessageSettings) -> str:
    """Without phone, mail and account numbers, unless the team has switched that off."""
    return mask_personal(text, mention.language) if settings.mask_personal else text


def author_of(mention: Mention, voice: Voice) -> str:
    name = one_line(mention.author or "", _AUTHOR)
    return voice.say("card.by", author=name) if name else voice.say("card.unknown_author")


def quote_block(mention: Mention, voice: Voice, limit: int = QUOTE) -> tuple[Block, bool]:
    """Author, title and text; and whether the text was cut. Foreign words stand in rich text only."""
    shown = excerpt(mention, voice, limit)
    head = [words(author_of(mention, voice))]
    if mention.title and mention.text and not mention.deleted:
        title = one_line(masked(mention.title, mention, voice.settings), _TITLE)
        if title:
            head.append(words(f" {title}", bold=True))
    return rich_text(line(*head), quoted(shown.text)), shown.is_cut


def fact_parts(card: Card, voice: Voice) -> list[Marked | None]:
    """Rating, language, date, replies, reach, topics: all in our own words."""
    root = card.root
    if root is None:
        return []
    code = card.thread.language_of(root)
    topics = card.verdict.topics if card.verdict else ()
    return [
        _rating(root, card.thread, voice),
        _written(root, voice),
        voice.marked("card.language", language=voice.language(code)) if code else None,
        *_joined(card.thread, voice),
        voice.marked("card.reach", reach=voice.number(root.reach)) if (root.reach or 0) >= _REACH else None,
        voice.marked("card.topics", topics=voice.topics(topics)) if topics else None,
    ]


def link_parts(card: Card, is_cut: bool, voice: Voice) -> list[Marked | None]:
    """The way to the original, and to a translation where one is configured and needed."""
    root = card.root
    url = (root.url if root else None) or card.thread.url
    original = voice.link(url, "card.link_whole" if is_cut else "card.link")
    return [original, translation_link(root, card.thread, voice) if root else None]


def translation_link(mention: Mention, thread: Thread, voice: Voice) -> Marked | None:
    pattern, code = voice.settings.translate_url, thread.language_of(mention)
    text = clean(masked(mention.text or mention.title or "", mention, voice.settings))
    if not pattern or not text or mention.deleted or (code or "").split("-")[0] == voice.settings.language:
        return None
    text = shortened(text, _TRANSLATED)[0]
    target = voice.settings.language
    return voice.link(
        filled(pattern, text=text, source=(code or "auto").split("-")[0], target=target), "card.link_translation"
    )


def _rating(root: Mention, thread: Thread, voice: Voice) -> Marked | None:
    if root.rating is None:
        return None
    earlier = [v.rating for v in thread.versions.get(root.id or -1, ()) if v.rating and v.rating != root.rating]
    now = voice.rating(root.rating)
    shown = voice.say("card.rating_changed", before=voice.rating(earlier[-1]), after=now) if earlier else now
    return voice.marked("card.rating", rating=shown)


def _written(root: Mention, voice: Voice) -> Marked | None:
    if root.published_at is None:
        return None
    if root.date_only:
        return voice.marked("card.said_on_day", day=voice.day(root.published_at))
    return voice.marked("card.said_at", when=voice.when(root.published_at))


def _joined(thread: Thread, voice: Voice) -> list[Marked]:
    count = reply_count(thread)
    if not count:
        return []
    root = thread.root
    first = (root.author_id or root.author) if root else None
    voices = {m.author_id or m.author for m in thread.replies if not m.is_owner_reply and not m.deleted} - {first, None}
    told = [voice.marked("card.replies", n=count)]
    return [*told, voice.marked("card.voices", n=len(voices))] if voices else told
