"""A page that counts more reviews than before is a hint, where no new text came with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from spiders.outcome import outcome_of
from tests.spiders.walked import NOW, Walked, walk

_KEY = {"REPWATCH_YELP_KEY": "k"}


def business(reviews: int, average: float) -> dict[str, Any]:
    return {"alias": "velora", "url": "https://www.yelp.com/biz/velora?a=1", "review_count": reviews, "rating": average}


def looked_at(said: dict[str, Any], after: Walked | None = None) -> Walked:
    now = NOW + timedelta(days=1) if after else NOW
    return walk("yelp", lambda _: said, options={"businesses": ("velora",)}, secrets=_KEY, after=after, now=now)


def seen(walked: Walked) -> str | None:
    return outcome_of(walked.spider, "finished").seen


def test_a_count_that_moved_is_said() -> None:
    first = looked_at(business(31, 4.5))
    more = looked_at(business(34, 4.2), first)
    same = looked_at(business(34, 4.2), more)
    assert (seen(first), seen(same)) == (None, None)
    assert seen(more) == "www.yelp.com/biz/velora: reviews 31 → 34, average 4.5 → 4.2"


def test_where_new_texts_tell_it_the_count_is_no_news() -> None:
    first = looked_at(business(31, 4.5))
    more = looked_at(business(34, 4.5), first)
    assert more.spider.hints == ["www.yelp.com/biz/velora: reviews 31 → 34"]

    class Kept:
        new = 3

    more.spider.keeper = Kept()  # type: ignore[assignment]
    assert seen(more) is None
