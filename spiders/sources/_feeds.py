"""RSS, Atom and RDF → entries with their oddities mended; the only door to feedparser."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser
from scrapy.http import Response

from spiders.languages import language_tag
from spiders.shapes import count, dig, number, trees, words
from spiders.text import html_to_text, plain, tidy
from spiders.times import Moment, moment, spoken

# feedparser falls back to a slow parser for broken XML (a tenth of a millisecond a tag); no honest feed is larger.
_LARGEST = 4_000_000
_MOST_TAGS = 100_000
_MOST_ENTRIES = 1_000
# Dates in words are slow to read; a feed full of nonsense must not cost minutes.
_MOST_SPOKEN = 20
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|ct|cd|usg|rct|sa", re.IGNORECASE)


# The root may have any prefix ("<atom:feed>").
_ROOT = re.compile(rb"<(?:[a-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)\b")


@dataclass(slots=True, kw_only=True)
class _Clock:
    """How a feed's dates in words are read, and how many still are."""

    now: datetime
    order: str | None
    left: int = _MOST_SPOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `guid` is as stated; `key` is never missing."""

    key: str
    guid: str | None
    link: str | None
    title: str | None
    text: str | None
    # The markup the text came from, for feeds that pack more than the text into it.
    markup: str
    author: str | None
    author_url: str | None
    language: str | None
    published: Moment | None
    edited: datetime | None
    replies: int | None
    # The feed of comments under this entry (wfw:commentRss), and what it answers (thr:in-reply-to).
    comments_feed: str | None
    answers: str | None
    raw: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as read. `pause`: how long it asks to be left alone."""

    entries: list[Entry]
    title: str | None
    pause: timedelta | None


def read_feed(response: Response, now: datetime) -> Feed | None:
    """The feed in a response; None where there is none. Never fetches anything and never raises for odd content."""
    body = _bounded(_without_entities(response.body[:_LARGEST]))
    if not is_feed(body):
        return None
    found = _parsed(body, (response.headers.get("Content-Type") or b"").decode("latin-1"))
    if not found.get("version") and not found.get("entries"):
        return None
    feed = found.get("feed") or {}
    is_atom = str(found.get("version")).startswith("atom")
    rows = list(trees(list(found.entries[:_MOST_ENTRIES])))
    taken: dict[str, str | None] = {}
    clock = _Clock(now=now, order=_order_in(words(feed, "language")))
    entries = [_entry(_linked(row, response), feed, is_atom, taken, clock) for row in rows]
    return Feed(entries=entries, title=plain(feed.get("title")), pause=_pause(feed))


