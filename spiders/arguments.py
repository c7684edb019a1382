"""`scrapy crawl NAME -a brand=… -a OPTION=…` → a plan, without a configuration file or a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from spiders.options import Option, read_options
from spiders.plan import CrawlPlan, CrawlSettings
from spiders.times import utc
from storage.records import Brand

_WORDS = ("brand", "terms", "exclude", "require", "accounts", "since", "contact", "allow_loopback")


def plan_from_arguments(source: str, options: Sequence[Option], arguments: Mapping[str, Any]) -> CrawlPlan:
    """The plan `-a` arguments ask for: brand, terms, exclude, require, accounts, since, contact, allow_loopback, and
    the source's options.

    ValueError names the argument that is wrong.
    """
    own = {name: value for name, value in arguments.items() if name not in _WORDS}
    since = arguments.get("since")
    if since and utc(since) is None:
        raise ValueError(f"since = {since!r}: a date like 2026-11-01 is wanted")
    settings = CrawlSettings(
        contact=arguments.get("contact"),
        allow_loopback=bool(
            Option(name="allow_loopback", type=bool, help="loopback").read(arguments.get("allow_loopback", "no"))
        ),
    )
    return CrawlPlan(
        source=source,
        entry=source,
        now=datetime.now(UTC),
        brands=_brands(arguments),
        options=read_options(options, own),
        since=utc(since),
        settings=settings,
    )


def _brands(arguments: Mapping[str, Any]) -> tuple[Brand, ...]:
    name = arguments.get("brand")
    if not name:
        return ()
    return (
        Brand(
            name=str(name),
            terms=_list(arguments.get("terms")) or (str(name),),
            exclude=_list(arguments.get("exclude")),
            require=_list(arguments.get("require")),
            accounts={"*": _list(arguments.get("accounts"))},
        ),
    )


def _list(given: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(given or "").split(",") if part.strip())
