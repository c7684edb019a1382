"""Finds the sources: every module of spiders/sources is one, named like its spider and its class."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

import spiders.sources
from spiders.base import MentionSpider


@lru_cache(maxsize=1)
def source_names() -> tuple[str, ...]:
    """Names of all sources, without importing them; a leading underscore marks what several share."""
    found = pkgutil.iter_modules(spiders.sources.__path__)
    return tuple(sorted(module.name for module in found if not module.name.startswith("_")))


def source_class(name: str) -> type[MentionSpider]:
    """The spider of a source. LookupError names the ones there are."""
    if name not in source_names():
        raise LookupError(f'no source "{name}"; there are: {", ".join(source_names())}')
    module = importlib.import_module(f"spiders.sources.{name}")
    wanted = "".join(part.title() for part in name.split("_")) + "Spider"
    found = getattr(module, wanted, None)
    if not (isinstance(found, type) and issubclass(found, MentionSpider) and found.name == name):
        raise LookupError(f'spiders/sources/{name}.py must define class {wanted}(MentionSpider) with name = "{name}"')
    return found
