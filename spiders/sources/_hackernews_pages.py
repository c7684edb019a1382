"""Hacker News as a browser gets it, old and new markup: what `hackernews` reads where only a saved page is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from parsel import Selector
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Result, Unreadable
from spiders.text import element_text, tidy
from spiders.times import utc
from storage.records import Kind, Mention

_ID = re.compile(r"\bitem\?id=(\d{1,18})|^(?:up|score|down)_(\d{1,18})$")
_INDENT = 40
_MOST_ROWS = 3_000


def read(spider: MentionSpider, response: TextResponse) -> Iterator[Result]:
    """Stories of a list, or a story with its comments."""
    stories = response.xpath(
        "//td[@class='subtext'][.//a[contains(@href, 'user?id=')] or .//span[contains(@id, 'score_')]]"
    )[:_MOST_ROWS]
    comments = response.xpath("//td[contains(concat(' ', @class, ' '), ' default ')]")[:_MOST_ROWS]
    is_thread = len(stories) == 1 and ("item?id=" in response.url or bool(comments))
    story = _id_of(stories[0]) if is_thread else None
    yield from spider.each(stories, lambda row: _story(spider, row, response if is_thread else None))
    above: dict[int, str] = {}
    thread = story or (found[1] if (found := _ID.search(response.url)) else None)
    yield from spider.each(comments, lambda row: _comment(spider, row, thread, above))


def _story(spider: MentionSpider, row: Selector, page: TextResponse | None) -> Mention:
    own = _id_of(row)
    text = page.xpath("//*[contains(@class, 'toptext')]") if page else []
    return spider.mention(
        external_id=own,
        kind=Kind.POST,
        url=f"https://news.ycombinator.com/item?id={own}",
        author=_author(row),
        author_id=_author(row),
        title=_title(row),
        text=element_text(text[0].root) if text else None,
        published_at=_time(row),
        reply_count=_replies(row),
        like_count=_number(row.xpath(".//span[starts-with(@id, 'score_')]/text()").get()),
    )


def _title(row: Selector) -> str | None:
    links = row.xpath(
        "ancestor::tr[1]/preceding-sibling::tr[1]//td[@class='title']//a[not(contains(@href, 'from?site='))]"
    )
    return element_text(links[0].root) if links else None


def _comment(spider: MentionSpider, row: Selector, thread: str | None, above: dict[int, str]) -> Mention:
    own = _id_of(row)
    if own is None:
        raise Unreadable("no id")
    depth = (_number(row.xpath("ancestor::tr[1]//img[contains(@src, 's.gif')]/@width").get()) or 0) // _INDENT
    above[depth] = own
    said = row.xpath(".//*[contains(concat(' ', @class, ' '), ' commtext ')]") or row.xpath(".//span[@class='comment']")
    text = element_text(said[0].root, cut=("reply",)) if said else None
    author = _author(row)
    return spider.mention(
        external_id=own,
        thread_id=thread,
        parent_id=above.get(depth - 1, thread) if depth else thread,
        kind=Kind.COMMENT,
        url=f"https://news.ycombinator.com/item?id={own}",
        author=author,
        author_id=author,
        # Old pages end every comment with a rule that holds the place of the reply link.
        text=re.sub(r"\s*-----\s*$", "", text) or None if text else None,
        published_at=_time(row),
        is_owner_reply=spider.is_owner(author),
        deleted=author is None,
    )


def _id_of(row: Selector) -> str | None:
    links = row.xpath(".//span[starts-with(@id, 'score_')]/@id | .//a[contains(@href, 'item?id=')]/@href").getall()
    links += row.xpath("ancestor::tr[1]//a[starts-with(@id, 'up_')]/@id").getall()
    found = next((match for link in links if (match := _ID.search(link))), None)
    return (found[1] or found[2]) if found else None


def _author(row: Selector) -> str | None:
    return tidy(row.xpath(".//a[contains(@href, 'user?id=')]//text()").get(""))


def _time(row: Selector) -> datetime | None:
    # New pages state it ("2024-05-01T10:00:00 1714557600"); old ones say "16 days ago" of a day nobody noted.
    stated = row.xpath(".//span[@class='age']/@title").get("")
    return utc(stated.split(" ")[0]) if stated else None


def _replies(row: Selector) -> int | None:
    links = row.xpath(".//a//text()").getall()
    if any(link.strip() == "discuss" for link in links):
        return 0
    said = next((link for link in links if re.search(r"\d[\s\u00a0]comments?", link)), None)
    return _number(said)


def _number(text: str | None) -> int | None:
    found = re.search(r"\d{1,9}", text or "")
    return int(found[0]) if found else None
