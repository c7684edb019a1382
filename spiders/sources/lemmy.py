"""Lemmy instances: search and watched communities, whole threads where followed; 0.19, 1.0 and ActivityPub objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.shapes import count, dig, flag, name_of, tree, trees, words
from spiders.sources import _lemmy_shapes as shape
from spiders.sources._markdown import markdown_to_text
from spiders.text import own_words, plain
from spiders.times import edited, utc
from spiders.unaddressed import NOT_GIVEN
from storage.records import CrawlStatus, Kind, Mention

_PAGE = 50
_KEPT_IDS = 2_000
_REFUSED = frozenset({"not_logged_in", "instance_is_private", "federation_disabled", "banned", "site_ban"})


class LemmySpider(MentionSpider):
    """`-a brand=NAME -a instances=https://lemmy.world[,…] [-a communities=NAME@HOST] [-a search=no] [-a api=v4]`"""

    name = "lemmy"
    home = f"https://{NOT_GIVEN}/api/v3/"
    row = SourceRow(
        gives="posts and comments",
        tier="api",
        languages="any (stated)",
        threads="yes",
        owner_answer="configured accounts",
        tested_on="trimmed real recordings; 1.0 on the documented format",
        default_every=timedelta(minutes=15),
        quiet_requests="2 per instance and term, 2 per community, 1 per followed thread",
    )
    options = (
        Option(name="instances", many=True, required=True, default=(), help="addresses of the instances to ask"),
        Option(name="communities", many=True, default=(), help="communities watched whole, as NAME or NAME@HOST"),
        Option(name="search", type=bool, default=True, help="search the instances for the brand's terms"),
        Option(name="api", default="v3", help="v3 (0.19) or v4 (1.0)"),
        Option(name="own_communities", type=bool, default=False, help="the communities are the brand's own"),
    )
    reads_status = frozenset({400, 404})

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_communities")) and not self.option("search")

    def first_requests(self) -> Iterable[Request]:
        newest: dict[str, object] = {"sort": "New", "limit": _PAGE}
        for base in (one.rstrip("/") for one in self.option("instances")):
            host = self.host(base)
            for term in self.terms if self.option("search") else ():
                for kind in ("Posts", "Comments"):
                    # 1.0 renamed q; the other name is passed over.
                    wanted = {"q": term, "search_term": term, "type_": kind, "listing_type": "All", **newest}
                    yield self._ask(base, "search", wanted, chain=f"search:{kind}:{term}@{host}")
            for community in self.option("communities"):
                wanted = {"community_name": community, "type_": "All", **newest}
                yield self._ask(base, "post/list", wanted, chain=f"posts:{community}@{host}")
                yield self._ask(base, "comment/list", wanted, chain=f"comments:{community}@{host}")

    def revisits(self) -> Iterable[Request]:
        # The post alone shows the counter; its comments are asked for where it moved.
        bases = {self.host(one): one.rstrip("/") for one in self.option("instances")}
        for thread in self.to_visit:
            local, base = self._local_id(thread.external_id, thread.instance), bases.get(thread.instance)
            if local and base:
                yield self._ask(base, "post", {"id": local}, side=True, thread=thread.external_id)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        views = shape.views_in(data)
        objects = shape.objects_in(data)
        if objects is not None and response.status == 200:
            if not objects:
                self.saw(CrawlStatus.EMPTY, f"ActivityPub {words(data, 'type')}, nothing said in it")
            yield from self.each(objects, self._activity)
        elif views is not None and response.status == 200:
            yield from self._views(response, data, views)
        elif data is not None:
            yield from self._error(response, data)

    def _error(self, response: TextResponse, data: Any) -> Iterator[Result]:
        error = words(data, "error") or words(data, "message")
        if error and ("rate_limit" in error or error in _REFUSED):
            self.saw(CrawlStatus.BLOCKED, error)
        elif error in ("couldnt_find_post", "not_found") and self.meta(response).get("thread"):
            yield from self.not_found(response)
        elif error or response.status != 200:
            self.saw(CrawlStatus.FAILED, error or f"HTTP {response.status}")
        else:
            self.saw(CrawlStatus.CHANGED, "neither posts nor comments")

    def _views(self, response: TextResponse, data: Any, views: list[Any]) -> Iterator[Result]:
        host, found = self.host(response.url), list(trees(views))
        by_local = {
            name: words(comment, "ap_id") for v in found if (name := name_of(comment := tree(v, "comment"), "id"))
        }
        yield from self.each(views, lambda view: self._view(view, response, by_local))
        self.move_cursor("ids", dict(list(self._ids().items())[-_KEPT_IDS:]))
        yield from self._grown(response, found)
        meta = self.meta(response)
        if meta.get("side"):
            self.saw(CrawlStatus.OK if found else CrawlStatus.EMPTY, f"{len(found)} posts and comments")
            return
        yield from self._roots(response, found)
        seen = [(f"{host} {name}", at) for view in found if (name := self._name(view)) for at in [_time(view)]]
        yield from self.turn(response, seen=seen, onward=self._following(response, data, found))

    def _following(self, response: TextResponse, data: Any, found: list[Any]) -> Request | None:
        """By cursor where the answer has one, by number in 0.19's searches."""
        bare = re.sub(r"([?&])(?:page|page_cursor)=[^&]*&?", r"\1", response.url).rstrip("?&")
        cursor = words(data, "next_page")
        if cursor:
            return self.get(bare, params={"page_cursor": cursor})
        if "/api/v4/" in response.url or len(found) < _PAGE:
            return None
        page = int(at[1]) if (at := re.search(r"[?&]page=(\d{1,5})", response.url)) else 1
        return self.get(bare, params={"page": page + 1})

    def _roots(self, response: TextResponse, found: list[Any]) -> Iterator[Request]:
        """The post above a comment that names the brand, with its other comments, once."""
        base, known = response.url.split("/api/", 1)[0], self.walk_of(response).known
        for view in found:
            post, text = name_of(tree(view, "comment"), "post_id"), words(view, "comment", "content")
            title = words(view, "post", "name")
            is_news = f"{self.host(response.url)} {self._name(view)}" not in known
            if post and is_news and self.names_brand(text, title) and self.once(f"{base} {post}"):
                yield self._ask(base, "post", {"id": post}, side=True, again=True, whole=True)

    def _grown(self, response: TextResponse, found: list[Any]) -> Iterator[Request]:
        followed = {thread.external_id: thread for thread in self.plan.followed}
        base = response.url.split("/api/", 1)[0]
        for view in found:
            if shape.is_comment(view):
                continue
            name, local = self._name(view), name_of(view, "post", "id")
            thread = followed.get(name or "")
            has_grown = thread is not None and self.should_read_whole(thread, shape.counter(view, "post", "comments"))
            if (has_grown or self.meta(response).get("whole")) and local and self.once(f"comments {base} {local}"):
                wanted: dict[str, object] = {"post_id": local, "max_depth": 8, "sort": "New", "type_": "All"}
                yield self._ask(base, "comment/list", wanted, side=True, again=True, thread=name)
            elif thread is not None and name:
                self.note_closed(thread.instance, name, is_closed=flag(view, "post", "locked"))

    def _view(self, view: Any, response: TextResponse, by_local: dict[str, str | None]) -> Mention | None:
        if shape.is_comment(view):
            return self._comment(view, response, by_local)
        return self._post(view, response) if tree(view, "post") else None

    def _post(self, view: Any, response: TextResponse) -> Mention:
        post, host = tree(view, "post"), self.host(response.url)
        name, title = self._name(view), plain(dig(post, "name"))
        self._note(name, host, name_of(post, "id"))
        if name and title:
            self.thread_titles[host, name] = title
        return self.mention(
            external_id=name,
            kind=Kind.POST,
            title=title,
            text=markdown_to_text(dig(post, "body")),
            reply_count=shape.counter(view, "post", "comments"),
            like_count=shape.counter(view, "post", "upvotes", "score"),
            **self._common(view, post, host),
        )

    def _comment(self, view: Any, response: TextResponse, by_local: dict[str, str | None]) -> Mention:
        comment, host = tree(view, "comment"), self.host(response.url)
        base = response.url.split("/api/", 1)[0]
        post = name_of(comment, "post_id")
        thread = (
            words(view, "post", "ap_id")
            or self.meta(response).get("thread")
            or (f"{base}/post/{post}" if post else None)
        )
        self._note(thread, host, post)
        above = shape.steps(words(comment, "path"))[:-1]
        # A page of a sub-thread lacks its parent, which is then named as this instance names it.
        parent = (by_local.get(above[-1]) or f"{base}/comment/{above[-1]}") if above else thread
        creator = tree(view, "creator")
        is_own = self.is_owner(*_actor(creator), words(creator, "name"))
        return self.mention(
            external_id=self._name(view),
            thread_id=thread,
            parent_id=parent,
            kind=Kind.COMMENT,
            text=markdown_to_text(dig(comment, "content")),
            is_owner_reply=is_own,
            reply_count=shape.counter(view, "comment", "child_count"),
            like_count=shape.counter(view, "comment", "upvotes", "score"),
            **self._common(view, comment, host),
        )

    def _common(self, view: Any, row: Any, host: str) -> dict[str, Any]:
        creator, published = tree(view, "creator"), utc(shape.stated_time(row, "published"))
        return {
            "instance": host,
            "url": words(row, "ap_id"),
            "author": words(creator, "name"),
            "author_id": _actor(creator)[0],
            "language": shape.language_of(row),
            "published_at": published,
            "edited_at": edited(published, shape.stated_time(row, "updated")),
            "deleted": flag(row, "deleted") or flag(row, "removed"),
        }

    def _activity(self, data: Any) -> Mention:
        name, above = words(data, "id"), words(data, "inReplyTo")
        if name is None:
            raise Unreadable("no id")
        actor, author = shape.actor_of(data)
        published = utc(dig(data, "published"))
        is_comment = above is not None or "/comment/" in name
        source = markdown_to_text(shape.markdown_of(data))
        content = words(data, "content")
        return self.mention(
            external_id=name,
            thread_id=above,
            parent_id=above,
            kind=Kind.COMMENT if is_comment else Kind.POST,
            instance=self.host(name),
            url=shape.address_of(data) or name,
            author=author,
            author_id=actor,
            title=None if is_comment else plain(dig(data, "name")),
            text=source or (own_words(content) if content else None),
            language=shape.activity_language(data),
            published_at=published,
            edited_at=edited(published, dig(data, "updated")),
            is_owner_reply=above is not None and self.is_owner(actor, author),
            reply_count=count(data, "replies", "totalItems"),
            deleted=words(data, "type") == "Tombstone",
        )

    def _name(self, view: Any) -> str | None:
        inner = "comment" if shape.is_comment(view) else "post"
        return words(view, inner, "ap_id") or name_of(view, inner, "id")

    def _ids(self) -> dict[str, Any]:
        kept = self.cursor.get("ids")
        return kept if isinstance(kept, dict) else self.cursor.setdefault("ids", {})  # type: ignore[return-value]

    def _note(self, name: str | None, host: str, local: str | None) -> None:
        """The number a post has on the instance asked: elsewhere it has another."""
        if name and local and name != f"https://{host}/post/{local}":
            self._ids()[f"{host} {name}"] = local

    def _local_id(self, name: str, host: str) -> str | None:
        own = re.fullmatch(rf"https?://{re.escape(host)}/post/(\d{{1,15}})", name)
        return own[1] if own else name_of(self._ids(), f"{host} {name}")

    def _ask(self, base: str, path: str, wanted: dict[str, object], **meta: Any) -> Request:
        return self.get(f"{base}/api/{self.option('api')}/{path}", params=wanted, **meta)


def _actor(creator: Any) -> tuple[str | None, ...]:
    """The creator's address: actor_id in 0.19, ap_id in 1.0."""
    return (words(creator, "actor_id") or words(creator, "ap_id"),)


def _time(view: Any) -> datetime | None:
    return utc(shape.stated_time(tree(view, "comment") or tree(view, "post"), "published"))
