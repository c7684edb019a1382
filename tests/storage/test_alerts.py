"""Alerts: opened once, changed by one winner, found by every question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.records import AlertEvent, AlertState, Severity
from storage.store import Store
from tests.storage.samples import DAY, HOUR, NOW, alert, deadline, judged, kept, mention, opened, scored


def negative(store: Store, *ids: str) -> list[int]:
    found = kept(store, *(mention(one) for one in ids))
    scored(store)
    judged(store)
    return found


def test_negative_threads_wait_for_an_alert(store: Store) -> None:
    negative(store, "1", "2")
    assert [(t.id, v.thread_id, len(t.mentions)) for t, v in store.threads_to_alert(10)] == [(1, 1, 1), (2, 2, 1)]
    assert len(store.threads_to_alert(1)) == 1
    opened(store, 1)
    assert [t.id for t, _ in store.threads_to_alert(10)] == [2]


def test_calm_threads_do_not(store: Store) -> None:
    kept(store, mention())
    scored(store)
    judged(store, is_negative=False)
    assert store.threads_to_alert(10) == []


def test_a_thread_passed_over_comes_up_with_a_new_verdict(store: Store) -> None:
    negative(store, "1")
    store.pass_over([1], "muted")
    assert store.threads_to_alert(10) == [] and store.passed_over(1) == "muted"
    store.save_mention(mention(like_count=100), NOW)
    judged(store)
    assert len(store.threads_to_alert(10)) == 1 and store.passed_over(1) is None


def test_a_new_verdict_on_a_thread_with_an_alert_does_not_bring_it_up(store: Store) -> None:
    negative(store, "1")
    opened(store, 1)
    store.save_mention(mention(like_count=100), NOW)
    judged(store)
    assert store.threads_to_alert(10) == []


def test_newer_numbers_of_a_kept_deadline_take_its_place_and_a_moved_one_stands_beside_it(store: Store) -> None:
    negative(store, "1")
    found = opened(store, 1)
    newer = replace(found.deadline, foreseen_at=NOW + HOUR, milestone=50, milestone_chance=0.6, similar=100)
    assert store.claim_alert(replace(found, deadline=newer), found.state)
    assert store.deadlines_of(found.id or 0) == [newer]
    assert store.live_alerts(1)[0].deadline == newer
    moved = replace(newer, decided_at=NOW + HOUR, answer_by=newer.answer_by - HOUR)
    assert store.claim_alert(replace(found, deadline=moved), found.state)
    assert store.deadlines_of(found.id or 0) == [newer, moved]


def test_an_alert_comes_back_as_it_was_opened(store: Store) -> None:
    negative(store, "1")
    given = alert(1, severity=Severity.HIGH, workspace="west", reminded=(50, 80), carried_by="rollup-1", told_replies=3)
    found = store.open_alert(given)
    assert found == replace(given, id=1)
    assert store.alert(1) == store.alert_of(1) == store.alert_by_key("alert-1") == found
    assert store.alerts_of_threads([1, 2]) == {1: found}
    assert store.alerts_carried_by(["rollup-1", "x"]) == [found]
    assert store.alert(2) is store.alert_of(2) is store.alert_by_key("x") is None


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(alert(1, key="another"), id="for the same thread"),
        pytest.param(alert(2, key="alert-1"), id="with the same key"),
    ],
)
def test_a_second_alert_is_not_opened(store: Store, second: Store, again: object) -> None:
    negative(store, "1", "2")
    opened(store, 1)
    assert second.open_alert(again) is None  # type: ignore[arg-type]
    assert len(store.live_alerts()) == 1


def test_one_of_two_wins_a_claim(store: Store, second: Store) -> None:
    negative(store, "1")
    found = opened(store, 1)
    taken = replace(found, state=AlertState.TAKEN, taken_by="U1", taken_at=NOW)
    assert store.claim_alert(taken, AlertState.OPEN)
    assert not second.claim_alert(replace(found, state=AlertState.DISMISSED), AlertState.OPEN)
    assert store.alert(1) == replace(taken, revision=1)


def test_a_claim_by_revision_sees_a_change_within_the_state(store: Store, second: Store) -> None:
    negative(store, "1")
    found = opened(store, 1)
    assert store.claim_alert(replace(found, missed=1), AlertState.OPEN, revision=found.revision)
    assert not second.claim_alert(replace(found, reminded=(50,)), AlertState.OPEN, revision=found.revision)


def test_a_lost_claim_leaves_no_deadline_behind(store: Store) -> None:
    negative(store, "1")
    found = opened(store, 1)
    assert not store.claim_alert(replace(found, deadline=deadline(NOW + DAY)), AlertState.TAKEN)
    assert len(store.deadlines_of(1)) == 1


def test_each_new_deadline_is_kept_once(store: Store) -> None:
    negative(store, "1")
    found = opened(store, 1)
    sooner = deadline(NOW + HOUR, decided_at=NOW + HOUR / 2)
    for given in (found.deadline, sooner, sooner):
        store.save_alert(replace(found, deadline=given))
    assert store.deadlines_of(1) == [found.deadline, sooner]
    assert store.live_alerts()[0].deadline == sooner


def test_saving_an_alert_never_opened_is_an_error(store: Store) -> None:
    with pytest.raises(KeyError, match="open it first"):
        store.save_alert(alert(1, id=9))


def test_live_alerts_come_soonest_first_and_closed_ones_not(store: Store) -> None:
    negative(store, "1", "2", "3", "4")
    for number, hours in ((1, 5), (2, 1), (3, 3)):
        opened(store, number, deadline=deadline(NOW + hours * HOUR))
    opened(store, 4, state=AlertState.GROWN, closed_at=NOW)
    assert [found.id for found in store.live_alerts(10)] == [2, 3, 1]
    assert [found.id for found in store.live_alerts(1)] == [2]
    assert store.live_alerts(brand="Other") == []


def test_a_closed_alert_shows_up_when_something_is_said(store: Store) -> None:
    negative(store, "1", "2")
    opened(store, 1, state=AlertState.ANSWERED, answered_at=NOW, closed_at=NOW)
    opened(store, 2)
    store.save_mentions([mention("1", like_count=9), mention("2", text="edited")], NOW + HOUR)
    assert store.alerts_changed(NOW) == []
    store.save_mentions([mention("8", "1")], NOW + 2 * HOUR)
    assert [found.id for found in store.alerts_changed(NOW)] == [1]
    assert store.alerts_changed(NOW + 3 * HOUR) == []


def test_alerts_are_found_by_opening_and_by_answer(store: Store) -> None:
    negative(store, "1", "2")
    opened(store, 1, opened_at=NOW - DAY)
    opened(store, 2, state=AlertState.ANSWERED, answered_at=NOW)
    assert [found.id for found in store.alerts_opened(NOW)] == [2]
    assert [found.id for found in store.alerts_opened(NOW - DAY, NOW)] == [1]
    assert [found.id for found in store.answered_alerts(NOW, NOW + DAY)] == [2]


def test_events_come_back_in_order(store: Store) -> None:
    negative(store, "1")
    found = opened(store, 1)
    events = [
        AlertEvent(alert_id=found.id or 0, at=NOW, what="opened"),
        AlertEvent(alert_id=found.id or 0, at=NOW, what="taken", by="U1", numbers={"replies": 3}),
    ]
    for event in events:
        store.note(event)
    assert store.events_of(found.id or 0) == events
