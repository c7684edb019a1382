"""An address or a page → the sources it leads to, with their options; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from bot.setup.page_signs import PageSigns

Value = str | bool | tuple[str, ...]
# A home page links to many places; more of one kind than this are hardly the brand's own.
_MOST_OF_ONE = 3
# Where a company's customers talk and its shop stands, as a subdomain or as the first folder.
_BESIDE = ("forum", "forums", "community", "discuss", "support", "help", "blog", "news", "shop", "store", "reviews")
_MOST_BESIDE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A source that may be worth watching."""

    source: str
    options: Mapping[str, Value] = field(default_factory=dict)
    # Where it was seen, for the person who decides.
    why: str = ""


def found_by_address(url: str) -> Found | None:
    """The source an address itself names; None for an ordinary page."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    for pattern, make in _PLACES:
        if found := re.match(pattern, f"{host}{unquote(parts.path)}", re.I):
            made = make(found, parse_qs(parts.query))
            return Found(source=made.source, options=made.options, why=url) if made else None
    return None


def found_on_page(url: str, signs: PageSigns) -> list[Found]:
    """The sources a page shows, its own system first."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    system = signs.generator.lower()
    found = []
    if "discourse" in system:
        forum = origin + signs.folder
        found.append(Found(source="discourse", options={"base_url": forum}, why=f"{forum} is a Discourse forum"))
    if "wordpress" in system or signs.has_wordpress_api:
        found.append(Found(source="wordpress", options={"sites": (origin,)}, why=f"comments on {origin}"))
    if "woocommerce" in system:
        found.append(Found(source="woocommerce", options={"shops": (origin,)}, why=f"reviews in the shop {origin}"))
    if signs.has_reviews:
        found.append(Found(source="schemaorg", options={"pages": (url,)}, why=f"reviews marked up on {url}"))
    if signs.feeds:
        found.append(
            Found(source="rss", options={"feeds": tuple(dict.fromkeys(signs.feeds))[:5]}, why=f"feeds of {origin}")
        )
    if signs.app_id and signs.app_id.isdigit():
        found.append(Found(source="appstore", options={"app": signs.app_id}, why=f"app named by {url}"))
    own = [known for link in dict.fromkeys(signs.links) if (known := found_by_address(link))]
    return [*found, *_few_of_each(own)]


def pages_beside(url: str, signs: PageSigns) -> list[str]:
    """The company's own forum, blog and shop among a home page's links: each is worth a look of its own."""
    home = (urlsplit(url).hostname or "").removeprefix("www.")
    found: dict[tuple[str, str], str] = {}
    for link in signs.links:
        parts = urlsplit(link)
        host, folder = (parts.hostname or "").removeprefix("www."), parts.path.strip("/").split("/")[0].lower()
        is_own = host == home or host.endswith(f".{home}")
        if is_own and (folder in _BESIDE if host == home else host.split(".")[0] in _BESIDE):
            place = folder if host == home else ""
            found.setdefault((host, place), f"{parts.scheme}://{parts.netloc}/{place}")
    return list(found.values())[:_MOST_BESIDE]


def merged(found: Iterable[Found]) -> list[Found]:
    """Each source and place once: lists of the same source are joined, other options are entries of their own."""
    whole: dict[tuple[object, ...], Found] = {}
    for one in found:
        single = tuple(sorted((name, value) for name, value in one.options.items() if not isinstance(value, tuple)))
        key = (one.source, single)
        if key not in whole:
            whole[key] = one
            continue
        options = dict(whole[key].options)
        for name, value in one.options.items():
            if isinstance(value, tuple):
                before = options.get(name, ())
                options[name] = tuple(dict.fromkeys((*(before if isinstance(before, tuple) else ()), *value)))
        whole[key] = Found(source=one.source, options=options, why=whole[key].why)
    return list(whole.values())


def _few_of_each(found: list[Found]) -> list[Found]:
    counted: dict[str, int] = {}
    kept = []
    for one in merged(found):
        counted[one.source] = counted.get(one.source, 0) + 1
        if counted[one.source] <= _MOST_OF_ONE:
            kept.append(one)
    return kept


_Make = Callable[[re.Match[str], dict[str, list[str]]], Found | None]


def _appstore(found: re.Match[str], _query: dict[str, list[str]]) -> Found:
    stores = {"stores": (found[1].lower(),)} if found[1] else {}
    return Found(source="appstore", options={"app": found[2], **stores})


def _many(source: str, option: str, shape: str = "{0}") -> _Make:
    return lambda found, _query: Found(source=source, options={option: (shape.format(*found.groups()),)})


def _googleplay(_found: re.Match[str], query: dict[str, list[str]]) -> Found | None:
    package = query.get("id", [""])[0]
    return (
        Found(source="googleplay", options={"packages": (package,)}) if re.fullmatch(r"[\w.]{3,150}", package) else None
    )


# Host and path, and what is made of them. Profiles of people on github.com and the like are no sources.
_PLACES: tuple[tuple[str, _Make], ...] = (
    (r"(?:apps|itunes)\.apple\.com/(?:([a-z]{2})/)?app/(?:[^/]+/)?id(\d{5,12})", _appstore),
    (r"play\.google\.com/store/apps/details", _googleplay),
    (r"store\.steampowered\.com/app/(\d{1,10})", _many("steam", "apps")),
    (r"(?:old\.|m\.)?reddit\.com/r/(\w{2,30})", _many("reddit", "subreddits")),
    (r"github\.com/(?!sponsors|orgs|features|topics)([\w-]{1,39})/([\w.-]{1,100})",
     _many("github", "repos", "{0}/{1}")),
    (r"(?:[a-z]{2}\.)?trustpilot\.com/review/([\w.-]{3,200})",
     lambda found, _query: Found(source="trustpilot", options={"domain": found[1]})),
    (r"bsky\.app/profile/([\w.:-]{3,200})", _many("bluesky", "accounts")),
    (r"([\w.-]+\.[a-z]{2,20})/@[\w.-]{1,60}/?$", lambda found, _query: _mastodon(found[1])),
    (r"([\w.-]+\.[a-z]{2,20}.*)\.(?:rss|atom|rdf)$", lambda found, _query: _feed(found[0])),
    (r"([\w.-]+\.[a-z]{2,20}.*)/feed/?$", lambda found, _query: _feed(found[0])),
)  # fmt: skip


def _mastodon(host: str) -> Found | None:
    """Other sites have @names too; these are none of ours."""
    others = ("youtube.com", "medium.com", "tiktok.com", "threads.net", "t.me", "instagram.com", "threads.com")
    return (
        None
        if host.lower().removeprefix("www.") in others
        else Found(source="mastodon", options={"instances": (host,)})
    )


def _feed(place: str) -> Found:
    return Found(source="rss", options={"feeds": (f"https://{place}",)})
