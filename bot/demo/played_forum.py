"""A Discourse forum as the demo plays it: firehose, lists, topics and search in the documented shapes."""

from __future__ import annotations

import html
import re
from typing import Any

from bot.demo.clock import DemoClock
from bot.demo.story import Line, Talk

_POSTS_A_PAGE = 50
_NOT_FOUND = (
    404,
    "application/json",
    {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"},
)


class PlayedForum:
    """Answers the addresses a Discourse forum answers, as of the demo's clock."""

    def __init__(self, topics: tuple[Talk, ...], clock: DemoClock, broken_from: float, broken_until: float) -> None:
        self._topics, self._clock = topics, clock
        self._broken = (broken_from, broken_until)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, Any]:
        """Status, content type and body (JSON-able, or text) for one request."""
        if self._broken[0] <= self._clock.minute < self._broken[1]:
            return 200, "text/html", "<html><title>Maintenance</title><body>We will be right back.</body></html>"
        if path == "/posts.json":
            return self._json(self._firehose(int(query.get("before", 10**9))))
        if path == "/latest.json":
            return self._json({"topic_list": {"topics": [self._topic_row(talk) for talk in self._open_topics()]}})
        if path == "/search.json":
            return self._json(self._search())
        if found := re.fullmatch(r"/t/(?:[^/]+/)?(\d+)(?:/posts)?\.json", path):
            return self._topic(found[1])
        return _NOT_FOUND

    @staticmethod
    def _json(body: Any) -> tuple[int, str, Any]:
        return 200, "application/json; charset=utf-8", body

    def _open_topics(self) -> list[Talk]:
        return [talk for talk in self._topics if self._clock.has_come(talk.lines[0].at)]

    def _said(self, talk: Talk) -> list[Line]:
        return [line for line in talk.lines if self._clock.has_come(line.at)]

    def _firehose(self, before: int) -> dict[str, Any]:
        posts = [self._post(talk, line) for talk in self._open_topics() for line in self._said(talk)]
        posts = sorted((post for post in posts if post["id"] <= before), key=lambda post: -int(post["id"]))
        return {"latest_posts": posts[:_POSTS_A_PAGE]}

    def _search(self) -> dict[str, Any]:
        topics = self._open_topics()
        posts = [self._post(talk, line) | {"blurb": line.text[:80]} for talk in topics for line in self._said(talk)]
        return {
            "posts": posts,
            "topics": [self._topic_row(t) for t in topics],
            "grouped_search_result": {"more_full_page_results": None},
        }

    def _topic(self, number: str) -> tuple[int, str, Any]:
        talk = next((talk for talk in self._open_topics() if talk.id == number), None)
        if talk is None:
            return _NOT_FOUND
        posts = [self._post(talk, line) for line in self._said(talk)]
        return self._json(
            self._topic_row(talk) | {"post_stream": {"posts": posts, "stream": [post["id"] for post in posts]}}
        )

    def _topic_row(self, talk: Talk) -> dict[str, Any]:
        said = self._said(talk)
        return {
            "id": int(talk.id),
            "title": talk.title,
            "slug": f"topic-{talk.id}",
            "posts_count": len(said),
            "reply_count": len(said) - 1,
            "highest_post_number": len(said),
            "created_at": self._time(said[0].at),
            "last_posted_at": self._time(said[-1].at),
            "bumped_at": self._time(said[-1].at),
            "archetype": "regular",
            "closed": False,
            "archived": False,
            "like_count": len(said),
        }

    def _post(self, talk: Talk, line: Line) -> dict[str, Any]:
        number = talk.lines.index(line) + 1
        return {
            "id": self._post_id(line),
            "post_number": number,
            "post_type": 1,
            "topic_id": int(talk.id),
            "topic_slug": f"topic-{talk.id}",
            "topic_title": talk.title,
            "username": line.author,
            "name": line.author,
            "user_id": sum(map(ord, line.author)),
            "created_at": self._time(line.at),
            "updated_at": self._time(line.at),
            "version": 1,
            "cooked": f"<p>{html.escape(line.text)}</p>",
            "raw": line.text,
            "reply_to_post_number": None,
            "reply_count": 0,
            "staff": line.owner,
            "admin": False,
            "moderator": line.owner,
            "user_deleted": False,
            "hidden": False,
            "deleted_at": None,
            "actions_summary": [{"id": 2, "count": 1}],
        }

    def _post_id(self, line: Line) -> int:
        """Post ids rise with time over the whole forum, as Discourse's do; spiders stop by them."""
        every = sorted((other.at, other.id) for talk in self._topics for other in talk.lines)
        return 50_000 + every.index((line.at, line.id))

    def _time(self, minute: float) -> str:
        return self._clock.at(minute).strftime("%Y-%m-%dT%H:%M:%S.000Z")
