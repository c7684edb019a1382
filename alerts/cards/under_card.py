"""What stands in the Slack thread under a card: reminders, escalations, new replies, follow-ups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from alerts.cards.blocks import Block, bullets, context, line, message, rich_link, rich_text, section, words
from alerts.cards.card import Card, MessageSettings, Payload
from alerts.cards.links import host_of, safe_url
from alerts.cards.said import author_of, excerpt
from alerts.cards.status import person
from alerts.cards.voice import Marked, Voice
from storage.records import Mention

REPLIES_SHOWN = 5
_REPLY_TEXT = 160
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")
_CALLS = {"here": "<!here>", "channel": "<!channel>"}


def reminder_message(card: Card, settings: MessageSettings, *, percent: int) -> Payload:
    """Under the card when `percent` of the time is gone (50, 80; 100: the deadline has passed; 0: it was reopened)."""
    voice = Voice(settings)
    deadline = card.alert.deadline
    when, left = voice.when(deadline.answer_by), deadline.answer_by - card.now
    if card.alert.is_overdue(card.now):
        key = "reminder.overdue"
    elif percent == 0:
        key = "reminder.reopened"
    else:
        key = "reminder.last" if percent >= 80 else "reminder.due"
    said = {"percent": voice.percent(percent / 100), "left": voice.lasting(left)}
    user = person(card.alert.taken_by)
    lines = [voice.marked(key, when=when, **said), voice.marked("reminder.taken", user=user) if user else None]
    text = voice.marked(key, when=voice.when_written(deadline.answer_by), **said)
    return message(text, [section(*lines)])


def escalation_message(
    card: Card,
    settings: MessageSettings,
    *,
    step: int,
    to: Sequence[str] = (),
    was_due: datetime | None = None,
) -> Payload:
    """Under the card at a missed stop, naming the next people.

    `step` counts from 1; 0 pages the on-call people before anything was missed. `was_due`: the moment that was missed,
    where the alert has its next one already. `to`: ids of users ("U…", "W…") or user groups ("S…"), "here" or
    "channel", from the configuration only; anything else is left out, so that no text can call people.
    """
    voice = Voice(settings)
    deadline = card.alert.deadline
    due = was_due or deadline.answer_by
    key = "escalation.page" if step == 0 else "escalation.first" if step == 1 else "escalation.next"
    calls = Marked(" ".join(call for call in map(_call, to) if call))
    lines: list[Marked | None] = [calls or None, voice.marked(key, n=step, when=voice.when(due))]
    if step and card.alert.state.is_live and deadline.answer_by > max(due, card.now):
        lines.append(voice.marked("escalation.next_stop", when=voice.when(deadline.answer_by)))
    text = voice.marked(key, n=step, when=voice.when_written(due))
    return message(" ".join(part for part in (calls, text) if part), [section(*lines)])


def reply_lines_message(card: Card, replies: Sequence[Mention], settings: MessageSettings) -> Payload:
    """New replies of the public thread as short lines, the newest five; the rest are counted with a link."""
    voice = Voice(settings)
    shown = replies[-REPLIES_SHOWN:]
    title = voice.say("replies.new", n=len(replies))
    blocks: list[Block] = [rich_text(line(words(title)), bullets(_reply(mention, voice) for mention in shown))]
    hidden = len(replies) - len(shown)
    if hidden:
        url = (card.root.url if card.root else None) or card.thread.url
        blocks += context(voice.marked("replies.more", n=hidden), voice.link(url, "replies.hidden_link"))
    return message(title, blocks)


def follow_up_message(card: Card, settings: MessageSettings) -> Payload:
    """Under the card some days after an answer: is the customer content, has the review changed?"""
    voice = Voice(settings)
    at = card.alert.answered_at or card.now
    rating = card.root.rating if card.root else None
    now = voice.marked("follow_up.rating_now", rating=voice.rating(rating)) if rating else None
    user = person(card.alert.taken_by or card.alert.answered_by)
    blocks = [section(user, voice.marked("follow_up.ask", when=voice.when(at)), now)]
    return message(voice.marked("follow_up.ask", when=voice.when_written(at)), blocks)


def _reply(mention: Mention, voice: Voice) -> Block:
    url = safe_url(mention.url)
    said = excerpt(mention, voice, _REPLY_TEXT).text.replace("\n", " ")
    parts = [words(f"{author_of(mention, voice)} ", bold=True), words(said)]
    if url:
        parts += [words(" "), rich_link(url, host_of(url))]
    return line(*parts)


def _call(who: str) -> str | None:
    """Slack's own mention, from an id or from the mention as the configuration keeps it."""
    name = who.strip("<>@!").removeprefix("subteam^")
    if name in _CALLS:
        return _CALLS[name]
    if _GROUP.fullmatch(name):
        return f"<!subteam^{name}>"
    return person(name)
