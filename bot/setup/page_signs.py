"""What a page's HTML says of itself: feeds, structured data, its system, where it links to; hostile pages included."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_MOST_LINKS = 2_000
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")


@dataclass(slots=True)
class PageSigns:
    """Addresses are absolute."""

    feeds: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    generator: str = ""
    app_id: str | None = None
    # Where a Discourse forum says it lives below its host: "/forum".
    folder: str = ""
    has_wordpress_api: bool = False
    # Structured data with reviews or ratings, as JSON-LD or microdata.
    has_reviews: bool = False


def signs_of(url: str, html: str) -> PageSigns:
    """Never raises; what can't be read is not there."""
    parser = _Parser(url)
    try:
        parser.feed(html[:2_000_000])
        parser.close()
    except (AssertionError, ValueError):
        # html.parser gives up on some broken declarations; what came before counts.
        pass
    return parser.signs


class _Parser(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.signs = PageSigns()
        self._base = url
        self._in_json = False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in pairs}
        reader = getattr(self, f"_{tag}", None)
        if reader:
            reader(said)
        if (
            "schema.org/" in said.get("itemtype", "")
            and "Rating" in said["itemtype"] + said.get("itemprop", "").title()
        ):
            self.signs.has_reviews = True
        if said.get("itemtype", "").rstrip("/").endswith("schema.org/Review"):
            self.signs.has_reviews = True

    def handle_data(self, text: str) -> None:
        if self._in_json and any(
            word in text for word in ('"Review"', '"review"', '"aggregateRating"', "AggregateRating")
        ):
            self.signs.has_reviews = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_json = False

    def _script(self, said: dict[str, str]) -> None:
        self._in_json = said.get("type", "").lower() == "application/ld+json"

    def _link(self, said: dict[str, str]) -> None:
        kinds = said.get("rel", "").lower().split()
        address = self._absolute(said.get("href", ""))
        if "alternate" in kinds and said.get("type", "").lower() in _FEEDS and address:
            self.signs.feeds.append(address)
        if "https://api.w.org/" in kinds:
            self.signs.has_wordpress_api = True
        if "me" in kinds and address:
            self.signs.links.append(address)

    def _meta(self, said: dict[str, str]) -> None:
        name, content = (said.get("name") or said.get("property", "")).lower(), said.get("content", "")
        if name == "generator":
            self.signs.generator = f"{self.signs.generator} {content}".strip()[:300]
        elif said.get("id") == "data-discourse-setup":
            self.signs.folder = said.get("data-base-uri", "").rstrip("/")[:100]
        elif name == "apple-itunes-app" and "app-id=" in content:
            self.signs.app_id = content.split("app-id=")[1].split(",")[0].strip()

    def _a(self, said: dict[str, str]) -> None:
        address = self._absolute(said.get("href", ""))
        if address and len(self.signs.links) < _MOST_LINKS:
            self.signs.links.append(address)

    def _absolute(self, address: str) -> str | None:
        try:
            found = urljoin(self._base, address.strip())
        except ValueError:
            return None
        return found if found.startswith(("https://", "http://")) and len(found) < 2_000 else None
