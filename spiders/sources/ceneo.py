"""Ceneo (Poland): customers' reviews of a product, from its pages."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from datetime import timedelta
from typing import Any

from lxml.etree import _Element as Element
from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.shapes import count, number, words
from spiders.sources._schema_nodes import nodes_of, text_of
from spiders.text import element_text, tidy
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention

_ZONE = "Europe/Warsaw"
# The layout of today, and the one before 2020.
_REVIEWS = (
    "//*[@data-entry-id and ((contains(@class,'js_product-review') and contains(@class,'user-post'))"
    " or contains(@class,'review-box'))]"
)
_PER_PAGE = 10
_SCORE = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*/\s*(\d{1,2})")


class CeneoSpider(MentionSpider):
    """`-a brand=NAME -a products=84514582,…` (the number in ceneo.pl/NUMBER)"""

    name = "ceneo"
    home = "https://www.ceneo.pl/"
    row = SourceRow(
        gives="reviews of a product",
        tier="page",
        languages="pl (not stated)",
        threads="no",
        owner_answer="no",
        tested_on="one real review block of 2025; pages: documented format",
        default_every=timedelta(hours=6),
        quiet_requests="1 per product, and robots.txt",
    )
    options = (
        Option(name="products", many=True, required=True, help="numbers of the products, as in ceneo.pl/84514582"),
        Option(name="base_url", default="https://www.ceneo.pl", help="address of the site"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        for product in self.option("products"):
            bare = re.sub(r"\D", "", product)
            yield self.get(f"{str(self.option('base_url')).rstrip('/')}/{bare}", chain=f"product:{bare}")

    def read(self, response: TextResponse) -> Iterator[Result]:
        root = response.selector.root
        found = _each_once(root.xpath(_REVIEWS)) if isinstance(root, Element) else []
        stated = yield from self._counts(response)
        yield from self.each(found, lambda block: self._review(response, block))
        if not found:
            is_ceneo = b"ceneo" in response.body.lower()
            is_product = b"js_product" in response.body or (stated is not None and is_ceneo)
            self.saw(
                CrawlStatus.EMPTY if is_product else CrawlStatus.CHANGED,
                "no reviews on the page" if is_product else "no page of a product",
            )
        yield from self._onward(response, found, stated)

    def _counts(self, response: TextResponse) -> Generator[Result, None, int | None]:
        """The product's own count and average; the count is handed on to tell whether something is new."""
        for node in nodes_of(response, self.skip):
            if "AggregateRating" in node.types:
                stated = count(node.tree, "reviewCount")
                stated = stated if stated is not None else count(node.tree, "ratingCount")
                average, best = number(text_of(node.tree.get("ratingValue"))), number(node.tree, "bestRating")
                yield self.snapshot(_page_of(response.url), stated, average, best or 5.0)
                return stated
        return None

    def _onward(self, response: TextResponse, found: list[Element], stated: int | None) -> Iterator[Request]:
        page = re.search(r"/(\d{1,12})(?:/opinie-(\d{1,5}))?", response.url)
        named = response.xpath("//a[contains(@class,'pagination__next')]/@href").get()
        onward = None
        if named:
            onward = self.get(response.urljoin(named))
        elif page and len(found) >= _PER_PAGE:
            onward = self.get(f"{response.url.split(page[0])[0]}/{page[1]}/opinie-{int(page[2] or 1) + 1}")
        # The order is not by time: a page is old only if all of it is known, and the count has not grown.
        key = f"count:{page[1]}" if page else "count"
        has_grown = stated is not None and stated != self.plan.cursor.get(key)
        seen: list[tuple[str, Any]] = [(str(block.get("data-entry-id")), None) for block in found]
        yield from self.turn(response, seen=[*seen, *([(f"{key}:{stated}", None)] if has_grown else [])], onward=onward)
        if stated is not None:
            self.move_cursor(key, stated)

    def _review(self, response: TextResponse, block: Element) -> Mention:
        score = _SCORE.search(_said(block, ".//*[contains(@class,'score-count')]") or "")
        times = block.xpath(
            ".//*[contains(@class,'user-post__published') or contains(@class,'review-time')]//time/@datetime"
        )
        number_ = str(block.get("data-entry-id"))
        if not number_.isdigit():
            raise Unreadable("no number")
        text = next(
            iter(block.xpath(".//*[contains(@class,'user-post__text') or contains(@class,'product-review-body')]")),
            None,
        )
        features = [tidy("".join(one.itertext())) for one in block.xpath(".//*[contains(@class,'feature__item')]")]
        votes = _said(block, ".//*[starts-with(@id,'votes-yes-')]")
        comments = next(iter(block.xpath(".//@data-comments-count")), None)
        return self.mention(
            external_id=number_,
            kind=Kind.REVIEW,
            url=_page_of(response.url),
            author=_said(
                block, ".//*[contains(@class,'user-post__author-name') or contains(@class,'reviewer-name-line')]"
            ),
            # Advantages and faults ticked from a list speak only where the author says nothing.
            text=(element_text(text) if text is not None else None) or tidy("\n".join(one for one in features if one)),
            rating=number(score[1]) if score else None,
            best=float(score[2]) if score else 5.0,
            # The first time is when it was written, the second when the product was bought.
            published_at=utc(str(times[0]), _ZONE) if times else None,
            like_count=count(votes),
            reply_count=count(str(comments)) if comments is not None else None,
        )


def _each_once(blocks: list[Element]) -> list[Element]:
    """A highlighted review stands on the page twice."""
    return list({block.get("data-entry-id"): block for block in reversed(blocks)}.values())[::-1]


def _said(block: Element, path: str) -> str | None:
    found = next(iter(block.xpath(path)), None)
    return words(tidy("".join(found.itertext()))) if found is not None else None


def _page_of(url: str) -> str:
    """The product's first page, whichever of its pages was read."""
    return re.sub(r"(/\d{1,12})/opinie-\d+.*$", r"\1", url).split("#")[0]
