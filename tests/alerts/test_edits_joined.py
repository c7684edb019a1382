"""Edits that only move numbers wait for one another; what somebody did, or must do soon, is shown at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from alerts.cards.press import Act, Press
from alerts.people.actions import act
from alerts.watching.outcome import Outcome, Say, unchanged
from alerts.watching.telling import EDIT_STEP
from storage.records import AlertState, OutboxKind, OutboxRow, OutboxState, Severity
from tests.alerts.house import POSTED, House, post
from tests.alerts.told import HOUR, MINUTE, NOW, alert, deadline, forecast, plan, said


def updates(house: House, state: OutboxState = OutboxState.PENDING) -> list[OutboxRow]:
    return [row for row in house.store.outbox(state) if row.kind is OutboxKind.UPDATE]


def sends(house: House, at: datetime) -> list[OutboxRow]:
    """What a delivery would take at that moment, taken."""
    sent = []
    while rows := house.store.claim_outbox(at):
        for row in rows:
            house.store.mark_sent(row, f"{row.id}.0", at)
        sent += rows
    return sent


def test_a_deadline_that_moves_at_every_look_edits_its_card_once_a_step(house: House) -> None:
    house.heard(said(1))
    house.tells(plan(forecast(355)))
    sends(house, NOW)
    edits = []
    for number in range(1, 18):
        at = NOW + 2 * number * MINUTE
        # Every look finds it due twelve minutes earlier than the one before did.
        house.tells(plan(forecast(355 - 12 * number)), at)
        edits += [(at, row) for row in sends(house, at)]
    times = [at for at, _ in edits]
    assert 2 <= len(times) <= 3, "17 looks in 34 minutes"
    assert all(later - earlier >= EDIT_STEP for earlier, later in pairwise(times))
    assert len(updates(house, OutboxState.DROPPED)) > len(times), "the newest state takes the place of the older ones"
    live = house.store.live_alerts(1)[0]
    waiting = updates(house) or [edits[-1][1]]
    assert f"<!date^{int(live.deadline.answer_by.timestamp())}^" in str(waiting[-1].payload)


def test_what_a_person_does_is_shown_at_once_though_an_edit_waits(house: House) -> None:
    house.heard(said(1))
    house.tells(plan(forecast(355)))
    sends(house, NOW)
    house.tells(plan(forecast(200)), NOW + 5 * MINUTE)
    assert sends(house, NOW + 5 * MINUTE) == []
    key = house.store.live_alerts(1)[0].key
    press = Press(id="1", act=Act.TAKE, key=key, user="U111", workspace="", channel="C1", ts="1", at=NOW + 6 * MINUTE)
    act(house.store, plan(forecast(200)), press)
    [edit] = sends(house, NOW + 6 * MINUTE)
    assert "Taken by <@U111>" in str(edit.payload)


def test_a_list_whose_moments_move_waits_too(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 21)))
    house.tells(plan(forecast(355)))
    sends(house, NOW)
    house.tells(plan(forecast(200)), NOW + 5 * MINUTE)
    assert {row.not_before for row in updates(house)} == {NOW + 5 * MINUTE + EDIT_STEP}
    assert any(row.alert_id is None for row in updates(house)), "the list is among them"


def moved(**changes: Any) -> Outcome:
    return unchanged(alert()).with_alert(**changes).with_event("moved", NOW).saying(Say.UPDATE)


FAR = deadline(NOW + 3 * HOUR)
CASES = [
    ("a moment that is far off moved", moved(deadline=FAR), True),
    ("a moment within the hour moved", moved(deadline=deadline(NOW + timedelta(minutes=50))), False),
    ("it became more severe", moved(deadline=FAR, severity=Severity.HIGH), False),
    ("it woke", moved(deadline=FAR, state=AlertState.TAKEN), False),
    ("it is reminded of", moved(deadline=FAR).saying(Say.REMINDER, 50), False),
    ("on-call people are paged", moved(deadline=FAR).saying(Say.PAGE), False),
    ("something else happened", moved(deadline=FAR).with_event("hours_changed", NOW), False),
    ("it has another place", unchanged(alert(deadline=FAR)).saying(Say.UPDATE), False),
    ("it has new replies", unchanged(alert(deadline=FAR)).saying(Say.UPDATE).saying(Say.REPLIES), True),
    ("its text was edited", moved(deadline=FAR).saying(Say.EDITED, 1), False),
]


def test_another_place_of_a_text_is_on_its_card_at_once(house: House) -> None:
    house.heard(said(1, text=POSTED), said(2, of=2, text=POSTED, source="reddit"))
    house.tells(plan(forecast(355)))
    assert [row.kind for row in sends(house, NOW)] == [OutboxKind.CARD, OutboxKind.UPDATE]


@pytest.mark.parametrize(("outcome", "is_quiet"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_may_wait(outcome: Outcome, is_quiet: bool) -> None:
    assert outcome.is_quiet(NOW) is is_quiet
    same = replace(outcome, after=replace(outcome.after, deadline=replace(outcome.after.deadline, expected_more=9.0)))
    assert same.is_quiet(NOW) is is_quiet
