"""Bluesky: search with an app password, threads, quotes and the brand's own posts without one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import Option, Result, SourceRow, Unreadable
from spiders.languages import language_tag
from spiders.shapes import count, dig, flag, rows, tree, trees, words
from spiders.sources import _bluesky_threads as threads
from spiders.sources._session import SessionSpider
from spiders.text import tidy
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention

_KEY = "REPWATCH_BLUESKY_KEY"
_PAGE = 100
_URIS_A_CALL = 25
_DEPTH = 1_000


class BlueskySpider(SessionSpider):
    """`-a brand=NAME [-a accounts=HANDLE,DID] [-a languages=pl,ro]`"""

    name = "bluesky"
    home = "https://public.api.bsky.app/"
    row = SourceRow(
        gives="posts and replies",
        tier="api",
        languages="any (stated)",
        threads="yes",
        owner_answer="configured accounts",
        tested_on="one real thread, the reference server's own answers; search on the documented format",
        default_every=timedelta(minutes=15),
        key_env=(_KEY,),
        quiet_requests="1 session, 1 per term, 1 per own account, 1 per 25 followed posts",
    )
    options = (
        Option(name="accounts", many=True, default=(), help="the brand's accounts, whose posts' replies are read"),
        Option(name="languages", many=True, default=(), help="search only posts stated in these; empty: all"),
        Option(name="service", default="https://bsky.social", help="where the account of the key lives"),
        Option(name="public_api", default="https://public.api.bsky.app", help="where threads are read without a key"),
    )
    key_env = _KEY
    reads_status = frozenset({400})

    def first_requests(self) -> Iterable[Request]:
        key = self.secret(_KEY)
        for account in self.option("accounts"):
            wanted = {"actor": account, "limit": 50, "filter": "posts_no_replies"}
            yield self._public("app.bsky.feed.getAuthorFeed", wanted, chain=f"account:{account}", own=True)
        if key:
            # "handle:app-password". A session a crawl stays far below 300 a day, and nothing secret is kept.
            handle, _, password = key.partition(":")
            body = json.dumps({"identifier": handle, "password": password})
            yield self.get(
                f"{self.token_host()}/xrpc/com.atproto.server.createSession",
                headers={"Content-Type": "application/json"},
            ).replace(method="POST", body=body)
        elif not self.option("accounts"):
            self.refuse(f"{_KEY} is missing (handle:app-password), and no accounts are named: nothing can be searched")

    def revisits(self) -> Iterable[Request]:
        # Counters of 25 posts in one call. A reply to a reply moves only its own parent, so all known posts are asked.
        uris = [m.external_id for t in self.plan.followed for m in t.mentions if not m.deleted]
        asked = [uri for uri in dict.fromkeys(uris) if uri.startswith("at://")]
        for start in range(0, len(asked), _URIS_A_CALL):
            some = asked[start : start + _URIS_A_CALL]
            yield self._public("app.bsky.feed.getPosts", {"uris": some}, side=True, asked=some)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        if isinstance(dig(data, "thread"), (dict, list)):
            yield from self._thread(response, data)
        elif isinstance(dig(data, "posts"), list):
            yield from self._posts(response, data, rows(data, "posts"))
        elif isinstance(dig(data, "feed"), list):
            yield from self._posts(response, data, [dig(row, "post") for row in trees(data, "feed")])
        elif isinstance(dig(data, "records"), list):
            yield from self._posts(response, data, [row for row in trees(data, "records") if threads.is_post(row)])
        elif threads.is_post(data):
            yield from self.each([data], lambda post: self._post(post, response))
        elif words(data, "accessJwt") and response.request is not None:
            self.saw(CrawlStatus.OK, "session")
            self.token = words(data, "accessJwt")
            yield from (*self._hole_requests(), *self._searches())
        elif data is not None:
            yield from self._error(response, data)

    def _searches(self) -> Iterator[Request]:
        for term in self.terms:
            for language in self.option("languages") or (None,):
                name = f"search:{term}" + (f":{language}" if language else "")
                walk = self.chain(name)
                floor = walk.watermark - timedelta(hours=1) if walk.watermark else walk.since
                since = floor.strftime("%Y-%m-%dT%H:%M:%SZ") if floor else None
                wanted = {"q": f'"{term}"', "sort": "latest", "limit": _PAGE, "since": since, "lang": language}
                address = f"{self.token_host()}/xrpc/app.bsky.feed.searchPosts"
                yield self.get(address, params=wanted, chain=name)

    def _error(self, response: TextResponse, data: Any) -> Iterator[Result]:
        error, message = words(data, "error"), words(data, "message")
        if error == "NotFound" and self.meta(response).get("thread"):
            yield from self.not_found(response)
        elif error:
            kind = CrawlStatus.BLOCKED if error in ("RateLimitExceeded", "AuthMissing", "ExpiredToken") else None
            self.saw(kind or CrawlStatus.FAILED, f"{error}: {message or ''}"[:200])
        else:
            self.saw(CrawlStatus.CHANGED, "neither posts nor a thread")

    def _posts(self, response: TextResponse, data: Any, found: list[Any]) -> Iterator[Result]:
        meta = self.meta(response)
        yield from self.each(found, lambda post: self._post(post, response))
        if meta.get("asked"):
            yield from self._compared(found, rows(dict(meta), "asked"))
            return
        yield from self._whole_threads(response, found)
        seen = [(uri, utc(post.get("indexedAt"))) for post in trees(found) if (uri := words(post, "uri"))]
        cursor = words(data, "cursor")
        bare = re.sub(r"([?&])cursor=[^&]*&?", r"\1", response.url).rstrip("?&")
        onward = self.get(bare, params={"cursor": cursor}, own=meta.get("own"))
        yield from self.turn(response, seen=seen, onward=onward if cursor else None)

    def _compared(self, found: list[Any], asked: list[Any]) -> Iterator[Result]:
        """Of the followed posts: those not there any more are gone, threads with a moved counter are read whole."""
        now = {uri: post for post in trees(found) if (uri := words(post, "uri"))}
        self.saw(CrawlStatus.OK, f"{len(now)} of {len(asked)} followed posts")
        for thread in self.plan.followed:
            for known in thread.mentions:
                if known.external_id not in asked or known.deleted:
                    continue
                post = now.get(known.external_id)
                if post is None:
                    yield self.gone(known)
                    continue
                stated = count(post, "replyCount")
                has_moved = (
                    self.should_read_whole(thread, stated) if known is thread.root else known.reply_count != stated
                )
                if has_moved and self.once(f"thread {thread.external_id}"):
                    yield self._ask_thread(thread.external_id)

    def _whole_threads(self, response: TextResponse, found: list[Any]) -> Iterator[Request]:
        """The thread of a reply that names the brand, and of the brand's own answered posts, once."""
        walk = self.walk_of(response)
        for post in trees(found) if response.request else ():
            uri, root = words(post, "uri"), words(post, "record", "reply", "root", "uri")
            is_news = uri not in walk.known
            is_loose = root and is_news and self.names_brand(words(post, "record", "text"))
            # What the account only shared is another's thread.
            is_theirs = self.is_owner(words(post, "author", "did"), words(post, "author", "handle"))
            is_own = self.meta(response).get("own") and is_theirs and (count(post, "replyCount") or 0) > 0 and is_news
            wanted = root if is_loose else uri if is_own else None
            if wanted and self.once(f"thread {wanted}"):
                yield self._ask_thread(wanted)

    def _ask_thread(self, uri: str) -> Request:
        wanted = {"uri": uri, "depth": _DEPTH, "parentHeight": 0}
        return self._public("app.bsky.feed.getPostThread", wanted, side=True, again=True, thread=uri)

    def _thread(self, response: TextResponse, data: Any) -> Iterator[Result]:
        nodes = list(threads.nodes_in(data))
        root = threads.root_of(nodes)
        yield from self.each(nodes, lambda node: self._node(node, root, response))
        asked = self.meta(response).get("thread")
        if asked and asked == root:
            yield from self.vanished("", asked, [node.uri for node in nodes if node.uri])

    def _node(self, node: threads.Node, root: str | None, response: TextResponse) -> Mention | None:
        if node.post is not None:
            return self._post(node.post, response)
        if not node.is_gone:
            # Blocked: there, but not for us; nothing is known of it.
            return None
        return self.mention(
            external_id=node.uri,
            thread_id=root or node.uri,
            parent_id=node.parent,
            kind=Kind.POST if node.uri == (root or node.uri) else Kind.COMMENT,
            url=_permalink(node.uri),
            deleted=True,
        )

    def _post(self, post: Any, response: TextResponse) -> Mention | None:
        record, author = tree(post, "record") or tree(post, "value"), tree(post, "author")
        uri = words(post, "uri")
        if not record and not author:
            raise Unreadable("no post")
        if not self._may_keep(author, response):
            return None
        root, parent = words(record, "reply", "root", "uri"), words(record, "reply", "parent", "uri")
        # A record by itself names nobody but in its address.
        handle, did = words(author, "handle"), words(author, "did") or threads.author_of(uri)
        return self.mention(
            external_id=uri,
            thread_id=root,
            parent_id=parent,
            kind=Kind.COMMENT if parent else Kind.POST,
            url=_permalink(uri),
            author=handle,
            author_id=did,
            text=tidy(words(record, "text") or ""),
            language=next((tag for one in rows(record, "langs") if (tag := language_tag(one))), None),
            published_at=_published(record, post),
            is_owner_reply=parent is not None and self.is_owner(did, handle),
            reply_count=count(post, "replyCount"),
            like_count=count(post, "likeCount"),
            share_count=count(post, "repostCount"),
        )

    def _may_keep(self, author: Any, response: TextResponse) -> bool:
        """Authors may ask not to be shown to people who are not logged in; a saved file is the reader's own affair."""
        asks_not = any(words(label, "val") == "!no-unauthenticated" for label in trees(author, "labels"))
        return response.request is None or not asks_not or flag(author, "viewer", "following")

    def _public(self, method: str, wanted: dict[str, object], **meta: Any) -> Request:
        return self.get(f"{str(self.option('public_api')).rstrip('/')}/xrpc/{method}", params=wanted, **meta)

    def token_host(self) -> str:
        return str(self.option("service")).rstrip("/")


def _published(record: Any, post: Any) -> datetime | None:
    """The author's clock may lie, the server's says when it came: the earlier of the two."""
    stated = (threads.stated_time(dig(record, "createdAt")), threads.stated_time(dig(post, "indexedAt")))
    return min((at for at in stated if at), default=None)


def _permalink(uri: str | None) -> str | None:
    # The handle can change, the DID not.
    found = re.match(r"at://([^/]+)/app\.bsky\.feed\.post/([^/]+)$", uri or "")
    return f"https://bsky.app/profile/{found[1]}/post/{found[2]}" if found else None
