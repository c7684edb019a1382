"""A folder's settings dataclass is the schema of its section: its fields are the keys, its types what is allowed."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from bot.settings import kinds
from bot.settings.kinds import Reader
from bot.settings.section import Section

S = TypeVar("S")
# Stands for "nothing usable was said": None is a value (never).
_KEEP = object()


def fill(
    settings: type[S],
    section: Section,
    *,
    given: Mapping[str, Any] | None = None,
    hidden: Collection[str] = (),
    readers: Mapping[str, Reader] | None = None,
) -> S | None:
    """The settings that a section says, defaults elsewhere; None where they can't be made (a problem was noted).

    `given`: fields whose value comes from elsewhere and that are no keys; `hidden`: fields that keep their default;
    `readers`: fields that are written otherwise than their type is.
    """
    hints = typing.get_type_hints(settings)
    values: dict[str, Any] = dict(given or {})
    for one in dataclasses.fields(settings):  # type: ignore[arg-type]
        if one.name in values or one.name in hidden or not one.init:
            continue
        if readers and one.name in readers:
            read_plain(one, readers[one.name], section, values)
        else:
            read_field(one, hints[one.name], section, values)
    return built(settings, values, section)


def read_field(one: dataclasses.Field[Any], hint: Any, section: Section, values: dict[str, Any]) -> None:
    """Reads one field where the section has it; a nested settings class is a table, a tuple of them a list."""
    inner = _nested(hint)
    if inner is None:
        reader = kinds.reader_of(hint)
        if reader is not None:
            read_plain(one, reader, section, values)
    elif typing.get_origin(hint) is tuple:
        made = [fill(inner, part) for part in _closing(section.listed(one.name), inner)]
        values[one.name] = tuple(part for part in made if part is not None)
    else:
        part = section.inner(one.name)
        if one.name in section:
            values[one.name] = fill(inner, part)
            part.close()


def read_plain(one: dataclasses.Field[Any], reader: Reader, section: Section, values: dict[str, Any]) -> None:
    """A wrong value is noted and keeps the default, so that the rest can still be read."""
    if one.name in section or _is_required(one):
        found = section.read(one.name, reader, _KEEP, required=_is_required(one))
        if found is not _KEEP:
            values[one.name] = found
    else:
        section.known.add(one.name)


def _is_required(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING


def _closing(parts: list[Section], inner: type[Any]) -> list[Section]:
    for part in parts:
        part.close({one.name for one in dataclasses.fields(inner)})
    return parts


def _nested(hint: Any) -> type[Any] | None:
    for one in (hint, *typing.get_args(hint)):
        if kinds.is_settings(one):
            return typing.cast(type[Any], one)
    return None


def built(settings: type[S], values: Mapping[str, Any], section: Section) -> S | None:
    """The dataclass; its own refusals (ValueError in `__post_init__`) are noted, what is missing was noted before."""
    for one in dataclasses.fields(settings):  # type: ignore[arg-type]
        if _is_required(one) and values.get(one.name) is None:
            return None
    try:
        return settings(**values)
    except ValueError as error:
        section.problems.add_near(section.path, str(error))
        return None
