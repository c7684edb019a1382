"""A click, a reaction or a number written in Slack → a Press; None for what means nothing to us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.cards.buttons import LABEL_REACTIONS, PREFIX, REACTIONS
from alerts.cards.press import LABEL_CHOICES, MUTE_CHOICES, SNOOZE_CHOICES, Act, Press

_CHOICES: Mapping[Act, Sequence[str]] = {
    Act.SNOOZE: SNOOZE_CHOICES,
    Act.MUTE: MUTE_CHOICES,
    Act.LABEL: LABEL_CHOICES,
}
# Slack's limit for an option's value.
_LONGEST_KEY = 150


def press_of(payload: Mapping[str, Any], workspace: str, at: datetime) -> Press | None:
    """The first action of a `block_actions` payload; what a stranger could have made up is checked, not trusted."""
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return None
    action = actions[0]
    user, container = payload.get("user") or {}, payload.get("container") or {}
    read = _act(str(action.get("action_id", "")), str(action.get("block_id", "")))
    if read is None or not user.get("id") or not container.get("message_ts"):
        return None
    act, key, choice = read
    chosen = choice or (action.get("selected_option") or {}).get("value")
    if act in _CHOICES and chosen not in _CHOICES[act]:
        return None
    team = (payload.get("team") or {}).get("id")
    if act is Act.OWN and not (isinstance(chosen, str) and 0 < len(chosen) <= _LONGEST_KEY):
        return None
    return Press(
        id=f"{container['message_ts']}:{action.get('action_ts')}:{user['id']}:{act}",
        act=act,
        key=key,
        user=str(user["id"]),
        workspace=workspace,
        channel=str(container.get("channel_id") or (payload.get("channel") or {}).get("id") or ""),
        ts=str(container["message_ts"]),
        at=at,
        choice=chosen if act in _CHOICES or act is Act.OWN else None,
        is_of_team=user.get("team_id") in (None, team),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRead:
    """A message in Slack as it was read, and when: what every press found under it shares."""

    workspace: str
    channel: str
    ts: str
    at: datetime


def press_of_reaction(emoji: str, user: str, key: str, message: MessageRead) -> Press | None:
    """A reaction as the press it stands for; the same reaction of the same person is the same press for ever."""
    meant = REACTIONS.get(emoji.split("::")[0])
    return _under(message, f"{message.ts}:{emoji}:{user}", user, key, *meant) if meant else None


def press_of_number(chosen: str, reply_ts: str, user: str, key: str, message: MessageRead) -> Press:
    """A line's number written under the list `key`, as the press of its menu."""
    return _under(message, f"{reply_ts}:{user}:{chosen}", user, key, Act.OWN, chosen)


def label_of_reaction(emoji: str, user: str, mention_id: int | None, message: MessageRead) -> Press | None:
    """A reaction on a text of the daily list, as the press of its button."""
    choice = LABEL_REACTIONS.get(emoji.split("::")[0])
    if choice is None or mention_id is None:
        return None
    return _under(message, f"{message.ts}:{emoji}:{user}", user, str(mention_id), Act.LABEL, choice)


def _under(message: MessageRead, press_id: str, user: str, key: str, act: Act, choice: str | None) -> Press:
    return Press(
        id=press_id,
        act=act,
        key=key,
        user=user,
        workspace=message.workspace,
        channel=message.channel,
        ts=message.ts,
        at=message.at,
        choice=choice,
    )


def labelled_in(payload: Mapping[str, Any]) -> int | None:
    """The number of the mention a message of the daily list asks about."""
    for block in payload.get("blocks", ()):
        place, _, number = str(block.get("block_id", "")).rpartition(":")
        if place == f"{PREFIX}:{Act.LABEL}" and number.isdecimal():
            return int(number)
    return None


def _act(action_id: str, block_id: str) -> tuple[Act, str, str | None] | None:
    """ "repwatch.take" under "repwatch:<key>"; "repwatch.label.complaint" under "repwatch:label:<mention>"."""
    prefix, _, rest = action_id.partition(".")
    name, _, choice = rest.partition(".")
    place, _, key = block_id.partition(":")
    if prefix != PREFIX or place != PREFIX or name not in list(Act) or name == Act.OPEN or not key:
        return None
    if name == Act.LABEL:
        label, _, number = key.partition(":")
        return (Act.LABEL, number, choice) if label == "label" and number.isdecimal() else None
    return Act(name), key, None
