"""Many become one card: the past, cross-posts, campaigns, bursts; every item listed, nothing dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from alerts.alert_policy import AlertPolicy, GatherPolicy
from storage.records import Kind, Mention, OutboxKind, OutboxRow, Severity
from tests.alerts.house import POSTED, House, post
from tests.alerts.told import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    QUIET,
    Foreseen,
    owner,
    plan,
    said,
    stars,
)


def linked(rows: Iterable[OutboxRow]) -> set[int]:
    """The numbers of the threads whose addresses are shown."""
    return {int(n) for n in re.findall(r"forum\.example/(\d+)", str([row.payload for row in rows]))}


def test_the_past_is_listed_once_and_not_alerted(house: House) -> None:
    of = plan(forecaster=Foreseen(QUIET))
    old = [post(n, NOW - 10 * DAY) for n in range(1, 61)]
    house.heard(*old, post(100))
    report = house.tells(of)
    assert (report.opened, report.old) == (1, 60)
    week = house.store.week_of("Acme", NOW - DAY, NOW + DAY)
    assert [one.alert.closed_why for one in week.alerts] == [None], "the past is no alert of this week"
    assert house.kinds()[OutboxKind.CARD] == 1
    first, *rest = [row for row in house.rows() if row.kind is not OutboxKind.CARD]
    assert first.kind is OutboxKind.ROLLUP
    assert all(row.under == first.key for row in rest)
    assert linked([first, *rest]) == set(range(1, 61))
    house.heard(said(500, NOW + HOUR, of=1), at=NOW + HOUR)
    house.tells(of, NOW + HOUR)
    assert house.kinds()[OutboxKind.ROLLUP] == 1


def test_what_later_rounds_of_a_first_look_find_joins_the_same_list(house: House) -> None:
    of = plan(forecaster=Foreseen(QUIET))
    house.heard(*(post(n, NOW - 10 * DAY) for n in (1, 2)))
    assert house.tells(of).old == 2
    house.heard(*(post(n, NOW - 20 * DAY) for n in (3, 4)), at=NOW + 5 * MINUTE)
    assert house.tells(of, NOW + 5 * MINUTE).old == 2
    assert house.kinds()[OutboxKind.ROLLUP] == 1
    assert linked(house.rows()[-1:]) == {1, 2, 3, 4}
    # A source that is added weeks later is another look.
    house.heard(post(5, NOW), at=NOW + 30 * DAY)
    house.tells(of, NOW + 30 * DAY)
    assert house.kinds()[OutboxKind.ROLLUP] == 2


def test_an_old_thread_that_still_grows_is_alerted(house: House) -> None:
    house.heard(said(1, NOW - 10 * DAY))
    assert house.tells(plan()).opened == 1


# Gathered.


def test_the_same_text_at_several_places_is_one_card_with_all_of_them(house: House) -> None:
    house.heard(
        said(1, text=POSTED, url="https://forum.example/1"),
        said(2, of=2, text=f"{POSTED}!", source="reddit", url="https://reddit.example/2"),
        said(3, of=3, text=POSTED.upper(), source="mastodon", instance="m.example", url="https://m.example/3"),
    )
    report = house.tells(plan())
    assert (report.opened, report.gathered) == (1, 2)
    assert house.kinds() == Counter({OutboxKind.CARD: 1, OutboxKind.UPDATE: 1})
    update = str(house.rows()[-1].payload)
    assert sum(url in update for url in ("forum.example/1", "reddit.example/2", "m.example/3")) == 3


def test_a_cross_post_found_later_joins_the_card_that_is_there(house: House) -> None:
    house.heard(said(1, text=POSTED))
    house.tells(plan())
    house.heard(said(2, of=2, text=POSTED, source="reddit"), at=NOW + HOUR)
    report = house.tells(plan(), NOW + HOUR)
    assert (report.opened, report.gathered) == (0, 1)
    lead, other = sorted(house.store.live_alerts(10), key=lambda live: live.id or 0)
    assert other.carried_by == lead.key


def test_a_text_that_its_source_numbered_anew_is_not_told_again_even_when_it_was_answered(house: House) -> None:
    house.heard(said(1, text="Broken again!"))
    house.tells(plan())
    house.heard(owner(2, NOW + MINUTE), at=NOW + HOUR)
    house.tells(plan(), NOW + HOUR)
    before = house.kinds()[OutboxKind.CARD]
    house.heard(said(77, of=77, text="Broken again!", author="author 1", author_id="id-1"), at=NOW + 2 * HOUR)
    house.tells(plan(), NOW + 2 * HOUR)
    assert house.kinds()[OutboxKind.CARD] == before == 1
    assert not house.store.live_alerts(9)


OTHER = "The parcel is three weeks late, cancelled twice, no refund, and the driver was rude to my mother"
NO_CROSS_POST = {
    "the same beginning and other words, at another place": {"text": OTHER, "source": "reddit"},
    "the same words of another person at the same place": {"text": POSTED},
}


@pytest.mark.parametrize("changes", NO_CROSS_POST.values(), ids=NO_CROSS_POST)
def test_what_is_no_cross_post_has_a_card_of_its_own(house: House, changes: dict[str, Any]) -> None:
    house.heard(said(1, text=POSTED), said(2, of=2, **changes))
    assert house.tells(plan()).opened == 2


def test_short_words_are_written_the_same_by_chance(house: House) -> None:
    house.heard(said(1, text="Does not work."), said(2, of=2, text="Does not work.", source="reddit"))
    assert house.tells(plan()).opened == 2


def review(number: int, at: datetime | None = None, **changes: Any) -> Mention:
    text = {"text": f"Worst shop in town, they stole my money and laughed{'!' * (number % 3)}"}
    base = {"of": number, "source": "trustpilot", "kind": Kind.REVIEW, "rating": stars(1)}
    return said(number, at or NOW - number * MINUTE, **(base | text | changes))


def test_near_equal_bad_reviews_of_new_authors_in_an_hour_are_one_campaign_card(house: House) -> None:
    house.heard(*(review(n) for n in range(1, 41)))
    report = house.tells(plan())
    assert (report.opened, report.gathered) == (0, 40)
    lists = house.rows()
    assert lists[0].kind is OutboxKind.ROLLUP
    assert lists[0].key.startswith("campaign-")
    assert linked(lists) == set(range(1, 41))


def test_a_campaign_that_goes_on_grows_on_the_same_card(house: House) -> None:
    house.heard(*(review(n) for n in range(1, 8)))
    house.tells(plan())
    later = NOW + 20 * MINUTE
    house.heard(*(review(n, later) for n in range(50, 60)), at=later)
    house.tells(plan(), later)
    keys = {live.carried_by for live in house.store.live_alerts(100)}
    assert len(keys) == 1
    assert Counter(row.kind for row in house.rows())[OutboxKind.ROLLUP] == 1
    update = [row for row in house.rows() if row.kind is OutboxKind.UPDATE][-1]
    assert update.under == house.rows()[0].key


NO_CAMPAIGN: list[tuple[str, Callable[[int], Mention]]] = [
    ("over a day", lambda n: review(n, NOW - n * HOUR)),
    ("of good reviews", lambda n: review(n, rating=stars(5))),
    ("of one author", lambda n: review(n, author_id="same")),
    ("of different words", lambda n: review(n, text=f"Words {n} about order {n}, lost {n} days, {n} calls, {n} mails")),
]


@pytest.mark.parametrize("one", [case[1] for case in NO_CAMPAIGN], ids=[case[0] for case in NO_CAMPAIGN])
def test_what_is_no_campaign(house: House, one: Callable[[int], Mention]) -> None:
    house.heard(*(one(n) for n in range(1, 9)))
    house.tells(plan())
    assert not any(row.key.startswith("campaign-") for row in house.rows())


def test_authors_who_wrote_before_make_no_campaign(house: House) -> None:
    earlier = [post(100 + n, author_id=f"id-{n}", source="trustpilot") for n in range(1, 9)]
    house.heard(*earlier, mild=[m.external_id for m in earlier])
    house.heard(*(review(n) for n in range(1, 9)))
    house.tells(plan())
    assert not any(row.key.startswith("campaign-") for row in house.rows())


def test_a_burst_folds_into_one_roll_up_that_lists_every_item_with_its_link(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 151)))
    report = house.tells(plan())
    assert (report.opened, report.gathered) == (10, 140)
    assert house.kinds()[OutboxKind.CARD] == 10
    assert house.kinds()[OutboxKind.ROLLUP] == 1
    assert linked(house.rows()) == set(range(1, 151))


def test_the_most_severe_of_a_burst_keep_cards_of_their_own(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 31)))
    house.heard(*(post(n) for n in range(31, 36)), severity=Severity.HIGH)
    house.tells(plan())
    own = [live for live in house.store.live_alerts(100) if live.carried_by is None]
    assert Counter(live.severity for live in own) == Counter({Severity.HIGH: 5, Severity.LOW: 5})


def test_a_burst_that_goes_on_joins_the_same_roll_up(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 16)))
    house.tells(plan())
    later = NOW + 5 * MINUTE
    house.heard(*(post(n, later) for n in range(21, 26)), at=later)
    assert house.tells(plan(), later).gathered == 5
    assert house.kinds()[OutboxKind.ROLLUP] == 1
    calm = NOW + 30 * MINUTE
    house.heard(post(40, calm), at=calm)
    assert house.tells(plan(), calm).opened == 1


def test_a_trickle_after_a_full_channel_never_gives_more_than_one_card_over_the_limit(house: House) -> None:
    of = plan(policy=AlertPolicy(gather=GatherPolicy(burst_cards=3)))
    for n in range(1, 10):
        house.heard(post(n), at=NOW + n * MINUTE)
        house.tells(of, NOW + n * MINUTE)
    assert house.kinds()[OutboxKind.CARD] == 4
    assert len(house.store.live_alerts(100)) == 9


def test_a_list_reminds_and_escalates_once_for_all_its_alerts_and_is_drawn_again(house: House) -> None:
    house.heard(*(review(n) for n in range(1, 21)))
    house.tells(plan())
    house.heard(replace(owner(900, NOW + HOUR), thread_id="3", source="trustpilot"), at=NOW + HOUR)
    house.tells(plan(), NOW + HOUR)
    assert [row.kind for row in house.rows()][-1] is OutboxKind.UPDATE
    house.tells(plan(), NOW + 2 * HOUR + MINUTE)
    assert house.kinds()[OutboxKind.ESCALATION] == 1
    assert house.kinds()[OutboxKind.REMINDER] == 1
