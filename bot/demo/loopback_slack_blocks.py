"""What Slack refuses of a message's blocks: too long, too many, of the wrong kind, twice the same id."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_LINKS = ("http://", "https://", "mailto:")
_MARKDOWN = 12_000
_TABLE_ROWS, _TABLE_COLUMNS = 100, 20
_DATA_TABLE = 20_000


def blocks_fault(blocks: list[Any]) -> list[str]:
    """Slack's explanations for blocks that break a rule, each with the place; none for good ones."""
    said: list[str] = []
    if len(blocks) > 50:
        said.append("no more than 50 items allowed [json-pointer:/blocks]")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        check = _CHECKS.get(block.get("type") if isinstance(block, dict) else None)
        if check is None:
            said.append(f"unsupported type [json-pointer:{where}/type]")
            continue
        said += check(block, where)
        block_id = block.get("block_id")
        if block_id is not None:
            said += _sized(block_id, 255, f"{where}/block_id")
            if block_id in seen:
                said.append(f"block_id must be unique [json-pointer:{where}/block_id]")
            seen.add(block_id)
    return said + _together(blocks)


def _together(blocks: list[Any]) -> list[str]:
    """What all blocks of a message may hold together."""
    markdown = sum(len(str(b.get("text", ""))) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown")
    if markdown > _MARKDOWN:
        return [f"markdown blocks hold no more than {_MARKDOWN} characters together [json-pointer:/blocks]"]
    return []


def _sized(text: Any, most: int, where: str, least: int = 1) -> list[str]:
    if not isinstance(text, str) or len(text) < least:
        return [f"must be more than {least - 1} characters [json-pointer:{where}]"]
    # Slack counts an emoji as two, like JavaScript.
    if len(text.encode("utf-16-le")) // 2 > most:
        return [f"must be less than {most + 1} characters [json-pointer:{where}]"]
    return []


def _text(text: Any, most: int, where: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return [f"must be {' or '.join(kinds)} [json-pointer:{where}/type]"]
    return _sized(text.get("text"), most, f"{where}/text")


def _section(block: Any, where: str) -> list[str]:
    fields = block.get("fields") or []
    if not fields and "text" not in block:
        return [f"missing required field: text or fields [json-pointer:{where}]"]
    said = _text(block["text"], 3000, f"{where}/text") if "text" in block else []
    if len(fields) > 10:
        said.append(f"no more than 10 items allowed [json-pointer:{where}/fields]")
    for number, entry in enumerate(fields):
        said += _text(entry, 2000, f"{where}/fields/{number}")
    return said


def _header(block: Any, where: str) -> list[str]:
    return _text(block.get("text"), 150, f"{where}/text", ("plain_text",))


def _context(block: Any, where: str) -> list[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        return [f"1 to 10 items allowed [json-pointer:{where}/elements]"]
    said = []
    for number, element in enumerate(elements):
        if element.get("type") != "image":
            said += _text(element, 3000, f"{where}/elements/{number}")
    return said


def _actions(block: Any, where: str) -> list[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        return [f"1 to 25 items allowed [json-pointer:{where}/elements]"]
    said = []
    ids = [element.get("action_id") for element in elements]
    if len(set(ids)) != len(ids):
        said.append(f"action_id must be unique [json-pointer:{where}/elements]")
    for number, element in enumerate(elements):
        said += _element(element, f"{where}/elements/{number}")
    return said


def _element(element: Any, where: str) -> list[str]:
    said = _sized(element.get("action_id"), 255, f"{where}/action_id")
    if element.get("type") == "button":
        said += _text(element.get("text"), 75, f"{where}/text", ("plain_text",))
        if "value" in element:
            said += _sized(element["value"], 2000, f"{where}/value")
        if "url" in element:
            said += _sized(element["url"], 3000, f"{where}/url") or _address(element["url"], where)
        return said
    if element.get("type") in ("static_select", "overflow"):
        options = element.get("options") or []
        if "placeholder" in element:
            said += _text(element["placeholder"], 150, f"{where}/placeholder", ("plain_text",))
        most = 5 if element["type"] == "overflow" else 100
        if not 1 <= len(options) <= most:
            said.append(f"1 to {most} items allowed [json-pointer:{where}/options]")
        for number, option in enumerate(options):
            said += _text(option.get("text"), 75, f"{where}/options/{number}/text", ("plain_text",))
            said += _sized(option.get("value"), 150, f"{where}/options/{number}/value")
        return said
    return [f"unsupported type [json-pointer:{where}/type]"]


def _address(url: str, where: str) -> list[str]:
    return [] if url.startswith(_LINKS) else [f"invalid url [json-pointer:{where}/url]"]


def _rich(block: Any, where: str) -> list[str]:
    elements = block.get("elements") or []
    said = [] if elements else [f"must contain at least one item [json-pointer:{where}/elements]"]
    for number, element in enumerate(elements):
        said += _rich_part(element, f"{where}/elements/{number}")
    return said


def _rich_part(element: Any, where: str) -> list[str]:
    kind, inner = element.get("type"), element.get("elements") or []
    if kind not in ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"):
        return [f"unsupported type [json-pointer:{where}/type]"]
    if not inner:
        return [f"must contain at least one item [json-pointer:{where}/elements]"]
    said: list[str] = []
    for number, part in enumerate(inner):
        place = f"{where}/elements/{number}"
        if kind == "rich_text_list":
            said += _rich_part(part, place)
        elif part.get("type") == "text":
            said += _sized(part.get("text"), 12_000, f"{place}/text")
        elif part.get("type") == "link":
            said += _sized(part.get("url"), 3000, f"{place}/url") or _address(part["url"], place)
        elif part.get("type") not in ("user", "usergroup", "emoji", "date", "channel", "broadcast"):
            said.append(f"unsupported type [json-pointer:{place}/type]")
    return said


def _image(block: Any, where: str) -> list[str]:
    return _sized(block.get("alt_text"), 2000, f"{where}/alt_text") + _sized(
        block.get("image_url"), 3000, f"{where}/image_url"
    )


def _markdown(block: Any, where: str) -> list[str]:
    return _sized(block.get("text"), _MARKDOWN, f"{where}/text")


def _table(block: Any, where: str) -> list[str]:
    rows = block.get("rows") or []
    if not 1 <= len(rows) <= _TABLE_ROWS:
        return [f"1 to {_TABLE_ROWS} items allowed [json-pointer:{where}/rows]"]
    wide = [number for number, row in enumerate(rows) if len(row) > _TABLE_COLUMNS]
    return [f"no more than {_TABLE_COLUMNS} items allowed [json-pointer:{where}/rows/{number}]" for number in wide]


def _data_table(block: Any, where: str) -> list[str]:
    if len(json.dumps(block.get("rows") or [], ensure_ascii=False)) > _DATA_TABLE:
        return [f"must hold no more than {_DATA_TABLE} characters [json-pointer:{where}/rows]"]
    return []


_CHECKS: dict[Any, Callable[[Any, str], list[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich,
    "image": _image,
    "markdown": _markdown,
    "table": _table,
    "data_table": _data_table,
    "divider": lambda *_: [],
}
