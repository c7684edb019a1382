"""The queue to Slack: once each, in order within a card, nobody held up by a dead letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.records import OutboxKind, OutboxRow, OutboxState
from storage.store import Store
from tests.storage.samples import HOUR, MINUTE, NOW, outbox_row

UPDATE, REPLY = OutboxKind.UPDATE, OutboxKind.REPLY


def keys(rows: list[OutboxRow]) -> list[str]:
    return [row.key for row in rows]


def test_a_row_comes_back_as_it_was_put(store: Store) -> None:
    put = outbox_row("a", under="card", payload={"blocks": [{"text": "Łódź 🙂"}], "n": 1}, workspace="west", alert_id=7)
    assert store.put_outbox([put]) == 1
    assert store.outbox_row("a") == replace(put, id=1)
    assert store.outbox_of(7) == [replace(put, id=1)]
    assert store.outbox_row("b") is None


def test_a_known_key_is_ignored(store: Store) -> None:
    store.put_outbox([outbox_row("a")])
    assert store.put_outbox([outbox_row("a", payload={"text": "other"}), outbox_row("b")]) == 1
    first = store.outbox_row("a")
    assert first is not None and first.payload == {"text": "a"}


def test_a_decision_that_fails_sends_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put_outbox([outbox_row("a")])
        raise ZeroDivisionError
    assert store.outbox() == []


def test_a_claimed_row_is_claimed_once(store: Store, second: Store) -> None:
    store.put_outbox([outbox_row("a")])
    (mine,) = store.claim_outbox(NOW)
    assert (mine.state, mine.attempts, mine.claimed_at) == (OutboxState.SENDING, 1, NOW)
    assert second.claim_outbox(NOW) == []


def test_what_is_said_of_a_card_keeps_its_order(store: Store) -> None:
    store.put_outbox([outbox_row("card"), outbox_row("r1", REPLY, under="card"), outbox_row("r2", REPLY, under="card")])
    seen = []
    for _ in range(3):
        (row,) = store.claim_outbox(NOW)
        assert store.claim_outbox(NOW) == []
        seen.append(row.key)
        store.mark_sent(row, f"{row.id}.0", NOW)
    assert seen == ["card", "r1", "r2"]
    assert store.card_ts("card") == "1.0"


def test_a_card_that_waits_holds_up_no_other(store: Store) -> None:
    store.put_outbox([outbox_row("a"), outbox_row("a1", REPLY, under="a"), outbox_row("b")])
    (a, b) = store.claim_outbox(NOW)
    store.mark_retry(a, NOW + HOUR, "rate_limited")
    store.mark_sent(b, "2.0", NOW)
    assert store.claim_outbox(NOW) == []
    assert keys(store.claim_outbox(NOW + HOUR)) == ["a"]


def test_a_dead_letter_lets_the_rest_pass(store: Store) -> None:
    store.put_outbox([outbox_row("a"), outbox_row("a1", REPLY, under="a")])
    (a,) = store.claim_outbox(NOW)
    store.mark_dead(a, "msg_too_long: shorten it")
    assert keys(store.claim_outbox(NOW)) == ["a1"]
    (dead,) = store.outbox(OutboxState.DEAD)
    assert dead.error == "msg_too_long: shorten it"


def test_a_newer_update_drops_older_waiting_ones_of_its_card(store: Store) -> None:
    store.put_outbox([outbox_row("a"), outbox_row("b")])
    store.put_outbox([outbox_row("a-u1", UPDATE, under="a"), outbox_row("b-u1", UPDATE, under="b")])
    store.put_outbox([outbox_row("a-r1", REPLY, under="a"), outbox_row("a-u2", UPDATE, under="a")])
    states = {row.key: row.state for row in store.outbox()}
    assert "a-u1" not in states
    assert keys(store.outbox(OutboxState.DROPPED)) == ["a-u1"]
    assert set(states) == {"a", "b", "b-u1", "a-r1", "a-u2"}


def test_an_update_being_sent_is_not_dropped_but_not_tried_again_either(store: Store) -> None:
    store.put_outbox([outbox_row("u1", UPDATE, under="a")])
    (sending,) = store.claim_outbox(NOW)
    store.put_outbox([outbox_row("u2", UPDATE, under="a")])
    assert store.claim_outbox(NOW) == []
    store.mark_retry(sending, NOW, "timeout")
    assert keys(store.outbox(OutboxState.DROPPED)) == ["u1"]
    assert keys(store.claim_outbox(NOW)) == ["u2"]


def test_channels_take_turns(store: Store) -> None:
    store.put_outbox([outbox_row(f"busy{n}", channel="#busy") for n in range(5)])
    store.put_outbox([outbox_row("calm", channel="#calm")])
    assert keys(store.claim_outbox(NOW, limit=2)) == ["busy0", "calm"]
    assert keys(store.claim_outbox(NOW, per_channel=1)) == ["busy1"]
    assert store.claim_outbox(NOW, except_channels=["#busy"]) == []


def test_each_workspace_has_its_own_queue(store: Store) -> None:
    store.put_outbox([outbox_row("a", workspace="east"), outbox_row("b", workspace="west")])
    assert keys(store.claim_outbox(NOW, "west")) == ["b"]
    assert keys(store.claim_outbox(NOW)) == ["a"]


def test_a_row_not_before_its_time(store: Store) -> None:
    store.put_outbox([outbox_row("a", not_before=NOW + MINUTE)])
    assert store.claim_outbox(NOW) == []
    assert keys(store.claim_outbox(NOW + MINUTE)) == ["a"]


def test_a_claim_whose_sender_died_is_found(store: Store) -> None:
    store.put_outbox([outbox_row("a"), outbox_row("b")])
    store.claim_outbox(NOW, limit=1)
    store.claim_outbox(NOW + HOUR, limit=1)
    (stale,) = store.stale_claims(NOW + MINUTE)
    assert stale.key == "a"
    store.mark_unknown(stale, "no answer, and the history can't be read")
    assert store.stale_claims(NOW + MINUTE) == []
    assert store.retry_outbox(stale.id or 0, NOW + HOUR)
    assert keys(store.claim_outbox(NOW + HOUR)) == ["a"]


def test_what_was_sent_is_not_retried(store: Store) -> None:
    store.put_outbox([outbox_row("a")])
    (row,) = store.claim_outbox(NOW)
    store.mark_sent(row, "1.0", NOW, channel_id="C9")
    assert not store.retry_outbox(row.id or 0, NOW)
    sent = store.outbox_row("a")
    assert sent is not None
    assert (sent.state, sent.ts, sent.channel_id, sent.sent_at) == (OutboxState.SENT, "1.0", "C9", NOW)


def test_dropping_takes_only_what_still_waits(store: Store) -> None:
    store.put_outbox([outbox_row("a"), outbox_row("b")])
    (a,) = store.claim_outbox(NOW, limit=1)
    (_, b) = store.outbox()
    assert store.drop_outbox([a, b], "folded into a list") == 1
    assert store.outbox_counts() == {OutboxState.SENDING: 1, OutboxState.DROPPED: 1}


def test_a_row_nobody_put_can_not_be_marked(store: Store) -> None:
    with pytest.raises(KeyError, match="ghost"):
        store.mark_sent(outbox_row("ghost", id=404), "1.0", NOW)


def test_updates_that_wait_join_and_go_when_the_first_was_due(store: Store) -> None:
    for number in range(3):
        at = NOW + (10 + 4 * number) * MINUTE
        store.put_outbox([outbox_row(f"u{number}", UPDATE, under="a", not_before=at)])
    assert keys(store.outbox()) == ["u2"]
    assert store.claim_outbox(NOW + 9 * MINUTE) == []
    assert keys(store.claim_outbox(NOW + 10 * MINUTE)) == ["u2"]


def test_an_update_that_may_not_wait_takes_the_waiting_one_with_it(store: Store) -> None:
    store.put_outbox([outbox_row("quiet", UPDATE, under="a", not_before=NOW + HOUR)])
    store.put_outbox([outbox_row("taken", UPDATE, under="a")])
    store.put_outbox([outbox_row("quiet-2", UPDATE, under="a", not_before=NOW + HOUR)])
    assert keys(store.claim_outbox(NOW)) == ["quiet-2"], "the newest face, and not later than the one before it"


def test_a_reminder_is_not_held_up_by_an_update_that_waits(store: Store) -> None:
    store.put_outbox([outbox_row("quiet", UPDATE, under="a", not_before=NOW + HOUR)])
    store.put_outbox([outbox_row("other", UPDATE, under="b", not_before=NOW + HOUR)])
    store.put_outbox([outbox_row("reminder", REPLY, under="a")])
    for key in ("quiet", "reminder"):
        (row,) = store.claim_outbox(NOW)
        assert row.key == key
        store.mark_sent(row, "1.0", NOW)
    assert store.claim_outbox(NOW) == []


def test_what_is_known_already_hurries_nothing(store: Store) -> None:
    store.put_outbox([outbox_row("r", REPLY, under="a")])
    (row,) = store.claim_outbox(NOW)
    store.mark_sent(row, "1.0", NOW)
    store.put_outbox([outbox_row("quiet", UPDATE, under="a", not_before=NOW + HOUR)])
    store.put_outbox([outbox_row("r", REPLY, under="a")])
    assert store.claim_outbox(NOW) == []


def test_a_failed_update_is_not_made_to_wait_by_the_one_that_follows(store: Store) -> None:
    store.put_outbox([outbox_row("taken", UPDATE, under="a")])
    (sending,) = store.claim_outbox(NOW)
    store.put_outbox([outbox_row("quiet", UPDATE, under="a", not_before=NOW + HOUR)])
    store.mark_retry(sending, NOW + MINUTE, "timeout")
    assert keys(store.claim_outbox(NOW)) == ["quiet"]
