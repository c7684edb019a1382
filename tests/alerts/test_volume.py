"""More negatives than usual: told when it stands out, confirmed against the day before, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.alert import alert
from alerts.alert_policy import RisePolicy
from alerts.opening.volume import rise
from storage.records import Crawl, CrawlStatus, OutboxKind, OutboxState
from tests.alerts.house import House, post
from tests.alerts.told import DAY, HOUR, MINUTE, NOW, plan

POLICY = RisePolicy()
LONG_AGO = NOW - 100 * DAY
# The window of three full hours at 10:00 UTC is 08:00 to 11:00.
WINDOW = [NOW - 2 * HOUR, NOW - HOUR, NOW]


def counted(now: int, usual: int, day_before: int = 0) -> dict[datetime, int]:
    """So many in the window now, in the same hours of each past week, and the day before."""
    weeks = {WINDOW[2] - week * 7 * DAY: usual for week in range(1, 5)}
    return {WINDOW[1]: now, WINDOW[1] - DAY: day_before, **weeks}


CASES = [
    ("far above the usual", counted(20, 3), True),
    ("as usual", counted(5, 5), False),
    ("twice a small number is noise", counted(8, 4), False),
    ("a few more than none are too few to say", counted(5, 0), False),
    ("six where there were none", counted(6, 0), True),
    ("yesterday was as loud: told then", counted(20, 3, day_before=15), False),
    ("yesterday was a little loud", counted(20, 3, day_before=8), True),
    ("nothing at all", {}, False),
]


@pytest.mark.parametrize(("by_hour", "is_rise"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rise(by_hour: dict[datetime, int], is_rise: bool) -> None:
    assert (rise(by_hour, NOW + 5 * MINUTE, LONG_AGO, POLICY) is not None) is is_rise


def test_weeks_before_we_watched_are_unknown_and_not_calm() -> None:
    past = {WINDOW[1]: 50, WINDOW[1] - 9 * DAY: 2}
    assert rise(past, NOW, NOW - 6 * DAY, POLICY) is None
    assert rise(past, NOW, NOW - 8 * DAY, POLICY) is not None


def test_a_rise_says_its_numbers() -> None:
    found = rise(counted(20, 3, day_before=4), NOW + 5 * MINUTE, LONG_AGO, POLICY)
    assert found is not None
    assert (found.negatives, found.usual, found.day_before) == (20, 3.0, 4)
    assert (found.since, found.until) == (NOW - 2 * HOUR, NOW + 5 * MINUTE)


def test_a_rise_is_one_card_with_its_cause_and_is_told_once(house: House) -> None:
    began = NOW - 8 * DAY
    house.store.save_crawl(
        Crawl(source="forum", entry="forum", started_at=began, ended_at=began, status=CrawlStatus.OK)
    )
    house.heard(*(post(n, NOW - n * MINUTE) for n in range(1, 13)))
    for minutes in (1, 30, 90):
        alert(house.store, plan(), NOW + minutes * MINUTE)
    spikes = [row for row in house.store.outbox(OutboxState.PENDING) if row.kind is OutboxKind.SPIKE]
    assert len(spikes) == 1
    shown = str(spikes[0].payload)
    assert "*12 negative threads* between" in shown
    assert "forum.example/12|" in shown, "it began with the oldest"
    assert "Most on Forum (12 of 12)." in shown


def test_the_cause_of_a_rise_is_what_is_named_most_also_where_it_is_no_majority(house: House) -> None:
    began = NOW - 8 * DAY
    house.store.save_crawl(
        Crawl(source="forum", entry="forum", started_at=began, ended_at=began, status=CrawlStatus.OK)
    )
    topics = ["delivery", "delivery", "delivery", "staff_service", "staff_service", "price_value", "website_app"]
    house.heard(*(post(n, NOW - n * MINUTE) for n in range(1, 8)))
    for thread_id, topic in enumerate(topics, 1):
        judged = house.store.verdict_of(thread_id)
        assert judged is not None
        house.store.save_verdicts([replace(judged, topics=(topic,))])
    alert(house.store, plan(), NOW)
    (spike,) = [row for row in house.rows() if row.kind is OutboxKind.SPIKE]
    assert "Most often: delivery (3 of 7)." in str(spike.payload)
