"""What people do to cards → what changes: the press is checked, then acted on; reactions are read as presses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from alerts.cards.press import Act, Press, refusal
from alerts.cards.pressed import press_of_reaction
from alerts.delivering.slack_errors import SlackError, Trouble
from alerts.people.own_card import is_listed_on
from storage.records import Alert, OutboxRow, OutboxState

LOG = logging.getLogger("repwatch.buttons")

# Cards whose reactions are read in turn; a team with more live ones wants an app token.
_MOST_POLLED = 1000

Acting = Callable[[Press], object]
"""Does what an accepted press says: `lambda press: actions.act(store, plan, press)`."""


class PressStore(Protocol):
    """Where the pressed card stands."""

    def alert_by_key(self, key: str) -> Alert | None: ...

    def outbox_row(self, key: str) -> OutboxRow | None: ...

    def live_alerts(self, limit: int = 1000) -> Sequence[Alert]: ...

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> Sequence[OutboxRow]: ...


class Door(Protocol):
    """What is asked of Slack about a press."""

    def is_member(self, channel: str, user: str) -> bool: ...

    def reactions(self, channel: str, ts: str) -> Sequence[tuple[str, str]]: ...


def hear(store: PressStore, doors: Mapping[str, Door], press: Press, act: Acting) -> str | None:
    """Acts on a press that may count; else gives why it may not (logged, and nothing changes)."""
    why = _label_refusal(press, doors) if press.act is Act.LABEL else _card_refusal(store, doors, press)
    if why is None:
        act(press)
    else:
        LOG.warning("ignored a press of %s: %s", press.act, why)
    return why


def read_reactions(store: PressStore, doors: Mapping[str, Door], act: Acting, now: datetime, *, limit: int = 40) -> int:
    """Reads the reactions on the live cards that are due soonest, and on the others in turn; without an app token.

    One call a card (Slack allows 50 a minute). Repeating it changes nothing. Returns how many presses were heard.
    """
    heard = 0
    for alert in _in_turn(store.live_alerts(_MOST_POLLED), limit, now):
        door, card = doors.get(alert.workspace), store.outbox_row(alert.carried_by or alert.key)
        if door is None or card is None or card.ts is None or alert.carried_by is not None:
            continue
        try:
            heard += sum(_reacted(store, doors, card, *pair, act=act, now=now) for pair in _on(door, card))
        except SlackError as error:
            LOG.warning("reactions could not be read: %s", error)
            if error.trouble in (Trouble.WORKSPACE, Trouble.LATER):
                return heard
    return heard


def _in_turn(live: Sequence[Alert], limit: int, now: datetime) -> Sequence[Alert]:
    """Half of the calls for the soonest, half for a stretch of the rest that moves on every minute."""
    soonest, rest = live[: limit - limit // 2], live[limit - limit // 2 :]
    turns = -(-len(rest) // (limit // 2)) if limit > 1 else 0
    at = int(now.timestamp() // 60) % turns * (limit // 2) if turns else 0
    return [*soonest, *rest[at : at + limit // 2]]


def _on(door: Door, card: OutboxRow) -> Sequence[tuple[str, str]]:
    return door.reactions(card.channel_id or card.channel, card.ts or "")


def _reacted(
    store: PressStore, doors: Mapping[str, Door], card: OutboxRow, emoji: str, user: str, *, act: Acting, now: datetime
) -> bool:
    place = {"workspace": card.workspace, "channel": card.channel_id or card.channel, "ts": card.ts or ""}
    press = press_of_reaction(emoji, user, key=card.key, at=now, **place)
    return press is not None and hear(store, doors, press, act) is None


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
