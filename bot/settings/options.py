"""What the spiders say of themselves (options, pace, keys), as configuration, `check` and `init` read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Protocol

from bot.settings import kinds
from bot.settings.kinds import Reader


class OptionLike(Protocol):
    """`spiders.base.Option`, as far as it is needed here."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> Any: ...
    @property
    def help(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def many(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKnobs:
    """One source as the configuration sees it."""

    name: str
    options: tuple[OptionLike, ...] = ()
    default_every: timedelta = timedelta(hours=1)
    # Names of the environment variables its keys stand in.
    keys: tuple[str, ...] = ()
    # "api", "feed", "page" or "file", and in a few words what it gives.
    tier: str = ""
    gives: str = ""


def option_reader(option: OptionLike) -> Reader:
    """How the value of an option is read: its type, a list of them where it may be many."""
    is_address = option.type is str and option.name.endswith(("url", "urls"))
    one = kinds.web_address if is_address else kinds.reader_of(option.type) or kinds.text
    return kinds.many(one) if option.many else one


Catalogue = Mapping[str, SourceKnobs]


@cache
def catalogue() -> Catalogue:
    """Every source with its knobs. Imports the spiders, and so Scrapy: half a second."""
    from spiders.registry import source_class, source_names

    return {name: _knobs(name, source_class(name)) for name in source_names()}


def _knobs(name: str, spider: type[Any]) -> SourceKnobs:
    row = spider.row
    return SourceKnobs(
        name=name,
        options=spider.options,
        default_every=row.default_every,
        keys=row.key_env,
        tier=row.tier,
        gives=row.gives,
    )
