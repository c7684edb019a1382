"""Steam: reviews of a game with the developer's answers, in the current and the old envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider, Option, Result, SourceRow
from spiders.languages import language_tag
from spiders.shapes import count, dig, flag, name_of, number, rows, tree, trees, words
from spiders.text import bbcode_to_text
from spiders.times import edited, utc
from storage.records import CrawlStatus, Kind, Mention, Snapshot

_PAGE = 100
# EUserReviewsAppReviewsFilter (partner.steamgames.com/doc/webapi/IUserReviewsService): helpful, recent, updated, funny
# = 0, 1, 2, 3, as the Porter provider for Steam has them (ScriptFUSION, AppReviewFilter.php).
_RECENT, _UPDATED = 1, 2
# "Finished" is often said too early: an empty page is asked for again while more than two reviews are missing.
_TRIES = 5
_FORGIVEN = 2


class SteamSpider(MentionSpider):
    """`-a brand=NAME -a apps=APPID,APPID [-a languages=polish,russian]`"""

    name = "steam"
    home = "https://api.steampowered.com/"
    row = SourceRow(
        gives="reviews of games",
        tier="api",
        languages="any (stated)",
        threads="review and one answer",
        owner_answer="yes",
        tested_on="real recordings",
        default_every=timedelta(minutes=30),
        quiet_requests="1 per app; 1 more per app while reviews are followed",
    )
    options = (
        Option(name="apps", many=True, required=True, default=(), help="app ids, as in store.steampowered.com/app/ID"),
        Option(name="languages", many=True, default=("all",), help="Steam's names of languages, or all"),
        Option(name="api_url", default="https://api.steampowered.com", help="address of the API"),
    )

    @property
    def is_about_brand(self) -> bool:
        return True

    def first_requests(self) -> Iterable[Request]:
        for app in self.option("apps"):
            yield self._page_of(app, "*", _RECENT, chain=f"recent:{app}")

    def revisits(self) -> Iterable[Request]:
        # One list shows edits and new answers of all reviews of an app; a review by itself can't be asked for.
        followed = {app for thread in self.plan.followed if (app := _app_in(thread.url or ""))}
        for app in self.option("apps"):
            if app in followed:
                yield self._page_of(app, "*", _UPDATED, chain=f"updated:{app}", side=True)

    def read(self, response: TextResponse) -> Iterator[Result]:
        data = self.json(response)
        if data is None:
            return
        envelope = tree(data, "response") if isinstance(dig(data, "response"), dict) else data
        reviews = rows(envelope, "reviews")
        app = _app_in(response.url)
        yield from self.each(reviews, lambda review: self._review(review, app, response.url))
        yield from self._summary(envelope, app)
        if not reviews:
            self._say_why(data, envelope)
        yield from self._onward(response, envelope, app)

    def _say_why(self, data: Any, envelope: Any) -> None:
        success = count(envelope, "success")
        total = count(envelope, "query_summary", "total_reviews")
        if isinstance(dig(envelope, "reviews"), list) or dig(envelope, "query_summary") is not None:
            self.saw(
                CrawlStatus.EMPTY, f"no reviews here, {total or 0} in all" if success in (None, 1) else "no success"
            )
        elif dig(data, "response") == {}:
            self.saw(CrawlStatus.EMPTY, "no such app")
        elif success is not None and success != 1:
            self.saw(CrawlStatus.FAILED, words(envelope, "error") or f"success: {success}")
        else:
            self.saw(CrawlStatus.CHANGED, "neither reviews nor a summary")

    def _summary(self, envelope: Any, app: str | None) -> Iterator[Snapshot]:
        total = count(envelope, "query_summary", "total_reviews")
        positive = number(envelope, "query_summary", "total_positive")
        if total and app:
            average = round(positive / total, 4) if positive is not None and positive <= total else None
            yield self.snapshot(f"https://store.steampowered.com/app/{app}/", total, average, best=1.0)

    def _onward(self, response: TextResponse, envelope: Any, app: str | None) -> Iterator[Result]:
        meta = self.meta(response)
        chain, asked = str(meta.get("chain") or "recent"), str(meta.get("cursor") or "*")
        is_updated = chain.startswith("updated")
        stamp = "timestamp_updated" if is_updated else "timestamp_created"
        reviews = list(trees(envelope, "reviews"))
        seen = [(name, utc(r.get(stamp))) for r in reviews if (name := name_of(r, "recommendationid"))]
        total = count(envelope, "query_summary", "total_reviews") or count(dict(meta), "total")
        read = (count(dict(meta), "read") or 0) + len(seen)
        carried: dict[str, Any] = {"total": total, "read": read, "side": is_updated}
        cursor = words(envelope, "cursor")
        sort = _UPDATED if is_updated else _RECENT
        if seen or not app:
            is_more = bool(app and cursor and cursor != asked)
            onward = self._page_of(str(app), str(cursor), sort, **carried) if is_more else None
            yield from self.turn(response, seen=seen, onward=onward, chain=chain)
            return
        tries = count(dict(meta), "tries") or 0
        if response.request and total and read < total - _FORGIVEN and tries < _TRIES:
            yield self._page_of(app, asked, sort, chain=chain, hole=meta.get("hole"), tries=tries + 1, **carried)
            return
        yield from self.turn(response, seen=seen, onward=None, chain=chain)

    def _page_of(self, app: str, cursor: str, sort: int, **meta: Any) -> Request:
        asked = {
            "appid": int(app) if app.isdigit() and len(app) < 12 else 0,
            "filter": sort,
            "languages": list(self.option("languages")),
            "review_type": 0,
            "purchase_type": 1,
            # Steam leaves out what it calls review bombs unless told not to; they are what a brand wants to hear of.
            "filter_offtopic_activity": False,
            "num_per_page": _PAGE,
            "cursor": cursor,
        }
        address = f"{str(self.option('api_url')).rstrip('/')}/IUserReviewsService/GetAppReviews/v1/"
        packed = json.dumps(asked, separators=(",", ":"))
        return self.get(address, params={"input_json": packed}, cursor=cursor, **meta)

    def _review(self, review: Any, app: str | None, page: str) -> Iterator[Mention]:
        review_id, author_id = name_of(review, "recommendationid"), name_of(review, "author", "steamid")
        published = utc(dig(review, "timestamp_created"))
        voted_up = dig(review, "voted_up")
        has_address = author_id and app
        url = f"https://steamcommunity.com/profiles/{author_id}/recommended/{app}/" if has_address else page
        root = self.mention(
            external_id=review_id,
            kind=Kind.REVIEW,
            url=url,
            author=words(review, "author", "personaname") or words(review, "author", "persona_name"),
            author_id=author_id,
            text=bbcode_to_text(dig(review, "review")),
            language=language_tag(dig(review, "language")),
            rating=float(voted_up) if isinstance(voted_up, bool) else None,
            best=1.0,
            published_at=published,
            edited_at=edited(published, dig(review, "timestamp_updated")),
            reply_count=count(review, "comment_count"),
            like_count=count(review, "votes_up"),
            deleted=flag(review, "deleted"),
        )
        yield root
        answer = bbcode_to_text(dig(review, "developer_response"))
        # The key is missing, not null, where nobody answered.
        if answer:
            yield self.owner_answer(root, answer, utc(dig(review, "timestamp_dev_responded")))


def _app_in(url: str) -> str | None:
    """The app an address is about, in each of Steam's forms."""
    if found := re.search(r"/(?:appreviews|recommended|app)/(\d{1,10})\b", url):
        return found[1]
    asked = parse_qs(urlsplit(url).query[:5_000]).get("input_json", [""])[0]
    found = re.search(r'"appid"\s*:\s*"?(\d{1,10})', asked)
    return found[1] if found else None
