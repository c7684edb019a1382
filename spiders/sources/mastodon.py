"""Mastodon and its API-alikes: hashtag timelines of several instances, word search with a token, threads by context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.links import next_link
from spiders.shapes import Tree, count, dig, flag, name_of, rows, tree, trees, words
from spiders.sources._mastodon_threads import Ids, Places
from spiders.text import own_words, plain
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention, Thread

_KEY = "REPWATCH_MASTODON_KEY"
_STATUSES = 40
# Replies a server shows to a visitor without a token.
_SHOWN_REPLIES = 60
# Statuses asked for in one call for their counters (servers allow this many ids).
_IDS_A_CALL = 20
_ONE = re.compile(r"/api/v1/statuses/([^/?]+)(/context|/history)?(?:\?|$)")


class MastodonSpider(MentionSpider):
    """`-a brand=NAME -a instances=mastodon.social,pol.social [-a tags=velora,velorafail]`"""

    name = "mastodon"
    row = SourceRow(
        gives="posts with a hashtag, and their threads; words where a server's search is open to the token",
        tier="api",
        languages="as stated",
        threads="yes",
        owner_answer="configured accounts",
        tested_on="real recordings",
        default_every=timedelta(minutes=10),
        key_env=(_KEY,),
        quiet_requests="1 per tag and instance; 1 more per instance for up to 20 followed threads",
    )
    options = (
        Option(
            name="instances",
            many=True,
            default=("mastodon.social",),
            help="servers to ask: mastodon.social, pol.social",
        ),
        Option(name="tags", many=True, default=(), help="hashtags without #; the brand's terms as tags where left out"),
        Option(
            name="search",
            type=bool,
            default=False,
            help=f"also search words on the first server, with the token in {_KEY}",
        ),
        Option(name="respect_noindex", type=bool, default=True, help="leave out authors who ask not to be indexed"),
    )
    reads_status = frozenset({404, 410, 422})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ids = Ids(self.plan.cursor.get("ids"))

    def first_requests(self) -> Iterable[Request]:
        tags = self.option("tags") or tuple(re.sub(r"[\W_]+", "", term) for term in self.terms)
        for base in self._bases():
            for tag in dict.fromkeys(tag.lstrip("#").lower() for tag in tags if tag):
                chain = f"tag:{tag}@{self.host(base)}"
                yield self.get(f"{base}/api/v1/timelines/tag/{tag}", params={"limit": _STATUSES}, chain=chain)
        if self.option("search") and self.secret(_KEY):
            yield from (self._search(term) for term in self.terms)

    def revisits(self) -> Iterable[Request]:
        # Counters and edits of many threads in one call; whole threads only where they grew.
        asked: dict[str, list[str]] = {}
        for thread in self.plan.followed:
            base, local = self._ids.where(thread, self._bases())
            if base and local:
                asked.setdefault(base, []).append(local)
        for base, every in asked.items():
            for start in range(0, len(every), _IDS_A_CALL):
                some = every[start : start + _IDS_A_CALL]
                yield self.get(f"{base}/api/v1/statuses", params={"id[]": some}, side=True, many=some)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status in self.reads_status:
            yield from self._missing(response)
            return
        data = self.json(response)
        if isinstance(data, list):
            yield from self._statuses(response, data)
        elif isinstance(dig(data, "descendants"), list):
            yield from self._context(response, data)
        elif isinstance(dig(data, "statuses"), list):
            yield from self._found(response, data)
        elif name_of(data, "id") and dig(data, "content") is not None:
            yield from self._statuses(response, [data])
        elif data is not None:
            # Error texts come in the reader's language: only that there is one is looked at.
            error = words(data, "error")
            self.saw(CrawlStatus.FAILED if error else CrawlStatus.CHANGED, "error body" if error else "no statuses")
        self.move_cursor("ids", self._ids.as_cursor())

    def _statuses(self, response: TextResponse, data: list[Any]) -> Iterator[Result]:
        if data and all(isinstance(row, dict) and "id" not in row for row in data):
            self.saw(CrawlStatus.EMPTY, "the earlier versions of a post")
            return
        places = Places(data)
        yield from self.each(data, lambda row: self._or_its_thread(response, row, places))
        yield from self._grown(response, data)
        if "/statuses" in response.url:
            return
        following = next_link(response)
        onward = self.get(following) if following else None
        seen = [(name, utc(row.get("created_at"))) for row in trees(data) if (name := name_of(row, "id"))]
        yield from self.turn(response, seen=seen, onward=onward)

    def _or_its_thread(self, response: TextResponse, row: Any, places: Places) -> Iterator[Result]:
        """A status; a reply whose thread is not on the page is told with its thread, asked for once."""
        status = self._status(response, row, places)
        if status is None:
            return
        is_loose = name_of(row, "in_reply_to_id") and status.parent_id is None and response.request is not None
        if not is_loose:
            yield status
            return
        local = name_of(row, "id") or ""
        is_news = local not in self.walk_of(response).known and self.names_brand(status.text, status.title)
        if is_news and self.once(f"context {status.external_id}"):
            yield self._ask_context(response.url, local, status=row)

    def _context(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found = _ONE.search(response.url)
        focus = tree(self.meta(response), "status")
        asked = words(self.meta(response), "focus_uri") or words(focus, "uri")
        ancestors, descendants = rows(data, "ancestors"), rows(data, "descendants")
        every = [*ancestors, *([focus] if focus else []), *descendants]
        places = Places.of_context(ancestors, descendants, found[1] if found else None, asked)
        yield from self.each(every, lambda row: self._status(response, row, places))
        if not every:
            self.saw(CrawlStatus.OK if asked else CrawlStatus.EMPTY, "a thread without replies")
        if response.headers.get("Mastodon-Async-Refresh") and asked and not self.meta(response).get("is_later"):
            # The server is fetching replies of other servers meanwhile (4.5).
            self.ask_later(response.url, side=True, focus_uri=asked, is_later=True)
        there = [name for row in trees(every) if (name := words(row, "uri"))]
        if places.root and len(descendants) < _SHOWN_REPLIES:
            # Without a token a server shows at most 60 replies; only a whole reading tells what is gone.
            yield from self.vanished(self.host(response.url), places.root, there)

    def _found(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found = rows(data, "statuses")
        places = Places(found)
        yield from self.each(found, lambda row: self._or_its_thread(response, row, places))
        if not found:
            self.saw(CrawlStatus.EMPTY, "no statuses: the server keeps word search to its users")
        seen = [(name, utc(row.get("created_at"))) for row in trees(found) if (name := name_of(row, "id"))]
        yield from self.turn(response, seen=seen, onward=None)

    def _grown(self, response: TextResponse, data: list[Any]) -> Iterator[Request]:
        """Followed threads whose counter moved, or lives elsewhere and is often too low here."""
        followed = {thread.external_id: thread for thread in self.plan.followed}
        for row in trees(data):
            thread = followed.get(words(row, "uri") or "")
            local = name_of(row, "id")
            if thread is None or local is None or not self.once(f"context {thread.external_id}"):
                continue
            is_remote = "@" in (words(row, "account", "acct") or "")
            # A reply to a reply does not move the root's counter, nor does an edit below it.
            has_replies = any(not reply.deleted for reply in thread.replies)
            if has_replies or is_remote or self.should_read_whole(thread, count(row, "replies_count")):
                yield self._ask_context(response.url, local, focus_uri=thread.external_id, status=row)

    def _missing(self, response: TextResponse) -> Iterator[Result]:
        many = rows(dict(self.meta(response)), "many")
        if many:
            # An older server does not know the call for several: one by one.
            base = response.url.split("/api/", 1)[0]
            for local in many:
                yield self.get(f"{base}/api/v1/statuses/{local}", side=True, thread=self._thread_of(base, local))
            self.saw(CrawlStatus.OK, "asked one by one")
        elif response.status == 422:
            # A timeline is refused so where a server shows nothing to visitors.
            is_closed = "/timelines/" in response.url
            self.saw(CrawlStatus.BLOCKED if is_closed else CrawlStatus.FAILED, "HTTP 422")
        else:
            yield from self.not_found(response)

    def _status(self, response: TextResponse, row: Any, places: Places) -> Mention | None:
        if not isinstance(row, dict) or isinstance(row.get("reblog"), dict) or not self._may_keep(response, row):
            return None
        account = tree(row, "account")
        uri, host = words(row, "uri"), self.host(response.url)
        acct, author_id = words(account, "acct"), name_of(account, "id")
        published = utc(row.get("created_at"))
        is_reply = name_of(row, "in_reply_to_id") is not None
        instance = self._ids.note(uri, host, name_of(row, "id"))
        return self.mention(
            external_id=uri,
            thread_id=places.thread_of(row),
            parent_id=places.parent_of(row),
            kind=Kind.COMMENT if is_reply else Kind.POST,
            instance=instance,
            url=words(row, "url") or uri,
            author=acct,
            author_id=author_id,
            title=plain(row.get("spoiler_text")),
            text=own_words(str(row.get("content") or "")),
            language=language_tag(row.get("language")),
            published_at=published,
            edited_at=edited(published, row.get("edited_at")),
            is_owner_reply=is_reply and self.is_owner(author_id, acct, f"{acct}@{host}", words(account, "url")),
            reply_count=count(row, "replies_count"),
            like_count=count(row, "favourites_count"),
            share_count=count(row, "reblogs_count"),
            author_followers=count(account, "followers_count"),
        )

    def _may_keep(self, response: TextResponse, row: Tree) -> bool:
        """Only what anybody may read, and whose author does not ask otherwise; a saved file is the reader's own
        affair."""
        if response.request is None:
            return True
        asks_not = bool(self.option("respect_noindex")) and flag(row, "account", "noindex")
        return words(row, "visibility") in (None, "public", "unlisted") and not asks_not

    def _ask_context(self, url: str, local: str, status: Tree, focus_uri: str | None = None) -> Request:
        address = f"{url.split('/api/', 1)[0]}/api/v1/statuses/{local}"
        # Should it fail, a status that is not kept yet is asked for first.
        asked = self.get(f"{address}/context", side=True, again=bool(focus_uri) or address, focus_uri=focus_uri)
        asked.meta["status"] = dict(status)
        return asked

    def _search(self, term: str) -> Request:
        wanted = {"q": f'"{term}"', "type": "statuses", "limit": _STATUSES}
        key = {"Authorization": f"Bearer {self.secret(_KEY)}"}
        return self.get(f"{self._bases()[0]}/api/v2/search", params=wanted, headers=key, chain=f"search:{term}")

    def _bases(self) -> list[str]:
        named = [one.strip().rstrip("/") for one in self.option("instances")]
        return [one if "://" in one else f"https://{one}" for one in named if one]

    def _thread_of(self, base: str, local: str) -> str | None:
        def lives_there(thread: Thread) -> bool:
            return self._ids.where(thread, [base]) == (base, local)

        return next((thread.external_id for thread in self.plan.followed if lives_there(thread)), None)
