"""Trustpilot: reviews and answers by its API with a key; the public page only where the operator allows it in the
configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.refusals import is_html
from spiders.shapes import count, decode_json, dig, flag, name_of, number, rows, tree, trees, words
from spiders.sources import _trustpilot_old as old
from spiders.sources._schema_nodes import first, nodes_of, text_of
from spiders.text import plain
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention, Snapshot

_KEY = "REPWATCH_TRUSTPILOT_KEY"
_PER_PAGE = 100
# Without login the page shows about ten pages of twenty.
_LAST_PAGE = 10
_PERMALINK = "https://www.trustpilot.com/reviews/"


class TrustpilotSpider(MentionSpider):
    """`-a brand=NAME -a domain=shop.example [-a business_id=…] [-a allow_page=yes]`"""

    name = "trustpilot"
    home = "https://www.trustpilot.com/"
    row = SourceRow(
        gives="reviews of a company and its answers",
        tier="api",
        languages="as stated",
        threads="review and answer",
        owner_answer="yes",
        tested_on="page: a real recording; API: documented format",
        default_every=timedelta(hours=1),
        key_env=(_KEY,),
        quiet_requests="1 with business_id, else 2",
    )
    options = (
        Option(name="domain", required=True, help="the company's domain as Trustpilot knows it, e.g. shop.example"),
        Option(name="business_id", help="id of the business unit; looked up by the domain where left out"),
        Option(
            name="allow_page",
            type=bool,
            default=False,
            help="read the public page where there is no key; Trustpilot's terms are yours to check",
        ),
        Option(name="api_url", default="https://api.trustpilot.com", help="address of the API"),
        Option(name="page_url", default="https://www.trustpilot.com", help="address of the public site"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    @property
    def obeys_robots(self) -> bool:
        return self.secret(_KEY) is None

    def first_requests(self) -> Iterable[Request]:
        domain = str(self.option("domain")).strip().lower()
        if self.secret(_KEY):
            unit = self.option("business_id")
            yield self._reviews_of(str(unit), 1) if unit else self._call("/v1/business-units/find", {"name": domain})
        elif self.option("allow_page"):
            yield self._page(domain, 1)
        else:
            self.refuse(f"no {_KEY}; with a key the API is read, with allow_page = true the public page")

    def read(self, response: TextResponse) -> Iterator[Result]:
        if is_html(response) or b"__NEXT_DATA__" in response.body:
            yield from self._read_page(response)
            return
        data = self.json(response)
        if isinstance(dig(data, "reviews"), list):
            yield from self._api_reviews(response, data)
        elif name_of(data, "id") and dig(data, "stars") is not None:
            yield from self.each([data], self._api_review)
        elif name_of(data, "id"):
            yield from self._unit(response, data)
        elif isinstance(dig(data, "businessUnits"), list):
            self.saw(CrawlStatus.EMPTY, "companies, without reviews")
            yield from self.each(rows(data, "businessUnits"), self._counts)
        elif data is not None:
            error = words(data, "message") or words(data, "error")
            self.saw(
                CrawlStatus.FAILED if error else CrawlStatus.CHANGED, error or "neither reviews nor a business unit"
            )

    # The API.

    def _unit(self, response: TextResponse, data: Any) -> Iterator[Result]:
        yield self._counts(data)
        if response.request is not None:
            yield self._reviews_of(str(name_of(data, "id")), 1)

    def _counts(self, unit: Any) -> Snapshot:
        return self.snapshot(
            words(unit, "name", "identifying") or str(name_of(unit, "id")),
            count(unit, "numberOfReviews", "total"),
            number(unit, "score", "trustScore"),
        )

    def _api_reviews(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found = rows(data, "reviews")
        yield from self.each(found, self._api_review)
        meta = self.meta(response)
        page, unit = int(meta.get("page") or 1), meta.get("unit")
        seen = [(name, _changed(row)) for row in trees(found) if (name := name_of(row, "id"))]
        onward = self._reviews_of(str(unit), page + 1) if unit and len(found) >= _PER_PAGE else None
        yield from self.turn(response, seen=seen, onward=onward)

    def _api_review(self, row: Any) -> Iterator[Mention]:
        published = utc(dig(row, "createdAt"))
        review = self._review(
            row,
            author=tree(row, "consumer"),
            stars=number(row, "stars"),
            likes=count(row, "numberOfLikes"),
            published=published,
            changed=dig(row, "updatedAt"),
        )
        yield review
        yield from self._answer(review, dig(row, "companyReply"), "text", "createdAt", "updatedAt")

    # The public page.

    def _read_page(self, response: TextResponse) -> Iterator[Result]:
        props = self._props(response)
        if isinstance(dig(props, "reviews"), list):
            yield from self._page_reviews(response, props)
        elif name_of(props, "review", "id"):
            # The page of one review.
            yield from self.each([dig(props, "review")], self._page_review)
        else:
            yield from self._markup(response)

    def _props(self, response: TextResponse) -> Any:
        script = response.xpath('//script[@id="__NEXT_DATA__"]').xpath("string()").get("")
        try:
            return dig(decode_json(script), "props", "pageProps") if script else None
        except ValueError as error:
            self.skip(f"__NEXT_DATA__ can't be read: {str(error)[:80]}", script[:2000])
            return None

    def _page_reviews(self, response: TextResponse, props: Any) -> Iterator[Result]:
        unit = tree(props, "businessUnit")
        if unit:
            yield self.snapshot(
                words(unit, "identifyingName") or response.url,
                count(unit, "numberOfReviews"),
                number(unit, "trustScore"),
            )
        found = rows(props, "reviews")
        yield from self.each(found, self._page_review)
        if not found:
            self.saw(CrawlStatus.EMPTY, "no reviews on the page")
        paging = tree(props, "filters", "pagination")
        page, last = count(paging, "currentPage") or 1, min(count(paging, "totalPages") or 1, _LAST_PAGE)
        domain = words(unit, "identifyingName")
        onward = self._page(domain, page + 1) if domain and page < last else None
        seen = [
            (name, _changed(tree(row, "dates"), "publishedDate", "updatedDate"))
            for row in trees(found)
            if (name := name_of(row, "id"))
        ]
        yield from self.turn(response, seen=seen, onward=onward, chain="page")

    def _page_review(self, row: Any) -> Iterator[Mention]:
        if flag(row, "pending"):
            return
        dates = tree(row, "dates")
        review = self._review(
            row,
            author=tree(row, "consumer"),
            stars=number(row, "rating"),
            likes=count(row, "likes"),
            published=utc(dates.get("publishedDate")),
            changed=dates.get("updatedDate"),
        )
        yield review
        yield from self._answer(review, dig(row, "reply"), "message", "publishedDate", "updatedDate")

    def _markup(self, response: TextResponse) -> Iterator[Result]:
        """Where the page's own data is missing: the cards of older pages, or the schema.org markup without answers."""
        if cards := list(old.rows_of(response)):
            yield from self.each(cards, self._page_review)
            return
        found = [node.tree for node in nodes_of(response, self.skip) if "Review" in node.types]
        yield from self.each(found, self._marked_up)
        if not found:
            self.saw(CrawlStatus.CHANGED, "neither __NEXT_DATA__ nor reviews in the markup")

    def _marked_up(self, node: Any) -> Mention:
        stated = str(words(node, "@id") or words(node, "url") or "")
        rating, author = tree(node, "reviewRating"), tree(node, "author")
        return self.mention(
            external_id=stated.rstrip("/").rsplit("/", 1)[-1],
            kind=Kind.REVIEW,
            url=_PERMALINK + stated.rstrip("/").rsplit("/", 1)[-1],
            author=words(author, "name"),
            author_id=(words(author, "url") or "").rstrip("/").rsplit("/", 1)[-1] or None,
            title=plain(text_of(first(node, "headline", "name"))),
            text=plain(text_of(first(node, "reviewBody", "description"))),
            language=language_tag(words(node, "inLanguage")),
            rating=number(rating, "ratingValue"),
            best=number(rating, "bestRating") or 5.0,
            published_at=utc(words(node, "datePublished")),
        )

    # Both.

    def _review(self, row: Any, *, author: Any, stars: Any, likes: Any, published: Any, changed: Any) -> Mention:
        own = name_of(row, "id")
        return self.mention(
            external_id=own,
            kind=Kind.REVIEW,
            url=f"{_PERMALINK}{own}",
            author=words(author, "displayName"),
            author_id=name_of(author, "id"),
            title=plain(dig(row, "title")),
            text=plain(dig(row, "text")),
            language=language_tag(dig(row, "language")),
            rating=stars,
            published_at=published,
            edited_at=edited(published, changed),
            like_count=likes,
        )

    def _answer(self, review: Mention, answer: Any, text: str, at: str, changed: str) -> Iterator[Mention]:
        if not isinstance(answer, dict):
            return
        published = utc(answer.get(at))
        yield self.owner_answer(review, plain(answer.get(text)), published, edited(published, answer.get(changed)))

    def _reviews_of(self, unit: str, page: int) -> Request:
        wanted = {"perPage": _PER_PAGE, "page": page, "orderBy": "createdat.desc"}
        return self._call(
            f"/v1/business-units/{quote(unit, safe='')}/reviews", wanted, unit=unit, page=page, chain="reviews"
        )

    def _call(self, path: str, params: dict[str, object], chain: str | None = None, **meta: object) -> Request:
        request = self.get(
            str(self.option("api_url")).rstrip("/") + path,
            params=params,
            headers={"apikey": str(self.secret(_KEY))},
            chain=chain,
        )
        request.meta.update(meta)
        return request

    def _page(self, domain: str, page: int) -> Request:
        bare = re.sub(r"[^\w.-]", "", domain)
        wanted = {"page": page if page > 1 else None, "sort": "recency", "languages": "all"}
        return self.get(f"{str(self.option('page_url')).rstrip('/')}/review/{bare}", params=wanted, chain="page")


def _changed(row: Any, created: str = "createdAt", updated: str = "updatedAt") -> datetime | None:
    return utc(dig(row, updated)) or utc(dig(row, created))
