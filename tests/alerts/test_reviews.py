"""Sources without replies: what customers expect by their stars, and the time a review stays in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.alert_policy import Team
from alerts.forecast import Forecaster
from alerts.growth.review_deadline import ReviewRules
from alerts.growth.reviews import page_pace, review_by
from alerts.watching.rules import decide
from storage.records import Severity
from tests.alerts.told import ALWAYS, DAY, HOUR, NOW, OFFICE, local, rules, said, stars, thread

ONE_STAR = thread(said(1, NOW - HOUR, rating=stars(1)), source="trustpilot")
BUSY = {("trustpilot", "", "Acme"): 30 * 24 * 2}


def answer_in(reviews: dict[tuple[str, str, str], int], **changes: Any) -> timedelta:
    of = replace(rules(hours=ALWAYS), reviews=reviews, forecaster=Forecaster())
    at = thread(said(1, NOW - HOUR, **({"rating": stars(1)} | changes)), source=changes.pop("source", "trustpilot"))
    return decide(at, Severity.LOW, of, NOW).deadline.answer_by - (NOW - HOUR)


STARS = [
    ("one star: a day", 1, DAY),
    ("two stars: a day", 2, DAY),
    ("three stars: two days", 3, 2 * DAY),
    ("five stars: three days", 5, 3 * DAY),
]


@pytest.mark.parametrize(("value", "wait"), [case[1:] for case in STARS], ids=[case[0] for case in STARS])
def test_courtesy_by_stars(value: float, wait: timedelta) -> None:
    assert answer_in({}, rating=stars(value)) == wait


def test_a_busy_page_is_answered_before_the_review_leaves_it_and_says_so() -> None:
    # Two reviews an hour, twenty on the first page: about ten hours in sight, a fifth of it to answer.
    assert answer_in(BUSY) < 3 * HOUR
    of = replace(rules(hours=ALWAYS), reviews=BUSY, forecaster=Forecaster())
    assert "leaves_first_page" in [note.code for note in decide(ONE_STAR, Severity.LOW, of, NOW).deadline.notes]


def test_another_brands_page_says_nothing_of_ours() -> None:
    assert page_pace(ONE_STAR, {("trustpilot", "", "Other"): 9999}) is None


def test_a_source_with_replies_has_a_curve_instead() -> None:
    assert review_by(thread(), {}, ReviewRules()) is None


def test_nobody_is_paged_on_a_weekend_for_a_review_that_does_not_grow() -> None:
    evening = local("2026-11-20 18:00")
    of = replace(rules(team=Team(hours=OFFICE, on_call=("U700",))), forecaster=Forecaster())
    at = thread(said(1, evening, rating=stars(1)), source="trustpilot", first_seen_at=evening, observed_at=evening)
    decision = decide(at, Severity.HIGH, of, evening)
    assert not decision.pages
    assert decision.deadline.answer_by == local("2026-11-23 09:30")


def test_the_stores_check_takes_its_time_off() -> None:
    of = thread(said(1, NOW - HOUR, rating=stars(1)), source="appstore")
    found = review_by(of, {}, ReviewRules())
    assert found is not None
    assert found.at < NOW - HOUR + DAY
