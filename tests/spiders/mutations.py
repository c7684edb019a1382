"""Spoils recorded responses: bytes flipped, cut and doubled, JSON values swapped for what no source should send."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

_LARGEST = 40_000
_STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**25, 1e308, float("nan"), float("-inf"), "", " ", "\x00", "null", "[]", "{}", "\ud800",
    "9" * 400, "2568-01-02", "1447-03-01T00:00:00Z", "1404/05/06", "0000-00-00", "31.02.2024", "99999999999999999999",
    "not a date",
    "<b>" * 300, "&#x110000;&bogus;", "[quote][quote][quote]", "http://[::1", "javascript:alert(1)",
    "\u202eabc", "á" * 5000,
    [], {}, [None], [[]], {"": None}, [{"id": None}], {"label": None}, {"@type": ["Review", None]},
)  # fmt: skip
_TOKENS = (
    b"<",
    b">",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"&",
    b"\x00",
    b"\xff\xfe",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"<!--",
    b"]]>",
    b"\\u0000",
    b"1e999",
)


def spoil(body: bytes, chance: random.Random) -> bytes:
    """One mutation of a body, JSON-wise where it is JSON and luck says so."""
    if len(body) > _LARGEST and chance.random() < 0.95:
        start = chance.randrange(len(body) - _LARGEST)
        body = body[start : start + _LARGEST] if body[:1] not in b"{[" else body
    if chance.random() < 0.6 and (spoiled := _spoil_json(body, chance)) is not None:
        return spoiled
    for _ in range(chance.choice((1, 1, 2, 5))):
        body = chance.choice(_BYTEWISE)(body, chance)
    return body


def _spoil_json(body: bytes, chance: random.Random) -> bytes | None:
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        tree = _swap(tree, chance, depth=0)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _swap(tree: Any, chance: random.Random, depth: int) -> Any:
    if not isinstance(tree, (dict, list)) or not tree or chance.random() < 0.06 or depth > 30:
        return chance.choice(_STRANGE)
    if isinstance(tree, dict):
        key = chance.choice(list(tree))
        if chance.random() < 0.1:
            return {k: v for k, v in tree.items() if k != key}
        return {**tree, key: _swap(tree[key], chance, depth + 1)}
    place = chance.randrange(len(tree))
    if chance.random() < 0.15:
        return [*tree, tree[place]]
    return [*tree[:place], _swap(tree[place], chance, depth + 1), *tree[place + 1 :]]


def _flip(body: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(body or b" ")
    for _ in range(chance.randint(1, 12)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _drop(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.randint(1, 400) :]


def _double(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start : start + chance.randint(1, 2000)] * 2 + body[start:]


def _insert(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + chance.choice(_TOKENS) * chance.choice((1, 1, 3, 50)) + body[start:]


def _nest(body: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((50, 900, 20_000))
    return chance.choice((b"[" * depth + body, b'{"a":' * depth + body, b"<div>" * depth + body))


def _reencode(body: bytes, chance: random.Random) -> bytes:
    return body.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-32", "cp1251", "latin-1", "utf-7")), "replace"
    )


_BYTEWISE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _flip,
    _cut,
    _drop,
    _double,
    _insert,
    _nest,
    _reencode,
)
