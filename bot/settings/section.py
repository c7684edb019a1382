"""One table of the file: each key asked for by its kind, wrong ones noted, unknown ones named with the nearest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.logs import told
from bot.settings import kinds
from bot.settings.kinds import Reader, UnfitError, shown
from bot.settings.lines import Path
from bot.settings.problems import Problems

_SECRET = re.compile(
    r"(?:^|_)(?:token|secret|password|passwd|api_?key|apikey|access_?key|private_?key|credentials?|key)$", re.I
)


@dataclass(slots=True)
class Section:
    """A table and its place. A wrong value is noted and answered with the default, so that reading goes on."""

    values: dict[str, Any]
    path: Path
    problems: Problems
    known: set[str] = field(default_factory=set)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def read(self, name: str, reader: Reader, default: Any = None, *, required: bool = False) -> Any:
        """The value of a key; `default` where it is missing or wrong."""
        self.known.add(name)
        if name not in self.values:
            if required:
                self.problems.add(self.path, f'"{name}" is missing')
            return default
        try:
            return reader(self.values[name])
        except UnfitError as unfit:
            value = unfit.value if unfit.inside else self.values[name]
            self.wrong((name, *unfit.inside), value, unfit.allowed)
            return default

    def wrong(self, inside: str | Path, value: object, allowed: str) -> None:
        path = (inside,) if isinstance(inside, str) else inside
        self.problems.add((*self.path, *path), told(f"found {shown(value)}; allowed: {allowed}"), value)

    def text(self, name: str, default: str | None = None, *, required: bool = False) -> str | None:
        found: str | None = self.read(name, kinds.text, default, required=required)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        found: tuple[str, ...] = self.read(name, kinds.many(kinds.text), ())
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.read(name, kinds.flag, default))

    def inner(self, name: str) -> Section:
        """A table inside; an empty one where it is missing."""
        self.known.add(name)
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            self.wrong(name, value, f"a table: write [{name}] on a line of its own, the settings under it")
            value = {}
        return Section(value, (*self.path, name), self.problems)

    def listed(self, name: str) -> list[Section]:
        """An array of tables, `[[name]]`."""
        self.known.add(name)
        value = self.values.get(name, [])
        if isinstance(value, dict):
            self.problems.add(
                (*self.path, name), f"found [{name}]; allowed: [[{name}]], in double brackets, one for each"
            )
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.wrong(name, value, f"[[{name}]] on a line of its own, the settings under it")
            return []
        return [Section(one, (*self.path, name, number), self.problems) for number, one in enumerate(value)]

    def close(self, also: Iterable[str] = ()) -> None:
        """Names every key nobody asked for."""
        known = sorted(self.known | set(also))
        for name in self.values:
            if name in known or self.problems.is_told((*self.path, name)):
                continue
            if _SECRET.search(name):
                self.problems.add(
                    (*self.path, name),
                    "secrets are never read from this file: take it out and set it in the environment"
                    " (repwatch check lists the variables)",
                )
            else:
                self.problems.add(
                    (*self.path, name), f"unknown{kinds.closest(name, known)}; allowed: {', '.join(known)}"
                )
