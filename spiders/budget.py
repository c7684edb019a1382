"""How many requests a host gets in one day, over all crawls of the installation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from spiders.times import utc

# Where the store keeps it, among the cursors; no configured entry can be called so.
BUDGET_ENTRY = ":hosts"


class BudgetSpent(IgnoreRequest):
    """The host has had its requests of the day, or asked us to come back later."""


class Budget:
    """Requests made today by host, and hosts that asked for a longer pause."""

    def __init__(self, kept: Mapping[str, Any], now: datetime, per_day: int) -> None:
        self._day = now.date().isoformat()
        used = kept.get("used") if kept.get("day") == self._day else None
        self._before: Counter[str] = Counter(
            {str(h): int(n) for h, n in used.items()} if isinstance(used, dict) else {}
        )
        self.used: Counter[str] = Counter()
        parked = kept.get("parked")
        every = {str(h): utc(at) for h, at in parked.items()} if isinstance(parked, dict) else {}
        self.parked: dict[str, datetime] = {host: at for host, at in every.items() if at and at > now}
        self._now = now
        self._per_day = per_day

    def spend(self, host: str) -> None:
        """Counts one request. Raises BudgetSpent where there is none left."""
        if host in self.parked:
            raise BudgetSpent(f"{host} asked us to come back after {self.parked[host]:%Y-%m-%d %H:%M} UTC")
        if self._before[host] + self.used[host] >= self._per_day:
            raise BudgetSpent(f"the daily budget of {self._per_day} requests to {host} is spent")
        self.used[host] += 1

    def park(self, host: str, seconds: float) -> None:
        """No request to this host before that time, in later crawls too."""
        self.parked[host] = self._now + timedelta(seconds=min(seconds, 86_400.0))

    def merged(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """What to keep, given what other crawls have kept meanwhile."""
        other = Budget(kept, self._now, self._per_day)
        parked = {**other.parked, **self.parked}
        return {
            "day": self._day,
            "used": dict(other._before + self.used),
            "parked": {host: at.isoformat() for host, at in parked.items()},
        }


class BudgetMiddleware:
    """Asks the budget before every request."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BudgetMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        budget = cast(Any, self._crawler.spider).budget
        if budget is not None:
            budget.spend(urlsplit(request.url).hostname or "")
