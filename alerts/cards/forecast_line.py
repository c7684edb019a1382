"""The one plain sentence of the forecast, with the numbers behind it."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.cards.card import Card
from alerts.cards.voice import Marked, Voice
from storage.records import Deadline, Thread

_LITTLE_HISTORY = frozenset({"platform_prior", "global_prior"})


def forecast_sentence(card: Card, voice: Voice) -> Marked:
    """What is likely to happen and by when to answer, in the team's language."""
    deadline = card.alert.deadline
    parts = [_core(card, voice)]
    if deadline.basis in _LITTLE_HISTORY:
        parts.append(voice.marked("forecast.little_history"))
    if deadline.is_about:
        parts.append(voice.marked("forecast.about"))
    return Marked(" ".join(parts))


def forecast_numbers(deadline: Deadline, voice: Voice) -> Marked | None:
    """The figures for those who want them; None where nothing grows."""
    if not deadline.is_growing:
        return None
    return voice.marked(
        "forecast.numbers",
        more=voice.number(deadline.expected_more),
        low=voice.number(deadline.expected_more_low),
        high=voice.number(deadline.expected_more_high),
        ten=voice.percent(deadline.p_10_more_24h),
    )


def _core(card: Card, voice: Voice) -> Marked:
    deadline = card.alert.deadline
    replies = voice.marked("card.replies", n=reply_count(card.thread))
    answer_by = voice.when(deadline.answer_by)
    if deadline.reason == "faster_than_humans":
        age = voice.lasting(card.now - card.thread.created_at)
        return voice.marked("forecast.faster_than_humans", replies=replies, age=age)
    if deadline.reason in ("no_curve", "finished"):
        return voice.marked(f"forecast.{deadline.reason}", replies=replies, answer_by=answer_by)
    if not deadline.is_growing:
        return _quiet(card, replies, answer_by, voice)
    return _growing(card, replies, answer_by, voice)


def _growing(card: Card, replies: Marked, answer_by: Marked, voice: Voice) -> Marked:
    deadline, count = card.alert.deadline, reply_count(card.thread)
    if deadline.milestone is None or deadline.milestone_at is None or deadline.milestone <= count:
        # A deadline that was kept keeps its numbers too; replies that came since are no longer to come.
        left = deadline.expected_final - count if deadline.expected_final else deadline.expected_more
        more = voice.number(max(1.0, min(left, deadline.expected_more)))
        return voice.marked("forecast.grows_slowly", replies=replies, more=more, answer_by=answer_by)
    return voice.marked(
        "forecast.grows_doubling",
        replies=replies,
        milestone=deadline.milestone,
        at=voice.when(deadline.milestone_at),
        chance=voice.in_ten(deadline.p_double),
        answer_by=answer_by,
    )


def _quiet(card: Card, replies: Marked, answer_by: Marked, voice: Voice) -> Marked:
    last = _last_reply(card.thread)
    if last is None:
        key = "forecast.quiet_new" if reply_count(card.thread) == 0 else "forecast.finished"
        return voice.marked(key, replies=replies, answer_by=answer_by)
    quiet = voice.lasting(max(timedelta(0), card.now - last))
    return voice.marked("forecast.quiet", replies=replies, quiet=quiet, answer_by=answer_by)


def reply_count(thread: Thread) -> int:
    """Replies we hold, or the source's own counter where that is higher."""
    held = sum(not mention.deleted for mention in thread.replies)
    counted = max((point.replies for point in thread.counts), default=0)
    stated = (thread.root.reply_count or 0) if thread.root else 0
    return max(held, counted, stated)


def _last_reply(thread: Thread) -> datetime | None:
    return max((m.published_at for m in thread.replies if m.published_at and not m.deleted), default=None)
