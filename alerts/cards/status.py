"""How an alert stands, as lines for its card: the time left, who has it, how it ended."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from alerts.cards.card import Card
from alerts.cards.forecast_line import more_to_come, reply_count
from alerts.cards.voice import Marked, Voice
from storage.records import Alert, AlertEvent, AlertState, Severity

_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_COLOURS = {Severity.HIGH: "🔴", Severity.MEDIUM: "🟠", Severity.LOW: "🟡"}
_CLOSED = {AlertState.ANSWERED: "✅", AlertState.GROWN: "⚫", AlertState.DISMISSED: "⚪"}


def state_word(card: Card, voice: Voice) -> str:
    """open, taken, overdue, answered …"""
    return voice.say("state.overdue" if card.alert.is_overdue(card.now) else f"state.{card.alert.state}")


def colour(alert: Alert) -> str:
    """Severity while it lives, the way it ended after that; the word stands beside it always."""
    return _CLOSED.get(alert.state) or severity_colour(alert)


def severity_colour(alert: Alert) -> str:
    return _COLOURS[alert.severity]


def status_lines(card: Card, voice: Voice) -> list[Marked]:
    """The few lines at the top of a card."""
    alert = card.alert
    lines: list[Marked] = []
    if alert.state is AlertState.ANSWERED:
        lines.append(_answered(card, voice))
    elif alert.state is AlertState.GROWN:
        lines.append(voice.marked("status.grown", n=reply_count(card.thread)))
    elif alert.state is AlertState.DISMISSED:
        lines.append(_dismissed(card, voice))
    else:
        lines += _live(card, voice)
    if alert.turned_round_at is not None:
        lines.append(voice.marked("status.turned_round"))
    return lines


def person(user: str | None) -> Marked | None:
    """A Slack user as a mention; None for anything that is not a Slack user's id."""
    return Marked(f"<@{user}>") if user and _USER.fullmatch(user) else None


def muted_words(event: AlertEvent, voice: Voice) -> Marked | None:
    """Who is silenced and until when; None for an event of before 0.1.0, which does not say."""
    scope, until = event.numbers.get("scope"), event.numbers.get("until")
    if scope not in ("author", "thread") or not isinstance(until, str):
        return None
    if not until:
        return voice.marked(f"muted.{scope}_for_good")
    return voice.marked(f"muted.{scope}_until", until=voice.when(datetime.fromisoformat(until)))


def time_to_answer(card: Card, voice: Voice) -> Marked:
    """From the first text to the answer, as the digest counts it; "about" where the source gives no time of day."""
    began, answered, root = card.thread.created_at, card.alert.answered_at, card.root
    length = Marked(voice.lasting(max(timedelta(0), answered - began if answered else timedelta(0))))
    is_exact = root is not None and root.published_at is not None and not root.date_only
    return length if is_exact else voice.marked("forecast.about_time", when=length)


def _live(card: Card, voice: Voice) -> list[Marked]:
    alert = card.alert
    lines: list[Marked] = []
    if alert.state is AlertState.REOPENED:
        lines.append(voice.marked("status.reopened"))
    lines.append(_clock(card, voice))
    if alert.taken_at or alert.taken_by:
        user = person(alert.taken_by)
        lines.append(voice.marked("status.taken", user=user) if user else voice.marked("status.taken_unnamed"))
    if alert.state is AlertState.SNOOZED and alert.snoozed_until:
        past = alert.snoozed_until > alert.deadline.answer_by
        key = "status.snoozed_past" if past else "status.snoozed"
        lines.append(voice.marked(key, until=voice.when(alert.snoozed_until)))
    if alert.missed:
        lines.append(voice.marked("status.missed", n=alert.missed))
    return [*lines, *_late(card, voice)]


def _clock(card: Card, voice: Voice) -> Marked:
    deadline = card.alert.deadline
    when, left = voice.when(deadline.answer_by), deadline.answer_by - card.now
    if left < timedelta(0):
        return voice.marked("status.overdue", when=when)
    key = "status.answer_by_about" if deadline.is_about else "status.answer_by"
    # Time goes on while the card stands as it is: said with its moment, it stays true.
    return voice.marked(key, when=when, left=voice.lasting(left), now=voice.time(card.now))


def _late(card: Card, voice: Voice) -> list[Marked]:
    deadline = card.alert.deadline
    # Once the time has come it is no forecast any more: the replies stand under the card.
    if not deadline.is_late or not deadline.is_growing or card.alert.is_overdue(card.now):
        return []
    by_then = max(1, round(more_to_come(deadline, card.thread) * deadline.damage_share))
    return [voice.marked("status.late", n=by_then, share=voice.percent(deadline.damage_share))]


def _answered(card: Card, voice: Voice) -> Marked:
    alert = card.alert
    when = voice.when(alert.answered_at) if alert.answered_at else Marked("")
    length = time_to_answer(card, voice)
    user = person(alert.answered_by)
    if user:
        return voice.marked("status.answered_by_user", user=user, when=when, length=length)
    return voice.marked("status.answered", when=when, length=length)


def _dismissed(card: Card, voice: Voice) -> Marked:
    reason = card.alert.closed_why or "other"
    key = f"closed.{reason}"
    # Who muted it later did not close it.
    until = card.alert.closed_at or card.now
    closing = (e for e in reversed(card.events) if e.what in ("dismissed", "muted") and e.at <= until)
    event = next(closing, None)
    muted = muted_words(event, voice) if event is not None and reason == "muted" else None
    why = muted or voice.marked(key if key in voice else "closed.other")
    user = person(event.by if event is not None else None)
    return (
        voice.marked("status.dismissed_by", why=why, user=user) if user else voice.marked("status.dismissed", why=why)
    )
