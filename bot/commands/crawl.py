"""`repwatch crawl`: public pages → mentions in the store."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.errors import UsageError
from bot.opening import config_of, open_store
from bot.show import columns, print_table, progress

if TYPE_CHECKING:
    from bot.config import Config
    from bot.settings.sources import Entry
    from storage.records import Crawl


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="configured entries or sources (default: all that are not paused)"
    )
    # A crawl that `repwatch run` started: its line goes to the log, nothing to stdout.
    parser.add_argument("--scheduled", action="store_true", help=argparse.SUPPRESS)


def run(given: argparse.Namespace) -> int:
    from bot.steps import Steps
    from storage.records import CrawlStatus

    config = config_of(given)
    entries = chosen(config, given.sources)
    with open_store(config) as store, progress("texts found") as found:
        crawls = Steps(config, store, utc_now).crawl(entries, utc_now(), found)
    if not given.scheduled:
        show_crawls(crawls, as_json=given.json)
    return int(any(crawl.status is CrawlStatus.FAILED for crawl in crawls))


def chosen(config: Config, names: list[str]) -> list[Entry]:
    """The entries that are named by entry or source; what is named runs although it is paused."""
    if not names:
        return [entry for entry in config.entries if not entry.paused]
    known = {entry.name for entry in config.entries} | {entry.source for entry in config.entries}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f'no [[source]] "{unknown[0]}" in {config.file}; there are: {", ".join(sorted(known))}')
    return [entry for entry in config.entries if entry.name in names or entry.source in names]


def show_crawls(crawls: list[Crawl], *, as_json: bool) -> None:
    """A line for each crawl."""
    if as_json:
        for crawl in crawls:
            print(json.dumps(asdict(crawl), default=str, ensure_ascii=False))
        return
    heads = columns("source", "status", "requests>", "mentions>", "new>", "edited>", "skipped>", "what was seen")
    rows = [(c.entry, c.status.value, c.requests, c.mentions, c.new, c.edited, c.skipped, c.seen) for c in crawls]
    print_table(heads, rows)
