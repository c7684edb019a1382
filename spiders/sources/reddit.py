"""Reddit: the API where Reddit approved the operator's app, public feeds else."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import Option, Result, SourceRow
from spiders.refusals import refusal
from spiders.shapes import count, dig, flag, name_of, number, rows, tree, trees, words
from spiders.sources._feeds import Entry, is_feed, read_feed
from spiders.sources._reddit_feed import RedditEntry, is_gone, reddit_entry
from spiders.sources._reddit_things import is_closed, permalink, text_of, things_in
from spiders.sources._session import SessionSpider
from spiders.text import tidy
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention

_KEY = "REPWATCH_REDDIT_KEY"
_PAGE = 100
# Ids of one call for hidden comments, and of one call for counters.
_IDS_A_CALL = 100
_MOST_CALLS = 10
# People, messages, subreddits, awards and lists of them.
_OTHER_KINDS = frozenset({"t2", "t4", "t5", "t6", "UserList", "TrophyList", "LabeledMulti", "wikipage"})


class RedditSpider(SessionSpider):
    """`-a brand=NAME [-a subreddits=A,B] [-a search=no]`"""

    name = "reddit"
    home = "https://www.reddit.com/"
    row = SourceRow(
        gives="posts and comments",
        tier="api",
        languages="any",
        threads="yes (feeds: without who answers whom)",
        owner_answer="configured accounts",
        tested_on="real recordings",
        default_every=timedelta(minutes=15),
        key_env=(_KEY,),
        quiet_requests="1 per term, 2 per subreddit, 1 per followed thread; with a key 1 per 100 threads, 1 token",
    )
    options = (
        Option(name="subreddits", many=True, default=(), help="watched whole: posts and comments"),
        Option(name="search", type=bool, default=True, help="search all of Reddit for the brand's terms"),
        Option(name="api_url", default="https://oauth.reddit.com", help="address of the API"),
        Option(name="feed_url", default="https://www.reddit.com", help="address of the feeds"),
        Option(name="own_subreddits", type=bool, default=False, help="the subreddits are the brand's own"),
    )
    key_env = _KEY
    reads_status = frozenset({404})

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_subreddits")) and not self.option("search")

    @property
    def least_pause(self) -> float:
        # Feeds are given to strangers at a low rate only; the API takes 100 a minute.
        return 0.0 if self.secret(_KEY) else 30.0

    def first_requests(self) -> Iterable[Request]:
        key = self.secret(_KEY)
        if not key:
            yield from self._lists()
            return
        # "client id:client secret" of the approved app; a token is good for a day, and is not kept.
        basic = base64.b64encode(key.encode()).decode()
        form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        asked = self.get(f"{self._web()}/api/v1/access_token", headers=form)
        yield asked.replace(method="POST", body="grant_type=client_credentials")

    def _lists(self) -> Iterator[Request]:
        for term in self.terms if self.option("search") else ():
            yield self._ask(f"search:{term}", "/search", "/search.rss", {"q": f'"{term}"', "sort": "new"})
        for name in self.option("subreddits"):
            name = name.strip().removeprefix("/").removeprefix("r/").strip("/")
            yield self._ask(f"new:{name}", f"/r/{name}/new", f"/r/{name}/new/.rss")
            yield self._ask(f"comments:{name}", f"/r/{name}/comments", f"/r/{name}/comments/.rss")

    def revisits(self) -> Iterable[Request]:
        # With a key they wait for the token.
        return () if self.secret(_KEY) else self._followed()

    def _followed(self) -> Iterator[Request]:
        names = sorted({t.external_id for t in self.to_visit if re.fullmatch(r"t3_\w{1,13}", t.external_id)})
        if self.secret(_KEY):
            for start in range(0, len(names), _IDS_A_CALL):
                some = ",".join(names[start : start + _IDS_A_CALL])
                yield self._api("/api/info", {"id": some}, side=True, counters=True)
        else:
            for name in names:
                yield self.get(f"{self._web()}/comments/{name[3:]}/.rss", side=True, thread=name)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status == 404:
            yield from self.not_found(response)
        elif is_feed(response.body):
            yield from self._feed(response)
        else:
            yield from self._read_json(response, self.json(response))

    def _read_json(self, response: TextResponse, data: Any) -> Iterator[Result]:
        if isinstance(data, list) and any(words(part, "kind") == "Listing" for part in trees(data)):
            yield from self._thread(response, data)
        elif words(data, "kind") == "Listing":
            yield from self._listing(response, data)
        elif words(data, "access_token") and response.request is not None:
            self.token = words(data, "access_token")
            self.saw(CrawlStatus.OK, "token")
            yield from (*self._hole_requests(), *self._lists(), *self._followed())
        elif isinstance(dig(data, "json", "data", "things"), list):
            yield from self.each(things_in(rows(data, "json", "data", "things")), self._thing)
        elif words(data, "kind") in ("t1", "t3"):
            yield from self.each(things_in([data]), self._thing)
        elif words(data, "kind") in _OTHER_KINDS:
            self.saw(CrawlStatus.EMPTY, f"{words(data, 'kind')}: nothing said in it")
        elif isinstance(dig(data, "json"), dict):
            errors = rows(data, "json", "errors")
            self.saw(
                CrawlStatus.FAILED if errors else CrawlStatus.EMPTY, f"errors: {str(errors)[:100]}" if errors else None
            )
        elif data is not None:
            error = words(data, "message") or words(data, "reason") or name_of(data, "error")
            # The body repeats the status, which a saved file may have lost.
            refused = refusal(count(data, "error") or 200) if error else (CrawlStatus.CHANGED, None)
            self.saw((refused or (CrawlStatus.FAILED, None))[0], error or "neither listing nor comments")

    def _listing(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found = [thing for thing in things_in(rows(data, "data", "children")) if words(thing, "kind") != "more"]
        yield from self.each(found, self._thing)
        if self.meta(response).get("counters"):
            self.saw(CrawlStatus.OK if found else CrawlStatus.EMPTY, f"{len(found)} threads")
            yield from self._grown(found)
            return
        after = words(data, "data", "after")
        bare = re.sub(r"([?&])after=[^&]*&?", r"\1", response.url).rstrip("?&")
        onward = self.get(bare, params={"after": after}) if after else None
        seen = [(name, utc(dig(t, "data", "created_utc"))) for t in found if (name := _fullname(t))]
        yield from self.turn(response, seen=seen, onward=onward)

    def _grown(self, found: list[Any]) -> Iterator[Request]:
        followed = {thread.external_id: thread for thread in self.plan.followed}
        for thing in found:
            name, thread = _fullname(thing), followed.get(_fullname(thing) or "")
            has_moved = thread is None or self.should_read_whole(thread, count(thing, "data", "num_comments"))
            if name and has_moved and self.once(f"thread {name}"):
                yield self._api(f"/comments/{name[3:]}", {"limit": 500}, side=True, again=True, thread=name)
            elif name in followed:
                self.note_closed("", name, is_closed=is_closed(thing))

    def _thread(self, response: TextResponse, data: list[Any]) -> Iterator[Result]:
        """The post and its comments; what is folded away is asked for by its ids, or by its own page."""
        posts = list(things_in(rows(data, 0, "data", "children")))
        comments = list(things_in([row for part in data[1:] for row in rows(part, "data", "children")]))
        yield from self.each([*posts, *comments], self._thing)
        post = next((name for one in posts if (name := _fullname(one))), None)
        stubs = [tree(one, "data") for one in comments if words(one, "kind") == "more"]
        yield from self._folded(post, stubs)
        if post in {thread.external_id for thread in self.plan.followed} and not stubs:
            self.note_closed("", str(post), is_closed=any(is_closed(one) for one in posts))
        if post and not stubs and not re.search(r"/comments/\w+/[^/?]*/\w", response.url):
            yield from self.vanished("", post, [name for one in comments if (name := _fullname(one))])

    def _folded(self, post: str | None, stubs: list[Any]) -> Iterator[Request]:
        hidden = [child for stub in stubs for child in rows(stub, "children") if isinstance(child, str)]
        for start in range(0, min(len(hidden), _IDS_A_CALL * _MOST_CALLS), _IDS_A_CALL):
            some = ",".join(hidden[start : start + _IDS_A_CALL])
            wanted = {"api_type": "json", "link_id": post, "children": some}
            yield self._api("/api/morechildren", wanted, side=True, again=True)
        for stub in stubs:
            # "Continue this thread": nothing is listed, the comment above has a page of its own.
            above = words(stub, "parent_id") or ""
            if not rows(stub, "children") and above.startswith("t1_") and post and self.once(f"page {above}"):
                yield self._api(f"/comments/{post[3:]}/_/{above[3:]}", {"limit": 500}, side=True, again=True)

    def _thing(self, thing: Any) -> Mention | None:
        kind, row = words(thing, "kind"), tree(thing, "data")
        if kind not in ("t1", "t3"):
            return None
        name, is_post = _fullname(thing), kind == "t3"
        author, text, published = words(row, "author"), text_of(row, is_post), utc(row.get("created_utc"))
        is_removed = words(row, "removed_by_category") is not None
        title = tidy(html.unescape(words(row, "title") or "")) if is_post else None
        if is_post and name and title:
            self.thread_titles["", name] = title
        is_own = self.is_owner(words(row, "author_fullname"), author)
        return self.mention(
            external_id=name,
            thread_id=name if is_post else words(row, "link_id"),
            parent_id=None if is_post else words(row, "parent_id"),
            kind=Kind.POST if is_post else Kind.COMMENT,
            url=permalink(row, is_post),
            author=None if author == "[deleted]" else author,
            author_id=words(row, "author_fullname"),
            title=title,
            text=text,
            published_at=published,
            edited_at=None if isinstance(row.get("edited"), bool) else edited(published, row.get("edited")),
            is_owner_reply=not is_post and is_own,
            reply_count=count(row, "num_comments"),
            like_count=_score(row),
            deleted=is_gone(text) or is_removed,
        )

    def _feed(self, response: TextResponse) -> Iterator[Result]:
        feed = read_feed(response, self.plan.now)
        found = [(entry, one) for entry in (feed.entries if feed else []) if (one := reddit_entry(entry))]
        if feed is None:
            self.saw(CrawlStatus.CHANGED, "a feed that can't be read")
        yield from self.each(found, lambda pair: self._entry(*pair))
        posts = {one.name for _, one in found if one.is_post}
        meta = self.meta(response)
        if meta.get("side"):
            return
        # In a feed of comments only: each brand-naming one's thread is asked for once, for its post and neighbours.
        for _, one in found:
            is_loose = (
                response.request is not None and one.thread not in posts and self.names_brand(one.text, one.title)
            )
            if is_loose and self.once(f"thread {one.thread}") and one.name not in self.walk_of(response).known:
                yield self.get(
                    f"{self._web()}/comments/{one.thread[3:]}/.rss", side=True, again=True, thread=one.thread
                )
        seen = [(one.name, entry.published.at if entry.published else None) for entry, one in found]
        self._note_gap(response, {one.name for _, one in found})
        yield from self.turn(response, seen=seen, onward=None)

    def _entry(self, entry: Entry, one: RedditEntry) -> Mention:
        if one.title:
            self.thread_titles["", one.thread] = one.title
        return self.mention(
            external_id=one.name,
            thread_id=one.thread,
            kind=Kind.POST if one.is_post else Kind.COMMENT,
            url=entry.link,
            author=one.author,
            title=one.title if one.is_post else None,
            text=one.text,
            published_at=entry.published.at if entry.published else None,
            edited_at=entry.edited,
            is_owner_reply=not one.is_post and self.is_owner(one.author),
            reply_count=one.replies,
            deleted=one.is_deleted,
        )

    def _note_gap(self, response: TextResponse, names: set[str]) -> None:
        walk = self.walk_of(response)
        if walk.known and walk.hole_id is None and names and not names & walk.known:
            url = str(self.meta(response).get("plain_url") or response.url)
            self.leave_hole({"chain": walk.name, "url": url}, "no known entry is left among the newest 25")

    def _ask(self, chain: str, path: str, feed: str, wanted: dict[str, str] | None = None) -> Request:
        if self.secret(_KEY):
            return self._api(path, {**(wanted or {}), "limit": _PAGE}, chain=chain)
        return self.get(f"{self._web()}{feed}", params=wanted, chain=chain)

    def _api(self, path: str, wanted: dict[str, Any], **meta: Any) -> Request:
        return self.get(f"{self.token_host()}{path}", params={**wanted, "raw_json": 1}, **meta)

    def _web(self) -> str:
        return str(self.option("feed_url")).rstrip("/")

    def token_host(self) -> str:
        return str(self.option("api_url")).rstrip("/")


def _fullname(thing: Any) -> str | None:
    row, kind = tree(thing, "data"), words(thing, "kind")
    local = words(row, "id")
    return words(row, "name") or (f"{kind}_{local}" if kind and local else None)


def _score(row: Any) -> int | None:
    """Votes up less votes down; hidden for the first hours in many places."""
    if flag(row, "score_hidden") or flag(row, "hide_score"):
        return None
    score = number(row, "score")
    return int(score) if score is not None and abs(score) < 2**31 else None
