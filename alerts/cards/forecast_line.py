"""The one plain sentence of the forecast, with the numbers behind it."""

from __future__ import annotations

from datetime import datetime

from alerts.cards.card import Card
from alerts.cards.voice import Marked, Voice
from storage.records import Deadline, Thread

_LITTLE_HISTORY = frozenset({"platform_prior", "global_prior"})
# A milestone is one that is passed at least so likely; a deadline of before 0.1.0 does not say how likely.
_LEAST_CHANCE = 0.5


def forecast_sentence(card: Card, voice: Voice) -> Marked:
    """What is likely to happen and by when to answer, in the team's language."""
    deadline = card.alert.deadline
    parts = [_core(card, voice)]
    if deadline.basis in _LITTLE_HISTORY:
        parts.append(voice.marked("forecast.little_history"))
    if deadline.is_about:
        parts.append(voice.marked("forecast.about"))
    return Marked(" ".join(parts))


def forecast_numbers(card: Card, voice: Voice) -> Marked | None:
    """The figures for those who want them; None where nothing grows."""
    deadline = card.alert.deadline
    if not deadline.is_growing:
        return None
    more = more_to_come(deadline, card.thread)
    return voice.marked(
        "forecast.numbers",
        more=voice.number(more),
        low=voice.number(min(more, deadline.expected_more_low)),
        high=voice.number(max(more, deadline.expected_more_high)),
        ten=voice.percent(deadline.p_10_more_24h),
    )


def similar_threads(card: Card, voice: Voice) -> Marked | None:
    """What became of the threads most like it; None with too little history, and where nothing is left to reach."""
    deadline = card.alert.deadline
    if not deadline.is_growing or not deadline.similar or not _is_ahead(deadline, reply_count(card.thread)):
        return None
    return voice.marked(
        "forecast.similar",
        similar=voice.number(deadline.similar),
        grew=voice.number(deadline.similar_grew),
        milestone=voice.number(deadline.milestone or 0),
    )


def more_to_come(deadline: Deadline, thread: Thread) -> int:
    """Replies still expected, at least one: the one figure of every line of a card.

    The mean of a few very large threads may lie far over the final size; and a deadline that was kept keeps its
    numbers, while replies that came since are no longer to come.
    """
    count = reply_count(thread)
    left = deadline.expected_final - count if deadline.expected_final else deadline.expected_more
    return max(1, round(min(left, deadline.expected_more)))


def _core(card: Card, voice: Voice) -> Marked:
    deadline = card.alert.deadline
    replies = voice.marked("card.replies", n=reply_count(card.thread))
    answer_by = voice.when(deadline.answer_by)
    if deadline.is_about:
        answer_by = voice.marked("forecast.about_time", when=answer_by)
    if deadline.reason == "faster_than_humans":
        age = voice.lasting(card.now - card.thread.created_at)
        return voice.marked("forecast.faster_than_humans", replies=replies, age=age)
    if deadline.rests_on_votes:
        return voice.marked("forecast.votes_rise", answer_by=answer_by)
    if deadline.reason in ("no_curve", "finished"):
        return voice.marked(f"forecast.{deadline.reason}", replies=replies, answer_by=answer_by)
    if not deadline.is_growing:
        return _quiet(card, replies, answer_by, voice)
    return _growing(card, replies, answer_by, voice)


def _growing(card: Card, replies: Marked, answer_by: Marked, voice: Voice) -> Marked:
    deadline, count = card.alert.deadline, reply_count(card.thread)
    more = voice.number(more_to_come(deadline, card.thread))
    # With no head start left to win, the line above has said by when, or since when it is overdue.
    is_late = deadline.is_late or card.alert.is_overdue(card.now)
    # Where nobody has said a word, and we know the place only from others, a round number would promise too much.
    if count == 0 and deadline.basis in _LITTLE_HISTORY:
        key = "forecast.grows_new_late" if is_late else "forecast.grows_new"
        return voice.marked(key, more=more, answer_by=answer_by)
    if deadline.milestone_at is None or deadline.milestone_at < card.now or not _is_ahead(deadline, count):
        key = "forecast.grows_late" if is_late else "forecast.grows_slowly"
        return voice.marked(key, replies=replies, more=more, answer_by=answer_by)
    return voice.marked(
        "forecast.grows_passing_late" if is_late else "forecast.grows_passing",
        replies=replies,
        milestone=deadline.milestone or 0,
        at=voice.when(deadline.milestone_at),
        chance=voice.in_ten(max(_LEAST_CHANCE, deadline.milestone_chance)),
        answer_by=answer_by,
    )


def _is_ahead(deadline: Deadline, count: int) -> bool:
    """Is there a milestone, and has the thread not passed it since?"""
    return deadline.milestone is not None and deadline.milestone > count


def _quiet(card: Card, replies: Marked, answer_by: Marked, voice: Voice) -> Marked:
    last = _last_reply(card.thread)
    if last is None:
        # Replies that are only counted have no last moment to be quiet since.
        key = "forecast.quiet_new" if reply_count(card.thread) == 0 else "forecast.quiet_counted"
        return voice.marked(key, replies=replies, answer_by=answer_by)
    return voice.marked("forecast.quiet", replies=replies, quiet=voice.when(last), answer_by=answer_by)


def reply_count(thread: Thread) -> int:
    """Replies we hold, or the source's own counter where that is higher."""
    held = sum(not mention.deleted for mention in thread.replies)
    counted = max((point.replies for point in thread.counts), default=0)
    stated = (thread.root.reply_count or 0) if thread.root else 0
    return max(held, counted, stated)


def _last_reply(thread: Thread) -> datetime | None:
    return max((m.published_at for m in thread.replies if m.published_at and not m.deleted), default=None)
