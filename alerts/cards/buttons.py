"""The card's buttons, and the reactions that do the same where there is no app token."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.cards.blocks import Block, context
from alerts.cards.links import safe_url
from alerts.cards.press import LABEL_CHOICES, MUTE_CHOICES, SNOOZE_CHOICES, Act
from alerts.cards.text import one_line
from alerts.cards.voice import Voice
from storage.records import Alert

PREFIX = "repwatch"

# Slack's limits for the options of a menu and for one of them.
_MOST_OPTIONS = 100
_MOST_OPTION = 75

# Emoji name (without colons) → what it does: chosen among those every Slack offers.
REACTIONS: dict[str, tuple[Act, str | None]] = {
    "eyes": (Act.TAKE, None),
    "white_check_mark": (Act.ANSWERED, None),
    "zzz": (Act.SNOOZE, "1h"),
    "crescent_moon": (Act.SNOOZE, "tomorrow"),
    "no_entry_sign": (Act.NOT_COMPLAINT, None),
    "question": (Act.NOT_ABOUT_US, None),
    "mute": (Act.MUTE, "author:30"),
}
# The same under a text of the daily list.
LABEL_REACTIONS = {
    "exclamation": "complaint",
    "no_entry_sign": "not_a_complaint",
    "question": "not_about_us",
}


def card_buttons(alert: Alert, url: str | None, voice: Voice, others: Mapping[str, str]) -> list[Block]:
    """What a person can do now: everything while the clock runs, only look and mute after that.

    `others`: key → name of the live alerts this card speaks for, each of which can be given a card of its own.
    """
    live = alert.state.is_live
    elements: list[Block] = []
    if live and alert.taken_by is None:
        elements.append(_button(Act.TAKE, alert.key, voice, style="primary"))
    if live:
        elements.append(_button(Act.ANSWERED, alert.key, voice))
        elements.append(_menu(Act.SNOOZE, SNOOZE_CHOICES, voice))
        elements.append(_button(Act.NOT_COMPLAINT, alert.key, voice))
        elements.append(_button(Act.NOT_ABOUT_US, alert.key, voice))
    elements.append(_menu(Act.MUTE, MUTE_CHOICES, voice))
    safe = safe_url(url)
    if safe:
        elements.append({**_button(Act.OPEN, alert.key, voice), "url": safe})
    if others:
        elements.append(_own_card_menu(others, voice))
    return [{"type": "actions", "block_id": f"{PREFIX}:{alert.key}", "elements": elements}]


def own_card_buttons(key: str, listed: Mapping[str, str], voice: Voice) -> list[Block]:
    """Under the page `key` of a list: which of its alerts (key → the beginning of its line) gets a card of its own."""
    if not listed:
        return []
    return [{"type": "actions", "block_id": f"{PREFIX}:{key}", "elements": [_own_card_menu(listed, voice)]}]


def label_buttons(mention_id: int, voice: Voice) -> Block:
    """A person's word on one text of the review list."""
    elements = [
        {
            "type": "button",
            "action_id": f"{PREFIX}.{Act.LABEL}.{choice}",
            "text": _plain(voice.say(f"label.{choice}")),
            "value": choice,
        }
        for choice in LABEL_CHOICES
    ]
    return {"type": "actions", "block_id": label_place(mention_id), "elements": elements}


def reaction_legend(voice: Voice) -> list[Block]:
    """Said on a card that has no buttons."""
    acts = ("take", "answered", "not_complaint", "not_about_us")
    said = {act: voice.say(f"button.{act}") for act in acts}
    said["snooze"] = _chosen(Act.SNOOZE, "1h", voice)
    said["tomorrow"] = _chosen(Act.SNOOZE, "tomorrow", voice)
    said["mute"] = _chosen(Act.MUTE, "author_30", voice)
    return context(voice.marked("reactions.legend", **said))


def numbers_legend(voice: Voice) -> list[Block]:
    """Said without buttons where single ones of many have numbers: a number written there gives it its own card."""
    return context(voice.marked("reactions.lists"))


def label_legend(voice: Voice) -> list[Block]:
    """Said once above the texts of the daily list that have no buttons."""
    return context(voice.marked("reactions.labels", **{name: voice.say(f"label.{name}") for name in LABEL_CHOICES}))


def label_place(mention_id: int) -> str:
    """The block_id of a text of the daily list: whose word a button or a reaction there is about."""
    return f"{PREFIX}:{Act.LABEL}:{mention_id}"


def _chosen(act: Act, choice: str, voice: Voice) -> str:
    """ "Snooze: 1 hour", "Mute: Author, 30 days"."""
    return f"{voice.say(f'button.{act}').removesuffix(' …')}: {voice.say(f'{act}.{choice}')}"


def _button(act: Act, key: str, voice: Voice, style: str | None = None) -> Block:
    button: Block = {
        "type": "button",
        "action_id": f"{PREFIX}.{act}",
        "text": _plain(voice.say(f"button.{act}")),
        "value": key,
    }
    return {**button, "style": style} if style else button


def _menu(act: Act, choices: tuple[str, ...], voice: Voice) -> Block:
    return {
        "type": "static_select",
        "action_id": f"{PREFIX}.{act}",
        "placeholder": _plain(voice.say(f"button.{act}")),
        "options": [
            {"text": _plain(voice.say(f"{act}.{choice.replace(':', '_')}")), "value": choice} for choice in choices
        ],
    }


def _own_card_menu(choices: Mapping[str, str], voice: Voice) -> Block:
    # Foreign words stand in these options: plain text, and ":smile:" stays what it is.
    options = [
        {"text": _plain(one_line(name, _MOST_OPTION), emoji=False), "value": key}
        for key, name in list(choices.items())[:_MOST_OPTIONS]
    ]
    return {
        "type": "static_select",
        "action_id": f"{PREFIX}.{Act.OWN}",
        "placeholder": _plain(voice.say("button.own")),
        "options": options,
    }


def _plain(text: str, *, emoji: bool = True) -> Block:
    return {"type": "plain_text", "text": text, "emoji": emoji}
