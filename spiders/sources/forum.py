"""Forums in HTML: XenForo, phpBB, Forumotion, vBulletin and Discourse without its API, on the pages an operator
names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from lxml.etree import _Element as Element
from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.chain import Seen
from spiders.shapes import tree, words
from spiders.sources._forum_engines import Engine
from spiders.sources._forum_pages import engine_of, finds, numbered, own, page_links, post_number, posts_of, shown
from spiders.sources._forum_posts import (
    ThreadPage,
    clean,
    edited_at,
    is_deleted,
    likes,
    quoted,
    time_lines,
    when,
)
from spiders.sources._forum_times import Clock, clock_of
from spiders.text import element_text
from spiders.times import moment
from storage.records import CrawlStatus, Kind, Mention

_LOGIN = (
    "//html[@data-template='login' or @data-template='error'] | //form[@id='login' or contains(@action,'mode=login')"
    " or contains(@action,'login.php?do=login')]//input[@type='password']"
)
# In the cursor: the page on which each thread ended, where the next crawl goes on.
_LAST_PAGES = "last_pages"
_MOST_LAST_PAGES = 500


class ForumSpider(MentionSpider):
    """`-a brand=NAME -a pages=https://forum.example.org/forums/phones.4/,… [-a engine=…] [-a zone=Europe/Warsaw]`"""

    name = "forum"
    # A thread that is gone answers so.
    reads_status = frozenset({404, 410})
    row = SourceRow(
        gives="posts of XenForo, phpBB, vBulletin, Forumotion boards",
        tier="page",
        languages="any (never stated)",
        threads="yes (flat)",
        owner_answer="configured accounts or user groups",
        tested_on="XenForo, phpBB, Forumotion, Discourse pages: real recordings; vBulletin: documented format",
        default_every=timedelta(hours=1),
        quiet_requests="1 per page named (conditional), and robots.txt; 1 per followed thread",
    )
    options = (
        Option(name="pages", many=True, required=True, help="addresses of boards (lists of threads) or of threads"),
        Option(
            name="engine", help="xenforo, phpbb, vbulletin, forumotion or discourse; seen from the page if left out"
        ),
        Option(name="own_forum", type=bool, default=False, help="the board is the brand's own: all of it is about it"),
        Option(name="owner_groups", many=True, default=(), help="user titles that mean the brand, e.g. Support Team"),
        Option(
            name="zone", help="the board's time zone, e.g. Europe/Warsaw; else what the page says of itself, or UTC"
        ),
        Option(name="date_order", help="how the board writes dates in figures: DMY, MDY or YMD"),
        Option(name="threads_a_crawl", type=int, default=30, help="at most so many threads of one board are opened"),
    )

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("own_forum"))

    def first_requests(self) -> Iterable[Request]:
        for page in self.option("pages"):
            chain = f"page:{page}"
            yield self.get(self._last_page(chain) or page, chain=chain, fresh_only=True)

    def revisits(self) -> Iterable[Request]:
        # The permalink of the newest post known shows its page, and what came after it.
        for thread in self.plan.followed:
            newest = max(
                thread.mentions, key=lambda m: (m.published_at or thread.first_seen_at, m.external_id), default=None
            )
            if newest and newest.url:
                yield self.get(newest.url.split("#")[0], side=True, thread=thread.external_id, chain=None)

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status in (404, 410):
            yield from self.not_found(response)
            return
        root = response.selector.root
        if not isinstance(root, Element):
            self.saw(CrawlStatus.CHANGED, "no page of HTML")
            return
        wanted = self.option("engine")
        try:
            engine = engine_of(root, str(wanted) if wanted else None)
        except LookupError as error:
            self.saw(CrawlStatus.FAILED, str(error))
            return
        posts = posts_of(root, engine) if engine else []
        if engine and posts:
            yield from self._thread(response, root, engine, posts)
        elif root.xpath(_LOGIN):
            self.saw(CrawlStatus.BLOCKED, "asks for a login")
        elif engine and (threads := root.xpath(engine.rows)):
            yield from self._board(response, engine, threads)
        else:
            self.saw(CrawlStatus.CHANGED, f"neither posts nor threads of {engine.name if engine else 'a known engine'}")

    # A thread.

    def _thread(self, response: TextResponse, root: Element, engine: Engine, posts: list[Element]) -> Iterator[Result]:
        stated = [line for post in posts for line in time_lines(post, engine)]
        order, zone = self.option("date_order"), self.option("zone")
        clock = clock_of(response, root, stated, zone=zone and str(zone), order=order and str(order), now=self.plan.now)
        page = ThreadPage(response, root, engine, posts[0])
        if page.thread_id and page.title:
            self.thread_titles[self.host(response.url), page.thread_id] = page.title
        made = list(self.each(posts, lambda post: self._post(page, post, clock)))
        yield from made
        mentions = [one for one in made if isinstance(one, Mention)]
        yield from self._onward(response, root, engine, page, mentions)

    def _post(self, page: ThreadPage, post: Element, clock: Clock) -> Mention:
        engine, number = page.engine, post_number(post, page.engine)
        if number is None:
            raise Unreadable("a post without a number")
        is_first = page.is_first and post is page.first
        at = when(post, engine, clock)
        body = next(own(post, engine.body, engine), None)
        if body is None and not is_deleted(post, engine):
            raise Unreadable("a post without a body")
        name = f"{page.thread_id}/{number}" if engine.name == "discourse" and page.thread_id else number
        author = next((text for one in own(post, engine.author, engine) if (text := shown(one))), None)
        author_id = next(
            (n for one in own(post, engine.author_id, engine) if (n := numbered(engine.author_number, str(one)))), None
        )
        return self.mention(
            external_id=name,
            thread_id=page.thread_id,
            parent_id=None if is_first else quoted(post, engine) or page.root_id(self._root_of(page)),
            kind=Kind.POST if is_first else Kind.COMMENT,
            instance=self.host(page.url),
            url=page.permalink(post, number),
            author=author,
            author_id=author_id,
            title=page.title if is_first else None,
            text=element_text(body, cut=engine.cut) if body is not None else None,
            published_at=at.at if at else None,
            date_only=at.date_only if at else False,
            edited_at=edited_at(post, engine, clock, at),
            is_owner_reply=not is_first and (self.is_owner(author_id, author) or self._is_staff(post, engine)),
            like_count=likes(post, engine),
            deleted=is_deleted(post, engine),
        )

    def _root_of(self, page: ThreadPage) -> str | None:
        """On later pages the opening post is only known where the thread is followed."""
        followed = (
            t for t in self.plan.followed if (t.instance, t.external_id) == (self.host(page.url), page.thread_id)
        )
        return next((t.root.external_id for t in followed if t.root), None)

    def _is_staff(self, post: Element, engine: Engine) -> bool:
        groups = {str(group).casefold() for group in self.option("owner_groups") or ()}
        return bool(groups) and any((shown(one) or "").casefold() in groups for one in own(post, engine.group, engine))

    def _onward(
        self, response: TextResponse, root: Element, engine: Engine, page: ThreadPage, made: list[Mention]
    ) -> Iterator[Result]:
        """A thread is read from its newest page backwards, until the known begins; a followed one forwards."""
        following, previous, last = (clean(response, one) for one in page_links(root, engine))
        meta, chain = self.meta(response), self._thread_chain(response, page.thread_id)
        seen = [(one.external_id, one.published_at) for one in made]
        is_backwards = bool(meta.get("backwards"))
        if page.is_first and not following and page.thread_id:
            yield from self.vanished(self.host(response.url), page.thread_id, [one.external_id for one in made])
        if not following and not meta.get("side"):
            self._keep_last_page(chain, response.url)
        if meta.get("side"):
            if following and self.once(following):
                yield self.get(following, side=True, thread=page.thread_id)
        elif following and not is_backwards:
            yield from self._further(chain, page, seen, following, last)
        else:
            # The first page has been read already, whichever way it is written.
            is_first = previous == meta.get("first") or numbered(engine.page_number, previous) in (None, "0", "1")
            back = previous if is_backwards and not is_first else None
            onward = self.get(back, backwards=True, first=meta.get("first")) if back else None
            yield from self.turn(response, seen=seen, onward=onward, chain=chain)

    def _further(self, chain: str, page: ThreadPage, seen: Seen, following: str, last: str | None) -> Iterator[Request]:
        """A new thread is gone on with from its newest page; a known one from where the last crawl ended."""
        walk = self.chain(chain)
        if page.is_first and last and chain not in tree(self.plan.cursor.get(_LAST_PAGES)):
            yield self.get(last, chain=chain, backwards=True, first=page.url)
            return
        walk.note(seen)
        if walk.pages >= self.plan.settings.page_cap:
            self._keep_last_page(chain, following)
        elif self.once(following):
            yield self.get(following, chain=chain)

    def _keep_last_page(self, chain: str, url: str) -> None:
        kept = {**tree(self.cursor.get(_LAST_PAGES))}
        kept.pop(chain, None)
        self.move_cursor(_LAST_PAGES, dict([*kept.items(), (chain, url)][-_MOST_LAST_PAGES:]))

    def _last_page(self, chain: str) -> str | None:
        return words(self.plan.cursor.get(_LAST_PAGES), chain)

    def _thread_chain(self, response: TextResponse, thread_id: str | None) -> str:
        return str(self.meta(response).get("chain") or f"thread:{self.host(response.url)}:{thread_id}")

    # A list of threads.

    def _board(self, response: TextResponse, engine: Engine, threads: list[Element]) -> Iterator[Result]:
        # Where a hole is read too, what the board's own walk knows is no news.
        walk = self.chain(self.walk_of(response).name)
        seen: list[tuple[str, datetime | None]] = []
        for row in threads:
            link = clean(response, next((str(one) for one in finds(row, engine.row_link)), None))
            number = numbered(engine.thread_number, link)
            if not link or not number or self.host(link) != self.host(response.url):
                continue
            at = next((m.at for one in finds(row, engine.row_time) if (m := moment(str(one)))), None)
            # With its last post's time in the name, a thread that grew is a new row.
            key = f"{number}@{at.isoformat()}" if at else number
            seen.append((key, at))
            if (
                key not in walk.known
                and len(seen) <= int(self.option("threads_a_crawl"))
                and self.once(f"thread {number}")
            ):
                chain = f"thread:{self.host(link)}:{number}"
                yield self.get(self._last_page(chain) or link, chain=chain, again=True)
        self.saw(CrawlStatus.OK if seen else CrawlStatus.CHANGED, f"{len(seen)} threads")
        following = clean(response, next(iter(page_links(response.selector.root, engine)), None))
        yield from self.turn(response, seen=seen, onward=self.get(following) if following else None)
