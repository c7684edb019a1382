"""Slack is down and comes back: the whole road goes on meanwhile, and each card comes once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.faults.house import House


@pytest.mark.parametrize("how", ["503", "drop", "accept_drop"])
def test_slack_down_for_an_hour_then_up(house: House, how: str) -> None:
    house.weather(how)
    for number in range(1, 5):
        house.collect(number)
        house.rounds(3, apart=timedelta(minutes=5))
    assert len(house.store.threads_to_alert(10)) == 0, "the steps before Slack went on"
    if how != "accept_drop":
        assert house.cards() == []
    house.weather(None)
    house.rounds(8, apart=timedelta(minutes=2))
    house.assert_each_told_once()


def test_slack_down_over_a_restart(house: House) -> None:
    house.weather("503")
    house.collect(1, 2)
    house.rounds(2)
    house.restarted()
    house.weather(None)
    house.rounds(8)
    house.assert_each_told_once()
