"""Google Play: reviews of one's own apps and their answers, by the Developer API with a service account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import Option, Result, SourceRow, Unreadable
from spiders.languages import language_tag
from spiders.shapes import count, dig, name_of, number, rows, tree, trees, words
from spiders.sources import _googleplay_rpc as rpc
from spiders.sources._google_api import TOKEN_OPTION, GoogleTokenSpider, bearer, google_seconds, is_token
from spiders.text import tidy
from storage.records import CrawlStatus, Kind, Mention

# The API allows 60 reads of reviews in an hour (unverified): most of them are for the lists.
_MOST_VISITS = 20


class GoogleplaySpider(GoogleTokenSpider):
    """`-a brand=NAME -a packages=com.example.app,…` with REPWATCH_GOOGLEPLAY_KEY, the JSON of a service account."""

    name = "googleplay"
    home = "https://androidpublisher.googleapis.com/androidpublisher/v3/applications/"
    key_env = "REPWATCH_GOOGLEPLAY_KEY"
    scope = "https://www.googleapis.com/auth/androidpublisher"
    # A review that was withdrawn answers so.
    reads_status = frozenset({404})
    row = SourceRow(
        gives="reviews of one's own apps, last 7 days",
        tier="api",
        languages="as stated",
        threads="review and answer",
        owner_answer="yes",
        tested_on="a documentation sample and a recorded empty answer; else the documented format",
        default_every=timedelta(minutes=30),
        key_env=(key_env,),
        quiet_requests="2 (access token, newest reviews); 1 per followed review",
    )
    options = (
        Option(name="packages", many=True, required=True, help="package names of the apps, e.g. com.example.app"),
        Option(name="api_url", default="https://androidpublisher.googleapis.com", help="address of the API"),
        TOKEN_OPTION,
    )

    def lists(self, token: str) -> Iterable[Request]:
        for package in self.option("packages"):
            yield self._ask(package, "", token, params={"maxResults": 100}, chain=f"reviews:{package}")
        for thread in self.plan.followed[:_MOST_VISITS]:
            # The app is told by the permalink.
            if found := re.search(r"[?&]id=([\w.]+)", (thread.root and thread.root.url) or ""):
                path = f"/{quote(thread.external_id, safe=':')}"
                yield self._ask(found[1], path, token, side=True, thread=thread.external_id)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status == 404:
            yield from self.not_found(response)
            return
        if rpc.is_answer(response.body):
            yield from self._web_answer(response)
            return
        data = self.json(response)
        if is_token(data):
            yield from self.granted(data)
        elif isinstance(dig(data, "reviews"), list) or dig(data, "tokenPagination") is not None or data == {}:
            # Without reviews the API leaves the key out.
            yield from self._reviews(response, data)
        elif name_of(data, "reviewId"):
            yield from self.each([data], lambda row: self._review(response, row))
        elif data is not None:
            self.say_error(data)

    def _reviews(self, response: TextResponse, data: Any) -> Iterator[Result]:
        yield from self.each(rows(data, "reviews"), lambda row: self._review(response, row))
        seen = [
            (name, google_seconds(tree(_comment(row, "userComment"), "lastModified")))
            for row in trees(data, "reviews")
            if (name := name_of(row, "reviewId"))
        ]
        following, token = words(data, "tokenPagination", "nextPageToken"), words(self.meta(response), "token")
        onward = None
        if following:
            package = _package(response.url) or ""
            wanted = {"maxResults": 100, "token": following}
            onward = self._ask(package, "", token, params=wanted)
        yield from self.turn(response, seen=seen, onward=onward)

    def _review(self, response: TextResponse, row: Any) -> Iterator[Mention]:
        said = _comment(row, "userComment")
        if not said:
            raise Unreadable("a review without the user's comment")
        # With a translation asked for, what was really written is in originalText. A tab parts title and text.
        stated = words(said, "originalText") or words(said, "text") or ""
        title, tab, body = stated.partition("\t")
        review = self.mention(
            external_id=name_of(row, "reviewId"),
            kind=Kind.REVIEW,
            url=_permalink(response.url, _package(response.url), name_of(row, "reviewId")),
            author=words(row, "authorName"),
            title=tidy(title) if tab else None,
            text=tidy(body if tab else stated),
            language=language_tag(dig(said, "reviewerLanguage")),
            rating=number(said, "starRating"),
            published_at=google_seconds(said.get("lastModified")),
            like_count=count(said, "thumbsUpCount"),
        )
        yield review
        answer = _comment(row, "developerComment")
        if text := words(answer, "text"):
            yield self.owner_answer(review, tidy(text), google_seconds(answer.get("lastModified")))

    def _web_answer(self, response: TextResponse) -> Iterator[Result]:
        """An answer of the store's own web page: read where one was saved, never asked for."""
        answer = rpc.read_answer(response.body)
        if answer.error:
            self.saw(CrawlStatus.BLOCKED if answer.is_refused else CrawlStatus.FAILED, answer.error)
        elif not answer.reviews:
            self.saw(CrawlStatus.EMPTY, "empty payload: an unknown app, or a silent throttle")
        found = re.search(r"[?&]hl=([\w-]{2,12})", response.url)
        language = language_tag(found[1]) if found else None
        yield from self.each(answer.reviews, lambda row: self._web_review(response, row, language))

    def _web_review(self, response: TextResponse, row: Any, language: str | None) -> Iterator[Mention]:
        said = rpc.review_of(row)
        review = self.mention(
            external_id=said.number,
            kind=Kind.REVIEW,
            url=_permalink(response.url, _package(response.url), said.number),
            author=said.author,
            text=said.text and tidy(said.text),
            language=language,
            rating=said.stars,
            published_at=said.at,
            like_count=said.thumbs,
        )
        yield review
        if said.answer:
            yield self.owner_answer(review, tidy(said.answer), said.answered_at)

    def _ask(self, package: str, path: str, token: str | None, **more: Any) -> Request:
        base = f"{str(self.option('api_url')).rstrip('/')}/androidpublisher/v3/applications"
        url = f"{base}/{quote(package, safe='.')}/reviews{path}"
        return self.get(url, headers=bearer(token or ""), token=token, **more)


def _comment(row: Any, kind: str) -> Any:
    """The newest comment of a kind; of equally old ones the last."""
    found = [tree(one, kind) for one in trees(row, "comments") if tree(one, kind)]
    return max(reversed(found), key=lambda one: number(one, "lastModified", "seconds") or 0, default={})


def _package(url: str) -> str | None:
    found = re.search(r"/applications/([^/?#]+)/reviews|[?&]id=([\w.]+)", url)
    return unquote(found[1] or found[2]) if found else None


def _permalink(url: str, package: str | None, review: str | None) -> str:
    if not package or not review:
        return url
    return (
        f"https://play.google.com/store/apps/details?id={quote(package, safe='.')}&reviewId={quote(review, safe=':')}"
    )
