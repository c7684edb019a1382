"""What a thread may bring: times that cannot be, numbers that grow, a decision that fails. The step goes on."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.alert import alert
from alerts.forecast import Forecast, Forecaster
from alerts.growth.seen import seen
from alerts.growth.timeline import Timeline
from storage.records import AlertState, Kind, Severity
from tests.alerts.decided import decided
from tests.alerts.house import House, post
from tests.alerts.told import DAY, HOUR, MINUTE, NOW, forecast, plan, said, stars, thread

# All that a spider lets through (spiders/times.py), and none.
TIMES = [
    datetime(1990, 1, 1, tzinfo=UTC),
    *(NOW + length for length in (-4000 * DAY, -DAY, -HOUR, 0 * DAY, HOUR, 400 * DAY)),
    datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC),
    None,
]


class Failing:
    """A forecaster that cannot bear one thread."""

    def __init__(self, thread_id: str) -> None:
        self.thread_id: str | None = thread_id

    def forecast(self, timeline: Timeline, age: float) -> Forecast:
        if timeline.thread_id == self.thread_id:
            raise ValueError("what is this?")
        return forecast()


def test_a_thread_that_cannot_be_decided_stops_nobody_and_is_tried_again(house: House) -> None:
    house.heard(post(1), post(2), post(3))
    says = Failing("2")
    report = alert(house.store, plan(forecaster=says), NOW)
    assert (report.opened, report.failed) == (2, 1)
    # The next run meets it again; a run that can bear it tells it.
    assert alert(house.store, plan(forecaster=says), NOW + MINUTE).failed == 1
    says.thread_id = None
    later = alert(house.store, plan(forecaster=says), NOW + 2 * MINUTE)
    assert (later.opened, later.failed) == (1, 0)


def test_a_told_thread_that_cannot_be_looked_at_keeps_no_other_from_moving_on(house: House) -> None:
    house.heard(post(1), post(2))
    says = Failing("none")
    alert(house.store, plan(forecaster=says), NOW)
    says.thread_id = "1"
    report = alert(house.store, plan(forecaster=says), NOW + 90 * MINUTE)
    # The other one is reminded, three quarters of its time being gone.
    assert (report.failed, report.events["reminded"]) == (1, 1)
    assert all(one.state is AlertState.OPEN for one in house.store.live_alerts(9))


@pytest.mark.parametrize("seed", range(3))
def test_no_time_a_source_may_state_stops_the_step_or_sets_a_deadline_years_away(house: House, seed: int) -> None:
    chance = random.Random(seed)
    real = plan(forecaster=Forecaster())
    for number in range(1, 13):
        source = chance.choice(["forum", "mastodon", "trustpilot", "appstore"])
        kind, rating = (Kind.REVIEW, stars(1)) if source in ("trustpilot", "appstore") else (Kind.POST, None)
        at = chance.choice(TIMES)
        known: dict[str, Any] = {
            "published_at": at,
            "fetched_at": NOW,
            "date_only": at is not None and chance.random() < 0.4,
        }
        root = post(100 * number, source=source, kind=kind, rating=rating, **known)
        replies = [
            said(100 * number + k, of=100 * number, source=source, published_at=chance.choice(TIMES), fetched_at=NOW)
            for k in range(1, chance.randrange(1, 7))
        ]
        house.heard(root, *replies)
    for at in (NOW, NOW + HOUR, NOW - DAY, NOW + 30 * HOUR, NOW + 20 * DAY):
        assert alert(house.store, real, at).failed == 0
    told = [one for one in house.store.alerts_opened(NOW - DAY) if one.closed_why != "old"]
    assert told
    for one in told:
        for deadline in house.store.deadlines_of(one.id or 0):
            assert deadline.decided_at < deadline.answer_by < deadline.decided_at + 9 * DAY


@pytest.mark.parametrize("source", ["mastodon", "trustpilot"])
def test_a_text_dated_after_we_saw_it_was_written_when_we_saw_it(source: str) -> None:
    of = thread(said(1, NOW + 400 * DAY, source=source), source=source)
    state = seen(of, NOW)
    assert (state.created_at, state.is_about, state.age) == (NOW, True, 0)
    found = decided(Forecaster().forecast(state.timeline, state.age), of=state).deadline
    assert NOW < found.answer_by <= NOW + 2 * DAY
    assert found.is_about
    # A clock a few minutes ahead of ours is no reason to say "about".
    near = seen(thread(said(1, NOW + 5 * MINUTE)), NOW)
    assert (near.created_at, near.is_about) == (NOW, False)


def test_a_reply_dated_after_the_crawl_that_brought_it_came_by_then() -> None:
    of = thread(said(1), said(2, NOW + 30 * DAY, fetched_at=NOW))
    assert seen(of, NOW).timeline.events == (HOUR.total_seconds(),)
    assert seen(of, NOW).replies == 1


def test_ten_thousand_replies_in_an_hour_are_all_seen_and_raise_what_is_due_within_the_next() -> None:
    replies = (said(n, NOW - HOUR + timedelta(milliseconds=350 * n)) for n in range(2, 10_002))
    state = seen(thread(said(1), *replies), NOW)
    found = decided(Forecaster().forecast(state.timeline, state.age), of=state)
    assert (state.replies, len(state.timeline.events)) == (10_000, 10_000)
    assert NOW < found.deadline.answer_by < NOW + HOUR
    assert found.severity is Severity.MEDIUM
