"""The knobs a source declares and the row it has in the sources table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from spiders.plan import OptionValue

Tier = Literal["api", "feed", "page", "file"]
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting of a source: what `[[source]]` in the configuration and `-a name=value` may say."""

    name: str
    help: str
    type: type[str] | type[int] | type[float] | type[bool] = str
    # `many`: a list of strings (comma-separated after `-a`); its default is a tuple.
    default: OptionValue = None
    required: bool = False
    many: bool = False

    def read(self, given: object) -> OptionValue:
        """The value as the spider will see it. ValueError says what is wrong and what is allowed."""
        if self.many:
            return self._read_many(given)
        if self.type is bool:
            return self._read_flag(given)
        if self.type is str and isinstance(given, str):
            return given
        if self.type in (int, float) and isinstance(given, (int, float, str)) and not isinstance(given, bool):
            try:
                return self.type(given)
            except ValueError:
                pass
        raise ValueError(f"option {self.name} = {given!r}: a {self.type.__name__} is wanted ({self.help})")

    def _read_many(self, given: object) -> tuple[str, ...]:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        if isinstance(given, Sequence) and all(isinstance(part, (str, int)) for part in given):
            return tuple(str(part) for part in given)
        raise ValueError(f"option {self.name} = {given!r}: a list of texts is wanted ({self.help})")

    def _read_flag(self, given: object) -> bool:
        word = str(given).lower()
        if isinstance(given, (bool, str)) and word in _YES | _NO:
            return word in _YES
        raise ValueError(f"option {self.name} = {given!r}: true or false is wanted ({self.help})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source's row in the README table, also read by `repwatch init` and `check`."""

    # What it gives, in a few words: "reviews of an app, per storefront".
    gives: str
    # "api" and "feed": their terms. "page": HTML, robots.txt obeyed. "file": read from a folder.
    tier: Tier
    languages: str
    threads: str
    owner_answer: str
    # "real recordings", "documented format", or which part is which; honestly.
    tested_on: str
    default_every: timedelta
    # Environment variables with its keys; empty: none needed.
    key_env: tuple[str, ...] = ()
    # Requests of a second crawl that finds nothing new, in words.
    quiet_requests: str = "1"


def read_options(options: Sequence[Option], given: Mapping[str, object]) -> dict[str, OptionValue]:
    """Every declared option with its value or default. ValueError names an unknown, wrong or missing one."""
    known = {option.name: option for option in options}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"unknown option {', '.join(unknown)}; allowed: {', '.join(sorted(known)) or 'none'}")
    missing = [option.name for option in options if option.required and given.get(option.name) in (None, "", ())]
    if missing:
        raise ValueError(f"option {', '.join(missing)} is missing: {known[missing[0]].help}")
    return {name: option.read(given[name]) if name in given else option.default for name, option in known.items()}
