"""A name server that answers as a test says (JSON in the environment: name → addresses), for a crawl in its own
process."""

from __future__ import annotations

import json
import os
from typing import Any

from scrapy.crawler import Crawler

from spiders.resolver import GuardedResolver

VARIABLE = "REPWATCH_PLAYED_NAMES"


class PlayedNames(GuardedResolver):
    """`-s TWISTED_DNS_RESOLVER=tests.spiders.played_names.PlayedNames`"""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> PlayedNames:  # noqa: ARG003 - Scrapy's form
        return cls(reactor, 5.0, names=_answer)


def _answer(name: str) -> list[str]:
    found: list[str] = json.loads(os.environ[VARIABLE]).get(name, [])
    if not found:
        raise OSError("no such name")
    return found
