"""The past under today's rules: cards, hours, missed, coverage, reliability; and the explanation of one thread."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from alerts.alert import alert
from alerts.alert_policy import AlertPolicy, Pause
from alerts.backtest import Backtest, as_it_was, backtest
from alerts.explain import explain, explained
from alerts.growth.backtest import growth_figures
from alerts.growth.timeline import Timeline
from alerts.messages import MessageSettings
from storage.records import AlertState, EarlierVersion, Thread
from tests.alerts.house import House, post
from tests.alerts.told import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    QUIET,
    Foreseen,
    forecast,
    local,
    owner,
    plan,
    said,
    stars,
    thread,
    verdict,
)


def replayed(*threads: Thread, **changes: Any) -> Backtest:
    judged = [(one, verdict(thread_id=one.id)) for one in threads]
    return backtest(judged, [], plan(**changes), NOW - 30 * DAY, NOW + 30 * DAY)


def test_an_answer_before_the_deadline_is_in_time_and_one_after_it_is_late() -> None:
    early = thread(said(1), owner(2, NOW + HOUR))
    late = replace(thread(said(1), owner(2, NOW + 5 * HOUR)), id=8)
    found = replayed(early, late)
    assert (found.cards, found.in_time, found.late, found.unanswered) == (2, 1, 1, 0)
    assert [one.missed for one in found.threads] == [0, 1]


def test_a_thread_nobody_answers_is_closed_as_grown_after_three_stops() -> None:
    found = replayed(thread())
    assert (found.unanswered, found.grown) == (1, 1)
    assert found.threads[0].state is AlertState.GROWN


def test_who_would_not_have_been_told_and_why() -> None:
    old = thread(said(1, NOW - 20 * DAY))
    assert replayed(old, forecaster=Foreseen(QUIET)).why_not == {"old": 1}
    assert replayed(thread(), policy=AlertPolicy(pauses=(Pause(),))).why_not == {"paused": 1}
    assert replayed(thread(said(1), owner(2, NOW - MINUTE))).why_not == {"answered_before": 1}


def test_the_hours_of_the_cards_are_the_teams() -> None:
    found = replayed(thread(), replace(thread(), id=8))
    assert found.by_hour[11] == sum(found.by_hour) == found.busiest_day == 2


def test_a_thread_as_it_was_knows_nothing_of_later() -> None:
    version = EarlierVersion(seen_at=NOW + HOUR, content_hash="x", rating=stars(1))
    of = thread(said(1), said(2, NOW + MINUTE), said(3, NOW + 2 * HOUR), versions={1: (version,)})
    then = as_it_was(of, NOW + 30 * MINUTE)
    assert [m.id for m in then.mentions] == [1, 2]
    assert then.versions == {1: ()}
    assert then.observed_at == NOW + 30 * MINUTE


def grown(number: int, replies: int, *, pace: float = 1.0, answered: float | None = None) -> Timeline:
    """Replies log-uniform between a minute and a week, as threads have them; faster with a smaller pace."""
    chance = random.Random(number)
    events = sorted(min(600000.0, pace * 60 * 10 ** (4 * chance.random())) for _ in range(replies))
    return Timeline(
        thread_id=str(number), source="reddit", events=tuple(events), first_seen_age=600.0, answered_at=answered
    )


def test_coverage_is_the_share_of_later_replies_that_come_after_the_deadline() -> None:
    found = growth_figures([grown(n, 5 + n % 40) for n in range(120)])
    source = found.sources[0]
    assert (source.source, source.judged, found.threads) == ("reddit", 100, 120)
    assert source.coverage is not None
    assert 0.7 <= source.coverage <= 0.9
    assert not source.is_warned
    assert source.slack_minutes is not None
    assert source.slack_minutes >= 15


def test_a_source_that_leaves_the_band_is_warned_of() -> None:
    # All replies within minutes after first sight: no deadline stands before them.
    storms = [replace(grown(n, 0), events=tuple(601.0 + 10 * i for i in range(20))) for n in range(40)]
    source = growth_figures(storms).sources[0]
    assert source.coverage is not None
    assert source.coverage < 0.7
    assert source.is_warned


def test_a_source_with_few_threads_is_not_warned_of() -> None:
    storms = [replace(grown(n, 0), events=tuple(601.0 + 10 * i for i in range(20))) for n in range(5)]
    assert not growth_figures(storms).sources[0].is_warned


def test_threads_the_owner_answered_are_counted_apart() -> None:
    found = growth_figures([grown(1, 9), grown(2, 9, answered=3600.0)])
    assert (found.threads, found.answered_apart) == (1, 1)


def test_reliability_compares_what_was_said_with_what_happened() -> None:
    found = growth_figures([grown(n, n % 30) for n in range(200)])
    for bins in (found.ten_more, found.double):
        assert sum(one.threads for one in bins) == 200
        assert all(one.low <= one.said <= one.high for one in bins)
        assert all(0 <= one.happened <= 1 for one in bins)
    assert found.precision is not None
    assert found.recall is not None


def test_nothing_finished_is_no_error() -> None:
    found = growth_figures([])
    assert (found.sources, found.ten_more, found.precision) == ((), (), None)


# Explained.


def lines(house: House, number: int = 1, **changes: Any) -> str:
    of = house.store.thread(number)
    assert of is not None
    told = explain(house.store, plan(**changes), of, NOW + HOUR)
    return "\n".join(explained(told, MessageSettings(zone="Europe/Warsaw")))


def test_an_alerted_thread_is_explained_with_its_numbers(house: House) -> None:
    house.heard(said(1), said(2))
    alert(house.store, plan(), NOW)
    told = lines(house)
    assert "verdict: negative, low; 90% negative voices" in told
    assert "the text is negative (95 % sure)" in told
    assert "alert: open, low, in C1, 0 missed" in told
    assert "deadline 1, set 2026-11-18 11:00 CET: answer by 2026-11-18 13:00 CET" in told
    assert "opened" in told


def test_a_thread_nobody_was_told_of_is_explained_with_why(house: House) -> None:
    house.heard(said(1))
    paused: dict[str, Any] = {"policy": AlertPolicy(pauses=(Pause(sources=("forum",)),))}
    alert(house.store, plan(**paused), NOW)
    assert "no alert: the brand or the source is paused" in lines(house, **paused)


def test_a_calm_thread_and_one_not_told_yet_are_explained(house: House) -> None:
    house.heard(post(1), mild=["1"])
    assert "no alert: it is not negative" in lines(house)
    house.heard(post(2))
    assert "no alert yet: the next repwatch alert would tell C1" in lines(house, 2)


def test_the_stored_past_can_be_replayed(house: House) -> None:
    house.heard(post(1), post(2), mild=["2"])
    judged = house.store.negative_threads(NOW - DAY, NOW + DAY)
    assert [one.external_id for one, _ in judged] == ["1"]
    found = backtest(judged, [], plan(forecaster=Foreseen(forecast(60))), NOW - DAY, local("2026-11-20 12:00"))
    assert found.cards == 1
