"""Values as a person writes them in TOML, turned into what the program wants: spans, times, zones, choices, lists."""

from __future__ import annotations

import dataclasses
import math
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

Reader = Callable[[object], Any]


class UnfitError(Exception):
    """A value that can't be used; the message says what is allowed. `inside` points at the part that is wrong."""

    def __init__(self, allowed: str, inside: tuple[str | int, ...] = (), value: object = None) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.inside = inside
        self.value = value


def shown(value: object) -> str:
    """What was found, as the file shows it, never longer than a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def text(value: object) -> str:
    if not isinstance(value, str):
        raise UnfitError('a text in quotes ("…")')
    if not value.strip():
        raise UnfitError("a text that is not empty")
    return value.strip()


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise UnfitError("true or false, without quotes")
    return value


def whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnfitError("a whole number, without quotes")
    return value


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnfitError("a number, without quotes")
    return float(value)


_UNITS = {
    "second": 1,
    "sec": 1,
    "s": 1,
    "minute": 60,
    "min": 60,
    "m": 60,
    "hour": 3600,
    "h": 3600,
    "day": 86400,
    "d": 86400,
    "week": 604800,
    "w": 604800,
}
_WORDS = {"hourly": 3600, "daily": 86400, "weekly": 604800}
_SPAN = re.compile(r"(?:every\s+)?(\d{1,6}(?:\.\d{1,3})?)?\s*([a-z]+)")


def span(value: object) -> timedelta:
    """ "10 minutes", "1 hour", "2 days", "hourly"."""
    found = _SPAN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    seconds: float = _WORDS.get(found[2], 0) if found and not found[1] else 0
    if found and not seconds:
        unit = _UNITS.get(found[2]) or _UNITS.get(found[2].removesuffix("s"), 0)
        seconds = float(found[1] or 1) * unit
    if not seconds:
        raise UnfitError('a span of time such as "10 minutes", "1 hour", "2 days"')
    return timedelta(seconds=seconds)


def span_or_never(value: object) -> timedelta | None:
    """A span, or false for never."""
    return None if value is False else span(value)


def clock(value: object) -> time:
    """ "09:00", or TOML's own 09:00:00."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,2}):(\d{2})", value.strip())):
        hour, minute = int(found[1]), int(found[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
        raise UnfitError("a time that exists, 00:00 to 23:59")
    raise UnfitError('a time of day such as "09:00"')


def day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise UnfitError("a date that exists, such as 2026-12-24") from None


def zone(value: object) -> ZoneInfo:
    name = text(value)
    if name not in available_timezones():
        near = closest(name, sorted(available_timezones()))
        raise UnfitError(f'a zone of the IANA list such as "Europe/Warsaw"{near}')
    return ZoneInfo(name)


def closest(name: str, allowed: Sequence[str]) -> str:
    """ "; did you mean …?" where something is near, else nothing."""
    from difflib import get_close_matches

    lowered = {one.lower(): one for one in allowed}
    near = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    return f'; did you mean "{lowered[near[0]]}"?' if near else ""


def between(low: float, high: float, reader: Reader = number) -> Reader:
    """A number within both ends."""

    def read(value: object) -> Any:
        found = reader(value)
        if not low <= found <= high:
            raise UnfitError(f"{low:g} to {high:g}" if high < 10**12 else f"{low:g} or more")
        return found

    return read


def seconds(value: object) -> float:
    """A span where the settings want seconds."""
    return span(value).total_seconds()


def web_address(value: object) -> str:
    address = text(value)
    if not address.startswith(("https://", "http://")):
        raise UnfitError("an address that begins with https:// or http://")
    return address


_MAIL = re.compile(r"[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}", re.I | re.A)
_PAGE = re.compile(r"https?://(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::\d{1,5})?(?:/[!-~]{0,400})?", re.I | re.A)


def contact(value: object) -> str:
    """A mail or web address that can stand in a User-Agent as it is: no spaces, no other script."""
    found = text(value)
    if not (_MAIL.fullmatch(found) or _PAGE.fullmatch(found)):
        raise UnfitError('a mail address or a page, such as "you@example.com" or "https://example.com/bot"')
    return found


def choice(allowed: Mapping[str, Any]) -> Reader:
    def read(value: object) -> Any:
        name = text(value)
        if name.lower() not in allowed:
            raise UnfitError(f"one of {', '.join(allowed)}{closest(name, list(allowed))}")
        return allowed[name.lower()]

    return read


def many(one: Reader) -> Reader:
    """A list; a single value stands for a list of one."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            return (one(value),)
        return tuple(_inside(one, inner, number) for number, inner in enumerate(value))

    return read


def _exactly(readers: list[Reader]) -> Reader:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(readers):
            raise UnfitError(f"a list of {len(readers)}")
        return tuple(
            _inside(one, inner, number) for number, (one, inner) in enumerate(zip(readers, value, strict=True))
        )

    return read


def table(one: Reader) -> Reader:
    """An inline table or a section: any names, values of one kind."""

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise UnfitError("a table such as { name = … }")
        return {name: _inside(one, inner, name) for name, inner in value.items()}

    return read


def _inside(one: Reader, value: object, step: str | int) -> Any:
    try:
        return one(value)
    except UnfitError as unfit:
        found = unfit.value if unfit.inside else value
        raise UnfitError(unfit.allowed, (step, *unfit.inside), found) from None


_PLAIN: dict[Any, Reader] = {
    str: text,
    bool: flag,
    int: between(0, 10**12, whole),
    float: between(0, 1e12),
    timedelta: span,
    time: clock,
    date: day,
    ZoneInfo: zone,
    Path: text,
}


def reader_of(annotation: Any) -> Reader | None:
    """How a value of a settings field of this type is read; None where the type has no form in the file."""
    if annotation in _PLAIN:
        return (lambda value: Path(text(value))) if annotation is Path else _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return choice({_enum_word(one): one for one in annotation})
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return choice({str(one): one for one in arguments})
    if origin in (typing.Union, types.UnionType):
        return _either([one for one in arguments if one is not type(None)])
    if origin is tuple and Ellipsis not in arguments:
        return _exactly([reader_of(one) or text for one in arguments])
    if origin in (tuple, list, Sequence, frozenset, set) and (inner := reader_of(arguments[0])):
        return _as(origin, many(inner))
    if origin in (dict, Mapping) and (inner := reader_of(arguments[1])):
        return table(inner)
    return None


def _enum_word(one: Enum) -> str:
    return one.name.lower() if isinstance(one, IntEnum) else str(one.value)


def _as(origin: Any, read: Reader) -> Reader:
    return (lambda value: frozenset(read(value))) if origin in (frozenset, set) else read


def _either(kinds: list[Any]) -> Reader | None:
    readers = [reader_of(kind) for kind in kinds]
    if any(reader is None for reader in readers):
        return None

    def read(value: object) -> Any:
        allowed = []
        for reader in readers:
            try:
                return reader(value) if reader else None
            except UnfitError as unfit:
                allowed.append(unfit)
        raise allowed[0] if len(allowed) == 1 else UnfitError(", or ".join(one.allowed for one in allowed))

    return read


def is_settings(annotation: Any) -> bool:
    return isinstance(annotation, type) and dataclasses.is_dataclass(annotation)
