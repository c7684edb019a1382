"""Places seen whole: most posts stay small there, which the public sets, chosen for large threads, do not show."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast import HANDED_OVER, HORIZON, Forecaster, forecast_lines
from alerts.growth.constants import shipped_constants
from alerts.growth.platforms import platform_of
from alerts.growth.selection import CHOSEN_FROM
from tests.alerts.test_forecast import CREATED, event_lists, finished, thread

WHOLE, CHOSEN = Forecaster(), Forecaster(settings=HANDED_OVER)
LIKE_CHOSEN = ("mastodon", "bluesky", "reddit", "hackernews", "lemmy", "youtube")


@pytest.mark.parametrize("source", ["mastodon", "bluesky"])
def test_a_fresh_post_nobody_answered_is_not_promised_ten(source: str) -> None:
    """What the public sets say of it, trees of at least six posts, is plainly wrong to a reader."""
    fresh = thread((), source)
    chosen, whole = CHOSEN.forecast(fresh, 900.0), WHOLE.forecast(fresh, 900.0)
    assert chosen.p_10_more_24h > 0.5
    assert (chosen.milestone or 0) >= 10
    assert whole.p_10_more_24h < 0.1
    assert whole.milestone is None
    # An hour without a reply, and it gets a courtesy answer.
    assert CHOSEN.forecast(fresh, 3600.0).growing
    assert not WHOLE.forecast(fresh, 3600.0).growing


def test_a_fresh_post_that_is_answered_fast_is_still_taken_for_a_large_one() -> None:
    told = [WHOLE.forecast(thread([60.0 * n for n in range(1, k + 1)], "mastodon"), 900.0) for k in range(1, 8)]
    assert told[-1].p_grow_3_24h > 0.6
    assert told[3].p_grow_3_24h > told[0].p_grow_3_24h


@given(events=event_lists, age=st.floats(0, HORIZON - 1), source=st.sampled_from(LIKE_CHOSEN))
def test_never_livelier_than_the_sets_and_no_other_curve(events: list[float], age: float, source: str) -> None:
    chosen, whole = (one.forecast(thread(events, source), age) for one in (CHOSEN, WHOLE))
    for name in ("p_10_more_24h", "p_grow_3_24h", "p_double"):
        assert getattr(whole, name) <= getattr(chosen, name) + 1e-9, name
    assert np.array_equal(whole.outlook.shares, chosen.outlook.shares)
    assert whole.outlook.sizes.sum() == pytest.approx(1)
    if sum(event <= age for event in events) >= CHOSEN_FROM:
        assert np.array_equal(whole.outlook.sizes, chosen.outlook.sizes)


@pytest.mark.parametrize("source", ["discourse", "github", "some_new_site"])
def test_where_the_sets_left_nothing_out_nothing_changes(source: str) -> None:
    chosen, whole = (one.forecast(thread((), source), 900.0) for one in (CHOSEN, WHOLE))
    assert np.array_equal(whole.outlook.sizes, chosen.outlook.sizes)


def test_a_sources_own_threads_soon_speak_for_themselves() -> None:
    def moved(many: int) -> float:
        past = finished(many, "mastodon", "here")
        fresh = thread((), "mastodon", "here")
        chosen, whole = Forecaster(past, HANDED_OVER), Forecaster(past)
        return chosen.forecast(fresh, 900.0).p_grow_3_24h - whole.forecast(fresh, 900.0).p_grow_3_24h

    differences = [moved(many) for many in (0, 5, 50)]
    assert all(after < before for before, after in pairwise(differences))
    assert differences[-1] < 0.1


def test_lines_handed_over_are_taken_as_the_public_sets_are() -> None:
    row = {"thread_id": "1", "source": "mastodon", "set": "r/brand", "events": [], "created_at": CREATED.isoformat()}
    (told,) = forecast_lines([row], 900.0)
    assert told["p_10_more_24h"] > 0.5


@given(replies=st.integers(0, 4), age=st.floats(0, HORIZON), platform=st.sampled_from(["reddit", "twitter_replies"]))
def test_a_thread_is_never_smaller_than_it_is(replies: int, age: float, platform: str) -> None:
    seen = shipped_constants().sizes[platform].seen_at(replies, shipped_constants().prior_of(platform), age)
    assert seen.sum() == pytest.approx(1)
    assert np.all(seen[:replies] == 0)
    assert np.all(seen >= 0)


def test_the_shipped_sizes_are_shares_for_each_platform_whose_sets_were_chosen() -> None:
    sizes = shipped_constants().sizes
    assert sizes.keys() == {platform_of(source) for source in LIKE_CHOSEN}
    for one in sizes.values():
        assert len(one.shares) == CHOSEN_FROM + 1
        assert min(one.shares) > 0
        assert sum(one.shares) == pytest.approx(1, abs=1e-3)
