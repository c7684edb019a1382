"""Reads one saved response as its spider would: what `repwatch parse` shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scrapy import Request
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from spiders.base import MentionSpider
from spiders.plan import bare_plan
from spiders.reading import Unread
from spiders.registry import source_class
from spiders.unaddressed import NOT_GIVEN, bare, counted_without_address, own_address, without_address
from storage.records import CrawlStatus, Mention, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """What one saved response gives. `requests` are the addresses asked next, without keys; empty unless asked for."""

    mentions: tuple[Mention, ...]
    snapshots: tuple[Snapshot, ...]
    requests: tuple[str, ...]
    status: CrawlStatus
    detail: str | None
    skipped: int
    kept: tuple[Unread, ...]


def parse_saved(
    source: str,
    body: bytes,
    url: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    engine: str | None = None,
    follow: bool = False,
) -> ParsedFile:
    """The mentions of one response, brand None, no term asked for. LookupError for an unknown source, ValueError for a
    wrong option.

    `engine` is the option of that name, for sources that read several kinds of sites. Without `url` the body may say
    its own (canonical, og:url, a feed's self); what nobody says stays None.
    """
    spider = _spider(source_class(source), engine)
    address = url or own_address(body) or spider.home
    results = spider.parse(saved_response(body, address, status, headers or {}))
    page = spider.pages[-1]
    requests = [str(r.meta.get("plain_url", r.url)) for r in results if follow and isinstance(r, Request)]
    mentions = [r for r in results if isinstance(r, Mention)]
    snapshots = [r for r in results if isinstance(r, Snapshot)]
    is_made_up = address == spider.home and not url
    return ParsedFile(
        mentions=tuple(without_address(m, address) if is_made_up else m for m in mentions),
        snapshots=tuple(counted_without_address(s) if is_made_up else s for s in snapshots),
        requests=tuple(shown for one in requests if NOT_GIVEN not in (shown := bare(one))),
        status=page.status,
        detail=page.detail,
        skipped=page.skipped,
        kept=tuple(page.kept),
    )


def saved_response(body: bytes, url: str, status: int, headers: Mapping[str, str]) -> TextResponse:
    """A response as Scrapy would have handed it over; always one that can be read as text."""
    # A saved body is what the client saw: already unpacked, whatever the headers kept saying.
    kept = {
        name: value for name, value in headers.items() if name.lower() not in ("content-encoding", "transfer-encoding")
    }
    probe = Response(url, headers=kept)
    found = responsetypes.from_args(headers=probe.headers, url=url, body=body)
    kind = found if issubclass(found, TextResponse) else TextResponse
    return kind(url, status=status, headers=kept, body=body)


def _spider(kind: type[MentionSpider], engine: str | None) -> MentionSpider:
    plan = bare_plan(kind.name)
    if engine is None:
        return kind(plan)
    option = next((option for option in kind.options if option.name == "engine"), None)
    if option is None:
        raise ValueError(f"{kind.name} has no engines to choose from; leave --engine out")
    return kind(replace(plan, options={"engine": option.read(engine)}))
