"""Apple App Store: customer reviews of any app by storefront feed, and of one's own apps by App Store Connect with
answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.refusals import refusal
from spiders.shapes import count, dig, name_of, number, tree, trees, words
from spiders.sources import _appstore_token
from spiders.sources._appstore_xml import feed_as_json
from spiders.sources._feeds import is_feed
from spiders.text import plain
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention

_LAST_PAGE = 10
# Both spellings of one address: the same app answered nothing on one and fifty reviews on the other.
_FORMS = (
    "/{store}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/json",
    "/{store}/rss/customerreviews/id={app}/sortBy=mostRecent/page={page}/json",
)
# An empty page is asked again so, before it is believed: other form, next pages (empty pages can come before full
# ones).
_SECOND_LOOKS = ((1, 1), (0, 2), (0, 3))
_ADDRESS = re.compile(r"/(\w\w)/rss/customerreviews/(?=[^?]*\bid=(\d{1,20}))(?:[^?]*?\bpage=(\d{1,2}))?")
_KEY = "REPWATCH_APPSTORE_KEY"


class AppstoreSpider(MentionSpider):
    """`-a brand=NAME -a app=640437525 -a stores=pl,ro,si,ru,us`"""

    name = "appstore"
    home = "https://itunes.apple.com/"
    row = SourceRow(
        gives="reviews of an app, per storefront",
        tier="feed",
        languages="any (not stated)",
        threads="with a key: review and answer",
        owner_answer="with a key (App Store Connect), own apps",
        tested_on="real recordings; App Store Connect on the documented format",
        default_every=timedelta(hours=1),
        key_env=(_KEY,),
        quiet_requests="1 per storefront; with a key 1",
    )
    options = (
        Option(name="app", required=True, help="the app's number, as in its store address: id640437525"),
        Option(
            name="stores", many=True, default=("us", "gb", "pl", "ro", "si", "ru"), help="storefronts, two letters each"
        ),
        Option(name="base_url", default="https://itunes.apple.com", help="address of the feed"),
        Option(
            name="connect_url", default="https://api.appstoreconnect.apple.com", help="address of App Store Connect"
        ),
        Option(name="key_id", help=f"App Store Connect: id of the key whose text is in {_KEY}; answers are seen then"),
        Option(name="issuer_id", help="App Store Connect: issuer id of the key"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        if self.option("key_id") and self.secret(_KEY):
            wanted = {"sort": "-createdDate", "limit": 200, "include": "response"}
            path = f"/v1/apps/{self._app()}/customerReviews"
            yield self._connect(str(self.option("connect_url")).rstrip("/") + path, wanted)
            return
        for store in self.option("stores"):
            yield self._ask(store.lower(), self._app(), 1)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = feed_as_json(response.body) if is_feed(response.body) else self.json(response)
        if isinstance(dig(data, "feed"), dict):
            yield from self._feed(response, data)
        elif isinstance(own := dig(data, "data"), (list, dict)) and own:
            # One review asked for by its id stands by itself.
            yield from self._own_reviews(response, data, own if isinstance(own, list) else [own])
        elif isinstance(own, list):
            self.saw(CrawlStatus.EMPTY, "no reviews")
            yield from self.turn(response, seen=[], onward=None, chain="connect")
        elif data is not None:
            errors = [words(error, "title") or "unnamed" for error in trees(data, "errors")]
            refused = refusal(next((n for error in trees(data, "errors") if (n := count(error, "status"))), 500))
            self.saw(
                (refused or (CrawlStatus.FAILED, ""))[0] if errors else CrawlStatus.CHANGED,
                errors[0] if errors else "neither feed nor data",
            )

    def _feed(self, response: TextResponse, data: Any) -> Iterator[Result]:
        entry = dig(data, "feed", "entry")
        entries = entry if isinstance(entry, list) else [entry] if entry is not None else []
        reviews = [one for one in entries if dig(one, "im:rating") is not None or not isinstance(one, dict)]
        yield from self.each(entries, self._entry)
        found = _ADDRESS.search(response.url)
        store, app, page = (found[1], found[2], int(found[3] or 1)) if found else ("", "", 1)
        name = f"{app}@{store}"
        if reviews:
            seen = [(one_id, utc(_label(r, "updated"))) for r in reviews if (one_id := _id(r))]
            onward = self._ask(store, app, page + 1) if found and page < _LAST_PAGE else None
            yield from self.turn(response, seen=seen, onward=onward, chain=name)
        else:
            yield from self._empty(response, name, store, app)

    def _empty(self, response: TextResponse, name: str, store: str, app: str) -> Iterator[Request]:
        """An empty page: the end of the list, a second look, or an unknown state that must not pass for "no
        reviews"."""
        chain = self.chain(name)
        look = int(self.meta(response).get("look") or 0)
        if chain.pages:
            self.saw(CrawlStatus.EMPTY, "past the last page")
            self.end_chain(chain)
        elif look < len(_SECOND_LOOKS) and app:
            form, page = _SECOND_LOOKS[look]
            self.saw(CrawlStatus.EMPTY, "no entry; looking a second time")
            yield self._ask(store, app, page, form=form, look=look + 1)
        elif chain.known or chain.watermark:
            self.saw(CrawlStatus.BLOCKED, f"{store}: empty where there were reviews")
        else:
            self.saw(CrawlStatus.EMPTY, "no entry")
            self.end_chain(chain)

    def _entry(self, entry: Any) -> Mention | None:
        stars = number(_label(entry, "im:rating"))
        if isinstance(entry, dict) and entry.get("im:rating") is None and entry.get("im:name") is not None:
            return None  # the app itself, first in old feeds
        if stars is None:
            raise Unreadable("no rating")
        found = re.search(r"/id(\d{1,20})", words(_label(entry, "author", "uri")) or "")
        return self.mention(
            external_id=_id(entry),
            kind=Kind.REVIEW,
            url=words(entry, "link", "attributes", "href") or words(entry, "link", 0, "attributes", "href"),
            author=words(_label(entry, "author", "name")),
            author_id=found[1] if found else None,
            title=plain(_label(entry, "title")),
            text=plain(_label(entry, "content") or _label(entry, "content", 0)),
            rating=stars,
            published_at=utc(_label(entry, "updated")),
            like_count=count(_label(entry, "im:voteSum")),
        )

    def _own_reviews(self, response: TextResponse, data: Any, found: list[Any]) -> Iterator[Result]:
        answers = {name_of(one, "id"): one for one in trees(data, "included")}
        yield from self.each(found, lambda row: self._own_review(row, answers))
        seen = [(name, utc(dig(r, "attributes", "createdDate"))) for r in trees(found) if (name := name_of(r, "id"))]
        following = words(data, "links", "next")
        onward = self._connect(following) if following and self.secret(_KEY) else None
        yield from self.turn(response, seen=seen, onward=onward, chain="connect")

    def _own_review(self, row: Any, answers: dict[str | None, Any]) -> Iterator[Mention]:
        said = tree(row, "attributes")
        if words(row, "type") == "customerReviewResponses":
            yield from self._own_answer(row)
            return
        review = self.mention(
            external_id=name_of(row, "id"),
            kind=Kind.REVIEW,
            author=words(said, "reviewerNickname"),
            title=plain(said.get("title")),
            text=plain(said.get("body")),
            rating=number(said, "rating"),
            published_at=utc(said.get("createdDate")),
        )
        yield review
        answer = tree(answers.get(name_of(row, "relationships", "response", "data", "id")), "attributes")
        # PENDING_PUBLISH is not public yet.
        if words(answer, "responseBody") and words(answer, "state") in (None, "PUBLISHED"):
            yield self.owner_answer(review, plain(answer.get("responseBody")), utc(answer.get("lastModifiedDate")))

    def _own_answer(self, row: Any) -> Iterator[Mention]:
        """An answer asked for by itself, under the review it names."""
        said, review = tree(row, "attributes"), name_of(row, "relationships", "review", "data", "id")
        if review is None:
            raise Unreadable("an answer to nobody knows which review")
        if words(said, "responseBody") and words(said, "state") in (None, "PUBLISHED"):
            above = self.mention(external_id=review, kind=Kind.REVIEW)
            yield self.owner_answer(above, plain(said.get("responseBody")), utc(said.get("lastModifiedDate")))

    def _ask(self, store: str, app: str, page: int, *, form: int = 0, look: int = 0) -> Request:
        path = _FORMS[form].format(store=store, page=page, app=app)
        return self.get(str(self.option("base_url")).rstrip("/") + path, chain=f"{app}@{store}", look=look)

    def _connect(self, url: str, params: dict[str, object] | None = None) -> Request:
        token = _appstore_token.make(
            self.secret(_KEY) or "", str(self.option("key_id")), str(self.option("issuer_id") or ""), self.plan.now
        )
        return self.get(url, params=params, headers={"Authorization": f"Bearer {token}"}, chain="connect")

    def _app(self) -> str:
        return str(self.option("app")).strip().lower().removeprefix("id")


def _label(entry: Any, *path: str | int) -> Any:
    return dig(entry, *path, "label")


def _id(entry: Any) -> str | None:
    return name_of(_label(entry, "id"))
