"""JSON in and out: lines of files or stdin, where one that is none is named by its number; records as JSON."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TextIO, cast

from bot.errors import FailedError


def decoded_lines(files: Iterable[Path | None]) -> Iterator[dict[str, Any]]:
    """Every object of every file, in order; None or "-" is stdin. Raises FailedError with file and line."""
    return (row for _, row in placed_lines(files))


def placed_lines(files: Iterable[Path | None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same with where each stands, as "file:line", for whoever finds fault with one later."""
    for file in files:
        with opened(file) as stream:
            name = "stdin" if _is_stdin(file) else str(file)
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield (where := f"{name}:{number}"), decoded(line, where)


def decoded(line: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise FailedError(f"{where}: not JSON ({error}); each line must be one object") from None
    if not isinstance(found, dict):
        raise FailedError(f"{where}: found {type(found).__name__}; each line must be one object {{…}}")
    return found


def print_line(row: Mapping[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False, default=str), flush=False)


def plain(value: object) -> object:
    """Records as JSON: times in ISO 8601, enumerations by their word."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


@contextmanager
def opened(file: Path | None) -> Iterator[TextIO]:
    """Text of any encoding-broken file too: what is no UTF-8 becomes the replacement sign, never an exception."""
    if _is_stdin(file):
        reconfigure = getattr(sys.stdin, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8-sig", errors="replace", newline="\n")
        yield sys.stdin
        return
    path = Path(str(file))
    unpacking = gzip.open if path.suffix == ".gz" else open
    # Only \n ends a line: a review may hold a lone carriage return.
    with unpacking(path, "rt", encoding="utf-8-sig", errors="replace", newline="\n") as stream:
        yield cast(TextIO, stream)


def _is_stdin(file: Path | None) -> bool:
    return file is None or str(file) == "-"
