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
    assert len(house.store.live_alerts()) == 4, "the steps before Slack went on"
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


def test_while_slack_is_away_no_round_is_good_and_it_is_said_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Who waits for the heartbeat notices, also in the rounds between two tries."""
    caplog.set_level("INFO")
    house.weather("drop")
    house.collect(1)
    assert [house.round() for _ in range(6)] == [False] * 6
    told = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert told == ["deliver failed: Slack does not answer: 1 messages wait and are sent, once, when it does"]
    house.weather(None)
    house.rounds(8, apart=timedelta(minutes=5))
    assert house.round()
    house.assert_each_told_once()
    assert [r.getMessage() for r in caplog.records if "works again" in r.getMessage()] == ["deliver works again"]
