"""The parts of the forecast: timelines, curves, outlooks, analogues, features."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.growth.analogues import Analogues
from alerts.growth.community import HISTORY_FEATURES, Community
from alerts.growth.constants import shipped_constants
from alerts.growth.curve import shrunk
from alerts.growth.deadline import growth_deadline
from alerts.growth.features import THREAD_FEATURES, thread_features
from alerts.growth.gamma_poisson import gamma_poisson
from alerts.growth.outlook import SIZE_EDGES, TIME_GRID, Outlook, blended
from alerts.growth.platforms import GLOBAL, PLATFORMS, platform_of
from alerts.growth.timeline import HORIZON, Timeline, cleaned, seen_by, spread_counter, timeline_from

CREATED = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
PRIORS = shipped_constants().priors


@pytest.mark.parametrize(
    ("source", "platform"),
    [
        ("hackernews", "reddit"),
        ("lemmy", "reddit"),
        ("youtube", "reddit"),
        ("Reddit", "reddit"),
        ("mastodon", "twitter_replies"),
        ("bluesky", "twitter_replies"),
        ("discourse", "discourse"),
        ("forum", "discourse"),
        ("stackexchange", "discourse"),
        ("wordpress", "discourse"),
        ("github", "github_issue"),
        ("appstore", None),
        ("googleplay", None),
        ("trustpilot", None),
        ("opineo", None),
        ("something else", GLOBAL),
    ],
)
def test_each_source_has_the_prior_of_the_platform_it_is_like(source: str, platform: str | None) -> None:
    assert platform_of(source) == platform


@pytest.mark.parametrize("name", [*PLATFORMS, GLOBAL])
def test_a_shipped_curve_rises_from_nothing_to_all(name: str) -> None:
    shares = PRIORS[name].shares
    assert np.all(np.diff(shares) >= 0)
    assert 0 <= shares[0] < 0.2
    assert shares[-1] == pytest.approx(1)


def test_a_source_with_twenty_replied_threads_stands_half_way_to_its_platform() -> None:
    own = [np.array([60.0])] * 20
    curve = shrunk(own, PRIORS["discourse"])
    assert curve.share_at(300.0) == pytest.approx((1 + PRIORS["discourse"].share_at(300.0)) / 2)
    assert shrunk([], PRIORS["discourse"]) is PRIORS["discourse"]


@given(st.integers(0, 40), st.floats(600, HORIZON * 0.99), st.sampled_from(sorted(PRIORS)))
def test_step_one_is_a_distribution_whose_mean_is_the_posterior_mean(replies: int, age: float, name: str) -> None:
    curve = PRIORS[name]
    told = gamma_poisson(curve, replies, age)
    assert told.sizes.sum() == pytest.approx(1, abs=1e-6)
    seen = curve.share_at(age)
    mean = (curve.shape + replies) / (curve.shape / curve.mean_size + seen) * (1 - seen)
    assert told.mean() == pytest.approx(mean, rel=0.15, abs=0.2)
    assert told.p_10_more_24h <= told.p_grow_3_24h


def test_step_one_counts_the_chance_of_no_reply_as_the_negative_binomial_does() -> None:
    curve = PRIORS["discourse"]
    told = gamma_poisson(curve, 2, 3600.0)
    seen = curve.share_at(3600.0)
    rate = curve.shape / curve.mean_size + seen
    assert told.sizes[0] == pytest.approx((rate / (rate + 1 - seen)) ** (curve.shape + 2))


def outlook(shares: np.ndarray | None = None, sizes: dict[int, float] | None = None) -> Outlook:
    bins = np.zeros(len(SIZE_EDGES))
    for place, mass in (sizes or {3: 1.0}).items():
        bins[place] = mass
    curve = np.linspace(0, 1, len(TIME_GRID)) if shares is None else shares
    return Outlook(shares=curve, sizes=bins, p_grow_3_24h=0.5, p_10_more_24h=0.2, p_double=0.4)


@given(st.floats(0.001, 0.999))
def test_the_time_to_a_share_is_where_that_share_is_reached(share: float) -> None:
    told = outlook()
    assert told.share_by(told.time_to(share)) == pytest.approx(share, abs=1e-6)


def test_sizes_answer_how_likely_and_how_many() -> None:
    told = outlook(sizes={0: 0.5, 3: 0.5})
    assert told.at_least(0) == 1
    assert told.at_least(1) == pytest.approx(0.5)
    assert told.at_least(3) == pytest.approx(0.5)
    assert told.at_least(4) == 0
    assert told.mean() == pytest.approx(1.5)
    assert (told.quantile(0.4), told.quantile(0.9)) == (0, 3)


def test_the_pool_of_two_outlooks_lies_between_them() -> None:
    pool = blended(outlook(sizes={0: 1.0}), outlook(sizes={3: 1.0}), 0.25)
    assert pool.mean() == pytest.approx(0.75)
    assert pool.shares[-1] == 1


def test_the_deadline_slides_over_a_calm_and_keeps_clear_of_a_burst() -> None:
    calm = np.interp(np.arange(len(TIME_GRID)), [0, 8, 30, 48], [0, 0.20, 0.22, 1.0])
    seconds, share = growth_deadline(outlook(calm), 0.20)
    assert seconds > 2 * outlook(calm).time_to(0.20)
    assert 0.15 <= share <= 0.27


def test_threads_just_like_this_one_tell_its_future() -> None:
    doubled = [np.array([600.0, 1200.0, 4000.0, 5000.0])] * 120
    silent = [np.array([10.0])] * 120
    library = Analogues([*doubled, *silent], ["a"] * 240)
    told = library.outlook([600.0, 1200.0], 1800.0, "a")
    assert told.p_double == pytest.approx(1, abs=0.02)
    assert told.mean() == pytest.approx(2, abs=0.1)
    assert library.grown_past([600.0, 1200.0], 1800.0, "a", 4) == (100, 100)
    assert library.outlook([10.0], 1800.0, "a").p_double == pytest.approx(0, abs=0.02)


def test_among_equals_the_own_source_weighs_more() -> None:
    mine, theirs = [np.array([600.0, 4000.0])] * 60, [np.array([600.0])] * 60
    library = Analogues([*mine, *theirs], ["mine"] * 60 + ["theirs"] * 60)
    assert library.outlook([600.0], 1800.0, "mine").p_double > library.outlook([600.0], 1800.0, "theirs").p_double


@given(st.lists(st.floats(0, 10_000), max_size=80).map(sorted), st.floats(0, 10_000))
def test_features_are_always_the_same_many_finite_numbers(events: list[float], age: float) -> None:
    known = [e for e in events if e <= age]
    features = thread_features(known, age, CREATED)
    assert features.shape == (THREAD_FEATURES,)
    assert np.all(np.isfinite(features))


def test_a_source_without_a_past_has_features_of_zero() -> None:
    assert not np.any(Community([], PRIORS["reddit"]).features(3600.0, CREATED))
    assert Community([], PRIORS["reddit"]).features(3600.0, None).shape == (HISTORY_FEATURES,)


def test_only_threads_that_had_ended_count_as_the_latest() -> None:
    big = tuple(float(60 * i) for i in range(1, 200))

    def past(days: float) -> Community:
        made = [_ended(i, CREATED - timedelta(days=days + 30 * i), ()) for i in range(1, 40)]
        return Community([*made, _ended(0, CREATED - timedelta(days=days), big)], PRIORS["discourse"])

    running, ended = (past(days).features(3600.0, CREATED)[3] for days in (6.9, 7.1))
    assert ended > running + 0.3


def _ended(i: int, created: datetime, events: tuple[float, ...]) -> Timeline:
    return Timeline(thread_id=str(i), source="discourse", created_at=created, events=events)


def test_a_counter_becomes_replies_spread_between_crawls() -> None:
    assert spread_counter([(600.0, 2), (1200.0, 2), (1800.0, 5)]) == (150.0, 450.0, 1300.0, 1500.0, 1700.0)


def test_a_counter_that_falls_starts_again() -> None:
    events = spread_counter([(600.0, 3), (1200.0, 1), (1800.0, 2)])
    assert len(events) == 4
    assert all(a <= b for a, b in itertools.pairwise(events))


def test_cleaning_keeps_a_good_timeline_as_it_is() -> None:
    good = Timeline(thread_id="t", source="reddit", events=(1.0, 1.0, 2.0))
    assert cleaned(good) is good
    assert seen_by(good, 1.5).events == (1.0, 1.0)


def test_a_line_is_read_with_its_moment_in_utc() -> None:
    told = timeline_from({"thread_id": 5, "source": "reddit", "set": "x", "created_at": 0, "events": [3, 1]})
    assert told.created_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert (told.thread_id, told.community, told.events) == ("5", "x", (1.0, 3.0))
    assert timeline_from({"created_at": "2026-01-02T03:04:05Z"}).created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
