"""Reads values out of decoded JSON whatever is really there: a wrong shape is None, never an exception."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

Tree = Mapping[str, Any]
# No public body nests deeper for a good reason; a crafted one would exhaust the stack.
_DEEPEST = 400
_LONGEST_ID = 512


def decode_json(body: bytes | str) -> Any:
    """The decoded body. ValueError for anything that is no JSON, nests too deep or holds absurd numbers."""
    # JSON is Unicode; which of its encodings is told by the first bytes (RFC 4627, section 3).
    text = body.decode(json.detect_encoding(body), "replace") if isinstance(body, bytes) else body
    text = text.lstrip("\ufeff")
    if _depth(text) > _DEEPEST:
        raise ValueError("nests too deep")
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("nests too deep") from None


def tree(value: Any, *path: str | int) -> Tree:
    """The object at `path`, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, dict) else {}


def rows(value: Any, *path: str | int) -> list[Any]:
    """The list at `path`, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, list) else []


def trees(value: Any, *path: str | int) -> Iterator[Tree]:
    """The objects in the list at `path`; anything else in it is passed over."""
    return (row for row in rows(value, *path) if isinstance(row, dict))


def dig(value: Any, *path: str | int) -> Any:
    """What stands at `path`, or None."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def words(value: Any, *path: str | int) -> str | None:
    """The text at `path` without surrounding space; None where there is none."""
    found = dig(value, *path)
    return (found.strip() or None) if isinstance(found, str) else None


def name_of(value: Any, *path: str | int) -> str | None:
    """An id at `path` as text, whether the source writes it as text or as a number."""
    found = dig(value, *path)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return str(found) if abs(found) < 10**30 else None
    return found.strip() if isinstance(found, str) and 0 < len(found.strip()) <= _LONGEST_ID else None


def count(value: Any, *path: str | int) -> int | None:
    """A counter at `path`: a whole number of zero or more that a database can hold."""
    found = number(value, *path)
    return int(found) if found is not None and 0 <= found < 2**31 else None


def number(value: Any, *path: str | int) -> float | None:
    """A finite number at `path`, written as number or as text ("4,5" too)."""
    found = dig(value, *path)
    if isinstance(found, str) and len(found) < 40:
        try:
            found = float(found.strip().replace(",", "."))
        except ValueError:
            return None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    try:
        return float(found) if math.isfinite(found) else None
    except OverflowError:
        return None


def flag(value: Any, *path: str | int) -> bool:
    """True only where `path` says true."""
    return dig(value, *path) is True


def _depth(text: str) -> int:
    """An upper bound of the nesting; brackets inside strings count too, which only real bombs have this many of."""
    deepest = depth = 0
    for letter in text if text.count("[") + text.count("{") > _DEEPEST else "":
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest
