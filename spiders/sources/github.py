"""GitHub: issues by search, issues and comments of watched repositories, discussions with a token."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.links import next_link
from spiders.shapes import count, dig, flag, name_of, rows, tree, trees, words
from spiders.sources import _github_graphql as graphql
from spiders.sources._markdown import markdown_to_text
from spiders.text import tidy
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention

_KEY = "REPWATCH_GITHUB_KEY"
_PAGE = 100
_ISSUE = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d{1,9})")
_WEB_ISSUE = re.compile(r"github\.com/([^/]+/[^/]+)/(?:issues|pull|discussions)/(\d{1,9})")
_THREAD = re.compile(r"([\w.-]+/[\w.-]+)#(\d{1,9})$")
_OWNERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class GithubSpider(MentionSpider):
    """`-a brand=NAME [-a repos=OWNER/NAME,…] [-a search=no] [-a discussions=yes]`"""

    name = "github"
    home = "https://api.github.com/"
    row = SourceRow(
        gives="issues, comments, discussions",
        tier="api",
        languages="any",
        threads="yes",
        owner_answer="members of watched repositories; configured accounts elsewhere",
        tested_on="real recordings; whole discussions on the documented format",
        default_every=timedelta(minutes=30),
        key_env=(_KEY,),
        quiet_requests="1 per term, 2 per repository, 1 per followed issue; conditional (304 costs nothing)",
    )
    options = (
        Option(name="repos", many=True, default=(), help="the brand's repositories, as OWNER/NAME"),
        Option(name="search", type=bool, default=True, help="search all public issues for the brand's terms"),
        Option(name="api_url", default="https://api.github.com", help="address of the API"),
        Option(name="discussions", type=bool, default=False, help="discussions of the repositories; needs the token"),
    )
    reads_status = frozenset({404, 410})

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("repos")) and not self.option("search")

    def first_requests(self) -> Iterable[Request]:
        for term in self.terms if self.option("search") else ():
            wanted = {"q": f'"{term}" type:issue', "sort": "created", "order": "desc", "per_page": _PAGE}
            yield self._ask("/search/issues", wanted, chain=f"search:{term}")
        for repo in self.option("repos"):
            newest: dict[str, object] = {"sort": "updated", "direction": "desc", "per_page": _PAGE}
            yield self._ask(f"/repos/{repo}/issues", {**newest, "state": "all"}, chain=f"issues:{repo}")
            yield self._ask(f"/repos/{repo}/issues/comments", newest, chain=f"comments:{repo}")
            if self.option("discussions") and self.secret(_KEY):
                yield self.get(graphql.address(self._api(), repo, None), chain=f"discussions:{repo}")

    def revisits(self) -> Iterable[Request]:
        # A conditional call that answers 304 is not counted against the limit.
        for thread in self.to_visit:
            found = _THREAD.match(thread.external_id)
            if found and "/discussions/" not in (thread.url or ""):
                yield self._ask(f"/repos/{found[1]}/issues/{found[2]}", {}, side=True, thread=thread.external_id)

    def get(self, url: str, **given: Any) -> Request:
        """As the base's, with the token; to GraphQL the query goes as the body, its variables stay in the address."""
        key = self.secret(_KEY)
        auth = {"Authorization": f"Bearer {key}"} if key else {}
        # GitHub is told to answer in the form of that day.
        form = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        given["headers"] = {**form, **auth, **(given.get("headers") or {})}
        request = super().get(url, **given)
        if urlsplit(url).path != "/graphql":
            return request
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return request.replace(method="POST", body=json.dumps(graphql.question(asked)))

    def read(self, response: TextResponse) -> Iterator[Result]:
        if response.status in self.reads_status:
            yield from self.not_found(response)
            return
        data = self.json(response)
        if isinstance(data, list):
            yield from self._rows(response, data)
        elif isinstance(dig(data, "items"), list) and "total_count" in data:
            yield from self._rows(response, data["items"])
        elif dig(data, "data") is not None or (isinstance(dig(data, "errors"), list) and "message" not in data):
            yield from self._graphql(response, data)
        elif name_of(data, "id") and (words(data, "title") or "body" in data):
            yield from self.each([data], lambda row: self._row(row, response))
            yield from self._comments_of(data)
        elif isinstance(dig(data, "resources"), dict):
            self.saw(CrawlStatus.EMPTY, "rate limits, no issues")
        elif data is not None:
            message = words(data, "message")
            is_limit = "rate limit" in (message or "").lower() or count(data, "status") in (401, 403, 429)
            self.saw(
                CrawlStatus.BLOCKED if is_limit else CrawlStatus.FAILED if message else CrawlStatus.CHANGED,
                message or "neither issues nor comments",
            )

    def _rows(self, response: TextResponse, found: list[Any]) -> Iterator[Result]:
        yield from self.each(found, lambda row: self._row(row, response))
        meta = self.meta(response)
        following = next_link(response)
        onward = self.get(following) if following else None
        if meta.get("side"):
            yield from self._rest_of_thread(response, found, onward)
            return
        by_change = "sort=updated" in response.url
        seen = [
            (name, utc(row.get("updated_at" if by_change else "created_at")))
            for row in trees(found)
            if (name := name_of(row, "id"))
        ]
        yield from self.turn(response, seen=seen, onward=onward)

    def _rest_of_thread(self, response: TextResponse, found: list[Any], onward: Request | None) -> Iterator[Result]:
        meta = self.meta(response)
        there = [*rows(dict(meta), "there"), *(name for row in trees(found) if (name := name_of(row, "id")))]
        if onward is not None and len(there) < 2_000:
            onward.meta.update({"side": True, "thread": meta.get("thread"), "there": there})
            yield onward
        elif onward is None and meta.get("thread"):
            yield from self.vanished("", str(meta["thread"]), there)

    def _comments_of(self, issue: Any) -> Iterator[Request]:
        """The comments of a followed issue, where it changed since it was last seen."""
        place = _place(issue, "")
        thread = next((t for t in self.plan.followed if t.external_id == place), None)
        if thread is None or place is None or not self.once(f"comments {place}"):
            return
        known = sum(not reply.deleted for reply in thread.replies)
        root = thread.root
        has_changed = root is None or root.reply_count != count(issue, "comments") or known != count(issue, "comments")
        if has_changed and (found := _THREAD.match(place)):
            path = f"/repos/{found[1]}/issues/{found[2]}/comments"
            yield self._ask(path, {"per_page": _PAGE}, side=True, again=True, thread=place)
        else:
            # A closed issue is still talked about, a locked one is not.
            self.note_closed("", place, is_closed=flag(issue, "locked"))

    def _row(self, row: Any, response: TextResponse) -> Mention | None:
        if words(row, "event") not in (None, "commented"):
            return None
        # Pull requests come among the issues; in old answers every issue has the key, with nothing in it.
        if any(tree(row, "pull_request").values()):
            return None
        is_issue = words(row, "title") is not None
        place = _place(row, response.url)
        user = tree(row, "user")
        author, author_id = words(user, "login"), name_of(user, "id")
        published, body = utc(dig(row, "created_at")), dig(row, "body")
        title = tidy(words(row, "title") or "")
        if place and title:
            self.thread_titles["", place] = title
        is_gone = author in (None, "ghost")
        return self.mention(
            external_id=name_of(row, "id"),
            thread_id=place,
            parent_id=None if is_issue else place,
            kind=Kind.POST if is_issue else Kind.COMMENT,
            url=words(row, "html_url") or self._permalink(row, place),
            author=None if is_gone else author,
            author_id=None if is_gone else author_id,
            title=title,
            text=markdown_to_text(body, has_html=True),
            published_at=published,
            # An issue's updated_at moves with every label and comment; only a comment's tells an edit.
            edited_at=None if is_issue else edited(published, dig(row, "updated_at")),
            is_owner_reply=not is_issue and self.is_ours(words(row, "author_association"), place, author, author_id),
            reply_count=count(row, "comments"),
            like_count=count(row, "reactions", "total_count"),
        )

    def is_ours(self, association: str | None, place: str | None, *names: str | None) -> bool:
        """The people of a watched repository answer for the brand; those of any other one only if configured."""
        repo = (place or "").split("#", 1)[0].lower()
        watched = {one.lower() for one in self.option("repos")}
        is_own_place = repo in watched or not self.plan.brands
        return (association in _OWNERS and is_own_place) or self.is_owner(*names)

    def _graphql(self, response: TextResponse, data: Any) -> Iterator[Result]:
        nodes = graphql.nodes_of(data)
        if nodes is None:
            errors = [words(error, "message") or "" for error in trees(data, "errors")]
            self.saw(CrawlStatus.FAILED if errors else CrawlStatus.CHANGED, "; ".join(errors)[:200] or "no discussions")
            return
        yield from self.each(nodes, lambda node: graphql.mentions_of(self, node))
        repo, after = graphql.repo_of(data, response.url), graphql.next_cursor(data)
        seen = [(name, utc(dig(node, "updatedAt"))) for node in nodes if (name := graphql.id_of(node))]
        onward = self.get(graphql.address(self._api(), repo, after)) if repo and after else None
        yield from self.turn(response, seen=seen, onward=onward)

    def _permalink(self, row: Any, place: str | None) -> str | None:
        found = _THREAD.match(place or "")
        if not found:
            return None
        base = f"https://github.com/{found[1]}/issues/{found[2]}"
        return base if words(row, "title") else f"{base}#issuecomment-{name_of(row, 'id')}"

    def _api(self) -> str:
        return str(self.option("api_url")).rstrip("/")

    def _ask(self, path: str, wanted: dict[str, object], **meta: Any) -> Request:
        return self.get(f"{self._api()}{path}", params=wanted, fresh_only=True, **meta)


def _place(row: Any, page: str) -> str | None:
    """OWNER/NAME#NUMBER of the issue a row is or belongs to; old comments name none and go by the page they are on."""
    for stated in (words(row, "issue_url"), words(row, "html_url"), words(row, "url"), page):
        found = _ISSUE.search(stated or "") or _WEB_ISSUE.search(stated or "")
        if found and f"/issues/comments/{found[2]}" not in (stated or ""):
            return f"{found[1]}#{found[2]}"
    return None
