"""An alert → its Slack card, rendered whole from what is true now; the same for every state of its life."""

from __future__ import annotations

from alerts.cards.blocks import Block, context, fits, header, line, message, preformatted, rich_text, section, words
from alerts.cards.buttons import card_buttons, numbers_legend, reaction_legend
from alerts.cards.card import Card, MessageSettings, Payload, Place
from alerts.cards.drafts import Draft, TemplateError, draft_reply
from alerts.cards.forecast_line import forecast_numbers, forecast_sentence, similar_threads
from alerts.cards.links import host_of, safe_url
from alerts.cards.said import QUOTE, fact_parts, link_parts, quote_block
from alerts.cards.status import colour, muted_words, person, state_word, status_lines
from alerts.cards.voice import Marked, Voice
from storage.records import AlertState, Kind, Mention

# Tried in turn until the whole card fits into one message.
_QUOTES = (QUOTE, 350, 120)
_EVENTS_SHOWN = 4
# A draft that takes so much of the site's limit may outgrow it in a person's hands.
_NEAR = 0.5
# In the menu of other places: the card must still fit, and those that leave make room for the next.
_OTHERS_OFFERED = 10


def alert_message(card: Card, settings: MessageSettings) -> Payload:
    """The card; called again with the changed alert for every edit: taken, overdue, answered, grown, reopened …"""
    voice = Voice(settings)
    for limit in _QUOTES:
        blocks = _blocks(card, voice, limit)
        if fits(blocks):
            break
    return message(_notice(card, voice), blocks)


def place_of(card: Card, voice: Voice) -> str:
    """Where the thread stands, by the source's own name."""
    return voice.source(card.thread.source, card.thread.instance)


def _blocks(card: Card, voice: Voice, limit: int) -> list[Block]:
    root = card.root
    blocks = [header(f"{colour(card.alert)} {_title(card, voice)}"), section(*_top(card, voice))]
    is_cut = False
    if root is not None:
        quote, is_cut = quote_block(root, voice, limit)
        blocks.append(quote)
    blocks += context(*fact_parts(card, voice), *link_parts(card, is_cut, voice))
    blocks += context(*_background(card, voice))
    blocks += _draft(card, voice)
    url = (root.url if root else None) or card.thread.url
    if voice.settings.buttons:
        return blocks + card_buttons(card.alert, url, voice, _others(card, voice))
    singled_out = numbers_legend(voice) if any(place.number for place in card.places) else []
    return blocks + (reaction_legend(voice) if card.alert.state.is_live else []) + singled_out


def _title(card: Card, voice: Voice) -> str:
    severity = voice.severity(card.alert.severity.word)
    place = place_of(card, voice)
    if card.alert.state is AlertState.OPEN and not card.alert.is_overdue(card.now):
        return voice.say("card.header", severity=severity, brand=card.alert.brand, source=place)
    state = state_word(card, voice)
    return voice.say("card.header_state", severity=severity, state=state, brand=card.alert.brand, source=place)


def _top(card: Card, voice: Voice) -> list[Marked]:
    lines = status_lines(card, voice)
    return [*lines, forecast_sentence(card, voice)] if card.alert.state.is_live else lines


def _notice(card: Card, voice: Voice) -> str:
    """For notifications: our own words only, the time written out."""
    alert = card.alert
    severity = voice.severity(alert.severity.word)
    status = ""
    if alert.state.is_live:
        status = voice.say("card.notice_by", when=voice.when_written(alert.deadline.answer_by))
    return voice.marked(
        "card.notice",
        severity=severity,
        state=state_word(card, voice),
        brand=alert.brand,
        source=place_of(card, voice),
        status=status,
    ).strip()


def _background(card: Card, voice: Voice) -> list[Marked | None]:
    """Why it alerted, what the policy adds, who wrote before, where else it stands, what people did."""
    deadline = card.alert.deadline
    live = card.alert.state.is_live
    notes = (*deadline.notes, *(note for note in card.notes if note not in deadline.notes))
    return [
        _why(card, voice),
        forecast_numbers(card, voice) if live else None,
        similar_threads(card, voice) if live else None,
        *([voice.reason(note.code, **note.numbers) for note in notes] if live else []),
        _earlier(card, voice),
        _places(card, voice),
        *_happened(card, voice),
    ]


