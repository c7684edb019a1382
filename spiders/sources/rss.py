"""Feeds of any site (RSS, Atom, RDF): posts, news hits of Google Alerts, comments of blogs, Reddit's own feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.refusals import is_html
from spiders.sources._feeds import Entry, Feed, comment_of, entries_of, read_feed
from spiders.sources._reddit_feed import reddit_entry
from spiders.times import utc
from storage.records import CrawlStatus, Kind, Mention

_GONE = 410
_GONE_FOR_GOOD = "the feed is gone for good: take it out of the configuration"


class RssSpider(MentionSpider):
    """`-a brand=NAME -a feeds=URL,URL [-a own_feeds=yes]`"""

    name = "rss"
    row = SourceRow(
        gives="entries of feeds: blogs, news, Google Alerts, comments",
        tier="feed",
        languages="any (stated where the feed does)",
        threads="comments of blogs",
        owner_answer="configured accounts",
        tested_on="real recordings",
        default_every=timedelta(minutes=15),
        quiet_requests="1 per feed, conditional (304 where the server can)",
    )
    options = (
        Option(name="feeds", many=True, required=True, default=(), help="addresses of the feeds"),
        Option(name="own_feeds", type=bool, default=False, help="every entry is about the brand"),
    )
    reads_status = frozenset({_GONE})

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_feeds"))

    def first_requests(self) -> Iterable[Request]:
        for feed in self.option("feeds"):
            if not self._rests(feed):
                yield self.get(feed, chain=f"feed:{feed}", fresh_only=True)

    def read(self, response: TextResponse) -> Iterator[Result]:
        chain = str(self.meta(response).get("chain") or "")
        if response.status == _GONE:
            self.saw(CrawlStatus.FAILED, _GONE_FOR_GOOD)
            self.move_cursor(f"gone:{chain.removeprefix('feed:')}", self.plan.now.isoformat())
            return
        feed = read_feed(response, self.plan.now)
        if feed is None:
            self.saw(CrawlStatus.CHANGED, "a web page where a feed was expected" if is_html(response) else "no feed")
            return
        self._note(response, feed, chain)
        yield from self.each(feed.entries, lambda entry: self._entry(entry, response))
        yield from self._comments(response, feed)
        if not self.meta(response).get("side"):
            yield from self.turn(response, seen=list(entries_of(feed)), onward=None)

    def _note(self, response: TextResponse, feed: Feed, chain: str) -> None:
        walk = self.walk_of(response)
        ids = {entry.key for entry in feed.entries}
        if not ids:
            self.saw(CrawlStatus.EMPTY, "no entries where there were some" if walk.known else "a feed without entries")
        elif chain.startswith("feed:") and walk.hole_id is None and walk.known and not ids & walk.known:
            # All known ones have left the feed: what came between is lost to it, unless the next reading is luckier.
            self.leave_hole({"chain": chain, "url": chain.removeprefix("feed:")}, "no known entry is left in the feed")
        if feed.pause and chain:
            self.move_cursor(f"rest:{chain.removeprefix('feed:')}", (self.plan.now + feed.pause).isoformat())

    def _rests(self, feed: str) -> bool:
        """The feed asked to be left alone until later, or is gone for good."""
        until = utc(self.plan.cursor.get(f"rest:{feed}"))
        if self.plan.cursor.get(f"gone:{feed}"):
            self.note_page(feed, CrawlStatus.FAILED, _GONE_FOR_GOOD)
            return True
        # A minute's grace, so that a schedule of the same length does not miss every second turn.
        if until and self.plan.now + timedelta(minutes=1) < until <= self.plan.now + timedelta(days=1):
            self.note_page(feed, CrawlStatus.OK, "the feed asks to be read later")
            return True
        return False

    def _entry(self, entry: Entry, response: TextResponse) -> Mention | None:
        host = self.host(response.url)
        if re.search(r"(?:^|\.)reddit\.com$", host) or (entry.guid or "").startswith(("t1_", "t3_")):
            return self._reddit(entry, host)
        in_thread = self.meta(response).get("thread")
        comment = comment_of(entry)
        thread = in_thread or (comment[0] if comment else entry.answers)
        if not any((entry.title, entry.text, entry.guid, entry.link)):
            return None
        return self.mention(
            external_id=entry.key,
            thread_id=thread,
            parent_id=entry.answers,
            kind=Kind.COMMENT if thread else Kind.POST,
            instance=host,
            url=entry.link or (entry.guid if (entry.guid or "").startswith("http") else None) or response.url,
            author=entry.author,
            author_id=_channel(entry.raw),
            title=None if thread else entry.title,
            text=entry.text,
            is_owner_reply=bool(thread) and self.is_owner(entry.author),
            reply_count=entry.replies,
            **_times(entry),
        )

    def _reddit(self, entry: Entry, host: str) -> Mention | None:
        found = reddit_entry(entry)
        if found is None:
            return None
        return self.mention(
            external_id=found.name,
            thread_id=found.thread,
            kind=Kind.POST if found.is_post else Kind.COMMENT,
            instance=host,
            url=entry.link,
            author=found.author,
            title=found.title if found.is_post else None,
            text=found.text,
            is_owner_reply=not found.is_post and self.is_owner(found.author),
            reply_count=found.replies,
            deleted=found.is_deleted,
            **_times(entry),
        )

    def _comments(self, response: TextResponse, feed: Feed) -> Iterator[Request]:
        """The comments of a followed or brand-naming post, where its counter moved."""
        followed = {thread.external_id: thread for thread in self.plan.followed}
        for entry in feed.entries:
            address, thread = entry.comments_feed, followed.get(entry.key)
            if not address or not entry.replies or self.host(address) != self.host(response.url):
                continue
            is_new = thread is None and self.names_brand(entry.title, entry.text)
            has_grown = thread is not None and thread.root is not None and self.should_read_whole(thread, entry.replies)
            if ((is_new and entry.key not in self.walk_of(response).known) or has_grown) and self.once(
                f"comments {address}"
            ):
                yield self.get(address, side=True, again=True, thread=entry.key)


def _times(entry: Entry) -> dict[str, Any]:
    return {
        "language": entry.language,
        "published_at": entry.published.at if entry.published else None,
        "date_only": bool(entry.published and entry.published.date_only),
        "edited_at": entry.edited,
    }


def _channel(row: Any) -> str | None:
    """The author's id where the feed has one: YouTube's channels."""
    return str(row["yt_channelid"]) if row.get("yt_channelid") else None
