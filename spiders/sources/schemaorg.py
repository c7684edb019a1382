"""Reviews on any page that marks them up with schema.org: shops, hotels, recipes, product pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.shapes import Tree, count, number, words
from spiders.sources._schema_nodes import Node, address_in, first, nodes_of, stars_of, text_of, types_of
from spiders.text import plain
from spiders.times import Moment, spoken
from storage.records import CrawlStatus, Kind, Mention, Snapshot

# CriticReview, ClaimReview and MediaReview are journalists' work, no customer's voice.
_REVIEWS = frozenset({"Review", "UserReview", "EmployerReview"})
_COMMENTS = frozenset({"Comment", "UserComments"})
# Shop templates that were never filled in state the name of the field.
_PLACEHOLDERS = frozenset({"comment", "description", "reviewBody", "text"})
# Who does not sign is nobody, in the words shops have for it.
_NOBODY = frozenset(
    {"anonymous", "anonymous user", "anonim", "anonimowy", "anonym", "anonymní", "анонимно", "аноним", "guest", "n/a"}
)
_ARTICLES = frozenset(
    {"Article", "BlogPosting", "NewsArticle", "WebPage", "Recipe", "TechArticle", "Report", "WebSite"}
)


class SchemaorgSpider(MentionSpider):
    """`-a brand=NAME -a pages=https://shop.example/product/1,… [-a date_order=DMY] [-a zone=Europe/Warsaw]`"""

    name = "schemaorg"
    row = SourceRow(
        gives="reviews, comments and counts of a page",
        tier="page",
        languages="any (rarely stated)",
        threads="no",
        owner_answer="where it is marked up (rare)",
        tested_on="real recordings",
        default_every=timedelta(hours=4),
        quiet_requests="1 per page (conditional), and robots.txt",
    )
    options = (
        Option(name="pages", many=True, required=True, help="addresses of pages about the brand that show reviews"),
        Option(name="date_order", help="how the site writes dates in figures: DMY, MDY or YMD"),
        Option(name="zone", default="UTC", help="the site's time zone, e.g. Europe/Warsaw, for times without one"),
        Option(name="languages", many=True, default=(), help="languages of dates in words, e.g. pl"),
        Option(name="about_brand", type=bool, default=True, help="no: only texts that name the brand count"),
    )

    # How the page in hand writes dates in figures, as far as is known.
    _order: str | None = None

    @property
    def is_about_brand(self) -> bool:
        return bool(self.option("about_brand"))

    def first_requests(self) -> Iterable[Request]:
        for page in self.option("pages"):
            yield self.get(page, chain=f"page:{page}", fresh_only=True)

    def read(self, response: TextResponse) -> Iterator[Result]:
        told: set[str] = set()
        counted: set[str] = set()
        self._order = self.option("date_order") or _order_in(response.xpath("string(/html/@lang)").get(""))
        nodes = list(nodes_of(response, self.skip))
        editors = {name for node in nodes for name in _editors(node)}
        for node in nodes:
            if node.types & (_REVIEWS | _COMMENTS) and not _hangs_on_review(node):
                yield from self.each([node], lambda one: self._once(response, one, told, editors))
            elif "AggregateRating" in node.types:
                yield from self._count(response, node, counted)
        if not told:
            self.saw(CrawlStatus.EMPTY, "counts without reviews" if counted else "no reviews in the markup")
        seen = [(name, None) for name in told]
        yield from self.turn(response, seen=seen, onward=None)

    def _once(self, response: TextResponse, node: Node, told: set[str], editors: set[str]) -> Iterator[Mention]:
        """One review and the answer under it; the same review in both syntaxes is one."""
        review = self._review(response, node)
        author = review.author or ""
        is_editor = bool(node.types & _REVIEWS) and author in editors and _hangs_on(node, _ARTICLES | {"Product"})
        # With a text the day is enough; bare ratings of one day are told apart by all there is.
        at = review.published_at
        same = _fingerprint(
            author, at and at.date() if review.text else at, review.text, None if review.text else review.rating
        )
        has_content = review.text or review.title or review.rating
        if is_editor or not has_content or review.external_id in told or same in told:
            return
        told |= {review.external_id, same}
        yield review
        for number_, answer in enumerate(_answers(node.tree)):
            yield from self._answer(review, answer, number_)

    def _review(self, response: TextResponse, node: Node) -> Mention:
        said = node.tree
        stars, best = stars_of(first(said, "reviewRating", "ReviewRating", "rating"))
        at = self._moment(first(said, "datePublished", "dateCreated", "dateModified", "uploadDate"))
        text = plain(text_of(first(said, "reviewBody", "description", "text", "commentText")))
        author = plain(text_of(first(said, "author", "creator")))
        own = address_in(response, words(said, "@id") or words(said, "url")) or words(said, "id")
        scale = self._scale(response, best or None)
        return self.mention(
            external_id=own if own and own != response.url else _fingerprint(response.url, author, at and at.at, text),
            kind=Kind.REVIEW if node.types & _REVIEWS else Kind.COMMENT,
            instance=self.host(response.url),
            url=words(said, "url") if str(words(said, "url")).startswith("http") else response.url,
            author=None if author and author.casefold() in _NOBODY else author,
            title=plain(text_of(first(said, "headline", "name"))),
            text=None if text in _PLACEHOLDERS else plain(text),  # some pages escape their HTML twice
            language=language_tag(text_of(first(said, "inLanguage"))),
            rating=stars,
            best=scale,
            published_at=at.at if at else None,
            date_only=at.date_only if at else False,
            like_count=count(said, "upvoteCount"),
        )

    def _answer(self, review: Mention, answer: Tree, place: int) -> Iterator[Mention]:
        text = plain(text_of(first(answer, "text", "description", "reviewBody")))
        author = plain(text_of(first(answer, "author", "creator")))
        is_firm = isinstance(answer.get("author"), dict) and "Organization" in types_of(answer["author"])
        at = self._moment(first(answer, "dateCreated", "datePublished"))
        if text:
            yield self.mention(
                external_id=f"{review.external_id}:reply" + (f":{place}" if place else ""),
                thread_id=review.external_id,
                parent_id=review.external_id,
                kind=Kind.COMMENT,
                instance=review.instance,
                url=review.url,
                author=author,
                text=text,
                published_at=at.at if at else None,
                date_only=at.date_only if at else False,
                is_owner_reply=is_firm or self.is_owner(author),
            )

    def _count(self, response: TextResponse, node: Node, counted: set[str]) -> Iterator[Snapshot]:
        """A page may count several things: the product, and the shop it is sold in."""
        of = text_of(first(node.above[-1], "name")) if node.above else None
        page = response.url if not counted else f"{response.url}#{of or len(counted)}"
        stated = count(node.tree, "reviewCount")
        reviews = stated if stated is not None else count(node.tree, "ratingCount")
        average = number(node.tree, "ratingValue")
        key = f"{of} {reviews} {average}"
        if (reviews is not None or average is not None) and key not in counted:
            counted.add(key)
            yield self.snapshot(page, reviews, average, number(node.tree, "bestRating"))

    def _scale(self, response: TextResponse, stated: float | None) -> float:
        """A page that changes its scale has changed its meaning: 4 of 5 is not 4 of 10."""
        key = f"scale:{response.url}"
        known = self.plan.cursor.get(key)
        if stated is not None and isinstance(known, (int, float)) and known != stated and self.once(key):
            self.saw(CrawlStatus.CHANGED, f"ratings are out of {stated:g} now, were out of {known:g}")
        if stated is not None:
            self.move_cursor(key, stated)
        return stated or 5.0

    def _moment(self, stated: Any) -> Moment | None:
        zone, languages = str(self.option("zone")), tuple(self.option("languages"))
        return spoken(text_of(stated), zone=zone, order=self._order, languages=languages, now=self.plan.now)


def _order_in(language: str) -> str | None:
    """Day first, unless the page is English, which has both orders."""
    stated = language.strip().lower()
    is_open = not stated or (stated.startswith("en") and not stated.startswith(("en-gb", "en-au", "en-nz", "en-ie")))
    return None if is_open else "DMY"


def _editors(node: Node) -> Iterator[str]:
    """Who writes the site itself: authors and publishers of its articles."""
    if node.types & _ARTICLES and not node.types & (_REVIEWS | _COMMENTS):
        for name in (text_of(first(node.tree, "author")), text_of(first(node.tree, "publisher"))):
            if name:
                yield name


def _hangs_on(node: Node, types: frozenset[str]) -> bool:
    return any(types_of(above) & types for above in node.above)


def _hangs_on_review(node: Node) -> bool:
    """An answer inside a review is told with it."""
    return _hangs_on(node, _REVIEWS | _COMMENTS)


def _answers(review: Tree) -> Sequence[Tree]:
    found = [review.get("comment"), review.get("replyToReview"), review.get("reviewReply")]
    every = [one for some in found for one in (some if isinstance(some, list) else [some])]
    return [one for one in every if isinstance(one, dict)][:20]


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(str(part or "") for part in parts).encode("utf-8", "replace")).hexdigest()[:32]