def is_feed(body: bytes) -> bool:
    """Whether a body begins like a feed (in any encoding), not like a page or a JSON answer that speaks of feeds."""
    head = body[:20_000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not head.startswith(b"<") or head.startswith((b"<!doctype html", b"<html")):
        return False
    return bool(_ROOT.search(head))


def unwrapped(link: str | None) -> str | None:
    """A web address; Google's redirect is opened and its tracking dropped."""
    if not link or not re.match(r"https?://", link, re.IGNORECASE):
        return None
    try:
        parts = urlsplit(link)
        if not re.fullmatch(r"(?:www\.)?google\.[a-z.]{2,10}", parts.hostname or "") or parts.path != "/url":
            return link
        asked = dict(parse_qsl(parts.query))
        target = asked.get("url") or asked.get("q")
        if not target or not re.match(r"https?://", target):
            return link
        inner = urlsplit(target)
        kept = [(k, v) for k, v in parse_qsl(inner.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)]
        is_tracked = len(kept) != len(parse_qsl(inner.query, keep_blank_values=True))
        return urlunsplit(inner._replace(query=urlencode(kept))) if is_tracked else target
    except ValueError:
        return None


def comment_of(entry: Entry) -> tuple[str, str] | None:
    """For an entry of a blog's comment feed: its thread (guid or address of the post) and the comment's number."""
    for name in (entry.guid, entry.link):
        if name and (found := re.search(r"^(.*?)/?#comment-(\d{1,18})$", name)):
            return found[1], found[2]
    return None


def entries_of(feed: Feed) -> Iterator[tuple[str, datetime | None]]:
    """Ids and times, as a list is followed by them."""
    return ((entry.key, entry.published.at if entry.published else None) for entry in feed.entries)


def _parsed(body: bytes, content_type: str) -> Any:
    # Bytes alone would be tried as the name of a file. The header's charset is believed only where the XML names none.
    has_own = re.search(rb"<\?xml[^>]{0,200}encoding", body[:500]) or body[:2] in (b"\xff\xfe", b"\xfe\xff")
    headers = {} if has_own or "charset" not in content_type.lower() else {"content-type": content_type}
    return feedparser.parse(io.BytesIO(body), response_headers=headers)


def _bounded(body: bytes) -> bytes:
    """The body up to as many tags as are read, counting those of escaped markup."""
    for counted, found in enumerate(re.finditer(rb"<|&lt;", body)):
        if counted > _MOST_TAGS:
            return body[: found.start()]
    return body


def _without_entities(body: bytes) -> bytes:
    """The body without a document type: nothing of its own is expanded, nothing is fetched."""
    if b"\x00" in body[:64]:
        text = body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-16-le", "replace")
        body = re.sub(r"""(<\?xml[^>]{0,200}?)\sencoding=["'][^"']{0,40}["']""", r"\1", text, count=1).encode()
    body = re.sub(rb"<!ENTITY[^>]{0,5000}>", b"", body)
    return re.sub(rb"<!DOCTYPE[^\[>]{0,2000}(?:\[[^\]]{0,20000}\]\s{0,100})?>", b"", body)


def _entry(
    row: Mapping[str, Any],
    feed: Mapping[str, Any],
    is_atom: bool,
    taken: dict[str, str | None],
    clock: _Clock,
) -> Entry:
    # feedparser answers "updated" with "published" where only that is there; the plain dict does not.
    stated = dict(row)
    guid = words(stated, "id")
    link = unwrapped(words(stated, "feedburner_origlink") or words(stated, "link"))
    title, markup = plain(stated.get("title")), _markup(stated)
    text = plain(markup)
    updated = _time(stated, "updated", clock)
    published = _time(stated, "published", clock) or _time(stated, "created", clock) or updated
    # Outside Atom "updated" is dc:date, a second word for the same thing.
    is_edit = is_atom and updated and published and updated.at - published.at >= timedelta(seconds=1)
    return Entry(
        key=_key(guid, link, title, text, stated, taken),
        guid=guid,
        link=link,
        title=title,
        text=text,
        markup=markup,
        author=_author(stated),
        author_url=words(stated, "author_detail", "href"),
        language=_language(stated, feed),
        published=published,
        edited=updated.at if is_edit and updated else None,
        replies=_replies(stated),
        comments_feed=words(stated, "wfw_commentrss"),
        answers=words(stated, "thr_in-reply-to", "ref"),
        raw=stated,
    )


def _linked(row: Mapping[str, Any], response: Response) -> dict[str, Any]:
    """The entry, its link made whole where the feed leaves the host out."""
    link = words(dict(row), "link")
    # A bare word is a guid that its feed did not mean for a link.
    if not link or not link.startswith(("/", "./", "../")):
        return dict(row)
    try:
        return {**row, "link": response.urljoin(link)}
    except ValueError:
        return dict(row)


def _order_in(language: str | None) -> str | None:
    """Day first in a feed that states another language than English, which has both orders."""
    return "DMY" if language and not language.lower().startswith("en") else None


def _key(
    guid: str | None,
    link: str | None,
    title: str | None,
    text: str | None,
    row: Mapping[str, Any],
    taken: dict[str, str | None],
) -> str:
    """The guid; the link where it is missing or another entry's too; else a digest of what is there."""
    digest = hashlib.sha256(f"{title}\n{text}\n{row.get('published') or row.get('updated')}".encode()).hexdigest()[:32]
    named = [name for name in (guid, link) if name and len(name) <= 500]
    # An entry that is there twice keeps its id, and is told once; another entry with its guid goes by its own link.
    key = next((name for name in named if name not in taken or taken[name] == link), named[0] if named else digest)
    taken.setdefault(key, link)
    return key


def _markup(row: Mapping[str, Any]) -> str:
    for part in trees(row, "content"):
        if isinstance(part.get("value"), str) and part["value"].strip():
            return str(part["value"])
    return str(row.get("summary") or row.get("description") or "")


def _time(row: Mapping[str, Any], name: str, clock: _Clock) -> Moment | None:
    stated = row.get(name)
    if not isinstance(stated, str) or not stated.strip():
        return None
    if exact := moment(stated):
        return exact
    parsed = row.get(f"{name}_parsed")
    # It reads bare numbers as dates of its own making.
    if parsed and not re.fullmatch(r"[\d\s.]+", stated):
        return moment(f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}T{parsed[3]:02}:{parsed[4]:02}:{parsed[5]:02}Z")
    clock.left -= 1
    return spoken(stated, order=clock.order, now=clock.now) if clock.left >= 0 else None


def _author(row: Mapping[str, Any]) -> str | None:
    """A name; of "mail (name)" the name, of a bare mail address nothing."""
    name = tidy(html_to_text(str(dig(row, "author_detail", "name") or row.get("author") or "")) or "")
    if name and (found := re.fullmatch(r"\S+@\S+\s*\((.+)\)", name)):
        name = found[1].strip()
    return name if name and not re.fullmatch(r"\S+@\S+\.\S+", name) else None


def _language(row: Mapping[str, Any], feed: Mapping[str, Any]) -> str | None:
    inside = (part.get("language") for part in trees(row, "content"))
    stated = (row.get("language"), *inside, dig(dict(row), "title_detail", "language"), feed.get("language"))
    return next((tag for one in stated if (tag := language_tag(one))), None)


def _replies(row: Mapping[str, Any]) -> int | None:
    linked = (count(link, "thr:count") for link in trees(row, "links") if link.get("rel") == "replies")
    stated = (count(row, "slash_comments"), count(row, "thr_total"), *linked)
    return next((found for found in stated if found is not None), None)


def _pause(feed: Mapping[str, Any]) -> timedelta | None:
    minutes = number(dict(feed), "ttl")
    if minutes is None and (hours := _PERIODS.get(str(feed.get("sy_updateperiod")).strip().lower())):
        minutes = hours * 60 / max(number(dict(feed), "sy_updatefrequency") or 1, 1)
    # A feed that asks for weeks would be forgotten; a day is the longest we stay away.
    return timedelta(minutes=min(minutes, 24 * 60)) if minutes and minutes > 0 else None
