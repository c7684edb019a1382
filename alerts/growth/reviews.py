"""How fast reviews push each other off their page, and so by when a review should be answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from alerts.growth.platforms import platform_of
from alerts.growth.review_deadline import PagePace, ReviewDeadline, ReviewRules, VotesRise, review_deadline
from storage.records import Kind, Thread

WINDOW = timedelta(days=30)

PageKey = tuple[str, str, str]
"""(source, instance, brand): the page a brand's reviews stand on."""


class PageCounts(Protocol):
    """Reviews of the last thirty days on a page; None where nobody counted. A dictionary is one."""

    def get(self, page: PageKey, /) -> int | None: ...


class ReviewStore(Protocol):
    """What counting asks of the store."""

    def reviews_on_page(self, source: str, instance: str, brand: str, since: datetime) -> int: ...


class CountedPages:
    """Asks the store once for each page that is wanted, and keeps the answer: few pages, whatever the alerts."""

    def __init__(self, store: ReviewStore, now: datetime) -> None:
        self._store = store
        self._since = now - WINDOW
        self._counted: dict[PageKey, int] = {}

    def get(self, page: PageKey, /) -> int | None:
        if page not in self._counted:
            self._counted[page] = self._store.reviews_on_page(*page, self._since)
        return self._counted[page]


# Reviews on the first page as a visitor sees it, by source; about, since sites change it.
FIRST_PAGE = {"trustpilot": 20, "appstore": 10, "googleplay": 20, "google_places": 5, "steam": 10, "yelp": 10}
_USUAL_FIRST_PAGE = 15

# Sources that show a visitor the most helpful reviews first ("most helpful", "most relevant") and count the votes:
# there a review with many votes stays in sight. Trustpilot shows the newest first.
BY_HELPFULNESS = frozenset({"appstore", "googleplay", "steam"})


def page_pace(thread: Thread, reviews: PageCounts) -> PagePace | None:
    """The pace of the page the thread's review stands on; None where nothing was counted."""
    counted = reviews.get((thread.source, thread.instance, thread.brand))
    if counted is None:
        return None
    return PagePace(reviews=counted, first_page=FIRST_PAGE.get(thread.source, _USUAL_FIRST_PAGE), window=WINDOW)


def review_by(
    thread: Thread, reviews: PageCounts, rules: ReviewRules, votes: VotesRise | None = None
) -> ReviewDeadline | None:
    """Courtesy by rating, the time on the first page or rising votes; None where the source has replies: a curve."""
    root = thread.root
    if root is None or platform_of(thread.source, is_review=root.kind is Kind.REVIEW) is not None:
        return None
    return review_deadline(
        root.published_at,
        thread.first_seen_at,
        source=thread.source,
        rating_share=root.rating.share if root.rating else None,
        is_date_only=root.date_only,
        pace=page_pace(thread, reviews),
        votes=votes,
        rules=rules,
    )
