"""Where each key of a TOML text stands: `tomllib` gives no lines, and an error without a line is half an error."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""A place in the document: ("source", 1, "every") is the key `every` of the second `[[source]]`."""


@dataclass(slots=True)
class Lines:
    """The first and last line of every table and key, counted from 1."""

    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def of(self, path: Path, found: object = None) -> int:
        """The line of a key, else of the nearest around it; in a value of many lines the one that shows `found`."""
        while path and path not in self.spans:
            path = path[:-1]
        first, last = self.spans.get(path, (1, 1))
        if isinstance(found, str) and last > first:
            return next((n for n in range(first, last + 1) if found in self.texts[n - 1]), first)
        return first


def lines_of(text: str) -> Lines:
    """Finds the place of everything in a text that `tomllib` has already accepted."""
    lines = Lines(texts=text.splitlines())
    here: Path = ()
    counted: dict[Path, int] = {}
    for first, last, statement in _statements(lines.texts):
        said = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            here = _table(said, counted)
            lines.spans[here] = (first, last)
        else:
            for path in _keys(said):
                lines.spans.setdefault((*here, *path), (first, last))
    return lines


def _statements(texts: list[str]) -> Iterator[tuple[int, int, str]]:
    """Header by header and key by key: a statement ends with the first line at which it parses by itself."""
    first = 0
    while first < len(texts):
        if not texts[first].strip() or texts[first].lstrip().startswith("#"):
            first += 1
            continue
        last = first
        while not _parses("\n".join(texts[first : last + 1])):
            last += 1
            if last >= len(texts):
                return
        yield first + 1, last + 1, "\n".join(texts[first : last + 1])
        first = last + 1


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _table(said: dict[str, object], counted: dict[Path, int]) -> Path:
    """The path a header opens: `[[a]]` counts on, `[a.b]` after `[[a]]` lies in the last `a`."""
    path: Path = ()
    inside: object = said
    while isinstance(inside, dict) and inside:
        name, inside = next(iter(inside.items()))
        path = (*path, name)
        if isinstance(inside, list):
            counted[path] = counted.get(path, -1) + 1
            path, inside = (*path, counted[path]), inside[0]
        elif path in counted and inside:
            path = (*path, counted[path])
    return path


def _keys(said: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(said, dict):
        for name, inside in said.items():
            yield from _keys(inside, (*path, name))
    elif isinstance(said, list):
        for number, inside in enumerate(said):
            yield from _keys(inside, (*path, number))