def _why(card: Card, voice: Voice) -> Marked | None:
    # All of one voice says nothing: only `repwatch explain` counts it out.
    reasons = [
        reason
        for reason in (card.verdict.reasons if card.verdict else ())
        if not (reason.code == "share_negative" and reason.numbers.get("voices") == 1)
    ]
    if not reasons:
        return None
    return voice.marked("card.why", reasons=Marked("; ".join(voice.reason(r.code, **r.numbers) for r in reasons)))


def _earlier(card: Card, voice: Voice) -> Marked | None:
    past = card.author_history
    if past is None or not past.mentions:
        return None
    if past.last_at is None:
        return voice.marked("card.earlier_no_date", n=past.mentions, negatives=past.negatives)
    return voice.marked("card.earlier", n=past.mentions, negatives=past.negatives, when=voice.when(past.last_at))


def _places(card: Card, voice: Voice) -> Marked | None:
    if not card.places:
        return None
    return voice.marked("card.places", places=Marked(", ".join(_place(place, voice) for place in card.places)))


def _others(card: Card, voice: Voice) -> dict[str, str]:
    """The first other places where somebody should still answer, by the keys of their alerts."""
    live = [place for place in card.places if place.key][:_OTHERS_OFFERED]
    return {place.key: _place_name(place, voice) for place in live if place.key}


def _place_name(place: Place, voice: Voice) -> str:
    url, name = safe_url(place.url), voice.source(place.source, place.instance)
    return f"{name} ({host_of(url)})" if url else name


def _place(place: Place, voice: Voice) -> Marked:
    url, name = safe_url(place.url), voice.source(place.source, place.instance)
    if place.number and not voice.settings.buttons:
        name = f"#{place.number} {name}"
    if url is None:
        return voice.marked("card.place", source=name)
    return voice.marked("card.place_link", url=Marked(url), source=name, host=host_of(url))


def _happened(card: Card, voice: Voice) -> list[Marked]:
    """The last few things people did, so that everybody sees who."""
    told = []
    for event in card.events:
        user = person(event.by)
        key = f"event.{event.what}"
        if user and key in voice:
            what = voice.marked(key, user=user)
            silenced = muted_words(event, voice) if event.what == "muted" else None
            what = voice.marked("event.muted_so", what=what, silenced=silenced) if silenced else what
            told.append(voice.marked("card.happened", what=what, when=voice.when(event.at)))
    return told[-_EVENTS_SHOWN:]


def _draft(card: Card, voice: Voice) -> list[Block]:
    root = card.root
    if root is None or not card.alert.state.is_live or root.deleted or _is_article(root):
        return []
    own = card.thread.sentiment_of(root)
    # What the writer complained of; the thread's topics hold those of others too.
    topics = (own.topics if own else ()) or (card.verdict.topics if card.verdict else ())
    try:
        draft = draft_reply(card.alert.brand, root.source, card.thread.language_of(root), topics, voice.settings)
    except TemplateError:
        # `repwatch check` names the broken template; a card without a draft is better than no card.
        return []
    if draft is None:
        return []
    return [rich_text(line(words(_draft_title(draft, voice))), preformatted(draft.text))]


def _is_article(root: Mention) -> bool:
    """An entry of a feed is somebody's article: its writer has no order number to send us."""
    return root.source == "rss" and root.kind is Kind.POST


def _draft_title(draft: Draft, voice: Voice) -> str:
    """The length is said where it is near the limit: elsewhere it is a number nobody needs."""
    language = voice.language(draft.language)
    if draft.limit is None or draft.length < _NEAR * draft.limit:
        return voice.say("draft.title", language=language)
    key = "draft.title_limit" if draft.fits else "draft.too_long"
    return voice.say(key, language=language, length=draft.length, limit=draft.limit)
