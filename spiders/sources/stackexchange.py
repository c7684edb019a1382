"""Stack Exchange sites: questions by search, answers and comments of followed ones."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow, Unreadable
from spiders.shapes import count, dig, name_of, number, rows, tree, trees, words
from spiders.sources._markdown import markdown_to_text
from spiders.text import own_words, plain, tidy
from spiders.times import utc
from spiders.unaddressed import NOT_GIVEN
from storage.records import CrawlStatus, Kind, Mention, Thread

_KEY = "REPWATCH_STACKEXCHANGE_KEY"
_PAGE = 100
_IDS_A_CALL = 100
# Sites with a domain of their own.
_OWN_DOMAINS = frozenset({"stackoverflow", "serverfault", "superuser", "askubuntu", "stackapps"})
# Error ids: keys and tokens that are missing, wrong or not enough.
_REFUSED = frozenset({401, 402, 403, 405, 406})
_THROTTLED = frozenset({"throttle_violation", "temporarily_unavailable"})


class StackexchangeSpider(MentionSpider):
    """`-a brand=NAME [-a sites=stackoverflow,ru.stackoverflow]`"""

    name = "stackexchange"
    home = f"https://api.stackexchange.com/2.3/?site={NOT_GIVEN}"
    row = SourceRow(
        gives="questions, answers, comments",
        tier="api",
        languages="any (by site)",
        threads="yes",
        owner_answer="configured accounts",
        tested_on="documented format",
        default_every=timedelta(hours=1),
        key_env=(_KEY,),
        quiet_requests="1 per site and term; 2 per 100 followed questions",
    )
    options = (
        Option(name="sites", many=True, default=("stackoverflow",), help="sites as the API names them"),
        Option(name="api_url", default="https://api.stackexchange.com/2.3", help="address of the API"),
        Option(name="tags", many=True, default=(), help="every question with one of these tags, beside the search"),
    )
    reads_status = frozenset({400, 401, 403, 404, 502, 503})

    def first_requests(self) -> Iterable[Request]:
        for site in self.option("sites"):
            for term in self.terms:
                yield self._search(site, f"search:{site}:{term}", {"q": f'"{term}"'})
            for tag in self.option("tags"):
                yield self._search(site, f"tag:{site}:{tag}", {"tagged": tag})

    def revisits(self) -> Iterable[Request]:
        for site in self.option("sites"):
            there = [t for t in self.to_visit if t.instance == _host(site) and t.external_id.isdigit()]
            for start in range(0, len(there), _IDS_A_CALL):
                some = there[start : start + _IDS_A_CALL]
                ids = ";".join(thread.external_id for thread in some)
                # Answers and edits show in the questions; comments move nothing and are asked for by themselves.
                yield self._ask(f"/questions/{ids}", site, {"pagesize": _PAGE}, side=True, asked=ids.split(";"))
                yield self._comments_of(some, site)

    def sign(self, url: str) -> str:
        key = self.secret(_KEY)
        return f"{url}{'&' if '?' in url else '?'}key={key}" if key and url.startswith(self._api()) else url

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        if isinstance(dig(data, "items"), list) and response.status == 200:
            yield from self._items(response, data)
        elif data is not None:
            error = words(data, "error_name") or words(data, "error_message") or f"HTTP {response.status}"
            is_refused = error in _THROTTLED or {response.status, count(data, "error_id")} & _REFUSED
            is_error = "error_id" in data if isinstance(data, dict) else False
            kind = CrawlStatus.BLOCKED if is_refused else CrawlStatus.FAILED if is_error else CrawlStatus.CHANGED
            self.saw(CrawlStatus.FAILED if response.status != 200 and not is_refused else kind, error)

    def _items(self, response: TextResponse, data: Any) -> Iterator[Result]:
        found, meta = list(trees(data, "items")), self.meta(response)
        host = _host_of(response.url)
        yield from self.each(_opened(rows(data, "items")), lambda row: self._row(row, host, dict(meta)))
        if meta.get("asked"):
            yield from self._grown(response, found, meta["asked"])
        onward = self._following(response, data)
        if meta.get("side"):
            self.saw(CrawlStatus.OK, f"{len(found)} posts")
            if onward is not None:
                onward.meta.update({"side": True, "thread_of": meta.get("thread_of")})
                yield onward
            return
        yield from self._new_threads(response, found)
        seen = [(name, utc(row.get("creation_date"))) for row in found if (name := _row_id(row))]
        yield from self.turn(response, seen=seen, onward=onward)

    def _following(self, response: TextResponse, data: Any) -> Request | None:
        if dig(data, "has_more") is not True:
            return None
        page = int(at[1]) if (at := re.search(r"[?&]page=(\d{1,5})", response.url)) else 1
        bare = re.sub(r"([?&])(?:(?:page|key)=[^&]*(?:&|$))+", r"\1", response.url).rstrip("?&")
        # "backoff" in an answer is obeyed by the patience all spiders have.
        return self.get(bare, params={"page": page + 1})

    def _new_threads(self, response: TextResponse, found: list[Any]) -> Iterator[Request]:
        """Answers and comments of questions that name the brand and have some, once."""
        known = self.walk_of(response).known
        site = _site_of(response.url)
        wanted = [
            name
            for row in found
            if (name := name_of(row, "question_id")) and name not in known and count(row, "answer_count")
            if self.names_brand(plain(row.get("title")), plain(row.get("body"))) and self.once(f"{site} {name}")
        ]
        if wanted and response.request:
            yield self._ask(
                f"/questions/{';'.join(wanted[:_IDS_A_CALL])}/answers",
                site,
                {"pagesize": _PAGE},
                side=True,
                again=True,
            )

    def _grown(self, response: TextResponse, found: list[Any], asked: list[str]) -> Iterator[Result]:
        host = _host_of(response.url)
        site = _site_of(response.url)
        now = {name: row for row in found if (name := name_of(row, "question_id"))}
        grown = []
        for thread in self.plan.followed:
            if thread.instance != host or thread.external_id not in asked:
                continue
            row, latest = (
                now.get(thread.external_id),
                self.later(m.edited_at or m.published_at for m in thread.mentions),
            )
            if row is None:
                yield from (self.gone(m) for m in (thread.root,) if m is not None and not m.deleted)
            elif latest is None or (utc(row.get("last_activity_date")) or latest) > latest:
                grown.append(thread.external_id)
            else:
                # A closed question still takes comments, a locked one nothing.
                self.note_closed(host, thread.external_id, is_closed="locked_date" in row)
        if grown:
            yield self._ask(f"/questions/{';'.join(grown)}/answers", site, {"pagesize": _PAGE}, side=True, again=True)

    def _comments_of(self, threads: list[Thread], site: str) -> Request:
        """Comments under the questions and their known answers; which thread each post is in goes along."""
        thread_of = {
            m.external_id: thread.external_id
            for thread in threads
            for m in thread.mentions
            if m.external_id.isdigit() and not m.deleted
        }
        thread_of |= {thread.external_id: thread.external_id for thread in threads}
        ids = ";".join(list(thread_of)[:_IDS_A_CALL])
        wanted: dict[str, object] = {"pagesize": _PAGE, "order": "desc", "sort": "creation"}
        return self._ask(f"/posts/{ids}/comments", site, wanted, side=True, thread_of=thread_of)

    def _row(self, row: Any, host: str, meta: dict[str, Any]) -> Mention:
        comment, answer = name_of(row, "comment_id"), name_of(row, "answer_id")
        if comment:
            return self._comment(row, comment, host, meta)
        question = name_of(row, "question_id")
        if post := name_of(row, "post_id"):
            # The list of posts names both kinds alike, and no answer's question.
            answer, question = (post, None) if words(row, "post_type") == "answer" else (None, post)
        if not (answer or question):
            raise Unreadable("neither question, answer nor comment")
        title = None if answer else tidy(html.unescape(words(row, "title") or ""))
        if question and title:
            self.thread_titles[host, question] = title
        return self.mention(
            external_id=answer or question,
            thread_id=question,
            parent_id=question if answer else None,
            kind=Kind.COMMENT if answer else Kind.POST,
            url=words(row, "link") or f"https://{host}/{'a' if answer else 'q'}/{answer or question}",
            title=title,
            edited_at=utc(dig(row, "last_edit_date")),
            reply_count=None if answer else count(row, "answer_count"),
            **self._common(row, host, is_reply=answer is not None),
        )

    def _comment(self, row: Any, comment: str, host: str, meta: dict[str, Any]) -> Mention:
        post = name_of(row, "post_id")
        thread = name_of(row, "question_id") or words(meta, "thread_of", post or "") or post
        return self.mention(
            # Comments are numbered apart from posts.
            external_id=f"comment-{comment}",
            thread_id=thread,
            parent_id=post,
            kind=Kind.COMMENT,
            url=words(row, "link") or (f"https://{host}/q/{thread}#comment{comment}_{post}" if post else None),
            edited_at=None,
            **self._common(row, host, is_reply=True),
        )

    def _common(self, row: Any, host: str, is_reply: bool) -> dict[str, Any]:
        owner, score = tree(row, "owner"), number(row, "score")
        exists = words(owner, "user_type") != "does_not_exist"
        author = tidy(html.unescape(words(owner, "display_name") or "")) if exists else None
        author_id = name_of(owner, "user_id") if exists else None
        body = words(row, "body") or words(row, "excerpt")
        return {
            "instance": host,
            "author": author,
            "author_id": author_id,
            "text": own_words(body) if body else markdown_to_text(html.unescape(words(row, "body_markdown") or "")),
            "published_at": utc(dig(row, "creation_date")),
            "is_owner_reply": is_reply and self.is_owner(author_id, author),
            "like_count": int(score) if score is not None and abs(score) < 2**31 else None,
        }

    def _search(self, site: str, chain: str, wanted: dict[str, object]) -> Request:
        walk = self.chain(chain)
        floor = walk.watermark - walk.overlap if walk.watermark else walk.since
        order = {"order": "desc", "sort": "creation", "pagesize": _PAGE}
        since = int(floor.timestamp()) if floor else None
        return self._ask("/search/advanced", site, {**wanted, **order, "fromdate": since}, chain=chain)

    def _api(self) -> str:
        return str(self.option("api_url")).rstrip("/")

    def _ask(self, path: str, site: str, wanted: dict[str, object], **meta: Any) -> Request:
        return self.get(f"{self._api()}{path}", params={"site": site, **wanted, "filter": "withbody"}, **meta)


def _opened(found: list[Any]) -> Iterator[Any]:
    """Rows, each followed by the comments and answers that some filters put inside it."""
    for row in found:
        yield row
        under = {"question_id": name_of(row, "question_id")}
        yield from ({**under, **comment} for comment in trees(row, "comments"))
        yield from _opened([{**under, **answer} for answer in trees(row, "answers")])


def _row_id(row: Any) -> str | None:
    comment = name_of(row, "comment_id")
    return f"comment-{comment}" if comment else name_of(row, "answer_id") or name_of(row, "question_id")


def _host(site: str) -> str:
    """The host of a site as the API names it."""
    last = site.rsplit(".", 1)[-1]
    if last in _OWN_DOMAINS:
        return f"{site}.com"
    return site if last in ("net", "com") else f"{site}.stackexchange.com"


def _site_of(url: str) -> str:
    """The site an address asks about."""
    return parse_qs(urlsplit(url).query).get("site", ["stackoverflow"])[0]


def _host_of(url: str) -> str:
    return _host(_site_of(url))
