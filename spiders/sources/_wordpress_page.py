"""Comments as a WordPress page shows them (li.comment), in the words of its REST route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml.etree import _Element as Element
from scrapy.http import TextResponse

from spiders.text import element_text, tidy
from spiders.times import Moment, spoken

_COMMENTS = (
    "//*[self::li or self::article or self::div][contains(concat(' ',@class,' '),' comment ')]"
    "[starts-with(@id,'comment-') or starts-with(@id,'li-comment-')]"
)
_NUMBER = re.compile(r"^(?:li-)?comment-(\d{1,18})$")


def comments_of(response: TextResponse, zone: str, now: datetime) -> Iterator[dict[str, Any]]:
    """One a comment: id, parent, post, author, text, time (Moment), link, is_post_author."""
    root = response.selector.root
    if not isinstance(root, Element):
        return
    post = _post(response)
    for block in root.xpath(_COMMENTS)[:2_000]:
        if number := _number(block):
            yield {
                "id": number,
                "parent": _parent(block),
                "post": post,
                "author": _said(block, "fn") or _said(block, "comment-author"),
                "text": _body(block),
                "time": _time(block, zone, now),
                "link": _link(block, response, number),
                "is_post_author": "bypostauthor" in (block.get("class") or "").split(),
            }


def _post(response: TextResponse) -> str | None:
    stated = response.xpath("//input[@name='comment_post_ID']/@value | //link[@rel='shortlink']/@href").getall()
    stated += [one for one in response.xpath("string(//body/@class)").get("").split() if one.startswith("postid-")]
    return next((found[1] for one in stated if (found := re.search(r"(?:^|[?&]p=|postid-)(\d{1,18})$", one))), None)


def _parent(block: Element) -> str | None:
    above = (_number(one) for one in block.iterancestors("li", "article", "div"))
    return next((number for number in above if number and number != _number(block)), None)


def _number(element: Element) -> str | None:
    found = _NUMBER.match(element.get("id") or "")
    return found[1] if found else None


def _own(block: Element, path: str) -> Iterator[Element]:
    """What the path finds in this comment and not in an answer nested inside it."""
    for one in block.xpath(path):
        above = (_number(element) for element in (one, *one.iterancestors()))
        if next((number for number in above if number), None) == _number(block):
            yield one


def _said(block: Element, name: str) -> str | None:
    found = next(_own(block, f".//*[contains(concat(' ',@class,' '),' {name} ')]"), None)
    return tidy(" ".join("".join(found.itertext()).split())) if found is not None else None


def _body(block: Element) -> str | None:
    # The oldest themes put everything into one box.
    boxes = (
        f".//*[contains(concat(' ',@class,' '),' {name} ')]"
        for name in ("comment-content", "comment-text", "comment-body")
    )
    found = next((one for box in boxes for one in _own(block, box)), None)
    cut = ("comment-author", "comment-meta", "commentmetadata", "reply", "comment-awaiting-moderation")
    return element_text(found, cut=cut, keep_quotes=False) if found is not None else None


def _time(block: Element, zone: str, now: datetime) -> Moment | None:
    exact = next(_own(block, ".//time[@datetime]"), None)
    if exact is not None:
        return spoken(exact.get("datetime"), zone=zone, now=now)
    shown = _said(block, "comment-meta") or _said(block, "commentmetadata") or _said(block, "comment-date")
    return spoken(re.sub(r"\s(?:at|o godz\.?|um|в|la|ob|o)\s(?=\d)", " ", shown or ""), zone=zone, now=now)


def _link(block: Element, response: TextResponse, number: str) -> str:
    stated = (one.get("href") for one in _own(block, ".//a[contains(@href,'#comment-')]"))
    found = next((link for link in stated if link and re.search(rf"#comment-{number}$", link)), None)
    return response.urljoin(found) if found else f"{response.url.split('#')[0]}#comment-{number}"
