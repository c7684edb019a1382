"""What WordPress's REST answers have in common, for comments and for shop reviews."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from scrapy.http import TextResponse

from spiders.links import next_link
from spiders.refusals import is_html, refusal
from spiders.shapes import count, dig, tree, words
from spiders.times import utc
from storage.records import CrawlStatus

_WALLS = ("rest_forbidden", "rest_cannot", "rest_login", "rest_not_logged", "woocommerce_rest_cannot", "unauthorized")


def without_envelope(data: Any) -> Any:
    """The body without {"data": …}, in which WordPress.com's tunnel wraps it, and {"body": …} of ?_envelope."""
    inner = dig(data, "data")
    if isinstance(inner, list) or (isinstance(inner, dict) and "id" in inner):
        return inner
    body = dig(data, "body")
    return body if isinstance(body, list) and count(data, "status") is not None else data


def rows_of(data: Any) -> Any:
    """The list of an answer: core's is bare, WordPress.com's older route has it under "comments"."""
    older = dig(data, "comments")
    return older if isinstance(older, list) else data


def as_core(row: Any) -> Any:
    """A comment of WordPress.com's older route (rest/v1) in the words of core's."""
    if not isinstance(row, dict) or "ID" not in row:
        return row
    author, above = tree(row, "author"), dig(row, "parent", "ID")
    return {
        "id": row["ID"],
        "post": dig(row, "post", "ID"),
        "parent": above or 0,
        "author": dig(author, "ID") or 0,
        "author_name": author.get("name"),
        # It states its zone.
        "date_gmt": row.get("date"),
        "content": {"rendered": row.get("content")},
        "link": row.get("URL"),
        "status": row.get("status"),
        "type": row.get("type"),
        "like_count": row.get("like_count"),
    }


def utc_of(row: Any, prefix: str = "date", zone: str = "UTC") -> datetime | None:
    """The time in UTC. The local one names no zone: it is read in the site's, where the other is missing."""
    return utc(dig(row, f"{prefix}_gmt")) or utc(dig(row, prefix), zone)


def next_page(response: TextResponse) -> str | None:
    """The next page as the headers say; only of the site in hand."""
    if response.headers.get("Link") and (following := next_link(response)):
        return following if base_of(following) == base_of(response.url) else None
    pages = count((response.headers.get("X-WP-TotalPages") or b"").decode("latin-1"))
    page = int(found[1]) if (found := re.search(r"[?&]page=(\d{1,6})", response.url)) else 1
    if not pages or page >= pages:
        return None
    bare = re.sub(r"([?&])page=\d+&?", r"\1", response.url).rstrip("?&")
    return f"{bare}{'&' if '?' in bare else '?'}page={page + 1}"


def base_of(url: str) -> str:
    """The site an address of its REST route belongs to, with its folder."""
    return re.split(r"/wp-json/|/comments/feed|/\?rest_route=", url, maxsplit=1)[0].rstrip("/")


def said_by_error(response: TextResponse, data: Any) -> tuple[CrawlStatus, str]:
    """How a page without rows went: refused, switched off, or something else than the route."""
    code = words(data, "code") or words(data, "error")
    # The body repeats the status, which a saved file may have lost.
    refused = refusal(response.status) or refusal(count(data, "data", "status") or 200)
    if code and code.startswith(_WALLS):
        return CrawlStatus.BLOCKED, code
    if refused:
        return refused[0], f"{refused[1]}{f' {code}' if code else ''}"
    if code:
        return CrawlStatus.FAILED, code
    return CrawlStatus.CHANGED, "a web page where JSON was expected" if is_html(response) else "no rows in the body"
