"""The forecast as a whole: what must hold for any thread, and what odd threads must not do."""

import itertools
import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.forecast import HORIZON, Forecast, Forecaster, ForecastSettings, Timeline, forecast_lines
from alerts.growth.analogues import Analogues
from alerts.growth.gamma_poisson import gamma_poisson_unseen
from alerts.growth.platforms import PLATFORMS

CREATED = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
SOURCES = [*PLATFORMS, "hackernews", "bluesky", "forum", "github", "some_new_site"]
COLD = Forecaster()

ages = st.floats(0, 2 * HORIZON)
event_lists = st.lists(st.floats(0, HORIZON), max_size=60).map(sorted)


def thread(
    events: list[float] | tuple[float, ...] = (), source: str = "reddit", community: str | None = "r/brand"
) -> Timeline:
    return Timeline(
        thread_id="t", source=source, community=community, created_at=CREATED, events=tuple(events), answered_at=None
    )


def finished(many: int, source: str = "reddit", community: str = "r/brand", replies: int = 12) -> list[Timeline]:
    """Made-up finished threads of one source, a day apart, each with its own pace."""
    return [
        Timeline(
            thread_id=f"{source}-{community}-{i}",
            source=source,
            community=community,
            created_at=CREATED - timedelta(days=10 + i),
            events=tuple(600.0 * (1 + i % 7) * (j + 1) ** 1.5 for j in range((replies + i) % (2 * replies))),
        )
        for i in range(many)
    ]


def assert_sound(told: Forecast, rules: ForecastSettings) -> None:
    numbers = [told.deadline_seconds, told.deadline_before_clamp, told.expected_more, told.expected_final]
    numbers += [told.expected_more_low, told.expected_more_high, told.seen_share]
    assert all(math.isfinite(n) and n >= 0 for n in numbers)
    assert all(0 <= p <= 1 for p in (told.p_double, told.p_10_more_24h, told.p_grow_3_24h, told.seen_share))
    assert told.p_10_more_24h <= told.p_grow_3_24h + 1e-9
    assert told.expected_more_low <= told.expected_more_high
    assert rules.floor_seconds <= told.deadline_seconds <= rules.cap_seconds


@given(events=event_lists, age=ages, source=st.sampled_from(SOURCES))
def test_any_thread_gets_a_sound_forecast(events: list[float], age: float, source: str) -> None:
    told = COLD.forecast(thread(events, source), age)
    assert_sound(told, ForecastSettings())


@given(
    events=event_lists, age=st.floats(0, HORIZON - 1), steps=st.lists(st.floats(0, HORIZON), min_size=2, max_size=20)
)
def test_the_share_curve_starts_at_nothing_never_falls_and_ends_whole(
    events: list[float], age: float, steps: list[float]
) -> None:
    told = COLD.forecast(thread(events), age)
    shares = [told.share_by(h) for h in sorted(steps)]
    assert told.share_by(0) == 0
    assert all(a <= b for a, b in itertools.pairwise(shares))
    assert told.share_by(HORIZON) == pytest.approx(1)


@given(events=event_lists, age=st.floats(0, HORIZON / 2), share=st.sampled_from([0.10, 0.20, 0.35]))
def test_about_the_asked_share_is_expected_before_the_deadline(events: list[float], age: float, share: float) -> None:
    told = Forecaster(settings=ForecastSettings(share=share)).forecast(thread(events), age)
    assert told.share_by(told.deadline_before_clamp) == pytest.approx(told.deadline_share, abs=0.005)
    assert 0.75 * share <= told.deadline_share <= 1.35 * share + 1e-9


@given(events=event_lists, age=ages)
def test_a_history_of_another_platform_leaves_exactly_the_platform_default(events: list[float], age: float) -> None:
    told, default = ELSEWHERE.forecast(thread(events), age), COLD.forecast(thread(events, community=None), age)
    assert replace(told, outlook=default.outlook) == default
    assert told.basis == "platform_prior"


@given(events=event_lists, age=ages)
def test_replies_after_the_crawl_are_not_looked_at(events: list[float], age: float) -> None:
    known = [e for e in events if e <= age]
    assert COLD.forecast(thread(events), age).deadline_seconds == COLD.forecast(thread(known), age).deadline_seconds


@given(events=st.lists(st.floats(0, HORIZON), max_size=12), age=ages, data=st.data())
def test_the_order_in_which_replies_were_read_does_not_matter(
    events: list[float], age: float, data: st.DataObject
) -> None:
    told = COLD.forecast(thread(data.draw(st.permutations(events))), age)
    assert told.deadline_seconds == COLD.forecast(thread(sorted(events)), age).deadline_seconds


