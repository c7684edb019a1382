"""Waits when a site says so: Retry-After, rate-limit headers, and the fields APIs put into their answers."""

from __future__ import annotations

import asyncio
import json
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from spiders.times import utc

_ASKED_TO_WAIT = frozenset({429, 503})
# Longer waits are for a later crawl; the host is parked meanwhile.
LONGEST_WAIT = 120.0
# Without a word of the site: 30 s, then twice that.
_FIRST_WAIT = 30.0
_MOST_RETRIES = 2
# Stack Exchange: seconds not to ask that method again, in any answer.
_BACKOFF = re.compile(rb'"backoff"\s*:\s*(\d{1,5})')


class PatienceMiddleware:
    """Parks a host that asked for a pause, and not the run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._until: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatienceMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        left = self._until.get(_host(request), 0.0) - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        wait = seconds_to_wait(response, datetime.now(UTC))
        tries = int(request.meta.get("retry_times", 0))
        if response.status in _ASKED_TO_WAIT and wait is None:
            wait = _FIRST_WAIT * 2**tries
        if not wait:
            return response
        spider = cast(Any, self._crawler.spider)
        if wait > min(LONGEST_WAIT, spider.plan.settings.time_limit / 3):
            if spider.budget is not None:
                spider.budget.park(_host(request), wait)
            return response
        self._until[_host(request)] = time.monotonic() + wait
        if response.status not in _ASKED_TO_WAIT:
            return response
        again = get_retry_request(request, spider=spider, reason="asked to wait", max_retry_times=_MOST_RETRIES)
        return again or response


def seconds_to_wait(response: Response, now: datetime) -> float | None:
    """How long a response asks to wait; None where it does not say. A date is counted from now."""
    if response.status in _ASKED_TO_WAIT:
        return _retry_after(response, now) or _named_in_body(response) or _reset(response, now)
    if (response.headers.get("X-RateLimit-Remaining") or response.headers.get("RateLimit-Remaining")) == b"0":
        return _reset(response, now)
    found = _BACKOFF.search(response.body[:2000]) or _BACKOFF.search(response.body[-2000:])
    return float(found[1]) if found else None


def _retry_after(response: Response, now: datetime) -> float | None:
    stated = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if not stated:
        return None
    if re.fullmatch(r"\d{1,7}(\.\d+)?", stated):
        return max(float(stated), 0.1)
    try:
        at = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError):
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds(), 0.1)


def _named_in_body(response: Response) -> float | None:
    """Discourse says it in extras.wait_seconds, Telegram-like APIs in parameters.retry_after."""
    if len(response.body) > 10_000:
        return None
    try:
        said = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    for path in (("extras", "wait_seconds"), ("parameters", "retry_after"), ("retry_after",), ("backoff",)):
        found: Any = said
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, (int, float)) and not isinstance(found, bool) and 0 < found < 1e6:
            return float(found)
    return None


def _reset(response: Response, now: datetime) -> float | None:
    """Mastodon writes a time, GitHub seconds since 1970, the IETF draft seconds from now."""
    for name in ("X-RateLimit-Reset", "RateLimit-Reset"):
        stated = (response.headers.get(name) or b"").decode("latin-1").strip()
        if re.fullmatch(r"\d{1,6}(\.\d+)?", stated):
            return max(float(stated), 0.1)
        if stated and (at := utc(stated)):
            return max((at - now).total_seconds(), 0.1)
    return None


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""
