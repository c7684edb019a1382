"""A Mastodon server as the demo plays it: tag timelines, statuses and their context in the documented shapes."""

from __future__ import annotations

import html
import re
from typing import Any

from bot.demo.clock import DemoClock
from bot.demo.story import Line, Talk

_NOT_FOUND = (404, "application/json", {"error": "Record not found"})


class PlayedMastodon:
    """Answers the addresses a Mastodon server answers, as of the demo's clock."""

    def __init__(self, toots: tuple[Talk, ...], clock: DemoClock, address: str) -> None:
        self._toots, self._clock, self._address = toots, clock, address

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, Any]:
        """Status, content type and JSON-able body for one request."""
        if path.startswith("/api/v1/timelines/tag/"):
            return 200, "application/json; charset=utf-8", self._timeline(query)
        if path == "/api/v1/statuses":
            return self._several(query.get("id[]", "").split(","))
        if found := re.fullmatch(r"/api/v1/statuses/(\d+)/context", path):
            return self._context(found[1])
        if found := re.fullmatch(r"/api/v1/statuses/(\d+)", path):
            return self._status_of(found[1])
        return _NOT_FOUND

    def _timeline(self, query: dict[str, str]) -> list[dict[str, Any]]:
        after = int(query.get("min_id") or query.get("since_id") or 0)
        before = int(query.get("max_id") or 10**30)
        talks = [talk for talk in self._toots if self._is_there(talk.lines[0])]
        shown = [self._status(talk, talk.lines[0]) for talk in talks if after < int(talk.id) < before]
        return sorted(shown, key=lambda status: -int(status["id"]))[: int(query.get("limit", 20))]

    def _context(self, number: str) -> tuple[int, str, Any]:
        talk = self._talk_of(number)
        if talk is None:
            return _NOT_FOUND
        replies = [self._status(talk, line) for line in talk.lines[1:] if self._is_there(line)]
        return 200, "application/json; charset=utf-8", {"ancestors": [], "descendants": replies}

    def _several(self, numbers: list[str]) -> tuple[int, str, Any]:
        found = [body for number in numbers for status, _, body in (self._status_of(number),) if status == 200]
        return 200, "application/json; charset=utf-8", found

    def _status_of(self, number: str) -> tuple[int, str, Any]:
        talk = self._talk_of(number)
        line = next((line for line in talk.lines if line.id == number), None) if talk else None
        if talk is None or line is None or not self._is_there(line):
            return _NOT_FOUND
        return 200, "application/json; charset=utf-8", self._status(talk, line)

    def _talk_of(self, number: str) -> Talk | None:
        return next((talk for talk in self._toots if any(line.id == number for line in talk.lines)), None)

    def _is_there(self, line: Line) -> bool:
        return self._clock.has_come(line.at) and not self._clock.has_come(line.gone_at)

    def _status(self, talk: Talk, line: Line) -> dict[str, Any]:
        is_root = line is talk.lines[0]
        replies = sum(self._is_there(other) for other in talk.lines[1:]) if is_root else 0
        address = f"{self._address}/@{line.author}/{line.id}"
        return {
            "id": line.id,
            "uri": f"{self._address}/users/{line.author}/statuses/{line.id}",
            "url": address,
            "created_at": self._clock.at(line.at).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "edited_at": None,
            "in_reply_to_id": None if is_root else talk.id,
            "in_reply_to_account_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": line.lang,
            "replies_count": replies,
            "reblogs_count": 3 if is_root else 0,
            "favourites_count": 5 if is_root else 1,
            "content": f"<p>{html.escape(line.text)}</p>",
            "reblog": None,
            "account": self._account(line),
            "media_attachments": [],
            "mentions": [],
            "tags": [{"name": "velora", "url": f"{self._address}/tags/velora"}],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def _account(self, line: Line) -> dict[str, Any]:
        return {
            "id": str(100_000 + sum(map(ord, line.author))),
            "username": line.author,
            "acct": line.author,
            "display_name": line.author,
            "url": f"{self._address}/@{line.author}",
            "bot": False,
            "discoverable": True,
            "followers_count": 200 + 13 * len(line.author),
            "noindex": False,
            "emojis": [],
        }
