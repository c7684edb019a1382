"""A Slack message as it would look, in plain text: for `alert --dry-run` and whoever has no Slack at hand."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.logs import safe

_WIDTH = 92
_DATE = re.compile(r"<!date\^(\d+)\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")


def card_text(payload: Mapping[str, Any], heading: str = "") -> str:
    """Every block as lines; buttons in brackets. Falls back to the message's text where it has no blocks."""
    lines = list(_blocks(payload.get("blocks") or ()))
    for attachment in payload.get("attachments") or ():
        lines += _blocks(attachment.get("blocks") or ())
    lines = lines or [str(payload.get("text", ""))]
    width = _WIDTH - 2
    body = [part for line in lines for part in (_wrapped(line, width) or [""])]
    top = f"┌─ {heading} {'─' * max(0, _WIDTH - len(heading) - 4)}" if heading else f"┌{'─' * _WIDTH}"
    return "\n".join([top, *(f"│ {line}" for line in body), f"└{'─' * (_WIDTH - 1)}"])


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(safe(line), width, break_long_words=False, break_on_hyphens=False)


def _blocks(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for block in blocks:
        kind = block.get("type")
        if kind == "header":
            yield _said(block.get("text")).upper()
        elif kind == "section":
            yield from _section(block)
        elif kind == "context":
            yield " · ".join(_said(element) for element in block.get("elements", ()))
        elif kind == "actions":
            yield " ".join(f"[{_button(element)}]" for element in block.get("elements", ()))
        elif kind == "divider":
            yield "─" * 20
        elif kind == "rich_text":
            yield from _rich(block.get("elements", ()), "")
        elif kind == "markdown":
            yield from str(block.get("text", "")).splitlines()
        elif kind == "image":
            yield f"[picture: {block.get('alt_text', '')}]"


def _section(block: Mapping[str, Any]) -> Iterator[str]:
    if "text" in block:
        yield from _said(block["text"]).splitlines()
    for field in block.get("fields", ()):
        yield from _said(field).splitlines()
    if "accessory" in block:
        yield f"[{_button(block['accessory'])}]"


def _rich(elements: Sequence[Mapping[str, Any]], before: str) -> Iterator[str]:
    """Quotes get a bar, lists a dot; the words stay as they are."""
    for element in elements:
        kind = element.get("type")
        if kind == "rich_text_list":
            for part in element.get("elements", ()):
                yield from _rich([part], f"{before}• ")
            continue
        bar = "▏ " if kind in ("rich_text_quote", "rich_text_preformatted") else ""
        text = "".join(_piece(piece) for piece in element.get("elements", ()))
        yield from (f"{before}{bar}{line}" for line in text.splitlines())


def _piece(piece: Mapping[str, Any]) -> str:
    if piece.get("type") == "link":
        return f"{piece['text']} ({piece['url']})" if piece.get("text") else str(piece.get("url", ""))
    if piece.get("type") == "date":
        return str(piece.get("fallback") or _clock(int(piece.get("timestamp", 0))))
    if piece.get("type") == "user":
        return f"@{piece.get('user_id')}"
    return str(piece.get("text") or piece.get("name") or "")


def _button(element: Mapping[str, Any]) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return _said(text) if text else str(element.get("type", ""))


def _said(text: Any) -> str:
    """Slack's markup as a reader sees it: dates and links resolved, the three escapes undone."""
    raw = str(text.get("text") or text.get("alt_text") or "") if isinstance(text, Mapping) else str(text or "")
    raw = _DATE.sub(lambda found: found[2] or _clock(int(found[1])), raw)
    raw = _LINK.sub(lambda found: f"{found[2]} ({found[1]})" if found[2] else found[1], raw)
    return raw.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _clock(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M UTC}"
