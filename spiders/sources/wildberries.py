"""Wildberries (Russia): reviews of products and sellers' answers, from the shop's own undocumented feed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.shapes import count, dig, name_of, number, rows, tree, trees, words
from spiders.text import tidy
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention


class WildberriesSpider(MentionSpider):
    """`-a brand=NAME -a products=123456789,…` (root ids of the product cards, "imtId" or "root")"""

    name = "wildberries"
    home = "https://feedbacks1.wb.ru/feedbacks/v2/"
    row = SourceRow(
        gives="reviews of a product and sellers' answers",
        tier="api",
        languages="ru mostly (not stated)",
        threads="review and answer",
        owner_answer="yes",
        tested_on="a small real recording",
        default_every=timedelta(hours=6),
        quiet_requests="1 per product (conditional)",
    )
    options = (
        Option(name="products", many=True, required=True, help='root ids of the products ("root" of the card)'),
        Option(
            name="hosts",
            many=True,
            default=("https://feedbacks1.wb.ru", "https://feedbacks2.wb.ru"),
            help="addresses of the feed; the next is asked where one holds nothing of a product",
        ),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        for product in self.option("products"):
            yield from self._ask(re.sub(r"\D", "", product), 0)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        if data is None:
            return
        stated = count(data, "feedbackCount")
        if not isinstance(data, dict) or ("feedbacks" not in data and stated is None):
            self.saw(CrawlStatus.CHANGED, words(data, "error") or "no feedbacks")
            return
        found = rows(data, "feedbacks")
        yield from self.each(found, lambda row: self._feedback(response, row))
        if found or stated:
            average = number(data, "valuation")
            is_average = average is not None and 0 < average <= 5
            yield self.snapshot(response.url, stated, average if is_average else None)
        if not found:
            yield from self._nothing(response, stated)
        seen = [(name, _changed(row)) for row in trees(found) if (name := name_of(row, "id"))]
        yield from self.turn(response, seen=seen, onward=None)

    def _nothing(self, response: TextResponse, stated: int | None) -> Iterator[Request]:
        """Each product is kept on one of the hosts; a count without reviews is no "no reviews"."""
        product, turn = words(self.meta(response), "product"), int(self.meta(response).get("turn") or 0)
        further = list(self._ask(product, turn + 1)) if product else []
        if stated and not further:
            self.saw(CrawlStatus.BLOCKED, f"{stated} reviews counted, none shown")
        else:
            self.saw(CrawlStatus.EMPTY, "no reviews")
        yield from further

    def _feedback(self, response: TextResponse, row: Any) -> Iterator[Mention]:
        published, answer = utc(dig(row, "createdDate")), tree(row, "answer")
        product = name_of(row, "nmId")
        parts = (words(row, "text"), words(row, "pros"), words(row, "cons"))
        number_ = name_of(row, "wbUserId")
        review = self.mention(
            external_id=name_of(row, "id"),
            kind=Kind.REVIEW,
            url=f"https://www.wildberries.ru/catalog/{product}/feedbacks" if product else response.url,
            author=words(row, "wbUserDetails", "name"),
            author_id=words(row, "globalUserId") or (number_ if number_ != "0" else None),
            # What pleased and what did not are written in fields of their own.
            text=tidy("\n".join(part for part in parts if part)),
            rating=number(row, "productValuation"),
            published_at=published,
            # An answer moves this time too: only where there is none it tells an edit.
            edited_at=None if answer else edited(published, dig(row, "updatedDate")),
            like_count=count(row, "votes", "pluses"),
        )
        yield review
        if text := tidy(words(answer, "text") or ""):
            answered = utc(answer.get("createDate"))
            yield self.owner_answer(review, text, answered, edited(answered, answer.get("lastUpdate")))

    def _ask(self, product: str, turn: int) -> Iterator[Request]:
        hosts = tuple(self.option("hosts"))
        if turn < len(hosts):
            url = f"{hosts[turn].rstrip('/')}/feedbacks/v2/{product}"
            yield self.get(url, chain=f"product:{product}", fresh_only=True, product=product, turn=turn)


def _changed(row: Any) -> datetime | None:
    return utc(row.get("updatedDate")) or utc(row.get("createdDate"))
