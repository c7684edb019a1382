"""Reviews of WooCommerce shops: with the shop's key, or through its public Store API."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.shapes import dig, name_of, number, rows, trees, words
from spiders.sources._feeds import Entry, comment_of, entries_of, is_feed, read_feed
from spiders.sources._wordpress_rest import next_page, said_by_error, utc_of, without_envelope
from spiders.text import html_to_text, plain
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention

_KEY = "REPWATCH_WOOCOMMERCE_KEY"
_PAGE = 100
_PUBLIC = "/wp-json/wc/store/v1/products/reviews"
_WITH_KEY = "/wp-json/wc/v3/products/reviews"
_GONE = frozenset({"trash", "spam"})
# Today's name of the field, v2's and the oldest API's.
_REVIEWER = ("reviewer", "name", "reviewer_name")
_REFUSED = frozenset({400, 401, 403, 404})


class WoocommerceSpider(MentionSpider):
    """`-a brand=NAME -a shops=https://shop.example.org[,…]`"""

    name = "woocommerce"
    row = SourceRow(
        gives="product reviews of shops",
        tier="api",
        languages="any",
        threads="no",
        owner_answer="no",
        tested_on="real recordings (v3); Store API on the documented format",
        default_every=timedelta(hours=1),
        key_env=(_KEY,),
        quiet_requests="1 per shop",
    )
    options = (
        Option(name="shops", many=True, required=True, default=(), help="addresses of the shops"),
        Option(
            name="own_shops", type=bool, default=True, help="the shops are the brand's own: every review is about it"
        ),
    )
    reads_status = _REFUSED

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_shops"))

    def get(self, url: str, **given: Any) -> Request:
        """As the base's; the shop's key goes to the route that takes it, and nowhere else."""
        key = self.secret(_KEY)
        if key and _WITH_KEY in url:
            # "consumer key:consumer secret", as WooCommerce hands it out; plain Basic, as its documentation says.
            basic = base64.b64encode(key.encode()).decode()
            given["headers"] = {"Authorization": f"Basic {basic}", **(given.get("headers") or {})}
        return super().get(url, **given)

    def first_requests(self) -> Iterable[Request]:
        key = self.secret(_KEY)
        for shop in self.option("shops"):
            base = shop.rstrip("/")
            wanted: dict[str, object] = {"per_page": _PAGE, "order": "desc", "orderby": "date_gmt"}
            path = _WITH_KEY if key else _PUBLIC
            yield self.get(base + path, params=wanted, chain=f"reviews:{base}", fresh_only=True)

    def revisits(self) -> Iterable[Request]:
        # An edit or a withdrawal shows in the review itself, which only the key may ask for one by one.
        key = self.secret(_KEY)
        for thread in self.plan.followed if key else ():
            shop = next((s.rstrip("/") for s in self.option("shops") if self.host(s) == thread.instance), None)
            if shop and thread.external_id.isdigit():
                address = f"{shop}{_WITH_KEY}/{thread.external_id}"
                yield self.get(address, side=True, thread=thread.external_id)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if is_feed(response.body):
            yield from self._feed(response)
            return
        data = without_envelope(self.json(response))
        if response.status in _REFUSED:
            is_asked = response.status == 404 and self.meta(response).get("thread")
            if is_asked:
                yield from self.not_found(response)
            else:
                self.saw(*said_by_error(response, data))
        elif isinstance(data, list):
            yield from self._reviews(response, data)
        elif isinstance(dig(data, "product_reviews"), list):
            # The API of shops before 2016 (wc-api/v1 to v3).
            yield from self._reviews(response, rows(data, "product_reviews"))
        elif name_of(data, "id") and dig(data, "review") is not None:
            yield from self.each([data], lambda row: self._review(row, response))
        elif data is not None:
            self.saw(*said_by_error(response, data))

    def _reviews(self, response: TextResponse, data: list[Any]) -> Iterator[Result]:
        yield from self.each(data, lambda row: self._review(row, response))
        seen = [(name, utc_of(row, "date_created")) for row in trees(data) if (name := name_of(row, "id"))]
        following = next_page(response)
        onward = self.get(following) if following and seen else None
        yield from self.turn(response, seen=seen, onward=onward)

    def _review(self, row: Any, response: TextResponse) -> Mention | None:
        # Not public yet; a saved file is the reader's own affair.
        if response.request is not None and words(row, "status") in ("hold", "unapproved"):
            return None
        stars, text = number(row, "rating"), words(row, "review")
        return self.mention(
            external_id=name_of(row, "id"),
            kind=Kind.REVIEW,
            instance=self.host(response.url),
            url=words(row, "product_permalink") or response.url,
            author=next((n for key in _REVIEWER if (n := plain(dig(row, key)))), None),
            text=html_to_text(text) if text else None,
            # 0 says that no stars were given.
            rating=stars if stars and 1 <= stars <= 5 else None,
            published_at=utc_of(row, "date_created") or utc(dig(row, "created_at")),
            deleted=words(row, "status") in _GONE,
        )

    def _feed(self, response: TextResponse) -> Iterator[Result]:
        """A product's feed: the reviews' words and dates, without stars."""
        feed = read_feed(response, self.plan.now)
        if feed is None:
            self.saw(CrawlStatus.CHANGED, "a feed that can't be read")
            return
        yield from self.each(feed.entries, lambda entry: self._entry(entry, response))
        yield from self.turn(response, seen=list(entries_of(feed)), onward=None)

    def _entry(self, entry: Entry, response: TextResponse) -> Mention | None:
        found = comment_of(entry)
        if found is None:
            return None
        return self.mention(
            external_id=found[1],
            kind=Kind.REVIEW,
            instance=self.host(response.url),
            url=entry.link or response.url,
            author=entry.author,
            text=entry.text,
            language=entry.language,
            published_at=entry.published.at if entry.published else None,
        )
