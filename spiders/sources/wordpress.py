"""Comments of WordPress sites: the REST route, the comment feed where it is switched off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.refusals import is_html
from spiders.shapes import count, dig, name_of, trees, words
from spiders.sources._feeds import Entry, comment_of, entries_of, is_feed, read_feed
from spiders.sources._wordpress_page import comments_of
from spiders.sources._wordpress_rest import (
    as_core,
    base_of,
    next_page,
    rows_of,
    said_by_error,
    utc_of,
    without_envelope,
)
from spiders.text import own_words, plain
from storage.records import CrawlStatus, Kind, Mention

_PAGE = 100
_ROUTE = "/wp-json/wp/v2/comments"
_SWITCHED_OFF = frozenset({400, 401, 403, 404, 410})
_GONE = frozenset({"trash", "spam", "post-trashed"})


class WordpressSpider(MentionSpider):
    """`-a brand=NAME -a sites=https://blog.example.org[,…] [-a own_site=yes] [-a owner_ids=1,7]`"""

    name = "wordpress"
    row = SourceRow(
        gives="comments of blogs",
        tier="api",
        languages="any",
        threads="yes",
        owner_answer="configured user ids or names",
        tested_on="a real recording (REST); feed and page on the documented format",
        default_every=timedelta(minutes=30),
        quiet_requests="1 per site, conditional where the server can",
    )
    options = (
        Option(name="sites", many=True, required=True, default=(), help="addresses of the sites"),
        Option(name="own_site", type=bool, default=False, help="the site is the brand's: every comment is about it"),
        Option(
            name="zone", default="UTC", help="the sites' time zone (Europe/Ljubljana), for old ones without UTC times"
        ),
        Option(name="owner_ids", many=True, default=(), help="user ids on the site whose comments are the brand's"),
    )
    reads_status = _SWITCHED_OFF

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_site"))

    def first_requests(self) -> Iterable[Request]:
        for site in self.option("sites"):
            base = site.rstrip("/")
            wanted: dict[str, object] = {"orderby": "date_gmt", "order": "desc", "per_page": _PAGE}
            yield self.get(base + _ROUTE, params=wanted, chain=f"comments:{base}", fresh_only=True)

    def revisits(self) -> Iterable[Request]:
        # All comments of a followed post in one call; new ones, edits and those that are gone.
        for thread in self.plan.followed:
            site = next((s.rstrip("/") for s in self.option("sites") if self.host(s) == thread.instance), None)
            if site and thread.external_id.isdigit() and self.once(f"{site} {thread.external_id}"):
                wanted = {"post": thread.external_id, "orderby": "date_gmt", "order": "desc", "per_page": _PAGE}
                yield self.get(site + _ROUTE, params=wanted, side=True, thread=thread.external_id)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if is_feed(response.body):
            yield from self._feed(response)
            return
        if is_html(response) and (shown := list(comments_of(response, str(self.option("zone")), self.plan.now))):
            yield from self.each(shown, self._shown)
            return
        is_closed = response.status in _SWITCHED_OFF
        has_json = not is_html(response) and bool(response.body.strip())
        data = rows_of(without_envelope(self.json(response))) if has_json else None
        if not is_closed and isinstance(data, list):
            yield from self._comments(response, data)
        elif not is_closed and name_of(as_core(data), "id") and dig(data, "content") is not None:
            yield from self.each([as_core(data)], lambda row: self._comment(row, response))
        elif words(data, "code") == "rest_post_invalid_page_number":
            self.saw(CrawlStatus.EMPTY, "no such page")
            yield from self.turn(response, seen=[], onward=None)
        else:
            yield from self._feed_instead(response, data)

    def _comments(self, response: TextResponse, data: list[Any]) -> Iterator[Result]:
        found = [as_core(row) for row in trees(data)]
        yield from self.each(data, lambda row: self._comment(as_core(row), response))
        seen = [(name, utc_of(row)) for row in found if (name := name_of(row, "id"))]
        meta = self.meta(response)
        following = next_page(response)
        if not meta.get("side"):
            onward = self.get(following) if following and found else None
            yield from self.turn(response, seen=seen, onward=onward)
        elif following is None and meta.get("thread"):
            yield from self.vanished(self.host(response.url), str(meta["thread"]), [name for name, _ in seen])

    def _feed_instead(self, response: TextResponse, data: Any) -> Iterator[Request]:
        """The route is switched off, or a firewall answers: the comment feed has the ten newest."""
        meta, why = self.meta(response), said_by_error(response, data)
        base, chain = base_of(response.url), str(meta.get("chain") or "")
        if meta.get("side"):
            self.saw(*why)
            return
        if response.request and chain and self.once(f"feed {base}"):
            self.saw(CrawlStatus.OK, f"{why[1]}: the comment feed instead")
            yield self.get(f"{base}/comments/feed/", chain=chain, fresh_only=True)
            return
        self.saw(*why)

    def _comment(self, row: Any, response: TextResponse) -> Mention | None:
        if words(row, "type") not in (None, "comment", "review"):
            return None
        comment, author_id, above = name_of(row, "id"), name_of(row, "author"), name_of(row, "parent")
        # 0 is a guest, and a comment on the post itself.
        author_id = None if author_id == "0" else author_id
        above = None if above == "0" else above
        post = name_of(row, "post")
        name = plain(dig(row, "author_name"))
        return self.mention(
            external_id=comment,
            thread_id=post if post != "0" else None,
            parent_id=above,
            kind=Kind.COMMENT,
            instance=self.host(words(row, "link") or response.url),
            url=words(row, "link") or response.url,
            author=name,
            author_id=author_id,
            text=_text(row),
            published_at=utc_of(row, zone=str(self.option("zone"))),
            is_owner_reply=self._is_ours(author_id, name),
            like_count=count(row, "like_count"),
            deleted=words(row, "status") in _GONE,
        )

    def _shown(self, row: dict[str, Any]) -> Mention:
        """A comment of a page: the author of the post answers for a site that is the brand's own."""
        is_own_site = bool(self.option("own_site")) or not self.plan.brands
        at = row["time"]
        return self.mention(
            external_id=row["id"],
            thread_id=row["post"],
            parent_id=row["parent"],
            kind=Kind.COMMENT,
            instance=self.host(row["link"]),
            url=row["link"],
            author=row["author"],
            text=row["text"],
            published_at=at.at if at else None,
            date_only=at.date_only if at else False,
            is_owner_reply=(row["is_post_author"] and is_own_site) or self.is_owner(row["author"]),
        )

    def _is_ours(self, author_id: str | None, name: str | None) -> bool:
        """Users of a brand's own site are its people, unless the configuration names which; guests never are."""
        if self.option("owner_ids"):
            return author_id in self.option("owner_ids")
        is_own_site = self.option("own_site") or not self.plan.brands
        return (author_id is not None and is_own_site) or self.is_owner(author_id, name)

    def _feed(self, response: TextResponse) -> Iterator[Result]:
        feed = read_feed(response, self.plan.now)
        if feed is None:
            self.saw(CrawlStatus.CHANGED, "a feed that can't be read")
            return
        yield from self.each(feed.entries, lambda entry: self._entry(entry, response))
        seen = [(_number(name), at) for name, at in entries_of(feed)]
        if not self.meta(response).get("side"):
            yield from self.turn(response, seen=seen, onward=None)

    def _entry(self, entry: Entry, response: TextResponse) -> Mention | None:
        found = comment_of(entry)
        if found is None:
            return None
        # The guid of a post names its number, as the REST route does.
        number = re.search(r"[?&]p=(\d{1,18})", found[0])
        return self.mention(
            external_id=found[1],
            thread_id=number[1] if number else found[0],
            parent_id=_number(entry.answers) if entry.answers else None,
            kind=Kind.COMMENT,
            instance=self.host(entry.link or response.url),
            url=entry.link or response.url,
            author=entry.author,
            text=entry.text,
            language=entry.language,
            published_at=entry.published.at if entry.published else None,
            is_owner_reply=self.is_owner(entry.author),
        )


def _text(row: Any) -> str | None:
    rendered = words(row, "content", "rendered") or words(row, "content", "raw") or words(row, "content")
    return own_words(rendered) if rendered else None


def _number(name: str) -> str:
    found = re.search(r"#comment-(\d{1,18})$", name)
    return found[1] if found else name
