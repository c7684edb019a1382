"""Where there is no app token: reactions on cards and on the daily list, numbers written under a list, read in turn.

A bot token alone is enough: every reading is repeated each minute and counts once.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from alerts.cards.press import Press
from alerts.cards.pressed import MessageRead, label_of_reaction, labelled_in, press_of_number, press_of_reaction
from alerts.delivering.slack_errors import SlackError, Trouble
from alerts.people.listening import Acting, Door, PressStore, hear
from storage.records import Alert, HumanLabel, OutboxRow

LOG = logging.getLogger("repwatch.buttons")

# Cards whose reactions are read in turn; a team with more live ones wants an app token.
_MOST_POLLED = 1000
# Slack allows 50 readings of reactions a minute, the daily list's ten among them.
_MOST_CARDS = 36
_MOST_LISTS = 20
# "12", "#12", "12, 15": a number and nothing that reads like a sentence.
_NUMBERS = re.compile(r"[\s#№,;.]*(?:\d{1,9}[\s#№,;.]*)+")


class PolledStore(PressStore, Protocol):
    """What lives, and who said what already."""

    def live_alerts(self, limit: int = 1000) -> Sequence[Alert]: ...

    def outbox_rows(self, keys: Collection[str]) -> Mapping[str, OutboxRow]: ...

    def labels_of(self, mention_ids: list[int]) -> Sequence[HumanLabel]: ...


class PolledDoor(Door, Protocol):
    """What is asked of Slack."""

    def reactions(self, channel: str, ts: str) -> Sequence[tuple[str, str]]: ...

    def replies(self, channel: str, ts: str) -> Sequence[tuple[str, str, str]]:
        """(ts, user, text) of what people wrote under a message."""
        ...


Doors = Mapping[str, PolledDoor]


def read_reactions(store: PolledStore, doors: Doors, act: Acting, now: datetime, *, limit: int = _MOST_CARDS) -> int:
    """Reads the reactions on the live cards that are due soonest, and on the others in turn.

    One call a card. Repeating it changes nothing. Returns how many presses were heard.
    """
    standing = [alert for alert in store.live_alerts(_MOST_POLLED) if alert.carried_by is None]
    cards = _rows(store, [alert.key for alert in _in_turn(standing, limit, now)])

    def pressed(card: OutboxRow, door: PolledDoor) -> Iterable[Press]:
        message = _read(card, now)
        found = (press_of_reaction(emoji, user, card.key, message)
                 for emoji, user in door.reactions(message.channel, message.ts))  # fmt: skip
        return [press for press in found if press is not None]

    return _heard(store, doors, act, cards, pressed)


def read_numbers(store: PolledStore, doors: Doors, act: Acting, now: datetime) -> int:
    """Reads what people wrote under lists, and under cards with other places: a line's number gives it its own card."""
    listed: dict[str, dict[int, Alert]] = {}
    for alert in store.live_alerts(_MOST_POLLED):
        if alert.carried_by is not None and alert.id is not None:
            listed.setdefault(alert.carried_by, {})[alert.id] = alert
    cards = _rows(store, list(listed)[:_MOST_LISTS])

    def pressed(card: OutboxRow, door: PolledDoor) -> Iterable[Press]:
        message = _read(card, now)
        for reply_ts, user, text in door.replies(message.channel, message.ts):
            for number in map(int, re.findall(r"\d+", text) if _NUMBERS.fullmatch(text) else ()):
                # One that has left the list was given its card already.
                if (alert := listed[card.key].get(number)) is not None:
                    yield press_of_number(alert.key, reply_ts, user, card.key, message)

    return _heard(store, doors, act, cards, pressed)


def read_labels(store: PolledStore, doors: Doors, act: Acting, key: str, now: datetime) -> int:
    """Reads the reactions on the texts of the daily list `key`; a person's first word on a text counts."""
    rows = _rows(store, [f"{key}:{number}" for number in range(1, 50)])
    asked = [number for number in (labelled_in(row.payload) for row in rows) if number is not None]
    said = {(one.mention_id, one.by) for one in store.labels_of(asked)}

    def pressed(row: OutboxRow, door: PolledDoor) -> Iterable[Press]:
        message, mention = _read(row, now), labelled_in(row.payload)
        found = (label_of_reaction(emoji, user, mention, message)
                 for emoji, user in door.reactions(message.channel, message.ts) if mention)  # fmt: skip
        for press in found:
            if press is not None and (mention, press.user) not in said:
                said.add((mention or 0, press.user))
                yield press

    return _heard(store, doors, act, rows, pressed)


def _rows(store: PolledStore, keys: Sequence[str]) -> list[OutboxRow]:
    """Those there are, in the order asked; one question for all of them."""
    found = store.outbox_rows(keys)
    return [found[key] for key in keys if key in found]


def _heard(
    store: PolledStore,
    doors: Doors,
    act: Acting,
    rows: Iterable[OutboxRow],
    pressed: Callable[[OutboxRow, PolledDoor], Iterable[Press]],
) -> int:
    """Asks about every message that stands in Slack; one that can't be read keeps no other from being read."""
    heard = 0
    for row in rows:
        door = doors.get(row.workspace)
        if door is None or row.ts is None:
            continue
        try:
            # What does not count stands there still at the next reading: no line for it every minute.
            said = (hear(store, doors, press, act, level=logging.DEBUG) for press in pressed(row, door))
            heard += sum(why is None for why in said)
        except SlackError as error:
            LOG.warning("what people said could not be read: %s", error)
            if error.trouble in (Trouble.WORKSPACE, Trouble.LATER):
                return heard
    return heard


def _in_turn(live: Sequence[Alert], limit: int, now: datetime) -> Sequence[Alert]:
    """Half of the calls for the soonest, half for a stretch of the rest that moves on every minute."""
    soonest, rest = live[: limit - limit // 2], live[limit - limit // 2 :]
    turns = -(-len(rest) // (limit // 2)) if limit > 1 else 0
    at = int(now.timestamp() // 60) % turns * (limit // 2) if turns else 0
    return [*soonest, *rest[at : at + limit // 2]]


def _read(row: OutboxRow, now: datetime) -> MessageRead:
    return MessageRead(workspace=row.workspace, channel=row.channel_id or row.channel, ts=row.ts or "", at=now)
