"""How a deadline moves: earlier by itself, without noise; lifted, refitted, missed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from alerts.alert_policy import Team
from alerts.hours.calendar import Calendar
from alerts.hours.support_hours import SupportHours
from alerts.policy import Decision
from alerts.watching.moves import is_missed, moved, refitted
from storage.records import AlertState, Deadline, Severity
from tests.alerts import told
from tests.alerts.decided import POLICY, decided, notes
from tests.alerts.told import HOUR, MINUTE, NOW, OFFICE, deadline, forecast, local

MOVES = [
    ("much earlier moves", deadline(NOW + 4 * HOUR), deadline(NOW + 2 * HOUR), "moved"),
    ("later never moves", deadline(NOW + 2 * HOUR), deadline(NOW + 4 * HOUR), None),
    ("nine minutes are noise", deadline(NOW + 30 * MINUTE), deadline(NOW + 21 * MINUTE), None),
    ("under a tenth of the time left is noise", deadline(NOW + 10 * HOUR), deadline(NOW + 9.5 * HOUR), None),
    ("a tenth of the time left moves", deadline(NOW + 10 * HOUR), deadline(NOW + 9 * HOUR), "moved"),
    (
        "it stopped growing: lifted to the courtesy",
        deadline(NOW + 2 * HOUR),
        deadline(NOW + 20 * HOUR, is_growing=False, expected_more=0.5),
        "lifted",
    ),
    (
        "it grows more slowly but still grows: kept",
        deadline(NOW + 2 * HOUR),
        deadline(NOW + 20 * HOUR, is_growing=False, expected_more=1.5),
        None,
    ),
    (
        "a courtesy becomes urgent when it starts to grow",
        deadline(NOW + 20 * HOUR, is_growing=False),
        deadline(NOW + 2 * HOUR),
        "moved",
    ),
]


@pytest.mark.parametrize(("old", "new", "word"), [case[1:] for case in MOVES], ids=[case[0] for case in MOVES])
def test_moves(old: Deadline, new: Deadline, word: str | None) -> None:
    change = moved(old, Decision(deadline=new, severity=Severity.LOW), NOW, POLICY)
    assert (change and change[1]) == word
    if word == "lifted" and change:
        assert change[0].notes[-1].code == "stopped_growing"


def test_a_zone_change_of_the_team_while_an_alert_is_open_finds_a_moment_in_the_new_hours_and_says_so() -> None:
    old = decided(forecast(300)).deadline
    assert old.answer_by == local("2026-11-18 16:00")
    tokyo = Calendar(SupportHours(zone=ZoneInfo("Asia/Tokyo")))
    new = refitted(old, NOW, tokyo, POLICY)
    assert new is not None
    assert tokyo.is_open(new.answer_by)
    assert new.growth_deadline == old.growth_deadline
    assert notes(new)[-1] == "hours_changed"
    assert refitted(new, NOW, tokyo, POLICY) is None


def test_a_page_at_night_is_not_moved_into_the_morning() -> None:
    paged = decided(forecast(60), Severity.HIGH, local("2026-11-18 23:00"), Team(hours=OFFICE, on_call=("U1",)))
    assert refitted(paged.deadline, local("2026-11-18 23:05"), Calendar(OFFICE), POLICY) is None


def test_a_stop_that_fell_into_the_night_is_not_missed_before_the_morning() -> None:
    late = deadline(NOW + 20 * HOUR, growth_deadline=NOW + 8 * HOUR, is_late=True)
    assert not is_missed(told.alert(deadline=late), NOW + 9 * HOUR)
    assert is_missed(told.alert(deadline=late), NOW + 21 * HOUR)
    assert not is_missed(told.alert(deadline=late, state=AlertState.ANSWERED), NOW + 21 * HOUR)
