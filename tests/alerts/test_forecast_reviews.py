"""By when to answer where nobody replies, and the picture of a forecast."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.forecast import Forecaster, Timeline
from alerts.forecast_plot import drawn, plot_forecast
from alerts.growth.review_deadline import PagePace, ReviewRules, review_deadline

POSTED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SEEN = POSTED + timedelta(hours=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("share", "hours"),
    [
        pytest.param(0.2, 24, id="one star"),
        pytest.param(0.4, 24, id="two stars"),
        pytest.param(0.6, 48, id="three stars"),
        pytest.param(1.0, 72, id="five stars"),
        pytest.param(None, 24, id="no rating counts as low"),
    ],
)
def test_courtesy_follows_the_rating(share: float | None, hours: int) -> None:
    told = review_deadline(POSTED, SEEN, source="trustpilot", rating_share=share)
    assert told is not None
    assert (told.at, told.reason, told.is_about, told.is_late) == (POSTED + hours * HOUR, "courtesy", False, False)


def test_the_app_store_looks_at_an_answer_first_so_it_is_due_earlier() -> None:
    told = review_deadline(POSTED, SEEN, source="appstore", rating_share=0.2)
    assert told is not None
    assert told.at == POSTED + 6 * HOUR


def test_a_busy_page_asks_for_an_answer_while_the_review_is_on_it() -> None:
    told = review_deadline(
        POSTED, SEEN, source="googleplay", rating_share=0.2, pace=PagePace(reviews=2399, first_page=50)
    )
    assert told is not None
    assert told.reason == "leaves_page"
    # 2400 reviews in 960 hours, prior and all: 2.5 an hour, 20 hours on a page of 50, a fifth of that.
    assert told.at == POSTED + 4 * HOUR


def test_a_quiet_page_leaves_courtesy_to_decide() -> None:
    told = review_deadline(POSTED, SEEN, source="trustpilot", rating_share=0.2, pace=PagePace(reviews=3, first_page=20))
    assert told is not None
    assert told.reason == "courtesy"


def test_the_floor_holds_on_the_busiest_page() -> None:
    pace = PagePace(reviews=1_000_000, first_page=1)
    told = review_deadline(POSTED, POSTED, source="steam", rating_share=0.2, pace=pace)
    assert told is not None
    assert told.at == POSTED + timedelta(minutes=15)


def test_only_the_day_is_known_so_we_count_from_its_end_or_the_first_sight() -> None:
    day = datetime(2026, 11, 16, tzinfo=UTC)
    early = review_deadline(day, day + 10 * HOUR, source="opineo", rating_share=0.2, is_date_only=True)
    late = review_deadline(day, day + 40 * HOUR, source="opineo", rating_share=0.2, is_date_only=True)
    assert early is not None
    assert late is not None
    assert (early.at, early.is_about) == (day + 34 * HOUR, True)
    assert late.at == day + 48 * HOUR


def test_a_review_first_seen_too_late_says_so() -> None:
    told = review_deadline(POSTED, POSTED + 30 * HOUR, source="trustpilot", rating_share=0.2)
    assert told is not None
    assert told.is_late


def test_a_team_may_promise_nothing_for_praise() -> None:
    rules = ReviewRules(high=None)
    assert review_deadline(POSTED, SEEN, source="trustpilot", rating_share=1.0, rules=rules) is None


@pytest.mark.parametrize(
    "events", [(), (30.0, 60.0, 400.0, 5000.0, 90000.0)], ids=["no replies", "replies before and after"]
)
def test_the_plot_is_a_picture(tmp_path: Path, events: tuple[float, ...]) -> None:
    thread = Timeline(thread_id="t", source="reddit", created_at=POSTED, events=events)
    told = plot_forecast(thread, Forecaster(), 900.0, tmp_path / "thread.png")
    assert (tmp_path / "thread.png").read_bytes().startswith(b"\x89PNG")
    assert told.deadline_seconds >= 900.0


@pytest.mark.parametrize(
    ("age", "words", "has_deadline"),
    [(900.0, "it grows (from what is usual on similar sites)", True), (9 * 86400.0, "its growth is over", False)],
    ids=["a growing thread", "a finished one has none to be ahead of"],
)
def test_the_plot_says_what_it_shows(age: float, words: str, has_deadline: bool) -> None:
    figure, _ = drawn(
        Timeline(thread_id="t", source="reddit", created_at=POSTED, events=(30.0, 60.0)), Forecaster(), age
    )
    labels = [label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]]
    assert words in figure.axes[0].get_title()
    assert any(label.startswith("answer by") for label in labels) is has_deadline


@pytest.mark.parametrize("source", ["google_business", "a source of tomorrow"])
def test_a_review_has_no_growth_whatever_source_it_comes_from(source: str) -> None:
    """A new source of reviews is one file: nothing here names it."""
    told = Forecaster([]).forecast(Timeline(thread_id="1", source=source, created_at=POSTED, is_review=True), 3600.0)
    assert (told.growing, told.reason, told.basis) == (False, "no_curve", "no_replies")
