"""What belongs to one post of a forum, and to the page it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from lxml.etree import _Element as Element
from scrapy.http import TextResponse

from spiders.sources._forum_engines import Engine
from spiders.sources._forum_pages import finds, numbered, own, post_number, shown
from spiders.sources._forum_times import Clock
from spiders.text import element_text
from spiders.times import Moment, moment

# Numbers of a visit, not of a page.
_SESSION = re.compile(r"(?<=[?&;])(?:s|sid|PHPSESSID|s=[0-9a-f]{32})=[0-9a-f]{8,40}&?", re.IGNORECASE)


class ThreadPage:
    """What all posts of one page share."""

    def __init__(self, response: TextResponse, root: Element, engine: Engine, first: Element) -> None:
        self.engine, self.first, self.join = engine, first, response.urljoin
        canonical = next((str(one) for one in finds(root, "//link[@rel='canonical']/@href")), None)
        self.url = clean(response, canonical) or response.url
        stated = [str(one) for one in finds(root, engine.thread_link)]
        found = (numbered(engine.thread_number, one) for one in (*stated, response.url))
        self.thread_id = next((one for one in found if one), None)
        title = next((one for one in finds(root, engine.title)), None)
        named = element_text(title, cut=("label", "label-append")) if isinstance(title, Element) else title
        self.title = shown(named) if named else None
        self.is_first = self._is_first_page(response)

    def _is_first_page(self, response: TextResponse) -> bool:
        stated = (shown(one) or "" for one in own(self.first, self.engine.number, self.engine))
        place = next((found for text in stated if (found := re.search(r"(?:#\s*|^)(\d{1,7})$", text))), None)
        if place:
            return int(place[1]) == 1
        pages = (numbered(self.engine.page_number, url) for url in (self.url, response.url))
        return not any(page and page not in ("0", "1") for page in pages)

    def root_id(self, known: str | None) -> str | None:
        number = post_number(self.first, self.engine) if self.is_first else None
        is_discourse = self.engine.name == "discourse" and number
        return (f"{self.thread_id}/{number}" if is_discourse else number) or known

    def permalink(self, post: Element, number: str) -> str:
        name, bare = self.engine.name, self.url.split("#")[0]
        if name == "xenforo":
            before = re.split(r"/threads/|/index\.php\?threads/", bare)[0] if "threads/" in bare else bare.rstrip("/")
            return f"{before}/posts/{number}/"
        if name == "phpbb":
            before = bare.rsplit("/viewtopic.php", 1)[0] if "/viewtopic.php" in bare else bare.rsplit("/", 1)[0]
            return f"{before}/viewtopic.php?p={number}#p{number}"
        if name == "vbulletin":
            stated = next(
                (str(one) for one in own(post, ".//a[contains(@class,'postcounter')]/@href", self.engine)), None
            )
            return no_session(self.join(stated)) if stated else f"{bare}#post{number}"
        if name == "discourse":
            return f"{re.split(r'[?]', bare)[0].rstrip('/')}/{number}"
        return f"{bare}#p{number}"


def time_lines(post: Element, engine: Engine) -> Iterator[str]:
    """The lines in which a post may say when it was written, without the author's name."""
    author = next((text for one in own(post, engine.author, engine) if (text := shown(one))), None)
    for one in own(post, engine.time_words, engine):
        line = shown(one) or ""
        yield line.split(author, 1)[-1] if author and author in line else line


def when(post: Element, engine: Engine, clock: Clock) -> Moment | None:
    exact = (moment(str(one), clock.zone) for one in own(post, engine.time, engine))
    return (
        next((at for at in exact if at), None)
        or next((at for line in time_lines(post, engine) if (at := clock.read(line))), None)
        or clock.anywhere(_beside_body(post, engine))
    )


def _beside_body(post: Element, engine: Engine) -> str:
    """What a post says outside the author's own text."""
    body = next(own(post, engine.body, engine), None)
    inside = set(body.itertext()) if body is not None else set[str]()
    return " ".join(text for text in post.itertext() if text not in inside)[:4_000]


def edited_at(post: Element, engine: Engine, clock: Clock, posted: Moment | None) -> datetime | None:
    for one in own(post, engine.edit, engine):
        stated = moment(str(one), clock.zone) if not isinstance(one, Element) else None
        inner = (
            next((moment(str(t)) for t in one.xpath(".//time/@datetime")), None) if isinstance(one, Element) else None
        )
        at = stated or inner or clock.read((shown(one) or "")[-200:])
        if at and (posted is None or at.at > posted.at):
            return at.at
    return None


def likes(post: Element, engine: Engine) -> int | None:
    """XenForo names three people and counts "others"; Discourse counts."""
    for one in own(post, engine.likes, engine):
        if not isinstance(one, Element):
            return int(one) if str(one).isdigit() and len(str(one)) < 9 else None
        others = re.search(r"(\d{1,7})\D{0,40}$", shown(one) or "")
        names = one.xpath(".//bdi")
        after = "".join(names[-1].xpath("following::text()[1]")) if names else ""
        rest = re.search(r"\d{1,7}", after) if after else others
        return len(names) + (int(rest[0]) if rest and names else 0)
    return None


def quoted(post: Element, engine: Engine) -> str | None:
    """The number of the first post quoted, where the quote says it."""
    for one in own(post, engine.quoted, engine):
        found = re.search(r"(?:post[:_ -]*|posts/|[?&]p=|#p|#post)(\d{1,18})", str(one))
        if found and found[1] != post_number(post, engine):
            return found[1]
    return None


def is_deleted(post: Element, engine: Engine) -> bool:
    return bool(post.xpath(f"boolean(self::*[{engine.deleted}])"))


def clean(response: TextResponse, link: str | None) -> str | None:
    """An absolute address without a visitor's session; None for anything but the web."""
    if not link:
        return None
    try:
        found = no_session(response.urljoin(link.strip()))
    except ValueError:
        return None
    return found if found.startswith(("http://", "https://")) else None


def no_session(url: str) -> str:
    return re.sub(r"[?&]+(?=#|$)", "", _SESSION.sub("", url.replace("&amp;", "&")))
