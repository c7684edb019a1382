"""`[[source]]`: which public place is collected for which brands, how often, with which options of its spider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cadence import Cadence, Cron, Every, cron_fault
from bot.settings import kinds
from bot.settings.brands import known_brands
from bot.settings.options import SourceKnobs, option_reader
from bot.settings.section import Section
from storage.records import Brand

FASTEST = timedelta(minutes=1)
_OWN_KEYS = (
    "name",
    "entry",
    "brand",
    "brands",
    "every",
    "cron",
    "paused",
    "time_limit",
    "since",
    "ignore_robots_because",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One configured source: what `repwatch crawl NAME` runs and what the store's cursors are kept under."""

    # Its name: `entry` where given, else the source's, counted on where it is listed more than once.
    name: str
    source: str
    brands: tuple[Brand, ...]
    cadence: Cadence
    options: Mapping[str, Any] = field(default_factory=dict)
    paused: bool = False
    # A crawl of it is ended after so long; None: the limit of [crawl].
    time_limit: timedelta | None = None
    # The first crawl asks for nothing older.
    since: timedelta = timedelta(days=30)
    # Why robots.txt is not obeyed here, in the operator's words; None: it is obeyed.
    ignore_robots_because: str | None = None


def read_entries(
    root: Section, brands: tuple[Brand, ...], catalogue: Mapping[str, SourceKnobs], zone: ZoneInfo
) -> tuple[Entry, ...]:
    """All entries; unknown sources, options, brands, cron lines and double names are problems."""
    entries: list[Entry] = []
    for section in root.listed("source"):
        entry = _entry(section, brands, catalogue, zone, {entry.name for entry in entries})
        if entry:
            entries.append(entry)
    if not root.values.get("source"):
        root.problems.add((), 'no [[source]]: add one with name = "…"; repwatch init finds them for you')
    return tuple(entries)


def _entry(
    section: Section, brands: tuple[Brand, ...], catalogue: Mapping[str, SourceKnobs], zone: ZoneInfo, taken: set[str]
) -> Entry | None:
    source = section.text("name", required=True)
    knobs = catalogue.get(source or "")
    if source and not knobs:
        section.wrong("name", source, f"a source: {', '.join(catalogue)}{kinds.closest(source, list(catalogue))}")
    every = knobs.default_every if knobs else timedelta(hours=1)
    name = _entry_name(section, source or "", taken)
    entry = Entry(
        name=name,
        source=source or "",
        brands=_brands(section, brands),
        cadence=_cadence(section, every, zone),
        options=_options(section, knobs) if knobs else {},
        paused=section.flag("paused"),
        time_limit=section.read("time_limit", kinds.span),
        since=section.read("since", kinds.span, timedelta(days=30)),
        ignore_robots_because=section.text("ignore_robots_because"),
    )
    if knobs:
        section.close()
    return entry if source and knobs else None


def _entry_name(section: Section, source: str, taken: set[str]) -> str:
    said = section.text("entry")
    if said and not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,79}", said):
        section.wrong("entry", said, "letters, digits, dot, hyphen and underscore, at most 80")
    if said and said in taken:
        section.wrong("entry", said, "a name no other [[source]] has")
    if said:
        return said
    count = 1
    while (name := source if count == 1 else f"{source}-{count}") in taken:
        count += 1
    return name


def _brands(section: Section, brands: tuple[Brand, ...]) -> tuple[Brand, ...]:
    """The named ones; all where none is named."""
    names = (*section.texts("brand"), *section.texts("brands"))
    key = "brand" if "brand" in section else "brands"
    return known_brands(section, key, names, brands) if names else brands


def _cadence(section: Section, default: timedelta, zone: ZoneInfo) -> Cadence:
    every = section.read("every", kinds.span)
    line = section.text("cron")
    if every and line:
        section.wrong("cron", line, "either every or cron, not both")
    if every and every < FASTEST:
        section.wrong("every", section.values["every"], 'at least "1 minute": be a good guest')
    if not line:
        return Every(span=every or default)
    fault = cron_fault(line)
    if fault:
        section.wrong("cron", line, f'a cron line such as "*/10 8-20 * * 1-5": {fault}')
    return Cron(line=line, zone=zone)


def _options(section: Section, knobs: SourceKnobs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in knobs.options:
        if option.name in _OWN_KEYS:
            continue
        section.known.add(option.name)
        if option.name in section:
            value = section.read(option.name, option_reader(option))
            if value is not None:
                found[option.name] = value
        elif option.required:
            section.problems.add(section.path, f'"{option.name}" is missing: {option.help}')
    return found
