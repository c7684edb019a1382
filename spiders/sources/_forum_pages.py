"""Reads forum pages by their engine's map: which engine it is, its posts, what belongs to one post, the other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import _Element as Element

from spiders.sources._forum_engines import ENGINES, Engine

# Where every engine says which page comes next, and which before.
_NEXT = (
    "//link[@rel='next']/@href | //a[@rel='next']/@href | //*[contains(@class,'pagination')]//*[contains("
    "concat(' ',@class,' '),' next ') or contains(@class,'arrow-right') or contains(@class,'right-box')]"
    "/descendant-or-self::a/@href"
)
_PREV = (
    "//link[@rel='prev']/@href | //a[@rel='prev']/@href | //*[contains(@class,'pagination')]//*[contains("
    "concat(' ',@class,' '),' previous ') or contains(@class,'arrow-left') or contains(@class,'left-box')]"
    "/descendant-or-self::a/@href"
)


def engine_of(root: Element, wanted: str | None) -> Engine | None:
    """The engine that was named ("phpbb", "vBulletin 4"), else the one whose signs the page shows.

    LookupError for a name nobody knows.
    """
    seen = next((engine for engine in ENGINES if root.xpath(engine.sign)), None)
    if not wanted:
        return seen
    name = wanted.lower().rstrip("0123456789. ")
    named = next((engine for engine in reversed(ENGINES) if engine.name == name), None)
    if named is None:
        known = ", ".join(dict.fromkeys(engine.name for engine in ENGINES))
        raise LookupError(f"engine {wanted}: not known; there are {known}")
    # Versions of one engine share its name.
    if seen is not None and seen.name == name:
        return seen
    # Forumotion calls itself phpBB, and dresses like it.
    return seen if seen is not None and seen.name == "forumotion" and name == "phpbb" else named


def posts_of(root: Element, engine: Engine) -> list[Element]:
    """The elements of the posts, adverts between them left out."""
    return [post for post in root.xpath(engine.posts) if post_number(post, engine) not in (None, "0")]


def post_number(post: Element, engine: Engine) -> str | None:
    """A post's number, from the end of its element's id."""
    stated = next(finds(post, engine.post_id), "")
    found = re.fullmatch(r"(?:post[-_]?|p)?(\d{1,18})", str(stated))
    return found[1] if found else None


def own(post: Element, path: str, engine: Engine) -> Iterator[Any]:
    """What a path finds in this post and not in one nested inside it, as broken templates do."""
    for one in finds(post, path):
        element = one if isinstance(one, Element) else one.getparent()
        while element is not None and element is not post and not _is_post(element, engine):
            element = element.getparent()
        if element is post:
            yield one


def finds(root: Element, path: str) -> Iterator[Any]:
    """What the parts of a path find, the most trusted part first."""
    for part in path.split(" | "):
        found = root.xpath(part)
        yield from found if isinstance(found, list) else []


def shown(found: Any) -> str | None:
    """The text of an element or attribute, on one line."""
    text = "".join(found.itertext()) if isinstance(found, Element) else str(found)
    return re.sub(r"\s+", " ", text).strip() or None


def numbered(pattern: str, text: str | None) -> str | None:
    """The first group of a pattern that found something."""
    found = re.search(pattern, text or "")
    return next((group for group in found.groups() if group), None) if found else None


def page_links(root: Element, engine: Engine) -> tuple[str | None, str | None, str | None]:
    """Addresses of the next, the previous and the last page."""
    following, previous, last = (
        next((str(one) for one in finds(root, path) if not str(one).startswith(("#", "javascript:"))), None)
        for path in (_NEXT, _PREV, engine.last)
    )
    return following, previous, last


def _is_post(element: Element, engine: Engine) -> bool:
    if element.tag not in ("article", "li", "div", "tr", "table"):
        return False
    if engine.name == "xenforo":
        return (element.get("data-content") or "").startswith("post-")
    if engine.name in ("phpbb", "forumotion"):
        return bool(re.fullmatch(r"p\d+", element.get("id") or ""))
    return bool(re.fullmatch(r"post_?\d+", element.get("id") or "")) or element.get("data-node-id") is not None
