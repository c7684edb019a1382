"""The digest as one Slack message: the headline, the numbers, what waits; everything else is in the attached page."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.cards.blocks import Block, bullets, context, header, line, message, rich_link, rich_text, section, words
from alerts.cards.card import MessageSettings, Payload
from alerts.cards.links import safe_url
from alerts.cards.text import escaped
from alerts.cards.voice import Marked, Voice
from alerts.weekly.complaints import Complaint
from alerts.weekly.figures import Figures
from alerts.weekly.rows import Row, answer_rows, said_rows
from alerts.weekly.share import FEW
from alerts.weekly.words import DigestWords
from storage.records import WeekAlert

# Lines of a list; the page has all of them.
_MOST_LINES = 5
# The figures a manager asks for first; the page has all of them.
_FIRST = ("mentions", "negative", "net", "rate", "time", "deadlines", "missed", "turned", "false_alarms")


def digest_message(figures: Figures, settings: MessageSettings) -> Payload:
    """The week's message, in the team's language; the page and the charts follow in its thread."""
    voice = Voice(settings)
    say = DigestWords(voice)
    title = say.say("title", brand=figures.brand, week=figures.week)
    notice = f"{title}, {say.span(figures)}"
    blocks: list[Block] = [header("📊 " + title), *context(Marked(escaped(say.span(figures))))]
    blocks.append(section(Marked(f"*{escaped(say.say('head.matters'))}*")))
    blocks.append(rich_text(line(words(say.paragraph(figures)))))
    rows = (*said_rows(figures, say), *answer_rows(figures, say))
    blocks.append(section(*(_row(say, row) for row in rows if row.name in _FIRST)))
    blocks += _topics(figures, say)
    blocks += _waiting(figures, say)
    blocks += context(Marked(escaped(say.say("page"))))
    return message(notice, blocks)


def _row(say: DigestWords, row: Row) -> Marked:
    return Marked(f"*{escaped(say.say(f'row.{row.name}'))}:* {escaped(row.in_one(say))}")


def _topics(figures: Figures, say: DigestWords) -> Iterable[Block]:
    if not figures.lists.complaints:
        return
    shown = figures.lists.complaints[:_MOST_LINES]
    yield section(Marked(f"*{escaped(say.say('head.topics'))}*"))
    yield rich_text(bullets(line(words(_topic(complaint, figures, say))) for complaint in shown))


def _topic(complaint: Complaint, figures: Figures, say: DigestWords) -> str:
    whole = figures.now.said.negative
    many, share = say.number(complaint.mentions), say.part_of(complaint.mentions, whole)
    if figures.before is None:
        return (
            f"{say.topic(complaint.topic)}: {share}"
            if whole < FEW
            else f"{say.topic(complaint.topic)}: {many}, {share}"
        )
    change = say.signed(complaint.mentions - figures.before.complaints.get(complaint.topic, 0), "+0;-0;±0")
    return f"{say.topic(complaint.topic)}: {many} ({change}), {share}"


def _waiting(figures: Figures, say: DigestWords) -> Iterable[Block]:
    if not figures.lists.still_open:
        return
    yield section(Marked(f"*{escaped(say.say('head.open'))}*"))
    yield rich_text(bullets(_open_line(one, figures, say) for one in figures.lists.still_open[:_MOST_LINES]))


def _open_line(one: WeekAlert, figures: Figures, say: DigestWords) -> Block:
    url, title = safe_url(one.url), say.alert_title(one)
    late = "⚠ " if one.alert.deadline.answer_by < figures.end else ""
    when = words(f"{late}{say.voice.when_written(one.alert.deadline.answer_by)}: ")
    return line(when, rich_link(url, title) if url else words(title))
