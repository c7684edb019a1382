"""What a person did to a card: a button or a reaction, read into one record, and whether it may count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import Alert, OutboxRow


class Act(StrEnum):
    """The things a person can do to a card (`OPEN` is a link and changes nothing)."""

    TAKE = "take"
    ANSWERED = "answered"
    SNOOZE = "snooze"
    NOT_COMPLAINT = "not_complaint"
    NOT_ABOUT_US = "not_about_us"
    MUTE = "mute"
    OPEN = "open"
    # Under a list, or a card with other places: one of them gets a card of its own, with all its buttons.
    OWN = "own"
    # Under a text of the review list: a person's word on one mention.
    LABEL = "label"


# Choices that go with an act. SNOOZE: "1h" or "tomorrow". MUTE: scope and days, "author:30", "author:0" (for good),
# "thread:30", "thread:0". LABEL: "complaint", "not_a_complaint" or "not_about_us". OWN: the key of the alert chosen.
SNOOZE_CHOICES = ("1h", "tomorrow")
MUTE_CHOICES = ("author:7", "author:30", "author:0", "thread:7", "thread:0")
LABEL_CHOICES = ("complaint", "not_a_complaint", "not_about_us")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One click or reaction; the same `id` means the same click, however often Slack delivers it."""

    id: str
    act: Act
    # The alert's key (Act.LABEL: the mention's id as text; Act.OWN: the key of the message that lists it).
    key: str
    user: str
    workspace: str
    channel: str
    # The message under the finger.
    ts: str
    at: datetime
    choice: str | None = None
    # False for a person of another company in a shared channel.
    is_of_team: bool = True


def refusal(
    press: Press, alert: Alert | None, card: OutboxRow | None, is_member: Callable[[str, str], bool]
) -> str | None:
    """Why this press must not count, as a word for the log; None when it may.

    `alert` is the one it changes; `card` is the outbox row of the message under the finger
    (`store.outbox_row(press.key)`): where that really stands.
    `is_member(channel, user)` asks Slack (`SlackChannel.is_member`).
    """
    if alert is None:
        return "no such alert"
    if card is None or card.ts is None or press.ts != card.ts:
        return "pressed under another message than the card"
    if press.workspace != card.workspace or press.channel not in (card.channel_id, card.channel):
        return "pressed in another place than the card's"
    if not press.is_of_team or not is_member(press.channel, press.user):
        return "pressed by somebody outside the channel"
    return None
