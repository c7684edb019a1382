"""By when to answer where a source has no replies: what customers expect, and while the review is still seen."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

# The App Store checks an answer before it shows it; we take the middle of its usual 12 to 24 hours.
_CHECKED_BEFORE_SHOWN = {"appstore": timedelta(hours=18), "app_store": timedelta(hours=18)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """What a team promises its reviewers; a None leaves the courtesy to the page alone."""

    low: timedelta | None = timedelta(hours=24)
    middle: timedelta | None = timedelta(hours=48)
    high: timedelta | None = timedelta(hours=72)
    # The part of a review's time on the first page that may pass before the answer.
    page_share: float = 0.20
    floor: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePace:
    """How fast reviews push each other off the first page: those counted in `window`, and how many it shows."""

    reviews: int
    first_page: int
    window: timedelta = timedelta(days=30)

    def per_hour(self) -> float:
        """The Gamma-Poisson mean: a page nobody has watched yet counts as one review in ten days."""
        hours = max(0.0, self.window.total_seconds() / 3600.0)
        return (1.0 + max(0, self.reviews)) / (240.0 + hours)

    def time_on_page(self) -> timedelta:
        """About how long a new review stays on the first page: R / r hours."""
        return timedelta(hours=max(1, self.first_page) / self.per_hour())


@dataclass(frozen=True, slots=True, kw_only=True)
class VotesRise:
    """People find it helpful, and the page shows such reviews first: the growth deadline of the votes (aware UTC)."""

    at: datetime
    votes: int
    # So many more are likely.
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDeadline:
    """The moment to answer a review (aware UTC), and why then."""

    at: datetime
    # courtesy; leaves_page: the review would be out of sight before; votes_rise: most would have seen it before.
    reason: str
    # The time of day of the review is not known, or that of its votes.
    is_about: bool
    # It was past before the review was first seen.
    is_late: bool
    # Where these are the reason.
    votes: VotesRise | None = None


def review_deadline(
    posted_at: datetime | None,
    first_seen_at: datetime,
    *,
    source: str,
    rating_share: float | None = None,
    is_date_only: bool = False,
    pace: PagePace | None = None,
    votes: VotesRise | None = None,
    rules: ReviewRules | None = None,
) -> ReviewDeadline | None:
    """min(courtesy by rating, 0.2 of the time on the first page, growth of its votes); None where none sets a time.

    Times are aware; `rating_share` is the rating's value of its best, 0.2 for one star of five; an unknown rating
    counts as low. Of a review of which only the day is known we count from the end of that day (UTC) or the crawl that
    first saw it, whichever is earlier (deadline.md 5.7).
    """
    rules = rules or ReviewRules()
    start = _start(posted_at, first_seen_at, is_date_only)
    waits: list[tuple[timedelta, str]] = []
    courtesy = _courtesy(rating_share, rules)
    if courtesy is not None:
        waits.append((courtesy - _CHECKED_BEFORE_SHOWN.get(source, timedelta()), "courtesy"))
    if pace is not None:
        waits.append((pace.time_on_page() * rules.page_share, "leaves_page"))
    moments = [(start + max(wait, rules.floor), reason) for wait, reason in waits]
    if votes is not None:
        moments.append((votes.at, "votes_rise"))
    if not moments:
        return None
    at, reason = min(moments)
    by_votes = votes if reason == "votes_rise" else None
    return ReviewDeadline(
        at=at,
        reason=reason,
        is_about=is_date_only or posted_at is None or by_votes is not None,
        is_late=at < first_seen_at + rules.floor,
        votes=by_votes,
    )


def _start(posted_at: datetime | None, first_seen_at: datetime, is_date_only: bool) -> datetime:
    if posted_at is None:
        return first_seen_at
    if not is_date_only:
        return min(posted_at, first_seen_at)
    day = posted_at.astimezone(UTC).date() + timedelta(days=1)
    return min(datetime.combine(day, time(), UTC), first_seen_at)


def _courtesy(rating_share: float | None, rules: ReviewRules) -> timedelta | None:
    if rating_share is None or rating_share <= 0.4:
        return rules.low
    return rules.middle if rating_share <= 0.6 else rules.high
