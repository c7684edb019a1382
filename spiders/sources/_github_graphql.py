"""GitHub's discussions, which only GraphQL knows: the question, and what its answers hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from spiders.base import Unreadable
from spiders.shapes import count, dig, flag, name_of, rows, tree, trees, words
from spiders.sources._markdown import markdown_to_text
from spiders.text import tidy
from spiders.times import edited, utc
from storage.records import Kind, Mention

if TYPE_CHECKING:
    from spiders.sources.github import GithubSpider

# What is asked of a discussion, a comment and a reply alike.
_SAID = """id databaseId url body createdAt lastEditedAt authorAssociation upvoteCount
author{login ... on User{databaseId}}"""
_QUERY = """query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){
discussions(first:20,after:$after,orderBy:{field:UPDATED_AT,direction:DESC}){pageInfo{endCursor hasNextPage}
nodes{number title updatedAt SAID repository{nameWithOwner}
comments(first:50){totalCount nodes{SAID replies(first:30){totalCount nodes{SAID}}}}}}}}""".replace("SAID", _SAID)


def address(api: str, repo: str, after: str | None) -> str:
    """An address that names the page, so that a hole can be filled from it."""
    asked = {"repo": repo, "after": after} if after else {"repo": repo}
    return f"{api}/graphql?{urlencode(asked)}"


def question(asked: dict[str, str]) -> dict[str, Any]:
    """The body to post for such an address."""
    owner, _, name = asked.get("repo", "").partition("/")
    return {"query": _QUERY, "variables": {"owner": owner, "name": name, "after": asked.get("after")}}


def nodes_of(data: Any) -> list[Any] | None:
    """The discussions of an answer: a repository's page, one discussion, or hits of a search."""
    for path in (("data", "repository", "discussions", "nodes"), ("data", "search", "nodes")):
        if isinstance(found := dig(data, *path), list):
            return [node for node in found if node]
    edges = rows(data, "data", "repository", "discussions", "edges")
    single = tree(data, "data", "repository", "discussion") or tree(data, "data", "node")
    return [dig(edge, "node") for edge in edges] or ([single] if single else None)


def next_cursor(data: Any) -> str | None:
    """Where the next page begins, if there is one."""
    page = tree(data, "data", "repository", "discussions", "pageInfo")
    return words(page, "endCursor") if flag(page, "hasNextPage") else None


def repo_of(data: Any, url: str) -> str | None:
    """OWNER/NAME the answer is about."""
    if found := re.search(r"[?&]repo=([\w.-]+)(?:/|%2F)([\w.-]+)", url):
        return f"{found[1]}/{found[2]}"
    return next((repo for node in nodes_of(data) or [] if (repo := _repo(node))), None)


def id_of(node: Any) -> str | None:
    """The id of a discussion; where none was asked for, its place."""
    return name_of(node, "databaseId") or name_of(node, "id") or _place(node)


def mentions_of(spider: GithubSpider, node: Any) -> Iterator[Mention]:
    """A discussion, its comments, their replies; or only those, where the discussion itself was not asked for."""
    comments, replies = list(trees(node, "comments", "nodes")), list(trees(node, "replies", "nodes"))
    place = _place(node) or next((at for row in (*comments, *replies) if (at := _place(row))), None)
    if place is None:
        raise Unreadable("a discussion without repository and number")
    root_id = name_of(node, "databaseId") or name_of(node, "id")
    if title := tidy(words(node, "title") or ""):
        spider.thread_titles["", place] = title
        root = _said(spider, node, place, None, title)
        root_id = root.external_id
        yield root
    elif words(node, "body") and not comments:
        yield _said(spider, node, place, words(node, "replyTo", "id") or place, None)
    for comment in comments:
        above = _said(spider, comment, place, root_id or place, None)
        yield above
        yield from (_said(spider, r, place, above.external_id, None) for r in trees(comment, "replies", "nodes"))
    yield from (_said(spider, reply, place, root_id or place, None) for reply in replies)


def _said(spider: GithubSpider, node: Any, place: str, parent: str | None, title: str | None) -> Mention:
    author, published = words(node, "author", "login"), utc(dig(node, "createdAt"))
    author_id = name_of(node, "author", "databaseId") or name_of(node, "author", "id")
    association = words(node, "authorAssociation")
    repo, _, number = place.partition("#")
    votes = (count(node, "upvoteCount"), count(node, "reactions", "totalCount"))
    return spider.mention(
        external_id=id_of(node) if parent is None else name_of(node, "databaseId") or name_of(node, "id"),
        thread_id=place,
        parent_id=parent,
        kind=Kind.POST if parent is None else Kind.COMMENT,
        url=words(node, "url") or f"https://github.com/{repo}/discussions/{number}",
        author=None if author == "ghost" else author,
        author_id=author_id,
        title=title,
        text=markdown_to_text(dig(node, "body") or dig(node, "bodyText"), has_html=True),
        published_at=published,
        edited_at=edited(published, dig(node, "lastEditedAt")),
        is_owner_reply=parent is not None and spider.is_ours(association, place, author, author_id),
        reply_count=count(node, "comments", "totalCount") or count(node, "replies", "totalCount"),
        like_count=next((found for found in votes if found is not None), None),
    )


def _repo(node: Any) -> str | None:
    repo, url = tree(node, "repository"), words(node, "url") or ""
    if full := words(repo, "nameWithOwner"):
        return full
    if (owner := words(repo, "owner", "login")) and (name := words(repo, "name")):
        return f"{owner}/{name}"
    found = re.search(r"github\.com/([\w.-]+/[\w.-]+)/discussions/", url)
    return found[1] if found else None


def _place(node: Any) -> str | None:
    repo, number = _repo(node), count(node, "number")
    if number is None and (found := re.search(r"/discussions/(\d{1,9})", words(node, "url") or "")):
        number = int(found[1])
    return f"{repo}#{number}" if repo and number is not None else None
