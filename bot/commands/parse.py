"""`repwatch parse`: one saved response → the mentions its spider reads from it, a JSON line each."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bot.errors import FailedError, UsageError
from bot.jsonl import print_line

_REASONS = 3


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the source whose spider reads it")
    parser.add_argument("file", metavar="FILE", type=Path, help="the saved body")
    parser.add_argument("--url", help="where it was read from (default: what the body says of itself, else unknown)")
    parser.add_argument("--status", type=int, default=200, metavar="N", help="its HTTP status (default: 200)")
    parser.add_argument("--headers", type=Path, metavar="FILE.json", help="its headers, a JSON object")
    parser.add_argument("--engine", help="of a forum: xenforo, phpbb, vbulletin, forumotion")
    parser.add_argument("--follow", action="store_true", help="also list the next requests")


def run(given: argparse.Namespace) -> int:
    from spiders.lines import mention_line
    from spiders.parse import parse_saved

    body = _body(given.file)
    headers = _headers(given.headers)
    try:
        parsed = parse_saved(given.source, body, given.url, given.status, headers, given.engine, given.follow)
    except (LookupError, ValueError) as error:
        raise UsageError(str(error.args[0] if error.args else error)) from None
    for mention in parsed.mentions:
        print_line(mention_line(mention))
    for address in parsed.requests:
        print_line({"next": address})
    # Whoever reads nothing at all wants to know why; in a good answer a few odd rows are noise.
    for kept in parsed.kept if given.verbose else parsed.kept[: 0 if parsed.mentions else _REASONS]:
        print(f"skipped: {kept.reason}", file=sys.stderr)
    print(f"status={parsed.status} mentions={len(parsed.mentions)} skipped={parsed.skipped}", file=sys.stderr)
    return 0


def _body(file: Path) -> bytes:
    """Also what is no text: the spider says what it thinks of it."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _headers(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise FailedError(f"{file}: not JSON ({error}); it must be one object of headers") from None
    if not isinstance(found, dict):
        raise FailedError(f'{file}: it must be one object of headers, such as {{"Content-Type": "text/html"}}')
    return {
        str(name): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in found.items()
    }
