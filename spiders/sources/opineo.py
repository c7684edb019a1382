"""Opineo (Poland): customers' reviews of a shop, from the microdata of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from lxml.etree import _Element as Element
from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.shapes import count, number, words
from spiders.sources._schema_nodes import first, nodes_of, text_of
from spiders.text import element_text, plain, tidy
from spiders.times import Moment, spoken
from storage.records import CrawlStatus, Kind, Mention, Snapshot

_ZONE = "Europe/Warsaw"
_REVIEW = "contains(@itemtype,'schema.org/Review') or contains(@class,'revz_container')"
_BEST = 10.0


class OpineoSpider(MentionSpider):
    """`-a brand=NAME -a shops=inexus-pl,…` (the name in opineo.pl/opinie/NAME)"""

    name = "opineo"
    home = "https://www.opineo.pl/"
    row = SourceRow(
        gives="reviews of a shop",
        tier="page",
        languages="pl (not stated)",
        threads="no",
        owner_answer="no",
        tested_on="real blocks of 2015; the layout of today is unverified",
        default_every=timedelta(hours=6),
        quiet_requests="1 per shop (conditional), and robots.txt",
    )
    options = (
        Option(name="shops", many=True, required=True, help="names of the shops, as in opineo.pl/opinie/inexus-pl"),
        Option(name="base_url", default="https://www.opineo.pl", help="address of the site"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        for shop in self.option("shops"):
            yield self.get(self._page(shop, 1), chain=f"shop:{shop}", fresh_only=True)

    def read(self, response: TextResponse) -> Iterator[Result]:
        root = response.selector.root
        blocks = root.xpath(f"//*[{_REVIEW}][not(ancestor::*[{_REVIEW}])]") if isinstance(root, Element) else []
        made = list(self.each(blocks, lambda block: self._review(response, block)))
        if not blocks:
            found = [node.tree for node in nodes_of(response, self.skip) if "Review" in node.types]
            made = list(self.each(found, lambda node: self._marked_up(response, node)))
        yield from made
        yield from self._count(response)
        if not made:
            is_shop = "opinie" in (response.xpath("string(//title)").get() or "").lower()
            self.saw(CrawlStatus.EMPTY if is_shop else CrawlStatus.CHANGED, "no reviews in the markup")
        seen = [(one.external_id, one.published_at) for one in made if isinstance(one, Mention)]
        page = re.search(r"/opinie/([^/?#,]+)(?:/(\d{1,5}))?", response.url)
        onward = self.get(self._page(page[1], int(page[2] or 1) + 1, response)) if page and seen else None
        yield from self.turn(response, seen=seen, onward=onward)

    def _review(self, response: TextResponse, block: Element) -> Mention:
        link = next(iter(block.xpath(".//a[contains(@href,'/opinia/')]/@href")), None)
        number_ = re.search(r"/opinia/(\d{1,18})", str(link or ""))
        if not number_:
            raise Unreadable("no link to the review")
        bodies = ".//*[@itemprop='description' or @itemprop='reviewBody'] | .//*[contains(@class,'revz_txt')]/span"
        body = next(iter(block.xpath(bodies)), None)
        at = self._moment(_property(block, "datePublished") or (_shown(block, "revz_date") or "").replace("|", " "))
        badge = re.match(r"([\d.,]{1,5})\s*/\s*(\d{1,2})", _shown(block, "review_badge") or "")
        return self.mention(
            external_id=number_[1],
            kind=Kind.REVIEW,
            url=response.urljoin(str(link)),
            author=_property(block, "author") or _shown(block, "revz_nick"),
            text=element_text(body) if body is not None else None,
            rating=number(_property(block, "ratingValue") or (badge and badge[1])),
            best=number(_property(block, "bestRating") or (badge and badge[2])) or _BEST,
            published_at=at.at if at else None,
            date_only=at.date_only if at else False,
        )

    def _marked_up(self, response: TextResponse, node: Any) -> Mention:
        """JSON-LD, should the site write it today."""
        link = words(node, "url") or words(node, "@id")
        rating, at = first(node, "reviewRating"), self._moment(text_of(first(node, "datePublished")))
        number_ = re.search(r"/opinia/(\d{1,18})", link or "")
        return self.mention(
            external_id=number_[1] if number_ else link,
            kind=Kind.REVIEW,
            url=response.urljoin(link or ""),
            author=text_of(first(node, "author")),
            text=plain(text_of(first(node, "reviewBody", "description"))),
            rating=number(rating, "ratingValue"),
            best=number(rating, "bestRating") or _BEST,
            published_at=at.at if at else None,
            date_only=at.date_only if at else False,
        )

    def _count(self, response: TextResponse) -> Iterator[Snapshot]:
        """The number on the tab that shows all reviews."""
        tab = response.xpath("string(//*[contains(@class,'opt') and contains(@class,'all')])").get() or ""
        digits = re.search(r"\(([\d\s]{1,12})\)", tab.replace("\xa0", " "))
        if digits:
            page = re.sub(r"(/opinie/[^/?#]+).*", r"\1", response.url)
            yield self.snapshot(page, count(digits[1].replace(" ", "")), None, best=None)

    def _moment(self, stated: str | None) -> Moment | None:
        """Day, month, year of two figures: "04-01-15 16:33"."""
        return spoken(stated, zone=_ZONE, order="DMY", languages=("pl",), now=self.plan.now)

    def _page(self, shop: str, page: int, response: TextResponse | None = None) -> str:
        base = re.sub(r"^(https?://[^/]+).*", r"\1", response.url) if response else str(self.option("base_url"))
        return f"{base.rstrip('/')}/opinie/{quote(shop, safe='')}" + (f"/{page}" if page > 1 else "")


def _shown(block: Element, name: str) -> str | None:
    """What a reader sees, where there is no microdata."""
    found = next(iter(block.xpath(f".//*[contains(concat(' ',@class,' '),' {name} ')]")), None)
    return tidy(" ".join("".join(found.itertext()).split())) if found is not None else None


def _property(block: Element, name: str) -> str | None:
    found = next(iter(block.xpath(f".//*[@itemprop='{name}']")), None)
    if found is None:
        return None
    return words(found.get("content")) or words(found.get("datetime")) or tidy("".join(found.itertext()))
