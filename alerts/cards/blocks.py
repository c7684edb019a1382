"""Builds Slack blocks within the limits of docs.slack.dev and closes a message; nothing else knows their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from alerts.cards.card import Payload
from alerts.cards.text import one_line, shortened, slack_length, visible
from alerts.cards.voice import Marked

Block = dict[str, Any]

MOST_BLOCKS = 50
MOST_SECTION = 3000
MOST_HEADER = 150
MOST_CONTEXT = 10
# A message over about 4,000 characters of text can't be edited later.
MOST_TEXT = 4000
# Slack refuses near 13,200 characters of blocks without saying how it counts; we count all of the JSON and stay below.
MOST_TOTAL = 11_000


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": one_line(text, MOST_HEADER), "emoji": True}}


def section(*lines: Marked | None) -> Block:
    """Our own sentences, one a line. `verbatim`: Slack finds no names or addresses in them by itself."""
    return {"type": "section", "text": _mrkdwn(Marked("\n".join(line for line in lines if line)), MOST_SECTION)}


def context(*parts: Marked | None) -> list[Block]:
    """Small grey facts; no block at all when there are none."""
    there = [part for part in parts if part]
    rows = [there[at : at + MOST_CONTEXT] for at in range(0, len(there), MOST_CONTEXT)]
    return [{"type": "context", "elements": [_mrkdwn(part, MOST_SECTION) for part in row]} for row in rows]


def rich_text(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def words(text: str, *, bold: bool = False) -> Block:
    """Text that is shown letter by letter: no mention, link or formatting comes alive in it."""
    element: Block = {"type": "text", "text": visible(text) or " "}
    return {**element, "style": {"bold": True}} if bold else element


def rich_link(url: str, text: str) -> Block:
    return {"type": "link", "url": url, "text": text}


def line(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def quoted(text: str) -> Block:
    """A foreign text, in the only kind of block a foreign text may stand in."""
    return {"type": "rich_text_quote", "elements": [words(text)]}


def preformatted(text: str) -> Block:
    return {"type": "rich_text_preformatted", "elements": [words(text)]}


def bullets(items: Iterable[Block]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(items)}


def message(text: str, blocks: Sequence[Block]) -> Payload:
    """A finished message: `text` is what notifications and screen readers get; links are not unfurled."""
    return {
        "text": shortened(text, MOST_TEXT)[0],
        "blocks": list(blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def weight(blocks: Sequence[Block]) -> int:
    """Characters of the blocks' JSON."""
    return slack_length(json.dumps(blocks, ensure_ascii=False))


def fits(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MOST_BLOCKS and weight(blocks) <= MOST_TOTAL


def _mrkdwn(text: Marked, limit: int) -> Block:
    if slack_length(text) > limit:
        # Cut between lines, so that no link or date is cut in two.
        lines = text.split("\n")
        while lines and slack_length("\n".join(lines)) > limit - 2:
            lines.pop()
        text = Marked("\n".join([*lines, "…"]))
    return {"type": "mrkdwn", "text": text, "verbatim": True}
