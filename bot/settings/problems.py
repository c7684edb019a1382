"""What is wrong in the configuration: where, what was found, what is allowed; gathered, and told all at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.settings.lines import Lines, Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One wrong thing in the file."""

    line: int
    where: str
    what: str


class ConfigError(Exception):
    """The configuration can't be used; `problems` are sentences for the person who wrote it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class Problems:
    """The list everybody who reads a part of the file adds to."""

    file: str
    lines: Lines
    found: list[Problem] = field(default_factory=list)

    def add(self, path: Path, what: str, value: object = None) -> None:
        self.found.append(Problem(self.lines.of(path, value), written(path), what))

    def add_near(self, path: Path, what: str) -> None:
        """A folder's own refusal of a whole section: put at the key it names, or that holds what it quotes."""
        quoted = re.findall(r'"([^"]+)"', what)
        for place, (first, last) in self.lines.spans.items():
            inside = place[: len(path)] == path and len(place) > len(path)
            if inside and (
                str(place[-1]) in re.split(r"[^\w]", what)
                or any(word in " ".join(self.lines.texts[first - 1 : last]) for word in quoted)
            ):
                self.add(place, what, next(iter(quoted), None))
                return
        self.add(path, what)

    def is_told(self, path: Path) -> bool:
        return any(problem.where == written(path) for problem in self.found)

    def sentences(self) -> tuple[str, ...]:
        """`repwatch.toml:12: source 2, every: …`, in the order of the file, nothing twice."""
        told = dict.fromkeys(sorted(self.found))
        return tuple(
            f"{self.file}:{p.line}: {p.where}: {p.what}" if p.where else f"{self.file}:{p.line}: {p.what}" for p in told
        )


def written(path: Path) -> str:
    """A path as the file shows it: `[[source]] 2, hours.mon`."""
    if not path:
        return ""
    head, rest = str(path[0]), path[1:]
    if rest and isinstance(rest[0], int):
        head, rest = f"[[{head}]] {rest[0] + 1}", rest[1:]
    elif rest:
        head = f"[{head}]"
    tail = ""
    for step in rest:
        tail += f" #{step + 1}" if isinstance(step, int) else f".{step}" if tail else step
    return f"{head} {tail}" if tail else head
