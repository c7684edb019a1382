"""What one crawl is asked to do: a frozen plan, handed in whole, so that no spider looks anything up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storage.records import Brand, Hole, Thread

# What an option of a source may hold once it is read.
OptionValue = str | int | float | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """How politely and how far we crawl; the same for every source of an installation."""

    # Where a webmaster can complain: an address or a mail, put into the User-Agent.
    contact: str | None = None
    # Only the demo and tests: addresses on this machine may be asked, and without a pause.
    allow_loopback: bool = False
    # Requests to one host in one day (UTC), over all crawls.
    requests_per_day: int = 2_000
    # Pages of one list in one crawl; past it the rest is left as a hole.
    page_cap: int = 20
    # Bytes of one body after decompression.
    body_limit: int = 12_000_000
    # Mentions of one crawl; a page that never ends costs at most this.
    mention_cap: int = 20_000
    # Seconds of one crawl.
    time_limit: float = 600.0
    # Seconds between two requests to one host: pages of HTML, and APIs or feeds without a stated limit.
    page_delay: float = 2.0
    api_delay: float = 1.0
    # Sources index late: how far behind the watermark is read again.
    overlap: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPlan:
    """One crawl of one configured entry. `cursor` is JSON-able, as the last crawl left it."""

    source: str
    now: datetime
    # Name of the configured entry; one source may be listed more than once.
    entry: str
    brands: tuple[Brand, ...] = ()
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    cursor: Mapping[str, object] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()
    # Threads to visit again: a live alert, or flagged and young.
    followed: tuple[Thread, ...] = ()
    # Nothing older is asked for, where no cursor says otherwise.
    since: datetime | None = None
    # By the name of the environment variable the source's row states.
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    # Why robots.txt is not obeyed here, in the operator's words; None: it is obeyed where the tier asks for it.
    ignore_robots_because: str | None = None
    settings: CrawlSettings = field(default_factory=CrawlSettings)


def bare_plan(source: str, now: datetime | None = None) -> CrawlPlan:
    """A plan without brand, cursor or options, to read a saved response with."""
    return CrawlPlan(source=source, entry=source, now=now or datetime.now(UTC))
