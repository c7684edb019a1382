"""An App Store customer-review feed as the demo plays it: one storefront a language, fifty reviews a page."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.clock import DemoClock
from bot.demo.story import Line

_PAGE = 50


class PlayedAppStore:
    """Answers both address forms of the feed, as of the demo's clock."""

    def __init__(self, reviews: tuple[Line, ...], clock: DemoClock, address: str) -> None:
        self._reviews, self._clock, self._address = reviews, clock, address

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, Any]:  # noqa: ARG002 - the feed has no query
        """Status, content type and JSON-able body for one request."""
        found = re.match(r"/(\w\w)/rss/customerreviews/", path)
        if not found:
            return 404, "text/plain", "Not Found"
        page = int(found_page[1]) if (found_page := re.search(r"/page=(\d+)/", path)) else 1
        return 200, "text/javascript; charset=utf-8", self._feed(found[1], page)

    def _feed(self, store: str, page: int) -> dict[str, Any]:
        there = [r for r in self._reviews if r.store == store and self._clock.has_come(r.at)]
        there.sort(key=lambda review: -self._moment(review))
        entries = [self._entry(store, review) for review in there[(page - 1) * _PAGE : page * _PAGE]]
        feed: dict[str, Any] = {
            "author": {"name": {"label": "iTunes Store"}, "uri": {"label": self._address}},
            "updated": {"label": self._time(self._clock.minute)},
            "title": {"label": "iTunes Store: Customer Reviews"},
            "id": {"label": f"{self._address}/{store}/rss/customerreviews/id=640000001/mostrecent/json"},
            "link": [{"attributes": {"rel": "self", "href": self._address}}],
        }
        # The real feed leaves the key out when it is empty and gives one entry without a list.
        if entries:
            feed["entry"] = entries if len(entries) > 1 else entries[0]
        return {"feed": feed}

    def _is_edited(self, review: Line) -> bool:
        return self._clock.has_come(review.edit_at)

    def _moment(self, review: Line) -> float:
        return review.edit_at if review.edit_at is not None and self._is_edited(review) else review.at

    def _entry(self, store: str, review: Line) -> dict[str, Any]:
        edited = self._is_edited(review)
        return {
            "author": {
                "uri": {"label": f"{self._address}/{store}/reviews/id{review.id}"},
                "name": {"label": review.author},
                "label": "",
            },
            "updated": {"label": self._time(self._moment(review))},
            "im:rating": {"label": str(review.edit_rating if edited else review.rating)},
            "im:version": {"label": "5.2.1"},
            "id": {"label": review.id},
            "title": {"label": review.title},
            "content": {"label": review.edit_text if edited else review.text, "attributes": {"type": "text"}},
            "link": {
                "attributes": {"rel": "related", "href": f"{self._address}/{store}/review?id=640000001&type=Purple"}
            },
            "im:voteSum": {"label": "0"},
            "im:voteCount": {"label": "0"},
            "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        }

    def _time(self, minute: float) -> str:
        return self._clock.at(minute).strftime("%Y-%m-%dT%H:%M:%S+00:00")
