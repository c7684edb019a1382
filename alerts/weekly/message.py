"""The digest as one Slack message: the headline, the numbers, what waits; everything else is in the attached page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from alerts.cards.blocks import Block, bullets, context, header, line, message, rich_link, rich_text, section, words
from alerts.cards.card import MessageSettings, Payload
from alerts.cards.links import safe_url
from alerts.cards.text import escaped
from alerts.cards.voice import Marked, Voice
from alerts.weekly.figures import Figures, TopicFigure, Voices
from alerts.weekly.words import DigestWords
from storage.records import WeekAlert

# Lines of a list; the page has all of them.
_MOST_LINES = 5


def digest_message(figures: Figures, settings: MessageSettings) -> Payload:
    """The week's message, in the team's language; the page and the charts follow in its thread."""
    voice = Voice(settings)
    say = DigestWords(voice)
    title = say.say("title", brand=figures.brand, week=figures.week)
    notice = f"{title}, {say.span(figures)}"
    blocks: list[Block] = [header("📊 " + title), *context(Marked(escaped(say.span(figures))))]
    blocks.append(section(Marked(f"*{escaped(say.say('head.matters'))}*")))
    blocks.append(rich_text(bullets(line(words(sentence)) for sentence in say.matters(figures))))
    blocks.append(section(*(_row(say, name, value) for name, value in rows_of(figures, say))))
    blocks += _topics(figures, say)
    blocks += _waiting(figures, say)
    blocks += context(Marked(escaped(say.say("page"))))
    return message(notice, blocks)


def rows_of(figures: Figures, say: DigestWords) -> Iterator[tuple[str, str]]:
    """The figures that have one number: (name, value with its comparison), for the message and the page alike."""
    yield from _volume_rows(figures, say)
    yield from _answer_rows(figures, say)
    if figures.false_alarms:
        yield "false_alarms", say.number(figures.false_alarms)
    if figures.voices.unsure:
        yield "unsure", say.number(figures.voices.unsure)


def _volume_rows(figures: Figures, say: DigestWords) -> Iterator[tuple[str, str]]:
    now, was = figures.voices, figures.voices_before
    before: list[str | None] = [None, None, None]
    if was is not None:
        before = [say.number(was.mentions), say.percent(was.negative_share.value), _net(was, say)]
    yield "mentions", _against(say, say.number(now.mentions), before[0], figures.usual_mentions, say.number)
    share = say.share(now.negative_share)
    yield "negative", _against(say, share, before[1], figures.usual_negative_share, say.percent)
    yield "net", _against(say, _net(now, say), before[2])


def _answer_rows(figures: Figures, say: DigestWords) -> Iterator[tuple[str, str]]:
    now, was = figures.answers, figures.answers_before
    if now.opened:
        of = say.say("of", part=now.answered, whole=now.opened)
        yield "rate", f"{say.percent(now.rate.value)} ({of})"
        yield (
            "time",
            _against(say, say.lasting(now.median_time), say.lasting(was.median_time) if was.answered else None),
        )
        yield "time_p90", say.lasting(now.p90_time)
        yield "support_time", say.lasting(now.median_support_time)
        yield "support_time_p90", say.lasting(now.p90_support_time)
    if now.met or now.missed:
        yield "deadlines", _against(say, say.number(now.met), say.number(was.met))
        yield "missed", _against(say, say.number(now.missed), say.number(was.missed))


def _net(voices: Voices, say: DigestWords) -> str:
    return say.signed(voices.net_sentiment, "+0.00;-0.00")


def _against(
    say: DigestWords,
    now: str,
    before: str | None,
    usual: float | None = None,
    form: Callable[[float], str] | None = None,
) -> str:
    if not before:
        return now
    if usual is None or form is None:
        return say.say("against_before", now=now, before=before)
    return say.say("against", now=now, before=before, usual=form(usual))


def _row(say: DigestWords, name: str, value: str) -> Marked:
    return Marked(f"*{escaped(say.say(f'row.{name}'))}:* {escaped(value)}")


def _topics(figures: Figures, say: DigestWords) -> Iterable[Block]:
    if not figures.topics:
        return
    yield section(Marked(f"*{escaped(say.say('head.topics'))}*"))
    yield rich_text(bullets(line(words(_topic(topic, say))) for topic in figures.topics[:_MOST_LINES]))


def _topic(topic: TopicFigure, say: DigestWords) -> str:
    change = say.signed(topic.mentions - topic.before, "+0;-0")
    return f"{say.topic(topic.topic)}: {topic.mentions} ({change}), {say.percent(topic.share.value)}"


def _waiting(figures: Figures, say: DigestWords) -> Iterable[Block]:
    if not figures.still_open:
        return
    yield section(Marked(f"*{escaped(say.say('head.open'))}*"))
    yield rich_text(bullets(_open_line(one, figures, say) for one in figures.still_open[:_MOST_LINES]))


def _open_line(one: WeekAlert, figures: Figures, say: DigestWords) -> Block:
    url, title = safe_url(one.url), say.alert_title(one)
    late = "⚠ " if one.alert.deadline.answer_by < figures.end else ""
    when = words(f"{late}{say.voice.when_written(one.alert.deadline.answer_by)}: ")
    return line(when, rich_link(url, title) if url else words(title))
