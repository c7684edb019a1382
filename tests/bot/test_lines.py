"""The line of every key, however the file is written."""

from __future__ import annotations

import pytest

from bot.settings.lines import lines_of

TEXT = """\
# A comment = not a key
title = "x"

[bot]  # here
zone = "UTC"
quoted."a.b" = 1

[[source]]
name = "one"
options = { a = 1, b = [1, 2] }

[[source]]
name = "two"
terms = [
  "first", # with a comment
  "second",
]
text = \"\"\"
[not.a.table]
key = "no"
\"\"\"
[source.inner]
deep = 1
[[source.parts]]
x = 1
[[source.parts]]
x = 2
"""

PLACES = {
    "a key at the top": (("title",), 2),
    "a table": (("bot",), 4),
    "a key of a table": (("bot", "zone"), 5),
    "a dotted key with quotes": (("bot", "quoted", "a.b"), 6),
    "the first of many": (("source", 0, "name"), 9),
    "a key in an inline table": (("source", 0, "options", "b"), 10),
    "the second of many": (("source", 1, "name"), 13),
    "a value of many lines": (("source", 1, "terms"), 14),
    "a text of many lines is one value": (("source", 1, "text"), 18),
    "a table inside the last of many": (("source", 1, "inner", "deep"), 23),
    "many inside the last of many": (("source", 1, "parts", 1, "x"), 27),
    "what is not there has the line of what it would be in": (("source", 1, "missing", "deeper"), 12),
    "what is nowhere": (("nothing",), 1),
}


@pytest.mark.parametrize(("path", "line"), PLACES.values(), ids=PLACES.keys())
def test_where_it_stands(path: tuple[str | int, ...], line: int) -> None:
    assert lines_of(TEXT).of(path) == line


def test_in_a_value_of_many_lines_the_line_that_shows_it() -> None:
    assert lines_of(TEXT).of(("source", 1, "terms", 1), "second") == 16
