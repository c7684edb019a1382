"""An outcome → rows of the outbox: which message, under which card, under which key, not before when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from alerts.alert_policy import Rung
from alerts.cards.card import Payload
from alerts.messages import (
    Card,
    MessageSettings,
    alert_message,
    escalation_message,
    follow_up_message,
    reminder_message,
    reply_lines_message,
    win_message,
)
from alerts.watching.outcome import Outcome, Say, Saying
from alerts.watching.plan import AlertPlan
from storage.records import Alert, OutboxKind, OutboxRow

# Between two edits of one card that only change numbers; Slack takes some fifty edits a minute for all cards together.
EDIT_STEP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who listens and in whose words."""

    plan: AlertPlan
    now: datetime

    def rows(self, outcome: Outcome, card: Card) -> tuple[OutboxRow, ...]:
        """What an outcome says, in order; nothing for an alert without a channel."""
        if not outcome.after.channel:
            return ()
        rows = tuple(row for saying in outcome.says for row in self._rows(saying, outcome.after, card, outcome.says))
        return joined(rows, self.now) if outcome.is_quiet(self.now) else rows

    def _rows(self, saying: Saying, alert: Alert, card: Card, says: Sequence[Saying]) -> Iterator[OutboxRow]:
        words = self.plan.words(alert.team)
        match saying.what:
            case Say.CARD:
                yield self._row(OutboxKind.CARD, alert, alert.key, alert_message(card, words), is_own=True)
            case Say.UPDATE:
                if alert.carried_by is None:
                    yield self._update(alert, alert_message(card, words))
            case Say.EDITED:
                if alert.carried_by is None and Saying(what=Say.UPDATE) not in says:
                    key = f"{alert.key}:edited:{saying.number}"
                    yield self._row(OutboxKind.UPDATE, alert, key, alert_message(card, words))
            case Say.REPLIES if alert.carried_by is None:
                key = f"{alert.key}:replies:{alert.told_replies}"
                payload = reply_lines_message(card, saying.replies, words)
                yield self._row(OutboxKind.REPLY, alert, key, payload)
            case Say.REMINDER:
                yield self._reminder(saying.number, alert, card, words)
            case Say.ESCALATION | Say.PAGE:
                yield from self._escalations(saying, alert, card, words)
            case Say.WIN:
                key = f"{alert.key}:win:{_stamp(self.now)}"
                yield self._row(OutboxKind.THANKS, alert, key, win_message(card, words), is_own=True)
            case Say.FOLLOW_UP:
                key = f"{alert.key}:follow-up:{_stamp(alert.answered_at or self.now)}"
                yield self._row(OutboxKind.REMINDER, alert, key, follow_up_message(card, words))

    def _update(self, alert: Alert, payload: Payload) -> OutboxRow:
        return self._row(
            OutboxKind.UPDATE, alert, f"{alert.key}:update:{_stamp(self.now)}:{_print_of(payload)}", payload
        )

    def _reminder(self, percent: int, alert: Alert, card: Card, words: MessageSettings) -> OutboxRow:
        # A list reminds once for all its alerts, a card once for each deadline.
        when = f"stop-{alert.missed}" if is_listed(alert) else _stamp(alert.deadline.answer_by)
        key = f"{anchor_of(alert)}:reminder:{when}:{percent}"
        payload = reminder_message(card, words, percent=percent)
        return self._row(OutboxKind.REMINDER, alert, key, payload)

    def _escalations(self, saying: Saying, alert: Alert, card: Card, words: MessageSettings) -> Iterator[OutboxRow]:
        """Under the card, and in the rung's own channel where it has one; a page never waits for the morning."""
        is_page = saying.what is Say.PAGE
        team = self.plan.team(alert.team)
        rung = Rung(mentions=team.on_call) if is_page else team.rung(saying.number, alert.severity)
        payload = escalation_message(card, words, step=saying.number, to=rung.mentions, was_due=saying.was_due)
        key = f"{anchor_of(alert)}:{'page' if is_page else 'escalation'}:{saying.number}:{_stamp(alert.opened_at)}"
        if alert.answered_at is not None:
            key = f"{key}:{_stamp(alert.answered_at)}"
        yield self._row(OutboxKind.ESCALATION, alert, key, payload)
        if rung.channel is not None and rung.channel != alert.channel:
            told = alert_message(card, words)
            yield self._row(OutboxKind.ESCALATION, alert, f"{key}:there", told, channel=rung.channel, is_own=True)

    def _row(
        self,
        kind: OutboxKind,
        alert: Alert,
        key: str,
        payload: Payload,
        *,
        channel: str | None = None,
        is_own: bool = False,
    ) -> OutboxRow:
        """Under the card that speaks for the alert, or a message of its own."""
        return OutboxRow(
            key=key,
            kind=kind,
            channel=channel or alert.channel,
            workspace=alert.workspace,
            payload=payload,
            created_at=self.now,
            alert_id=alert.id,
            under=None if is_own else anchor_of(alert),
        )


def joined(rows: Iterable[OutboxRow], now: datetime) -> tuple[OutboxRow, ...]:
    """Edits wait so long for others of their card to join them; the newest one says it for all of them."""
    return tuple(replace(row, not_before=now + EDIT_STEP) if row.kind is OutboxKind.UPDATE else row for row in rows)


def anchor_of(alert: Alert) -> str:
    """The key of the card that speaks for this alert."""
    return alert.carried_by or alert.key


def is_listed(alert: Alert) -> bool:
    """Is it one of many on a list (a campaign, a roll-up), not on a card of its own or of its cross-post?"""
    return alert.carried_by is not None and not alert.carried_by.startswith("card-")


def edit_row(row: OutboxRow, payload: Mapping[str, object], now: datetime) -> OutboxRow:
    """The row that gives the message of this row another face."""
    key = f"{row.key}:update:{_stamp(now)}:{_print_of(payload)}"
    return replace(row, key=key, kind=OutboxKind.UPDATE, under=row.key, payload=payload)


def _print_of(payload: Mapping[str, object]) -> str:
    """Two edits in one second are two edits if they say different things."""
    return sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:8]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")
