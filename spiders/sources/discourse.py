"""Discourse forums: the newest posts of the whole forum, search where wanted, whole topics where a thread is
followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.shapes import count, dig, flag, name_of, rows, trees, words
from spiders.text import html_to_text, plain
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention

# 1: a post; 2: a moderator's action; 3: "closed this topic"; 4: a whisper among staff.
_POST = 1
_LIKE = 2
# How many posts one call for the rest of a topic may name.
_POSTS_A_CALL = 20
_ROOM_FOR_CALLS = 10


class DiscourseSpider(MentionSpider):
    """`-a brand=NAME -a base_url=https://forum.example.org [-a own_forum=yes] [-a search=yes]`"""

    name = "discourse"
    row = SourceRow(
        gives="posts and replies of a forum",
        tier="api",
        languages="any",
        threads="yes",
        owner_answer="staff flags, or configured accounts",
        tested_on="real recordings",
        default_every=timedelta(minutes=15),
        quiet_requests="1 (newest posts); 1 more while threads are followed",
    )
    options = (
        Option(name="base_url", required=True, help="the forum's address, e.g. https://forum.example.org"),
        Option(
            name="own_forum", type=bool, default=False, help="the forum is the brand's own: every topic is about it"
        ),
        Option(
            name="search", type=bool, default=False, help="also ask the forum's search, where it is open to visitors"
        ),
        Option(
            name="staff_is_owner", type=bool, default=True, help="answers of staff and moderators count as the brand's"
        ),
    )

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_forum"))

    def first_requests(self) -> Iterable[Request]:
        yield self.get(self._at("/posts.json"), chain="posts")
        if self.option("search"):
            for term in self.terms:
                yield self.get(self._at("/search.json"), params={"q": f'"{term}" order:latest'}, chain=f"search:{term}")

    def revisits(self) -> Iterable[Request]:
        # One list says which of the followed topics have grown; those that have sunk from it are asked one by one.
        if self.to_visit:
            yield self.get(self._at("/latest.json"), side=True)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        if isinstance(dig(data, "latest_posts"), list):
            yield from self._firehose(response, data)
        elif isinstance(data, list) and any("cooked" in row for row in trees(data)):
            # The replies to one post, and other lists that stand by themselves.
            yield from self.each(data, lambda post: self._post(response, post))
        elif isinstance(dig(data, "post_stream", "posts"), list):
            yield from self._topic(response, data)
        elif isinstance(dig(data, "topic_list", "topics"), list):
            yield from self._latest(response, data)
        elif isinstance(dig(data, "grouped_search_result"), dict) or isinstance(dig(data, "posts"), list):
            yield from self._search(response, data)
        elif name_of(data, "id") and dig(data, "cooked") is not None:
            yield from self.each([data], lambda post: self._post(response, post))
        else:
            self._say_what_it_is(data)

    def _say_what_it_is(self, data: Any) -> None:
        kind = words(data, "error_type")
        if kind or rows(data, "errors"):
            refused = kind in ("rate_limit", "not_logged_in", "invalid_access")
            self.saw(CrawlStatus.BLOCKED if refused else CrawlStatus.FAILED, f"error body: {kind or 'unnamed'}")
        elif isinstance(dig(data, "category_list"), dict):
            self.saw(CrawlStatus.EMPTY, "a list of categories, without posts")
        elif data is not None:
            self.saw(CrawlStatus.CHANGED, "neither posts nor topics")

    def _firehose(self, response: TextResponse, data: Any) -> Iterator[Result]:
        posts = list(trees(data, "latest_posts"))
        yield from self.each(rows(data, "latest_posts"), lambda post: self._post(response, post))
        yield from self._whole_topics(response, posts)
        numbers = [int(post["id"]) for post in posts if isinstance(post.get("id"), int)]
        onward = (
            self.get(self._at("/posts.json", response), params={"before": min(numbers) - 1})
            if numbers and min(numbers) > 1
            else None
        )
        yield from self.turn(response, seen=_seen(posts), onward=onward, chain="posts")

    def _whole_topics(self, response: TextResponse, posts: list[Any]) -> Iterator[Request]:
        """A reply that names the brand, in a topic not known yet: its first post and its neighbours are asked for
        once."""
        known = self.chain("posts").known
        followed = {thread.external_id for thread in self.plan.followed}
        for post in posts:
            topic, number = name_of(post, "topic_id"), count(post, "post_number")
            text = f"{words(post, 'topic_title')}\n{words(post, 'cooked')}"
            is_news = name_of(post, "id") not in known and topic not in followed
            if topic and number != 1 and is_news and self.names_brand(text) and self.once(f"topic {topic}"):
                yield self.get(self._at(f"/t/{topic}.json", response), side=True, again=True)

    def _topic(self, response: TextResponse, data: Any) -> Iterator[Result]:
        topic = name_of(data, "id") or next((name_of(p, "topic_id") for p in trees(data, "post_stream", "posts")), None)
        posts = list(trees(data, "post_stream", "posts"))
        by_number = {number: name_of(p, "id") for p in posts if (number := count(p, "post_number")) is not None}
        about = {"topic_id": topic, "topic_title": words(data, "title"), "topic_slug": words(data, "slug")}
        yield from self.each(
            rows(data, "post_stream", "posts"), lambda post: self._post(response, {**about, **post}, by_number)
        )
        stream = [str(one) for one in rows(data, "post_stream", "stream")]
        there = {name_of(post, "id") for post in posts}
        rest = [one for one in stream if one not in there][: _POSTS_A_CALL * _ROOM_FOR_CALLS]
        for start in range(0, len(rest), _POSTS_A_CALL):
            wanted = {"post_ids[]": rest[start : start + _POSTS_A_CALL]}
            yield self.get(self._at(f"/t/{topic}/posts.json", response), params=wanted, side=True, again=True)
        if stream and topic:
            self.note_closed(self.host(response.url), topic, is_closed=_is_closed(data))
            yield from self.vanished(self.host(response.url), topic, stream)

    def _latest(self, response: TextResponse, data: Any) -> Iterator[Result]:
        topics = {name: row for row in trees(data, "topic_list", "topics") if (name := name_of(row, "id"))}
        self.saw(CrawlStatus.OK if topics else CrawlStatus.EMPTY, f"{len(topics)} topics")
        for thread in self.plan.followed:
            row = topics.get(thread.external_id)
            if row is None and thread not in self.to_visit:
                continue
            latest = self.later(m.published_at for m in thread.mentions)
            has_grown = row is None or latest is None or (utc(row.get("last_posted_at")) or latest) > latest
            lost_some = row is not None and (count(row, "posts_count") or 0) < sum(
                not m.deleted for m in thread.mentions
            )
            if (has_grown or lost_some) and self.once(f"topic {thread.external_id}"):
                yield self.get(self._at(f"/t/{thread.external_id}.json", response), side=True, again=True)
            elif row is not None:
                self.note_closed(thread.instance, thread.external_id, is_closed=_is_closed(row))

    def _search(self, response: TextResponse, data: Any) -> Iterator[Result]:
        topics = {name_of(row, "id"): row for row in trees(data, "topics")}
        posts = list(trees(data, "posts"))
        known = self.chain(self.walk_of(response).name).known
        for post in posts:
            topic = topics.get(name_of(post, "topic_id"), {})
            about = {"topic_title": words(topic, "title"), "topic_slug": words(topic, "slug")}
            # A known hit is not told again by its excerpt, which would look like an edit of the whole text.
            if name_of(post, "id") not in known:
                yield from self.each([post], partial(self._post_about, response, about))
                if not post.get("cooked") and name_of(post, "id"):
                    yield self.get(self._at(f"/posts/{name_of(post, 'id')}.json", response), side=True, again=True)
        page = int(found[1]) if (found := re.search(r"[?&]page=(\d{1,4})", response.url)) else 1
        has_more = flag(data, "grouped_search_result", "more_full_page_results")
        bare = re.sub(r"[?&]page=\d+", "", response.url)
        onward = self.get(bare, params={"page": page + 1}) if has_more else None
        yield from self.turn(response, seen=_seen(posts), onward=onward)

    def _post_about(self, response: TextResponse, about: dict[str, Any], post: Any) -> Mention | None:
        return self._post(response, {**about, **post})

    def _post(
        self, response: TextResponse, post: Any, by_number: dict[int, str | None] | None = None
    ) -> Mention | None:
        if count(post, "post_type") not in (None, _POST):
            return None
        number = count(post, "post_number")
        topic = name_of(post, "topic_id")
        cooked, published = words(post, "cooked"), utc(dig(post, "created_at"))
        title = plain(dig(post, "topic_title"))
        if topic and title:
            self.thread_titles[self.host(response.url), topic] = title
        is_edited = (count(post, "version") or 1) > 1
        is_staff = any(flag(post, role) for role in ("staff", "moderator", "admin")) and bool(
            self.option("staff_is_owner")
        )
        return self.mention(
            external_id=name_of(post, "id"),
            thread_id=topic,
            parent_id=self._parent(post, number, by_number),
            kind=Kind.POST if number == 1 else Kind.COMMENT,
            instance=self.host(response.url),
            url=self._permalink(response, post, topic, number),
            author=words(post, "username"),
            author_id=name_of(post, "user_id"),
            title=title if number == 1 else None,
            text=self._text(post, cooked),
            # Forums that translate posts say what each was written in.
            language=language_tag(dig(post, "locale")),
            published_at=published,
            edited_at=edited(published, dig(post, "updated_at")) if is_edited else None,
            is_owner_reply=number != 1
            and (is_staff or self.is_owner(name_of(post, "user_id"), words(post, "username"))),
            reply_count=count(post, "reply_count"),
            like_count=_likes(post),
            deleted=flag(post, "user_deleted") or dig(post, "deleted_at") is not None,
        )

    @staticmethod
    def _text(post: Any, cooked: str | None) -> str | None:
        # A hidden post shows a notice in the author's place.
        if flag(post, "hidden"):
            return None
        return html_to_text(cooked) if cooked else plain(dig(post, "blurb"))

    @staticmethod
    def _parent(post: Any, number: int | None, by_number: dict[int, str | None] | None) -> str | None:
        if number == 1 or by_number is None:
            return None
        # The post answered may be deleted, or on another page; then the topic itself is what is known to be answered.
        return by_number.get(count(post, "reply_to_post_number") or 1) or by_number.get(1)

    def _permalink(self, response: TextResponse, post: Any, topic: str | None, number: int | None) -> str | None:
        if topic is None or number is None:
            return None
        return self._at(f"/t/{words(post, 'topic_slug') or '-'}/{topic}/{number}", response)

    def _at(self, path: str, response: TextResponse | None = None) -> str:
        base = str(self.option("base_url") or "").rstrip("/")
        if not base and response is not None:
            # A forum may live in a folder of its host.
            inside = re.match(
                r"(https?://[^/?#]+(?:/[^?#]*?)?)/(?:t/|c/|posts[./]|latest[.]|search[.?]|top[./])", response.url
            )
            base = inside[1] if inside else re.sub(r"^(https?://[^/]+).*", r"\1", response.url)
        return base + path


def _is_closed(topic: Any) -> bool:
    return flag(topic, "closed") or flag(topic, "archived")


def _seen(posts: list[Any]) -> list[tuple[str, Any]]:
    return [(name, utc(post.get("created_at"))) for post in posts if (name := name_of(post, "id"))]


def _likes(post: Any) -> int | None:
    if not isinstance(dig(post, "actions_summary"), list):
        return count(post, "like_count")
    return next((count(a, "count") for a in trees(post, "actions_summary") if count(a, "id") == _LIKE), None) or 0
