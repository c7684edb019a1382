"""Google Places: rating and count of any place, in the new form and the legacy one; texts only where they are asked
for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.shapes import Tree, count, dig, name_of, number, rows, tree, trees, words
from spiders.sources._google_api import GoogleSpider
from spiders.text import plain
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention, Snapshot

_KEY = "REPWATCH_GOOGLE_PLACES_KEY"
# What searches for places answer, in the new form and the legacy ones.
_LISTS = ("places", "results", "candidates")
_COUNTS = "id,displayName,googleMapsUri,rating,userRatingCount"


class GooglePlacesSpider(GoogleSpider):
    """`-a brand=NAME -a places=ChIJ…,…` with REPWATCH_GOOGLE_PLACES_KEY; `-a texts=yes` for the five reviews shown"""

    name = "google_places"
    home = "https://places.googleapis.com/v1/places/"
    row = SourceRow(
        gives="rating and count of a place; on request its five reviews",
        tier="api",
        languages="as stated",
        threads="no",
        owner_answer="no",
        tested_on="legacy: a real recording; new: documented format",
        default_every=timedelta(hours=12),
        key_env=(_KEY,),
        quiet_requests="1 per place",
    )
    options = (
        Option(name="places", many=True, required=True, help="ids of the places, as ChIJ…"),
        Option(
            name="texts",
            type=bool,
            default=False,
            help="also the five reviews Google shows (billed higher); keeping them is restricted by Google's terms",
        ),
        Option(name="api_url", default="https://places.googleapis.com", help="address of the API"),
    )

    def first_requests(self) -> Iterable[Request]:
        key = self.secret(_KEY)
        if not key:
            self.refuse(f"no {_KEY}: a key of the Places API")
            return
        fields = _COUNTS + (",reviews" if self.option("texts") else "")
        for place in self.option("places"):
            url = f"{str(self.option('api_url')).rstrip('/')}/v1/places/{quote(place, safe='')}"
            yield self.get(url, headers={"X-Goog-Api-Key": key, "X-Goog-FieldMask": fields})

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        if data is None:
            return
        legacy = tree(data, "result")
        places = [legacy] if legacy else [data] if _is_place(data) else list(_found(data))
        for place in places:
            reader = self._legacy_review if legacy else self._review
            yield from self._counts(response, place)
            yield from self.each(rows(place, "reviews"), lambda row, p=place, r=reader: r(response, p, row))  # type: ignore[misc]
        if not places:
            self._say(data)

    def _say(self, data: Any) -> None:
        status = words(data, "status")
        is_list = any(isinstance(dig(data, key), list) for key in _LISTS)
        if data == {} or status == "ZERO_RESULTS" or (is_list and status in (None, "OK")):
            self.saw(CrawlStatus.EMPTY, "no rating yet" if data == {} else "no such place")
        else:
            self.say_error(data)

    def _counts(self, response: TextResponse, place: Tree) -> Iterator[Snapshot]:
        reviews = count(place, "userRatingCount")
        reviews = reviews if reviews is not None else count(place, "user_ratings_total")
        average = number(place, "rating")
        if reviews is not None or average is not None:
            place_id = name_of(place, "place_id")
            named = f"https://www.google.com/maps/place/?q=place_id:{place_id}" if place_id else None
            yield self.snapshot(_page(place) or named or response.url, reviews, average)
        else:
            self.saw(CrawlStatus.EMPTY, "no rating yet")

    def _review(self, response: TextResponse, place: Tree, row: Any) -> Mention:
        # What was written, not what it was translated into.
        said = tree(row, "originalText") or tree(row, "text")
        author = tree(row, "authorAttribution")
        return self.mention(
            external_id=name_of(row, "name"),
            kind=Kind.REVIEW,
            url=words(row, "googleMapsUri") or _page(place) or response.url,
            author=words(author, "displayName"),
            author_id=_contributor(words(author, "uri")),
            text=plain(said.get("text")),
            language=language_tag(said.get("languageCode")),
            rating=number(row, "rating"),
            published_at=utc(dig(row, "publishTime")),
        )

    def _legacy_review(self, response: TextResponse, place: Tree, row: Any) -> Mention:
        """These have no id: a person writes one review of a place."""
        author_url, at = words(row, "author_url"), utc(dig(row, "time"))
        person = _contributor(author_url)
        told = (
            words(place, "place_id") or response.url,
            person or words(row, "author_name"),
            person or dig(row, "time"),
        )
        digest = hashlib.sha256("\x1f".join(str(part) for part in told).encode("utf-8", "replace")).hexdigest()
        return self.mention(
            external_id=digest[:32],
            kind=Kind.REVIEW,
            url=author_url if person and "/place/" in str(author_url) else _page(place) or response.url,
            author=words(row, "author_name"),
            author_id=person,
            text=plain(dig(row, "text")),
            language=language_tag(dig(row, "language")),
            rating=number(row, "rating"),
            published_at=at,
        )


def _found(data: Any) -> Iterator[Tree]:
    """The places that a search found."""
    return (place for key in _LISTS for place in trees(data, key) if _is_place(place))


def _is_place(data: Any) -> bool:
    return isinstance(data, dict) and any(
        key in data for key in ("rating", "userRatingCount", "reviews", "displayName")
    )


def _page(place: Tree) -> str | None:
    return words(place, "googleMapsUri") or words(place, "url")


def _contributor(url: str | None) -> str | None:
    found = re.search(r"/contrib/(\d{5,30})", url or "")
    return found[1] if found else None
