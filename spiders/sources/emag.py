"""eMAG (Romania, Bulgaria, Hungary): customers' reviews of a product, from the list its own pages ask for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from lxml.etree import _Element as Element
from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.refusals import is_html
from spiders.shapes import Tree, count, dig, name_of, number, rows, tree, trees, words
from spiders.sources._schema_nodes import first, nodes_of, text_of
from spiders.text import plain
from spiders.times import Moment, edited, moment
from storage.records import CrawlStatus, Kind, Mention, Snapshot

_PER_PAGE = 10
_ZONES = {"ro": "Europe/Bucharest", "bg": "Europe/Sofia", "hu": "Europe/Budapest"}
_PRODUCT = re.compile(r"^(https?://[^/]+)/(?:product-feedback/)?([\w.~%-]+)/pd/([A-Z0-9]{5,20})", re.IGNORECASE)
_COUNTED = re.compile(r"(\d{1,7})\s*(?:de\s+)?(?:review|opini|отзив|ревю|vélemény|értékel)", re.IGNORECASE)


class EmagSpider(MentionSpider):
    """`-a brand=NAME -a products=https://www.emag.ro/casti-velora-x2/pd/D1ABCDBBM/,…`"""

    name = "emag"
    home = "https://www.emag.ro/"
    row = SourceRow(
        gives="reviews of a product",
        tier="page",
        languages="ro, bg, hu (not stated)",
        threads="review and comments",
        owner_answer="configured accounts",
        tested_on="reviews: the form its clients read, no recording; lists of products: a real page",
        default_every=timedelta(hours=12),
        quiet_requests="1 per product, and robots.txt",
    )
    options = (
        Option(name="products", many=True, required=True, help="addresses of product pages, on emag.ro, .bg, .hu"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    @property
    def least_pause(self) -> float:
        # What the one public client of this list keeps.
        return 60.0

    def first_requests(self) -> Iterable[Request]:
        for product in self.option("products"):
            if found := _PRODUCT.search(product):
                yield self._list(found, 0, chain=f"product:{found[3]}")
            else:
                self.refuse(f"{product}: not the address of a product, like https://www.emag.ro/NAME/pd/CODE/")

    def read(self, response: TextResponse) -> Iterator[Result]:
        if is_html(response) or b"<body" in response.body[:20_000]:
            yield from self._page(response)
            return
        data = self.json(response)
        if not isinstance(dig(data, "reviews", "items"), list):
            if data is not None:
                self.saw(CrawlStatus.CHANGED, words(data, "message") or "no reviews.items")
            return
        found = rows(data, "reviews", "items")
        total = next(
            (n for key in ("total", "count", "total_count") if (n := count(data, "reviews", key)) is not None), None
        )
        if total is not None:
            yield self.snapshot(self._permalink(response.url), total, number(data, "reviews", "average"))
        yield from self.each(found, lambda row: self._review(response, row))
        seen = [(name, _when(row, response.url)) for row in trees(found) if (name := name_of(row, "id"))]
        product, offset = _PRODUCT.search(response.url), re.search(r"offset(?:\]|%5D)=(\d{1,6})", response.url)
        has_more = product and len(found) >= _PER_PAGE
        onward = self._list(product, int(offset[1] if offset else 0) + _PER_PAGE) if product and has_more else None
        yield from self.turn(response, seen=[(name, at.at if at else None) for name, at in seen], onward=onward)

    def _review(self, response: TextResponse, row: Any) -> Iterator[Mention]:
        at = _when(row, response.url)
        review = self.mention(
            external_id=name_of(row, "id"),
            kind=Kind.REVIEW,
            url=self._permalink(response.url),
            title=plain(dig(row, "title")),
            rating=number(row, "rating"),
            reply_count=len(rows(row, "comments")) if isinstance(dig(row, "comments"), list) else None,
            like_count=count(row, "votes"),
            **self._said(row, at, response.url),
        )
        yield review
        for comment in trees(row, "comments"):
            said = self._said(comment, _when(comment, response.url), response.url)
            is_owner = _is_marked(comment) or self.is_owner(said["author_id"], said["author"])
            yield self.mention(
                external_id=f"{review.external_id}:{'reply' if is_owner else name_of(comment, 'id') or 'comment'}",
                thread_id=review.external_id,
                parent_id=review.external_id,
                kind=Kind.COMMENT,
                url=review.url,
                is_owner_reply=is_owner,
                **said,
            )

    @staticmethod
    def _said(row: Any, at: Moment | None, url: str) -> dict[str, Any]:
        """What a review and a comment under it have in common."""
        user = tree(row, "user")
        return {
            "author": words(user, "name") or words(row, "author"),
            "author_id": name_of(user, "id") or name_of(user, "hash"),
            "text": plain(dig(row, "content")) or plain(dig(row, "content_no_tags")),
            "published_at": at.at if at else None,
            "date_only": at.date_only if at else False,
            "edited_at": edited(at.at, dig(row, "modified"), _zone(url)) if at else None,
        }

    # Pages.

    def _page(self, response: TextResponse) -> Iterator[Result]:
        """A product's page has its newest reviews in the markup; a list of products has counts only."""
        found = [node.tree for node in nodes_of(response, self.skip) if "Review" in node.types]
        yield from self.each(found, lambda node: self._marked_up(response, node))
        counts = list(self._counts(response)) if not found else []
        yield from counts
        if not found:
            is_known = counts or _PRODUCT.search(response.url)
            self.saw(
                CrawlStatus.EMPTY if is_known else CrawlStatus.CHANGED,
                "counts without reviews" if counts else "no reviews on the page",
            )

    def _marked_up(self, response: TextResponse, node: Tree) -> Mention:
        own = words(node, "@id") or words(node, "url")
        at, author = moment(text_of(first(node, "datePublished")), _zone(response.url)), text_of(first(node, "author"))
        text = plain(text_of(first(node, "reviewBody", "description")))
        if not own and not text:
            raise Unreadable("neither an id nor a text")
        digest = hashlib.sha256(f"{response.url}\x1f{author}\x1f{at and at.at}\x1f{text}".encode("utf-8", "replace"))
        return self.mention(
            external_id=own or digest.hexdigest()[:32],
            kind=Kind.REVIEW,
            url=self._permalink(response.url),
            author=author,
            title=plain(text_of(first(node, "name", "headline"))),
            text=text,
            rating=number(first(node, "reviewRating"), "ratingValue"),
            best=number(first(node, "reviewRating"), "bestRating") or 5.0,
            published_at=at.at if at else None,
            date_only=at.date_only if at else False,
        )

    def _counts(self, response: TextResponse) -> Iterator[Snapshot]:
        """Stars (as the width of a bar) and the number of reviews beside the products of a list."""
        told: set[str] = set()
        for link in response.selector.root.xpath("//a[contains(@href,'/pd/')]")[:2_000]:
            said = _COUNTED.search("".join(link.itertext())[:200])
            product = _PRODUCT.search(response.urljoin(link.get("href", "")))
            if said and product and product[3] not in told:
                told.add(product[3])
                yield self.snapshot(self._permalink(product[0]), int(said[1]), _stars(link))

    def _list(self, product: re.Match[str], offset: int, chain: str | None = None) -> Request:
        wanted = {"source_id": 7, "page[limit]": _PER_PAGE, "page[offset]": offset, "sort[created]": "desc"}
        url = f"{product[1]}/product-feedback/{product[2]}/pd/{product[3]}/reviews/list?{urlencode(wanted, safe='[]')}"
        return self.get(url, headers={"X-Requested-With": "XMLHttpRequest"}, chain=chain)

    @staticmethod
    def _permalink(url: str) -> str:
        product = _PRODUCT.search(url)
        return f"{product[1]}/{product[2]}/pd/{product[3]}/" if product else url


def _is_marked(comment: Tree) -> bool:
    """Whether the comment is marked as the shop's or the seller's."""
    return any(comment.get(key) is True for key in ("is_admin", "is_brand", "is_seller", "is_vendor"))


def _when(row: Any, url: str) -> Moment | None:
    stated = (dig(row, key) for key in ("created", "published", "created_at"))
    return next((at for one in stated if (at := moment(one, _zone(url)))), None)


def _zone(url: str) -> str:
    found = re.search(r"emag\.(ro|bg|hu)", url)
    return _ZONES[found[1]] if found else "UTC"


def _stars(link: Element) -> float | None:
    holder = link.getparent()
    bar = (
        holder.xpath(".//*[contains(@class,'progress') or contains(@class,'rating')]/@style")
        if holder is not None
        else []
    )
    width = next((found for style in bar if (found := re.search(r"width:\s*(\d{1,3}(?:\.\d+)?)%", str(style)))), None)
    return round(float(width[1]) / 20, 2) if width and float(width[1]) <= 100 else None
