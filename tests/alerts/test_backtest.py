"""The past under today's rules: cards, hours, missed, coverage, reliability; and the explanation of one thread."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.alert import alert
from alerts.alert_policy import AlertPolicy, Pause
from alerts.backtest import Backtest, backtest
from alerts.explain import explain, explained
from alerts.forecast import Forecast, Forecaster, ForecastSettings
from alerts.growth.timeline import Timeline
from alerts.messages import MessageSettings
from alerts.replaying.forecasts import growth_figures
from alerts.replaying.moving import walked
from alerts.replaying.turning import Judge, as_it_was
from classifier.verdict import judge
from classifier.verdict_policy import VerdictPolicy
from storage.records import (
    AlertState,
    AuthorHistory,
    EarlierVersion,
    Kind,
    Mention,
    Mute,
    Severity,
    Thread,
    Verdict,
)
from tests.alerts.house import POSTED, House, post
from tests.alerts.told import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    QUIET,
    Foreseen,
    forecast,
    owner,
    plan,
    said,
    stars,
    thread,
    verdict,
)


def angry(of: Thread, at: datetime) -> Verdict:
    return verdict(thread_id=of.id)


def replayed(*threads: Thread, judge: Judge = angry, mutes: Sequence[Mute] = (), **changes: Any) -> Backtest:
    return backtest(threads, judge, [], plan(**changes), NOW - 30 * DAY, NOW + 30 * DAY, mutes=mutes)


def another(number: int, *mentions: Mention, **changes: Any) -> Thread:
    """A thread like `thread`, of another author with other words."""
    first = post(number, changes.pop("at", None), **changes)
    return replace(thread(first, *mentions), id=number, external_id=str(number))


def test_an_answer_before_the_deadline_is_in_time_and_one_after_it_is_late() -> None:
    early = thread(said(1), owner(2, NOW + HOUR))
    late = another(8, owner(2, NOW + 5 * HOUR))
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
    found = replayed(thread(), another(8))
    assert found.by_hour[11] == sum(found.by_hour) == found.cards == 2
    assert found.by_day == {NOW.date(): 2}


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
    assert source.warning is None
    assert source.slack_minutes is not None
    assert source.slack_minutes >= 15


class Deciding:
    """A forecaster that says another deadline at every look, in minutes from that look."""

    def __init__(self, *minutes: float) -> None:
        self._minutes = list(minutes)
        self.asked: list[float] = []

    def forecast(self, timeline: Timeline, age: float) -> Forecast:
        self.asked.append(age)
        return forecast(self._minutes.pop(0))


def hourly(*minutes: float) -> Timeline:
    """Replies so many minutes after first sight, which is ten minutes after the thread began."""
    return Timeline(thread_id="1", source="forum", events=tuple(600.0 + 60 * m for m in minutes))


def test_a_replay_looks_as_often_as_such_a_place_is_crawled() -> None:
    says = Deciding(60, 60, 60)
    walked(replace(hourly(5, 25, 26), source="mastodon"), 600.0, says, AlertPolicy())
    assert says.asked == [600.0, 600.0 + 600, 600.0 + 1800]


def test_a_replay_looks_again_at_every_hour_that_brought_a_reply_until_the_deadline() -> None:
    says = Deciding(240, 240, 240)
    found = walked(hourly(5, 20, 130, 600), 600.0, says, AlertPolicy())
    # First sight, then one and three hours after it: the second hour brought nothing, the tenth is past the deadline.
    assert says.asked == [600.0, 600.0 + 3600, 600.0 + 3 * 3600]
    assert [look.so_far for look in found.looks] == [0, 2, 3]


def test_a_replayed_deadline_moves_as_a_live_one_does() -> None:
    # After an hour: 60 minutes from then, instead of 180: earlier, so it moves. Later ones never do, nor does noise.
    sooner = walked(hourly(30), 600.0, Deciding(240, 60), AlertPolicy())
    assert (sooner.first_due, sooner.due, sooner.moves) == (600.0 + 240 * 60, 600.0 + 120 * 60, 1)
    later = walked(hourly(30), 600.0, Deciding(240, 600), AlertPolicy())
    assert (later.due, later.moves) == (later.first_due, 0)
    noise = walked(hourly(30), 600.0, Deciding(240, 172), AlertPolicy())
    assert (noise.due, noise.moves) == (noise.first_due, 0)


def test_coverage_is_of_the_deadline_as_it_stood_when_it_passed() -> None:
    # Six replies to come: three before the first deadline (four hours), two before the moved one (two hours).
    found = walked(hourly(30, 90, 200, 300, 400, 500), 600.0, Deciding(240, 60, 100), AlertPolicy())
    assert (found.covered(found.first_due), found.covered(found.due)) == (3 / 6, 4 / 6)


def test_a_source_that_leaves_the_band_is_warned_of() -> None:
    # All replies within minutes after first sight: no deadline stands before them.
    storms = [replace(grown(n, 0), events=tuple(601.0 + 10 * i for i in range(20))) for n in range(40)]
    source = growth_figures(storms).sources[0]
    assert source.coverage is not None
    assert source.coverage < 0.7
    assert source.warning == "too_late"


def test_a_source_with_few_threads_is_not_warned_of() -> None:
    storms = [replace(grown(n, 0), events=tuple(601.0 + 10 * i for i in range(20))) for n in range(5)]
    assert growth_figures(storms).sources[0].warning is None


def test_threads_the_owner_answered_are_counted_apart() -> None:
    found = growth_figures([grown(1, 9), grown(2, 9, answered=3600.0)])
    assert (found.threads, found.answered_apart) == (1, 1)


def test_each_forecast_counts_in_the_fifth_that_it_said() -> None:
    found = growth_figures([grown(n, n % 30) for n in range(200)])
    for bins in (found.ten_more, found.double):
        assert len(bins) > 1
        assert sum(one.forecasts for one in bins) >= 200, "each thread is forecast at least once"
        assert all(one.low <= one.said <= one.high for one in bins)


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
    assert "the text is negative (95% sure)" in told
    assert "alert: open, low, in C1, 0 missed" in told
    assert "deadline 1, set 2026-11-18 11:00 CET: answer by 2026-11-18 13:00 CET" in told
    assert "opened" in told


def test_replies_that_cannot_be_are_left_out_and_counted(house: House) -> None:
    house.heard(said(1), said(2, NOW - DAY), said(3, NOW - 2 * DAY), said(4))
    alert(house.store, plan(forecaster=Forecaster()), NOW)
    assert "left out: 2 replies whose time cannot be" in lines(house, forecaster=Forecaster())


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


# What is replayed: verdicts, gathering, rises.


def test_todays_verdict_decides_and_not_the_stored_one() -> None:
    """A rule that calls them calm leaves no card; a thread that turns later is told later."""

    def mild(of: Thread, at: datetime) -> Verdict:
        return verdict(negative=False, thread_id=of.id)

    calm = replayed(thread(), judge=mild)
    assert (calm.judged, calm.threads, calm.cards) == (1, (), 0)

    def from_three(of: Thread, at: datetime) -> Verdict:
        return verdict(negative=len(of.mentions) >= 3, thread_id=of.id)

    joined = thread(said(1), said(2, NOW + 90 * MINUTE), said(3, NOW + 3 * HOUR + MINUTE))
    found = replayed(joined, judge=from_three)
    assert [one.told_at for one in found.threads] == [NOW + 4 * HOUR]


def test_a_thread_passed_over_is_told_when_a_later_verdict_is_worse() -> None:
    def worse(of: Thread, at: datetime) -> Verdict:
        return verdict(Severity.HIGH if len(of.mentions) > 1 else Severity.LOW, thread_id=of.id)

    policy = AlertPolicy(least_severity=Severity.MEDIUM)
    assert replayed(thread(), judge=worse, policy=policy).why_not == {"too_mild": 1}
    joined = thread(said(1), said(2, NOW + 90 * MINUTE))
    assert [one.told_at for one in replayed(joined, judge=worse, policy=policy).threads] == [NOW + 2 * HOUR]


def test_a_burst_is_one_roll_up_and_nothing_is_dropped() -> None:
    found = replayed(*(another(n) for n in range(10, 25)))
    # Ten cards of their own and one list with the other five.
    assert (found.cards, found.gathered, found.told, found.lists) == (11, 5, 15, {"rollup": 1})


def test_the_same_words_at_two_places_are_one_card() -> None:
    one, other = another(10, text=POSTED), replace(another(11, text=POSTED), source="reddit")
    found = replayed(one, other)
    assert (found.cards, found.gathered, found.lists) == (1, 1, {"cross_post": 1})


def test_near_equal_bad_reviews_by_new_authors_are_one_campaign() -> None:
    words = {"text": POSTED, "rating": stars(1), "kind": Kind.REVIEW}
    many = [another(n, at=NOW - n * MINUTE, **words) for n in range(10, 16)]
    found = replayed(*many)
    assert (found.cards, found.gathered, found.lists) == (1, 6, {"campaign": 1})
    # Authors who had said much before are nobody's campaign.
    known = {("forum", "", f"id-{n}"): AuthorHistory(mentions=9) for n in range(10, 16)}
    old = backtest(many, angry, [], plan(), NOW - DAY, NOW + DAY, authors=lambda _keys: known)
    assert "campaign" not in old.lists


def test_what_an_author_said_later_does_not_make_them_known_then() -> None:
    words = {"text": POSTED, "rating": stars(1), "kind": Kind.REVIEW}
    many = [another(n, at=NOW - n * MINUTE, **words) for n in range(10, 16)]
    later = [another(n + 100, at=NOW + DAY, author_id=f"id-{n}") for n in range(10, 16)]
    later = [replace(one, first_seen_at=NOW + DAY, observed_at=NOW + DAY) for one in later]
    known = {("forum", "", f"id-{n}"): AuthorHistory(mentions=2) for n in range(10, 16)}
    found = backtest([*many, *later], angry, [], plan(), NOW - DAY, NOW + 2 * DAY, authors=lambda _keys: known)
    assert found.lists == {"campaign": 1}


def test_a_rise_in_volume_is_a_card_of_its_own() -> None:
    many = [another(n) for n in range(10, 18)]
    quiet = {"since": NOW - 30 * DAY, "now": NOW + DAY, "watched_since": NOW - 60 * DAY}
    found = backtest(many, angry, [], plan(), **quiet)  # type: ignore[arg-type]
    assert (found.rises, found.cards) == (1, 9)
    # Nobody was watching before: no hour is usual, so none is unusual.
    assert backtest(many, angry, [], plan(), NOW - DAY, NOW + DAY).rises == 0


def test_a_mute_made_then_keeps_quiet_only_from_then_on() -> None:
    mute = Mute(scope="author", value="id-10", created_at=NOW + DAY)
    assert replayed(another(10), mutes=[mute]).cards == 1
    assert replayed(another(10), mutes=[replace(mute, created_at=NOW - DAY)]).why_not == {"muted": 1}


def test_an_edited_rating_is_the_one_of_then() -> None:
    version = EarlierVersion(seen_at=NOW + HOUR, content_hash="x", rating=stars(5))
    of = thread(said(1, rating=stars(1)), versions={1: (version,)})
    assert [as_it_was(of, at).root.rating for at in (NOW, NOW + 2 * HOUR)] == [stars(5), stars(1)]  # type: ignore[union-attr]


def test_the_reliability_counts_what_happened() -> None:
    """Thirty threads, of which twelve get ten replies within a day after first sight and eighteen none at all.

    They look alike at first sight, so all are called growing or none is.
    """
    grew = [replace(grown(n, 0), events=tuple(700.0 + 60 * i for i in range(10))) for n in range(12)]
    found = growth_figures([*grew, *(grown(n, 0) for n in range(12, 30))])
    for bins in (found.ten_more, found.double):
        assert sum(one.forecasts for one in bins) == 30
        assert round(sum(one.happened * one.forecasts for one in bins), 6) == 12
    assert (found.precision, found.recall) == (12 / 30, 1.0)


def test_a_stricter_share_moves_the_band() -> None:
    threads = [grown(n, 5 + n % 40) for n in range(120)]
    assert growth_figures(threads).band == (0.70, 0.90)
    strict = growth_figures(threads, ForecastSettings(share=0.10))
    assert strict.band == (0.80, 1.00)
    usual = growth_figures(threads).sources[0].coverage
    assert strict.sources[0].coverage is not None
    assert usual is not None
    assert strict.sources[0].coverage > usual


def test_threads_first_seen_after_their_week_are_counted_apart() -> None:
    found = growth_figures([grown(1, 9), replace(grown(2, 9), first_seen_age=8 * 86400.0)])
    assert (found.threads, found.seen_too_late) == (1, 1)


def test_each_thread_is_told_of_once_to_whoever_draws_a_bar() -> None:
    ticks: list[int] = []
    of = [thread(), another(8)]
    finished = [grown(1, 9), grown(2, 9, answered=3600.0)]
    found = backtest(of, angry, finished, plan(), NOW - DAY, NOW + DAY, done=lambda: ticks.append(1))
    assert len(ticks) == len(of) + len(finished) + found.told


def test_the_stored_past_can_be_replayed(house: House) -> None:
    house.heard(post(1), post(2), mild=["2"])
    numbers = house.store.judged_threads(NOW - DAY, NOW + DAY)
    assert len(numbers) == 2

    def judge_of(of: Thread, at: datetime) -> Verdict:
        return judge(of, VerdictPolicy(), at)

    threads = house.store.threads(numbers)
    found = backtest(threads, judge_of, [], plan(), NOW - DAY, NOW + 2 * DAY)
    assert (found.judged, len(found.threads), found.cards) == (2, 1, 1)
