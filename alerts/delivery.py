"""The outbox → Slack: claimed, paced, sent once; what went wrong is retried, passed by or said, never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.cards.card import MessageSettings
from alerts.delivering.needs import Channel, OutboxStore
from alerts.delivering.pace import Clock, Pace
from alerts.delivering.recovery import Words
from alerts.delivering.round import Round
from alerts.delivering.settings import DeliveryReport, DeliverySettings
from storage.records import OutboxRow

__all__ = ["DeliveryReport", "DeliverySettings", "deliver"]


def deliver(
    store: OutboxStore,
    channels: Mapping[str, Channel],
    clock: Clock,
    *,
    settings: DeliverySettings | None = None,
    paces: dict[str, Pace] | None = None,
    words: Words = lambda team: MessageSettings(),  # noqa: ARG005
    stop: Callable[[], bool] = lambda: False,
    written: Callable[[OutboxRow], OutboxRow] = lambda row: row,
) -> DeliveryReport:
    """Sends what is due in every workspace of `channels` (name → door), until nothing is or the round is long enough.

    Safe to kill at any instant and to run twice at a time. `paces` kept between rounds keep the pace between them;
    `words` are a team's message settings, for the list that stale cards are folded into after an outage. `written`
    gives a row its words where the outbox keeps only what it is about.
    """
    run = Round(
        store, channels, clock, settings or DeliverySettings(), paces if paces is not None else {}, stop, written
    )
    run.go(words)
    return run.report
