"""Google Business Profile: reviews of one's own locations and the answers to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import Option, Result, SourceRow
from spiders.shapes import Tree, count, dig, flag, name_of, number, rows, tree, trees, words
from spiders.sources._google_api import TOKEN_OPTION, GoogleTokenSpider, bearer, is_token
from spiders.text import tidy
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention

_PER_PAGE = 50
_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
_TRANSLATED = "(Translated by Google)"
_ORIGINAL = "(Original)"


class GoogleBusinessSpider(GoogleTokenSpider):
    """`-a brand=NAME -a locations=accounts/1/locations/2,…` with REPWATCH_GOOGLE_BUSINESS_KEY"""

    name = "google_business"
    home = "https://mybusiness.googleapis.com/v4/"
    key_env = "REPWATCH_GOOGLE_BUSINESS_KEY"
    scope = "https://www.googleapis.com/auth/business.manage"
    # A review that was withdrawn answers so.
    reads_status = frozenset({404})
    row = SourceRow(
        gives="reviews of one's own locations",
        tier="api",
        languages="any (not stated)",
        threads="review and answer",
        owner_answer="yes",
        tested_on="documented format",
        default_every=timedelta(minutes=30),
        key_env=(key_env,),
        quiet_requests="2 (access token, newest reviews) for one location",
    )
    options = (
        Option(name="locations", many=True, required=True, help="names of the locations: accounts/1/locations/2"),
        Option(name="api_url", default="https://mybusiness.googleapis.com", help="address of the API"),
        TOKEN_OPTION,
    )

    def lists(self, token: str) -> Iterable[Request]:
        for location in self.option("locations"):
            yield self._ask(location.strip("/"), token, None, chain=location)
        for thread in self.plan.followed:
            # An answer does not lift a review in every list: each is asked by its name.
            url = (thread.root and thread.root.url) or ""
            if found := re.search(r"(accounts/\d+/locations/\d+)/reviews", url):
                address = f"{self._base()}/{found[1]}/reviews/{thread.external_id}"
                yield self.get(address, headers=bearer(token), side=True, thread=thread.external_id)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status == 404:
            yield from self.not_found(response)
            return
        data = self.json(response)
        if is_token(data):
            yield from self.granted(data)
        elif isinstance(dig(data, "locationReviews"), list):
            yield from self.each(
                rows(data, "locationReviews"),
                lambda row: self._review(response, {"name": words(row, "name"), **tree(row, "review")}),
            )
        elif isinstance(dig(data, "reviews"), list) or count(data, "totalReviewCount") is not None or data == {}:
            yield from self._reviews(response, data)
        elif name_of(data, "reviewId"):
            yield from self.each([data], lambda row: self._review(response, row))
        elif data is not None:
            self.say_error(data)

    def _reviews(self, response: TextResponse, data: Any) -> Iterator[Result]:
        yield from self.each(rows(data, "reviews"), lambda row: self._review(response, row))
        if (total := count(data, "totalReviewCount")) is not None:
            yield self.snapshot(response.url.split("?")[0], total, number(data, "averageRating") or None)
        if not rows(data, "reviews"):
            counted = f"{total} reviews counted, none shown"
            self.saw(CrawlStatus.BLOCKED if total else CrawlStatus.EMPTY, counted if total else "no reviews")
        seen = [
            (name, utc(row.get("updateTime")) or utc(row.get("createTime")))
            for row in trees(data, "reviews")
            if (name := name_of(row, "reviewId"))
        ]
        following = words(data, "nextPageToken")
        location = re.search(r"accounts/[^/?]+/locations/[^/?]+", response.url)
        token = words(self.meta(response), "token") or ""
        onward = self._ask(location[0], token, following) if following and location else None
        yield from self.turn(response, seen=seen, onward=onward)

    def _review(self, response: TextResponse, row: Any) -> Iterator[Mention]:
        published, reviewer = utc(dig(row, "createTime")), tree(row, "reviewer")
        name = words(row, "name")
        review = self.mention(
            external_id=name_of(row, "reviewId") or (name or "").rsplit("/", 1)[-1],
            kind=Kind.REVIEW,
            # Reviews have no page of their own here: the address the review can be asked at again.
            url=f"{self._base()}/{name}" if name else response.url.split("?")[0],
            author=None if flag(reviewer, "isAnonymous") else words(reviewer, "displayName"),
            text=original_of(words(row, "comment")),
            rating=_STARS.get(str(dig(row, "starRating"))),
            published_at=published,
            edited_at=edited(published, dig(row, "updateTime")),
        )
        yield review
        answer: Tree = tree(row, "reviewReply")
        if text := original_of(words(answer, "comment")):
            yield self.owner_answer(review, text, utc(answer.get("updateTime")))

    def _ask(self, location: str, token: str, page: str | None, chain: str | None = None) -> Request:
        wanted = {"pageSize": _PER_PAGE, "orderBy": "updateTime desc", "pageToken": page}
        url = f"{self._base()}/{location}/reviews"
        return self.get(url, params=wanted, headers=bearer(token), chain=chain, token=token)

    def _base(self) -> str:
        return f"{str(self.option('api_url')).rstrip('/')}/v4"


def original_of(comment: str | None) -> str | None:
    """What was really written, where Google puts its translation into the same text, before it or after it."""
    if not comment:
        return None
    if _ORIGINAL in comment:
        return tidy(comment.split(_ORIGINAL, 1)[1])
    before, mark, _ = comment.partition(_TRANSLATED)
    # A translation alone is better than nothing.
    return tidy(before) or tidy(comment.replace(_TRANSLATED, "")) if mark else tidy(comment)
