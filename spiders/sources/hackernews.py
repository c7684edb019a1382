"""Hacker News: new stories and comments by search (Algolia), whole threads by item, single items of the official
API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.refusals import is_html
from spiders.shapes import count, dig, flag, name_of, rows, trees, words
from spiders.sources import _hackernews_pages as pages
from spiders.text import html_to_text, plain
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention

_HITS = 100
# Story tags that fit into one question for counters.
_STORIES_A_CALL = 50
_PERMALINK = "https://news.ycombinator.com/item?id="
# Of one thread; what a larger body holds beyond these is left out, and nothing of it counts as gone.
_MOST_ITEMS = 5_000


class HackernewsSpider(MentionSpider):
    """`-a brand=NAME [-a terms=A,B]`"""

    name = "hackernews"
    home = "https://hn.algolia.com/"
    row = SourceRow(
        gives="stories and comments",
        tier="api",
        languages="mostly English",
        threads="yes",
        owner_answer="configured accounts",
        tested_on="real recordings; comment trees on the documented format",
        default_every=timedelta(minutes=10),
        quiet_requests="1 per term; 1 more for up to 50 followed threads",
    )
    options = (Option(name="search_url", default="https://hn.algolia.com", help="address of the search API"),)
    reads_status = frozenset({404})

    def first_requests(self) -> Iterable[Request]:
        for term in self.terms:
            chain = self.chain(f"search:{term}")
            floor = chain.watermark - chain.overlap if chain.watermark else chain.since
            yield self._search(term, int(floor.timestamp()) if floor else None, None)

    def revisits(self) -> Iterable[Request]:
        # One call shows the counters of many stories; only those that changed are read whole.
        stories = sorted({thread.external_id for thread in self.plan.followed if thread.external_id.isdigit()})
        for start in range(0, len(stories), _STORIES_A_CALL):
            tags = ",".join(f"story_{story}" for story in stories[start : start + _STORIES_A_CALL])
            wanted = {"tags": f"story,({tags})", "hitsPerPage": _STORIES_A_CALL}
            yield self.get(self._at("/api/v1/search"), params=wanted, side=True, counters=True)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status == 404:
            yield from self.not_found(response)
        elif is_html(response):
            yield from pages.read(self, response)
        else:
            yield from self._read_json(response, self.json(response))

    def _read_json(self, response: TextResponse, data: Any) -> Iterator[Result]:
        if isinstance(dig(data, "hits"), list):
            yield from self._hits(response, data)
        elif isinstance(dig(data, "children"), list):
            yield from self._tree(data)
        elif name_of(data, "id") and words(data, "type"):
            yield from self.each([data], self._item)
        elif data is None and response.body.strip() == b"null":
            self.saw(CrawlStatus.EMPTY, "no such item")
        elif _is_ids(data) or (isinstance(data, dict) and "karma" in data):
            self.saw(CrawlStatus.EMPTY, "ids or a user, nothing said in it")
        elif data is not None:
            error = words(data, "message") or words(data, "error")
            self.saw(CrawlStatus.FAILED if error else CrawlStatus.CHANGED, error or "neither hits nor an item")

    def _hits(self, response: TextResponse, data: Any) -> Iterator[Result]:
        hits = list(trees(data, "hits"))
        yield from self.each(rows(data, "hits"), self._hit)
        yield from self._grown(hits)
        meta = self.meta(response)
        if meta.get("counters"):
            return
        seen = [(name, _time(hit)) for hit in hits if (name := name_of(hit, "objectID"))]
        yield from self.turn(response, seen=seen, onward=self._older(meta, hits), chain=meta.get("chain"))

    def _older(self, meta: Any, hits: list[Any]) -> Request | None:
        """The next page by time, since a query never gives more than 1,000 hits whatever the page."""
        times = [at for hit in hits if (at := count(hit, "created_at_i"))]
        is_last = len(hits) < _HITS or not times or min(times) == max(times)
        term = meta.get("term")
        return None if is_last or not term else self._search(term, meta.get("after"), min(times))

    def _grown(self, hits: list[Any]) -> Iterator[Request]:
        followed = {thread.external_id: thread for thread in self.plan.followed}
        for hit in hits:
            story = name_of(hit, "objectID")
            if story not in followed:
                continue
            if self.should_read_whole(followed[story], count(hit, "num_comments")) and self.once(f"story {story}"):
                yield self.get(self._at(f"/api/v1/items/{story}"), side=True, again=True, thread=story)

    def _hit(self, hit: Any) -> Mention:
        story = name_of(hit, "story_id")
        is_comment = "comment" in rows(hit, "_tags") or bool(words(hit, "comment_text"))
        title = plain(dig(hit, "story_title"))
        if is_comment and story and title:
            self.thread_titles["", story] = title
        own = name_of(hit, "objectID")
        return self._made(
            own,
            story if is_comment else own,
            name_of(hit, "parent_id") if is_comment else None,
            title=None if is_comment else plain(dig(hit, "title")),
            text=dig(hit, "comment_text") if is_comment else dig(hit, "story_text"),
            author=words(hit, "author"),
            at=dig(hit, "created_at_i") or dig(hit, "created_at"),
            replies=count(hit, "num_comments"),
            points=count(hit, "points"),
            deleted=dig(hit, "author") is None,
        )

    def _tree(self, data: Any) -> Iterator[Result]:
        """A story with every comment under it, in any order of the tree."""
        story = name_of(data, "story_id") or name_of(data, "id")
        left: list[Any] = [data]
        found: list[Any] = []
        while left and len(found) < _MOST_ITEMS:
            node = left.pop()
            found.append(node)
            left.extend(reversed(rows(node, "children")))
        yield from self.each(found, lambda node: self._node(node, story, len(found) - 1))
        if story == name_of(data, "id") and story and not left:
            yield from self.vanished("", story, [name for node in found if (name := name_of(node, "id"))])

    def _node(self, node: Any, story: str | None, below: int) -> Mention | None:
        if words(node, "type") == "pollopt":
            return None
        own = name_of(node, "id")
        is_root = own == story
        return self._made(
            own,
            story,
            None if is_root else name_of(node, "parent_id"),
            title=plain(dig(node, "title")) if is_root else None,
            text=dig(node, "text"),
            author=words(node, "author"),
            at=dig(node, "created_at_i") or dig(node, "created_at"),
            replies=below if is_root else None,
            points=count(node, "points"),
            deleted=dig(node, "author") is None,
        )

    def _item(self, item: Any) -> Mention | None:
        """One item of the official API; the story a comment belongs to is not in it, its parent is the nearest
        known."""
        # A choice of a poll asked for by itself is a text of its own, under its poll.
        own, parent = name_of(item, "id"), name_of(item, "parent") or name_of(item, "poll")
        kids = dig(item, "kids")
        return self._made(
            own,
            parent or own,
            parent,
            title=plain(dig(item, "title")),
            text=dig(item, "text"),
            author=words(item, "by"),
            at=dig(item, "time"),
            replies=count(item, "descendants")
            if "descendants" in item
            else len(kids)
            if isinstance(kids, list)
            else None,
            points=count(item, "score"),
            deleted=flag(item, "deleted") or flag(item, "dead"),
        )

    def _made(
        self,
        own: str | None,
        thread: str | None,
        parent: str | None,
        *,
        title: str | None,
        text: Any,
        author: str | None,
        at: Any,
        replies: int | None,
        points: int | None,
        deleted: bool,
    ) -> Mention:
        if own is None or not own.isdigit():
            raise Unreadable("no id")
        return self.mention(
            external_id=own,
            thread_id=thread,
            parent_id=parent,
            kind=Kind.COMMENT if parent else Kind.POST,
            url=_PERMALINK + own,
            author=author,
            author_id=author,
            title=title,
            text=html_to_text(text) if isinstance(text, str) else None,
            published_at=utc(at),
            is_owner_reply=self.is_owner(author),
            reply_count=replies,
            like_count=points,
            deleted=deleted,
        )

    def _search(self, term: str, after: int | None, before: int | None) -> Request:
        limits = [f"created_at_i>{after}"] if after else []
        # The oldest second is asked for again, for those that share it.
        limits += [f"created_at_i<{before + 1}"] if before else []
        wanted = {
            "query": f'"{term}"',
            "tags": "(story,comment)",
            "hitsPerPage": _HITS,
            "numericFilters": ",".join(limits) or None,
        }
        return self.get(
            self._at("/api/v1/search_by_date"), params=wanted, chain=f"search:{term}", term=term, after=after
        )

    def _at(self, path: str) -> str:
        return str(self.option("search_url")).rstrip("/") + path


def _is_ids(data: Any) -> bool:
    """Lists of the newest, the changed or the best, and the largest number of all."""
    found = dig(data, "items") if isinstance(data, dict) else data
    every = found if isinstance(found, list) else [found]
    return bool(every) and all(isinstance(one, int) and not isinstance(one, bool) for one in every)


def _time(hit: Any) -> datetime | None:
    return utc(dig(hit, "created_at_i") or dig(hit, "created_at"))
