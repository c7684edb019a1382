"""Yelp: how many reviews a business has, and their average. Its terms forbid keeping the texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.shapes import count, dig, name_of, number, trees, words
from storage.records import CrawlStatus, Snapshot

_KEY = "REPWATCH_YELP_KEY"
_BLOCKED = frozenset(
    {"TOKEN_INVALID", "TOKEN_MISSING", "UNAUTHORIZED", "ACCESS_LIMIT_REACHED", "TOO_MANY_REQUESTS_PER_SECOND"}
)


class YelpSpider(MentionSpider):
    """`-a brand=NAME -a businesses=velora-warszawa,…` with REPWATCH_YELP_KEY"""

    name = "yelp"
    home = "https://api.yelp.com/v3/businesses/"
    row = SourceRow(
        gives="rating and count of a business; no texts",
        tier="api",
        languages="–",
        threads="no",
        owner_answer="no",
        tested_on="a real recording",
        default_every=timedelta(hours=24),
        key_env=(_KEY,),
        quiet_requests="1 per business",
    )
    options = (
        Option(name="businesses", many=True, required=True, help="ids or aliases, as in yelp.com/biz/ALIAS"),
        Option(name="api_url", default="https://api.yelp.com", help="address of the API"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        key = self.secret(_KEY)
        if not key:
            self.refuse(f"no {_KEY}: a key of Yelp's Places API")
            return
        for business in self.option("businesses"):
            url = f"{str(self.option('api_url')).rstrip('/')}/v3/businesses/{quote(business, safe='')}"
            yield self.get(url, headers={"Authorization": f"Bearer {key}"})

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        found = list(trees(data, "businesses")) or ([data] if dig(data, "review_count") is not None else [])
        yield from self.each(found, lambda row: self._counts(response, row))
        if found:
            return
        if isinstance(dig(data, "reviews"), list):
            # Three excerpts of many: not for keeping.
            self.saw(CrawlStatus.EMPTY, "excerpts, which are not kept")
            if (total := count(data, "total")) is not None:
                yield self.snapshot(response.url.removesuffix("/reviews"), total, None)
        elif isinstance(dig(data, "businesses"), list):
            self.saw(CrawlStatus.EMPTY, "no business found")
        elif data is not None:
            code = words(data, "error", "code")
            status = CrawlStatus.BLOCKED if code in _BLOCKED else CrawlStatus.FAILED
            self.saw(status if code else CrawlStatus.CHANGED, code or "no review_count")

    def _counts(self, response: TextResponse, row: Any) -> Snapshot:
        name = words(row, "alias") or name_of(row, "id")
        stated = words(row, "url") or (f"https://www.yelp.com/biz/{name}" if name else "")
        page = stated.split("?")[0] if stated.startswith("http") else response.url
        return self.snapshot(page, count(row, "review_count"), number(row, "rating"))
