"""Passes a payload through what knows Slack's rules: the loopback Slack, slackblocks and slack_sdk.models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import slackblocks
from slack_sdk.models.blocks import Block

from bot.demo.loopback_slack_rules import message_fault

Found = Iterator[tuple[str, dict[str, Any]]]


def checked(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload, if every validator lets it pass and it is what every message of ours must be."""
    json.dumps(payload)
    assert message_fault(payload) is None, message_fault(payload)
    assert payload["text"], "notifications and screen readers need a text"
    assert len(payload["text"]) <= 4000
    assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)
    assert len(json.dumps(payload["blocks"], ensure_ascii=False)) <= 13_200
    for block in payload["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None, block["type"]
        parsed.validate_json()
    rebuilt = slackblocks.Message(channel="C0", text=payload["text"], blocks=[_rebuilt(b) for b in payload["blocks"]])
    rebuilt.json()
    return payload


def text_objects(payload: dict[str, Any]) -> Found:
    """Every text of the blocks with the kind of object it stands in: mrkdwn, plain_text, text, link …"""

    def walk(node: Any) -> Found:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                yield str(node.get("type")), node
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    return walk(payload["blocks"])


def shown(payload: dict[str, Any]) -> str:
    """All texts of a payload, one a line."""
    return "\n".join(node["text"] for _, node in text_objects(payload))


def _rebuilt(block: dict[str, Any]) -> Any:
    """The same block built by slackblocks, which refuses what is too long, too much or of the wrong kind."""
    known = {"block_id": block["block_id"]} if "block_id" in block else {}
    match block["type"]:
        case "header":
            return slackblocks.HeaderBlock(text=slackblocks.Text(block["text"]["text"], type_=_kind(block["text"])))
        case "section":
            return slackblocks.SectionBlock(text=_text(block["text"]))
        case "context":
            return slackblocks.ContextBlock(elements=[_text(element) for element in block["elements"]])
        case "actions":
            return slackblocks.ActionsBlock(elements=[_element(e) for e in block["elements"]], **known)
        case "rich_text":
            return slackblocks.RichTextBlock(elements=[_rich(element) for element in block["elements"]])
    raise AssertionError(f"a block this check does not know: {block['type']}")


def _kind(text: dict[str, Any]) -> Any:
    return slackblocks.TextType.PLAINTEXT if text["type"] == "plain_text" else slackblocks.TextType.MARKDOWN


def _text(text: dict[str, Any]) -> Any:
    return slackblocks.Text(text["text"], type_=_kind(text))


def _element(element: dict[str, Any]) -> Any:
    if element["type"] == "button":
        known = {name: element[name] for name in ("url", "style", "value") if name in element}
        return slackblocks.Button(text=_text(element["text"]), action_id=element["action_id"], **known)
    options = [slackblocks.Option(text=_text(o["text"]), value=o["value"]) for o in element["options"]]
    return slackblocks.StaticSelectMenu(
        placeholder=_text(element["placeholder"]), action_id=element["action_id"], options=options
    )


def _rich(element: dict[str, Any]) -> Any:
    inner = element["elements"]
    match element["type"]:
        case "rich_text_section":
            return slackblocks.RichTextSection(elements=[_piece(piece) for piece in inner])
        case "rich_text_quote":
            return slackblocks.RichTextQuote(elements=[_piece(piece) for piece in inner])
        case "rich_text_preformatted":
            return slackblocks.RichTextCodeBlock(elements=[_piece(piece) for piece in inner])
        case "rich_text_list":
            return slackblocks.RichTextList(style="bullet", elements=[_rich(piece) for piece in inner])
    raise AssertionError(element["type"])


def _piece(piece: dict[str, Any]) -> Any:
    if piece["type"] == "link":
        return slackblocks.RichTextLink(url=piece["url"], text=piece.get("text"))
    return slackblocks.RichText(text=piece["text"], bold=bool(piece.get("style", {}).get("bold")))