@settings(max_examples=30, deadline=None)
@given(events=event_lists, age=ages)
def test_with_a_history_every_forecast_is_sound_too(events: list[float], age: float) -> None:
    assert_sound(WARM.forecast(thread(events), age), ForecastSettings())


ELSEWHERE = Forecaster(finished(150, source="discourse"))
WARM = Forecaster([*finished(150), *finished(30, community="r/other", replies=4)])


@pytest.mark.parametrize(
    ("events", "age"),
    [
        pytest.param([], 0.0, id="no reply and just created"),
        pytest.param([], 900.0, id="no reply"),
        pytest.param([-5.0, -1.0, 30.0], 900.0, id="replies before the creation"),
        pytest.param([10.0] * 500, 900.0, id="five hundred replies in the same second"),
        pytest.param([float("nan"), 5.0, float("inf")], 900.0, id="times that are no numbers"),
        pytest.param([5.0, 3.0, 4.0], 900.0, id="replies out of order"),
        pytest.param([5.0], -900.0, id="a crawl before the creation: the clock jumped back"),
        pytest.param([5.0], float("nan"), id="an age that is no number"),
        pytest.param([5.0], float("inf"), id="an endless age"),
        pytest.param([5.0], 30 * HORIZON, id="a thread long finished"),
        pytest.param([float(i) for i in range(5000)], 3600.0, id="five thousand replies"),
    ],
)
@pytest.mark.parametrize("forecaster", [COLD, WARM], ids=["no history", "with history"])
def test_odd_threads_are_answered(events: list[float], age: float, forecaster: Forecaster) -> None:
    assert_sound(forecaster.forecast(thread(events), age), ForecastSettings())


def test_a_hundred_thousand_replies_are_a_thread_like_any_other() -> None:
    told = COLD.forecast(thread([i * 0.01 for i in range(100_000)]), 3600.0)
    assert told.dropped == 0
    assert told.expected_final >= 100_000
    assert_sound(told, ForecastSettings())


def test_impossible_replies_are_dropped_and_counted() -> None:
    assert COLD.forecast(thread([-5.0, float("nan"), 30.0]), 900.0).dropped == 2


def test_a_quiet_old_thread_is_not_growing_and_a_busy_young_one_is() -> None:
    quiet = COLD.forecast(thread([60.0], source="discourse"), 5 * 86400.0)
    busy = COLD.forecast(thread([10.0 * i for i in range(1, 80)]), 900.0)
    assert (quiet.growing, quiet.reason) == (False, "quiet")
    assert busy.growing
    assert busy.expected_more > 10


def test_a_thread_past_its_seventh_day_is_finished() -> None:
    told = COLD.forecast(thread([60.0]), 8 * 86400.0)
    assert (told.growing, told.reason) == (False, "finished")


def test_a_storm_is_faster_than_humans() -> None:
    told = COLD.forecast(thread([i * 0.25 for i in range(1200)], source="twitter"), 300.0)
    assert told.reason == "faster_than_humans"
    assert told.deadline_seconds == ForecastSettings().floor_seconds
    assert told.deadline_before_clamp < told.deadline_seconds


def test_a_review_has_no_curve() -> None:
    told = COLD.forecast(thread(source="trustpilot"), 3600.0)
    assert (told.growing, told.reason, told.basis) == (False, "no_curve", "no_replies")


def test_an_unknown_source_leans_on_everything() -> None:
    assert COLD.forecast(thread(source="some_new_site"), 3600.0).basis == "global_prior"


def test_own_history_is_named_and_moves_the_forecast() -> None:
    small = Forecaster(finished(150, replies=2)).forecast(thread(), 1800.0)
    large = Forecaster(finished(150, replies=60)).forecast(thread(), 1800.0)
    assert (small.basis, small.history_threads) == ("own_history", 150)
    assert small.expected_more < large.expected_more
    assert small.p_10_more_24h < large.p_10_more_24h


def test_threads_the_owner_answered_teach_nothing() -> None:
    answered = [
        Timeline(thread_id=t.thread_id, source=t.source, community=t.community, events=t.events, answered_at=60.0)
        for t in finished(150)
    ]
    assert Forecaster(answered).forecast(thread(), 1800.0).history_threads == 0


def test_of_the_most_similar_threads_some_grew_past_a_size() -> None:
    told = WARM.forecast(thread([600.0, 1200.0]), 1800.0)
    assert told.similar == 100
    assert 0 < told.similar_grew < 100
    assert told.similar_size == told.milestone == 10
    quiet = WARM.forecast(thread([600.0]), 6 * 86400.0)
    assert (quiet.milestone, quiet.similar_size) == (None, 5), "the next round number, where none is likely"
    # Those with so many replies in the end, counted by hand over the threads most like a quiet one: all of them.
    every = Forecaster(finished(120, replies=1000)).forecast(thread([600.0]), 700.0)
    assert (every.similar, every.similar_grew) == (100, 100)
    assert COLD.forecast(thread([600.0]), 1800.0).similar_size is None


