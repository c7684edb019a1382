"""JSON-LD as pages really write it → values: comments around it, commas too many, quotes that should be escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from spiders.shapes import decode_json

_COMMENTS = re.compile(r"^\s*<!--|(?://)?\s{0,9}-->\s*$|^\s*<!\[CDATA\[|(?://)?\s{0,9}\]\]>\s*;?\s*$")
_CDATA_COMMENT = re.compile(r"^\s*/\*.{0,40}?\*/|/\*.{0,40}?\*/\s*$|^\s*//[^\n]{0,200}\n", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})?')
# Of one script: a page that needs more is not worth the time.
_MOST_MENDED = 60
_MOST_VALUES = 50
_LARGEST_MENDED = 400_000


def decoded(text: str) -> Iterator[Any]:
    """The values of one script, lists opened. ValueError where none can be read."""
    found = _values(text)
    for value in found:
        yield from value if isinstance(value, list) else [value]


def _values(text: str) -> list[Any]:
    bare = _CDATA_COMMENT.sub("", _COMMENTS.sub("", text)).strip().rstrip(";")
    try:
        return [decode_json(bare)]
    except json.JSONDecodeError:
        import jstyleson  # comes with extruct

        without_comments = jstyleson.dispose(bare)
    try:
        return [decode_json(without_comments)]
    except json.JSONDecodeError:
        # What looks like a comment may be words after a quote that ended them too early.
        if found := _mended(bare) or _mended(without_comments):
            return found
        raise


def _mended(text: str) -> list[Any]:
    """As a patient reader would: a backslash before nothing is a backslash, a quote before no comma is a quote.

    Empty where that does not help.
    """
    text = _ESCAPE.sub(lambda one: one[0] if len(one[0]) > 1 else r"\\", text[:_LARGEST_MENDED])
    for _ in range(_MOST_MENDED):
        try:
            return _one_after_another(text)
        except json.JSONDecodeError as error:
            at = _quote_before(text, error)
            if at is None:
                break
            text = f"{text[:at]}\\{text[at:]}"
    return []


def _quote_before(text: str, error: json.JSONDecodeError) -> int | None:
    """Where a string ended too early, if that is what is wrong."""
    before = text[: error.pos].rstrip()
    if error.msg.startswith("Expecting property name"):
        # After a comma inside the words.
        before = before[:-1].rstrip() if before.endswith(",") else ""
    elif not error.msg.startswith("Expecting ','"):
        return None
    return len(before) - 1 if before.endswith('"') else None


def _one_after_another(text: str) -> list[Any]:
    """Values that follow each other in one script; braces and commas left over at the end are nothing."""
    reader, at = json.JSONDecoder(strict=False), 0
    found: list[Any] = []
    while len(found) < _MOST_VALUES:
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,;"))
        if at >= len(text) or (found and not text[at:].strip(" \t\r\n,;}])")):
            return found
        value, at = reader.raw_decode(text, at)
        found.append(value)
    return found
