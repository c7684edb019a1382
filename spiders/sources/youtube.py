"""YouTube: comments under found, listed and own videos, by the Data API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.shapes import count, dig, name_of, rows, tree, trees, words
from spiders.sources._youtube_shapes import in_a_list, permalink, text_of, video_id
from spiders.text import plain
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention

_KEY = "REPWATCH_YOUTUBE_KEY"
_PAGE = 100
_IDS_A_CALL = 50
# Videos found by search whose comments are still looked at.
_KEPT_VIDEOS = 30
# Threads by how many replies of them were last asked for.
_KEPT_THREADS = 500
_WATCHED = timedelta(days=30)
# A search costs 100 of the day's 10,000 units, everything else 1.
_SEARCH_EVERY = timedelta(hours=3)
_FIRST_PAGES = 2
_LIMITS = frozenset({"quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"})


class YoutubeSpider(MentionSpider):
    """`-a brand=NAME [-a channels=ID,ID] [-a videos=ID,ID] [-a search=no]`"""

    name = "youtube"
    home = "https://www.googleapis.com/youtube/v3/"
    row = SourceRow(
        gives="videos found by search, comments and replies",
        tier="api",
        languages="any",
        threads="two levels",
        owner_answer="the channel on its own videos, configured accounts",
        tested_on="real recordings",
        default_every=timedelta(minutes=30),
        key_env=(_KEY,),
        quiet_requests="1 per channel and watched video, 1 per 50 followed threads; 1 per term every 3 hours",
    )
    options = (
        Option(name="channels", many=True, default=(), help="ids (UC…) of the brand's channels: all their comments"),
        Option(name="api_url", default="https://www.googleapis.com/youtube/v3", help="address of the API"),
        Option(name="videos", many=True, default=(), help="ids of videos whose comments are read"),
        Option(
            name="search", type=bool, default=True, help="search videos by the brand's terms (100 quota units each)"
        ),
    )
    reads_status = frozenset({400, 403, 404})

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("channels") or self.option("videos")) and not self.option("search")

    def get(self, url: str, **given: Any) -> Request:
        """As the base's, with the key: in a header it stays out of logs, holes and error pages."""
        key = self.secret(_KEY)
        given["headers"] = {**({"X-Goog-Api-Key": key} if key else {}), **(given.get("headers") or {})}
        return super().get(url, **given)

    def first_requests(self) -> Iterable[Request]:
        if not self.secret(_KEY):
            self.refuse(f"{_KEY} is missing: a key of the YouTube Data API")
            return
        for channel in self.option("channels"):
            yield self._comments({"allThreadsRelatedToChannelId": channel}, f"channel:{channel}", self._own_title())
        watched = {video: words(kept, "title") for video, kept in self._watched().items()}
        for video, title in {**watched, **dict.fromkeys(self.option("videos"), self._own_title())}.items():
            yield self._comments({"videoId": video}, f"video:{video}", title)
        for term in self.terms if self.option("search") else ():
            yield from self._search(term)

    def revisits(self) -> Iterable[Request]:
        # A new reply does not lift its thread: counters of 50 threads in one call of one unit.
        asked = [t.external_id for t in self.plan.followed if re.fullmatch(r"[\w-]{15,40}", t.external_id)]
        for start in range(0, len(asked) if self.secret(_KEY) else 0, _IDS_A_CALL):
            some = asked[start : start + _IDS_A_CALL]
            wanted: dict[str, object] = {"part": "snippet,replies", "id": ",".join(some), "textFormat": "plainText"}
            yield self._ask("commentThreads", wanted, side=True, asked=some)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = in_a_list(self.json(response))
        items, kind = dig(data, "items"), words(data, "kind") or ""
        if isinstance(dig(data, "error"), dict):
            yield from self._error(response, data)
        elif not isinstance(items, list):
            if data is not None:
                self.saw(CrawlStatus.CHANGED, "no items")
        elif "commentThread" in kind or any("topLevelComment" in tree(row, "snippet") for row in trees(items)):
            yield from self._threads(response, data)
        elif "search" in kind or "video" in kind:
            yield from self._videos(response, data)
        elif "comment" in kind or any("textDisplay" in tree(row, "snippet") for row in trees(items)):
            yield from self._replies(response, data)
        else:
            self.saw(CrawlStatus.EMPTY, f"{kind or 'items'}: neither comments nor videos")

    def _error(self, response: TextResponse, data: Any) -> Iterator[Result]:
        reason = next((r for e in trees(data, "error", "errors") if (r := words(e, "reason"))), None)
        message = reason or words(data, "error", "message") or f"HTTP {response.status}"
        if reason == "commentsDisabled":
            self.saw(CrawlStatus.EMPTY, "comments are switched off")
            yield from self.turn(response, seen=[], onward=None)
        elif reason in ("videoNotFound", "commentThreadNotFound", "commentNotFound"):
            yield from self.not_found(response)
        else:
            is_refused = {response.status, count(data, "error", "code")} & {401, 403} or reason in _LIMITS
            self.saw(CrawlStatus.BLOCKED if is_refused else CrawlStatus.FAILED, message[:200])

    def _threads(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found = list(trees(data, "items"))
        meta = self.meta(response)
        for row in found if meta.get("title") else ():
            # What is said under a video about the brand is about the brand.
            self.thread_titles["", name_of(row, "id") or ""] = str(meta["title"])
        yield from self.each(rows(data, "items"), self._thread)
        for row in found:
            yield from self._more_replies(row, response)
        if meta.get("asked"):
            there = {name_of(row, "id") for row in found}
            missing = [t for t in self.plan.followed if t.external_id in meta["asked"] and t.external_id not in there]
            yield from (self.gone(t.root) for t in missing if t.root is not None and not t.root.deleted)
            self.saw(CrawlStatus.OK, f"{len(there)} of {len(meta['asked'])} followed threads")
            return
        seen = [
            (name, utc(dig(row, "snippet", "topLevelComment", "snippet", "publishedAt")))
            for row in found
            if (name := name_of(row, "id"))
        ]
        yield from self.turn(response, seen=seen, onward=self._following(response, data))

    def _more_replies(self, row: Any, response: TextResponse) -> Iterator[Request]:
        """An answer holds only some replies; the rest where the thread is ours to follow and has grown."""
        thread, total = name_of(row, "id"), count(row, "snippet", "totalReplyCount") or 0
        shown = len(rows(row, "replies", "comments"))
        if thread is None or total <= shown:
            return
        followed = next((t for t in self.plan.followed if t.external_id == thread), None)
        text = text_of(tree(row, "snippet", "topLevelComment", "snippet"))
        title = words(dict(self.meta(response)), "title")
        has_grown = followed is not None and sum(not m.deleted for m in followed.replies) != total
        read = tree(dict(self.cursor), "replies")
        is_news = (
            followed is None
            and count(read, thread) != total
            and (response.request is None or self.is_about_brand or self.names_brand(text, title))
        )
        if (has_grown or is_news) and self.once(f"replies {thread}"):
            self.move_cursor("replies", dict([*read.items(), (thread, total)][-_KEPT_THREADS:]))
            wanted: dict[str, object] = {"part": "snippet", "parentId": thread, "maxResults": _PAGE}
            places = {"video": words(row, "snippet", "videoId"), "channel": words(row, "snippet", "channelId")}
            yield self._ask(
                "comments", {**wanted, "textFormat": "plainText"}, side=True, again=True, thread=thread, **places
            )

    def _replies(self, response: TextResponse, data: Any) -> Iterator[Result]:
        meta = self.meta(response)
        video, channel = words(dict(meta), "video"), words(dict(meta), "channel")
        yield from self.each(rows(data, "items"), lambda row: self._comment(row, None, video, channel))
        there = [*rows(dict(meta), "there"), *(name_of(row, "id") for row in trees(data, "items"))]
        following = self._following(response, data)
        if following is not None and len(there) < 2_000:
            following.meta.update({"side": True, "thread": meta.get("thread"), "there": there, "video": video})
            following.meta["channel"] = channel
            yield following
        elif following is None and meta.get("thread"):
            yield from self.vanished("", str(meta["thread"]), [name for name in there if name])

    def _videos(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found = list(trees(data, "items"))
        yield from self.each(rows(data, "items"), self._video)
        seen = [(name, utc(dig(row, "snippet", "publishedAt"))) for row in found if (name := video_id(row))]
        if response.request is not None:
            yield from self._watch(found)
        walk = self.walk_of(response)
        # At a hundred units a page, a first look into the past ends early.
        is_enough = walk.watermark is None and walk.pages + 1 >= _FIRST_PAGES
        yield from self.turn(response, seen=seen, onward=None if is_enough else self._following(response, data))

    def _watch(self, found: list[Any]) -> Iterator[Request]:
        """Videos that name the brand are kept for a month, and their comments read from now on."""
        watched = self._watched()
        for row in found:
            video, snippet = video_id(row), tree(row, "snippet")
            if (
                video
                and video not in watched
                and self.names_brand(words(snippet, "title"), words(snippet, "description"))
            ):
                title = words(snippet, "title")
                watched[video] = {"since": self.plan.now.isoformat(), "title": title}
                yield self._comments({"videoId": video}, f"video:{video}", title)
        self.move_cursor("videos", dict(list(watched.items())[-_KEPT_VIDEOS:]))

    def _watched(self) -> dict[str, Any]:
        found = tree(dict(self.cursor), "videos")
        since = {video: utc(dig(kept, "since")) for video, kept in found.items()}
        return {video: found[video] for video, at in since.items() if at and self.plan.now - at < _WATCHED}

    def _own_title(self) -> str | None:
        """Places the configuration names are the entry's brand's, whatever is said there."""
        return next(iter(self.terms), None)

    def _search(self, term: str) -> Iterator[Request]:
        last = utc(self.plan.cursor.get(f"searched:{term}"))
        if last and self.plan.now - last < _SEARCH_EVERY - timedelta(minutes=5):
            return
        walk = self.chain(f"search:{term}")
        floor: datetime | None = walk.watermark - walk.overlap if walk.watermark else walk.since
        wanted = {"part": "snippet", "q": f'"{term}"', "type": "video", "order": "date", "maxResults": _IDS_A_CALL}
        self.move_cursor(f"searched:{term}", self.plan.now.isoformat())
        after = floor.strftime("%Y-%m-%dT%H:%M:%SZ") if floor else None
        yield self._ask("search", {**wanted, "publishedAfter": after}, chain=f"search:{term}")

    def _thread(self, row: Any) -> Iterator[Mention]:
        snippet = tree(row, "snippet")
        top = tree(snippet, "topLevelComment")
        video, channel = words(snippet, "videoId"), words(snippet, "channelId")
        root = self._comment(top, count(snippet, "totalReplyCount"), video, channel)
        yield root
        for reply in trees(row, "replies", "comments"):
            yield self._comment(reply, None, video, channel, root.external_id)

    def _comment(
        self, row: Any, replies: int | None, video: str | None, channel: str | None, above: str | None = None
    ) -> Mention:
        snippet, comment = tree(row, "snippet"), name_of(row, "id")
        # The id of a reply is PARENT.CHILD.
        in_name = comment.split(".", 1)[0] if comment and "." in comment else None
        parent = words(snippet, "parentId") or above or in_name
        video = words(snippet, "videoId") or video
        channel = words(snippet, "channelId") or channel
        author, author_id = words(snippet, "authorDisplayName"), name_of(snippet, "authorChannelId", "value")
        published = utc(dig(snippet, "publishedAt"))
        return self.mention(
            external_id=comment,
            thread_id=parent,
            parent_id=parent,
            kind=Kind.COMMENT,
            url=permalink(video, channel, comment),
            author=author,
            author_id=author_id,
            text=text_of(snippet),
            published_at=published,
            edited_at=edited(published, dig(snippet, "updatedAt")),
            is_owner_reply=parent is not None and self._is_ours(author_id, author, channel),
            reply_count=replies,
            like_count=count(snippet, "likeCount"),
        )

    def _is_ours(self, author_id: str | None, author: str | None, channel: str | None) -> bool:
        """The channel answers for the brand under its own videos, if they are the brand's and not a reviewer's."""
        is_own_place = channel in self.option("channels") or not self.plan.brands
        return (author_id is not None and author_id == channel and is_own_place) or self.is_owner(author_id, author)

    def _video(self, row: Any) -> Mention | None:
        video, snippet = video_id(row), tree(row, "snippet")
        if video is None:
            return None
        return self.mention(
            external_id=video,
            kind=Kind.POST,
            url=f"https://www.youtube.com/watch?v={video}",
            author=plain(dig(snippet, "channelTitle")),
            author_id=words(snippet, "channelId"),
            title=plain(dig(snippet, "title")),
            text=plain(dig(snippet, "description")),
            # Of title and description; defaultAudioLanguage is what is spoken.
            language=language_tag(dig(snippet, "defaultLanguage")),
            published_at=utc(dig(snippet, "publishedAt")),
            reply_count=count(row, "statistics", "commentCount"),
            like_count=count(row, "statistics", "likeCount"),
        )

    def _following(self, response: TextResponse, data: Any) -> Request | None:
        token = words(data, "nextPageToken")
        bare = re.sub(r"([?&])pageToken=[^&]*&?", r"\1", response.url).rstrip("?&")
        if not token:
            return None
        title = self.meta(response).get("title")
        return self.get(bare, params={"pageToken": token}, title=title)

    def _comments(self, place: dict[str, str], chain: str, title: str | None) -> Request:
        wanted = {"part": "snippet,replies", "order": "time", "maxResults": _PAGE, "textFormat": "plainText"}
        return self._ask("commentThreads", {**place, **wanted}, chain=chain, title=title)

    def _ask(self, method: str, wanted: dict[str, object], **meta: Any) -> Request:
        return self.get(f"{str(self.option('api_url')).rstrip('/')}/{method}", params=wanted, **meta)
