"""Kind words and unsure texts: in their own channels, off by default, once each."""

from __future__ import annotations

import re

from alerts.alert_policy import AlertPolicy
from storage.records import Label, OutboxKind, OutboxRow, Sentiment
from tests.alerts.house import House, post
from tests.alerts.told import DAY, HOUR, NOW, local, plan, sentiment, stars

BOTH = plan(brands=("Acme",), policy=AlertPolicy(thanks_channel="C-kind", review_channel="C-unsure"))


def of_kind(house: House, kind: OutboxKind) -> list[OutboxRow]:
    return [row for row in house.rows() if row.kind is kind]


def doubt(house: House, count: int) -> None:
    house.heard(*(post(n) for n in range(1, count + 1)), mild=[str(n) for n in range(1, count + 1)])
    unsure: dict[int, Sentiment | None] = {n: sentiment(Label.NEUTRAL, unsure=True) for n in range(1, count + 1)}
    house.store.save_sentiments(unsure, NOW)


def test_each_of_them_waits_for_a_channel(house: House) -> None:
    house.heard(post(1), post(2), post(3), post(9, rating=stars(5)), mild=["1", "2", "3", "9"])
    doubt(house, 3)
    house.tells(plan())
    assert not house.rows()
    house.tells(BOTH)
    assert set(house.kinds()) == {OutboxKind.REVIEW_LIST, OutboxKind.THANKS}


def test_a_kind_text_is_one_message_in_its_channel(house: House) -> None:
    house.heard(post(1, rating=stars(5)), post(2, text="top!"), post(3, rating=stars(1)), mild=["1", "2", "3"])
    house.tells(BOTH)
    house.tells(BOTH, NOW + HOUR)
    assert [(row.channel, row.key) for row in of_kind(house, OutboxKind.THANKS)] == [("C-kind", "thanks-1")]


def test_the_list_of_unsure_texts_comes_once_a_day_in_support_hours_and_is_short(house: House) -> None:
    doubt(house, 25)
    house.tells(BOTH, local("2026-11-18 23:00"))
    assert not of_kind(house, OutboxKind.REVIEW_LIST)
    house.tells(BOTH, local("2026-11-19 09:30"))
    house.tells(BOTH, local("2026-11-19 15:00"))
    (listed,) = of_kind(house, OutboxKind.REVIEW_LIST)
    assert len(set(re.findall(r"forum\.example/\d+", str(listed.payload)))) == 10
    house.tells(BOTH, local("2026-11-20 09:30"))
    assert len(of_kind(house, OutboxKind.REVIEW_LIST)) == 2


def test_old_doubts_are_not_asked_again(house: House) -> None:
    doubt(house, 3)
    house.tells(BOTH, NOW + 9 * DAY)
    assert not of_kind(house, OutboxKind.REVIEW_LIST)
