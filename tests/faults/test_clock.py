"""The clock is set forward and back an hour: nothing is doubled or lost, and nothing waits for the hour to pass."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from threading import Event

import pytest

from alerts.delivering.pace import Pace
from bot import conductor
from bot.clock import utc_now
from bot.conductor import Conductor
from tests.bot.test_conductor import PlayedWork
from tests.faults.house import START, House

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("jumps", [(1, -1), (-1, 1), (1,), (-1,)], ids=["there and back", "back and there", "+", "-"])
def test_an_hour_forward_or_back_doubles_and_loses_nothing(house: House, jumps: tuple[int, ...]) -> None:
    house.collect(1, 2)
    house.rounds(2)
    for number, jump in enumerate(jumps):
        house.clock.wrong_by += jump * HOUR
        house.collect(10 + number)
        assert house.rounds(3)
    house.assert_each_told_once()


def test_a_claim_and_a_retry_made_before_the_clock_went_back_are_kept(house: House) -> None:
    """They wait at most as long as the clock was set back."""
    house.slack.fail("chat.postMessage", "503", times=2)
    house.collect(1, 2)
    house.round()
    house.store.claim_outbox(house.clock.now() + HOUR, limit=1)
    house.clock.wrong_by -= HOUR
    house.rounds(16, apart=timedelta(minutes=5))
    house.assert_each_told_once()


def test_slacks_pace_does_not_hold_a_channel_for_the_hour_it_was_set_back() -> None:
    pace = Pace()
    pace.ready_at("post", "#a", START)
    pace.called("post", "#a", START)
    pace.hold("post", "#b", START + timedelta(seconds=30))
    earlier = START - HOUR
    assert pace.ready_at("post", "#a", earlier) == earlier
    assert pace.ready_at("post", "#b", earlier) == earlier


def test_the_conductor_plans_anew_when_the_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its next round was planned for a moment that is an hour away again; a played hour back brings one at once."""
    monkeypatch.setattr(conductor, "CLOCK_LOOK_SECONDS", 0.05)
    stop, set_back = Event(), Event()

    def clock() -> datetime:
        return utc_now() - (HOUR if set_back.is_set() else timedelta())

    def until(work: PlayedWork) -> bool:
        if work.rounds == 1:
            set_back.set()
        return work.rounds == 2

    played = PlayedWork(stop=stop, until=until)
    thread = threading.Thread(
        target=Conductor(entries=[], weekly=None, work=played, clock=clock, stop=stop).run, daemon=True
    )
    thread.start()
    thread.join(10)
    assert not thread.is_alive() and played.rounds == 2
    assert "the clock was set by -3600 seconds" in caplog.text
