"""What people do to cards → what changes: the press is checked, then acted on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from alerts.cards.press import Act, Press, refusal
from alerts.delivering.slack_errors import SlackError
from alerts.people.own_card import is_listed_on
from storage.records import Alert, OutboxRow, OutboxState

LOG = logging.getLogger("repwatch.buttons")

Acting = Callable[[Press], object]
"""Does what an accepted press says: `lambda press: actions.act(store, plan, press)`."""


class PressStore(Protocol):
    """Where the pressed card stands."""

    def alert_by_key(self, key: str) -> Alert | None: ...

    def outbox_row(self, key: str) -> OutboxRow | None: ...

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> Sequence[OutboxRow]: ...


class Door(Protocol):
    """What is asked of Slack about a press."""

    def is_member(self, channel: str, user: str) -> bool: ...


def hear(
    store: PressStore, doors: Mapping[str, Door], press: Press, act: Acting, *, level: int = logging.WARNING
) -> str | None:
    """Acts on a press that may count; else gives why it may not (logged, and nothing changes)."""
    why = _label_refusal(press, doors) if press.act is Act.LABEL else _card_refusal(store, doors, press)
    if why is None:
        act(press)
    else:
        LOG.log(level, "ignored a press of %s: %s", press.act, why)
    return why


def _card_refusal(store: PressStore, doors: Mapping[str, Door], press: Press) -> str | None:
    door = doors.get(press.workspace)
    if door is None:
        return "no token for its workspace"
    row = store.outbox_row(press.key)
    if press.act is not Act.OWN:
        return refusal(press, store.alert_by_key(press.key), row, _asking(door))
    alert = store.alert_by_key(press.choice or "")
    why = refusal(press, alert, row, _asking(door))
    listed = alert is not None and row is not None and is_listed_on(alert, row, store)
    return why or (None if listed else "pressed for an alert that is not listed there")


def _label_refusal(press: Press, doors: Mapping[str, Door]) -> str | None:
    door = doors.get(press.workspace)
    if door is None:
        return "no token for its workspace"
    if not press.is_of_team or not _asking(door)(press.channel, press.user):
        return "pressed by somebody outside the channel"
    return None


def _asking(door: Door) -> Callable[[str, str], bool]:
    """Without the right to ask who is in the channel, having been shown the button must do."""

    def is_member(channel: str, user: str) -> bool:
        try:
            return door.is_member(channel, user)
        except SlackError as error:
            return error.permanent

    return is_member