def test_the_milestone_is_the_largest_likely_one_and_has_its_time() -> None:
    told = COLD.forecast(thread([10.0 * i for i in range(1, 80)]), 900.0)
    assert told.milestone is not None
    assert told.milestone_seconds is not None
    assert told.milestone > 79
    assert told.milestone_chance == told.outlook.at_least(told.milestone - 79) >= 0.5
    assert COLD.forecast(thread(), 6 * 86400.0).milestone_chance == 0.0


def test_a_batch_keeps_its_order_and_survives_odd_lines() -> None:
    lines: list[dict[str, Any]] = [
        {"thread_id": "a", "source": "reddit", "set": "x", "created_at": None, "events": [1, 2, 3]},
        {"thread_id": "b"},
        {"thread_id": "c", "source": None, "events": "no list", "created_at": "not a date"},
        {
            "thread_id": "d",
            "source": "discourse",
            "events": [None, True, "5", 1e400, 10**400, -3, 7],
            "created_at": 1e30,
        },
    ]
    told = list(forecast_lines(lines, 900.0))
    assert [row["thread_id"] for row in told] == ["a", "b", "c", "d"]
    assert [row["about"] for row in told] == [False, True, True, False]
    assert [row["dropped"] for row in told] == [0, 0, 0, 6]
    assert all(900.0 <= row["deadline_seconds"] <= 86400.0 for row in told)
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize("source", ["reddit", "discourse", "twitter_replies", "some_new_site", "trustpilot"])
def test_a_line_that_does_not_say_its_replies_gets_what_is_usual_there_and_says_about(source: str) -> None:
    """Neither the confident answer of a thread with no reply at all, nor another one for another thread."""
    for age in (0.0, 900.0, 6 * 3600.0, 6 * 86400.0, 9 * 86400.0):
        none, nothing = [{"thread_id": "n", "source": source, "events": []}], [{"thread_id": "n", "source": source}]
        ((known,), (unseen,)) = (list(forecast_lines(rows, age)) for rows in (none, nothing))
        assert (known["about"], unseen["about"]) == (False, True)
        assert 0.0 <= unseen["p_10_more_24h"] <= 1.0
        assert 0.0 <= unseen["p_double"] <= 1.0
        assert unseen["deadline_seconds"] >= 900.0
        assert_sound(COLD.forecast_unseen(thread((), source), age), ForecastSettings())
    usual = COLD.forecast_unseen(thread([1.0, 2.0, 3.0], source), 3600.0)
    assert usual == replace(COLD.forecast_unseen(thread((), source), 3600.0), outlook=usual.outlook)


def test_what_is_usual_of_an_unseen_thread_is_the_mean_of_what_it_may_have_reached() -> None:
    """Law of total expectation: what is to come, over all counts it may have, is the prior's own share to come."""
    curve = COLD._past.community(thread((), "discourse"), "discourse").curve
    outlook, replies = gamma_poisson_unseen(curve, 3600.0)
    seen = curve.share_at(3600.0)
    assert replies == pytest.approx(curve.mean_size * seen, rel=0.35)
    assert outlook.mean() == pytest.approx(curve.mean_size * (1 - seen), rel=0.35)
    assert outlook.sizes.sum() == pytest.approx(1.0)


def test_the_sentence_for_people_rests_on_the_same_search_as_the_forecast() -> None:
    """One search a forecast, and the next thread gets its own: not the neighbours of the one before."""
    library = Analogues([np.array([60.0 * (n + 1)] * (n % 9)) for n in range(150)], ["a"] * 150)
    library.outlook([60.0], 1800.0, "a")
    found = library._found
    library.grown_past([60.0], 1800.0, "a", 5)
    assert library._found is found
    fresh = Analogues([np.array([60.0 * (n + 1)] * (n % 9)) for n in range(150)], ["a"] * 150)
    other = ([60.0, 90.0, 120.0], 3600.0, "a")
    assert library.grown_past(*other, 5) == fresh.grown_past(*other, 5)
    assert library._found is not found


def test_a_thread_seen_late_has_lost_what_came_before_the_first_sight() -> None:
    known = replace(thread([60.0]), first_seen_age=3600.0)
    told, by_now = COLD.forecast(known, 6 * 3600.0), COLD.forecast(thread([60.0]), 6 * 3600.0)
    assert 0 < told.seen_share < by_now.seen_share
    assert told.seen_share == COLD.forecast(thread([60.0]), 3600.0).seen_share
