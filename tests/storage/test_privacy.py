"""Forgetting leaves nothing behind, keeps the forgotten away, and takes nobody else's words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage.records import Alert, AlertEvent, Digest, HumanLabel, Mention, Mute, OutboxState, SavedCounts, Skipped
from storage.store import Store, StoreError, open_store
from tests.storage.samples import HOUR, NOW, judged, kept, mention, opened, outbox_row, scored

SECRET = "Zofia Wymyślona"
TEXT = "My parcel of the third of May never came to Kraków"
ZOFIA = mention("1", author=SECRET, author_id="zofia77", text=TEXT, title="Lost parcel", url="https://example.org/z/1")


@pytest.fixture
def alerted(store: Store) -> Alert:
    """Zofia complained alone, and answered in Ben's thread; all of it went through the whole house."""
    ben = mention("2", author="Ben", author_id="ben1")
    kept(store, ZOFIA, ben, mention("3", "2", author=SECRET, author_id="zofia77", text="Same with me, no parcel"))
    scored(store)
    judged(store)
    found = opened(store, 1)
    payload = {"blocks": [{"text": f"{SECRET}: {TEXT}"}]}
    store.put_outbox([outbox_row(found.key, alert_id=found.id, payload=payload), outbox_row("unsent", payload=payload)])
    (card, _) = store.claim_outbox(NOW, limit=2)
    store.mark_sent(card, "17.1", NOW, channel_id="C1")
    store.put_outbox([outbox_row("rollup", payload={"text": "see https://example.org/z/1"}), outbox_row("other")])
    store.save_digest(Digest(brand="Acme", week="2026-W47", made_at=NOW, figures={"n": 3, "quote": TEXT}))
    store.keep_skipped([Skipped(source="hackernews", entry="hn", at=NOW, reason="odd", raw=f"<b>{SECRET}</b>")])
    store.note(AlertEvent(alert_id=found.id or 0, at=NOW, what="opened", numbers={"who": SECRET, "replies": 1}))
    store.save_mute(Mute(scope="author", value="zofia77", source="hackernews", created_at=NOW))
    store.save_label(HumanLabel(mention_id=1, label="negative", at=NOW))
    store.save_mention(replace(ZOFIA, text=TEXT + "!"), NOW + HOUR)
    return found


def test_an_export_holds_everything(store: Store, alerted: Alert) -> None:
    found = store.export_author("hackernews", "zofia77")
    assert [m.external_id for m in found.mentions] == ["1", "3"]
    assert (set(found.sentiments), set(found.versions)) == ({3}, {1})
    assert [label.label for label in found.labels] == ["negative"]
    assert [message.key for message in found.messages] == [alerted.key, "unsent", "rollup"]
    assert (found.digests, len(found.skipped), len(found.mutes)) == (("Acme 2026-W47",), 1, 1)


def test_forgetting_says_what_it_did(store: Store, alerted: Alert) -> None:
    done = store.forget_author("hackernews", "zofia77", NOW)
    assert (done.mentions, done.threads, done.alerts, done.messages) == (2, 1, 1, 3)
    assert (done.digests, done.skipped, done.weeks) == (1, 1, ("Acme 2026-W47",))
    assert [(row.key, row.ts, row.channel_id) for row in done.in_slack] == [(alerted.key, "17.1", "C1")]
    assert store.export_author("hackernews", "zofia77").mentions == ()


def test_forgetting_leaves_others_alone(store: Store, alerted: Alert) -> None:
    store.forget_author("hackernews", "zofia77", NOW)
    thread = store.find_thread("hackernews", "2", brand="Acme")
    assert thread is not None and [m.author for m in thread.mentions] == ["Ben"]
    assert [waiting.id for waiting in store.threads_to_judge(10)] == [thread.id]
    kept_row = store.outbox_row("other")
    assert kept_row is not None and kept_row.payload == {"text": "other"}


def test_what_waited_for_slack_is_not_sent_any_more(store: Store, alerted: Alert) -> None:
    store.forget_author("hackernews", "zofia77", NOW)
    states = {key: row.state for key in ("unsent", "rollup") if (row := store.outbox_row(key))}
    assert states == {"unsent": OutboxState.DROPPED, "rollup": OutboxState.DROPPED}


def test_nothing_of_them_is_left_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.db"
    with open_store(str(file)) as store:
        kept(store, ZOFIA, mention("9"))
        store.forget_author("hackernews", "zofia77", NOW)
        left = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    for secret in (SECRET, TEXT, "zofia77"):
        assert secret.encode() not in left


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(ZOFIA, id="the same words"),
        pytest.param(mention("8", author=SECRET, author_id="zofia77"), id="new words"),
        pytest.param(mention("8", author=SECRET, author_id=None), id="a page that shows the handle only"),
        pytest.param(mention("8", author=SECRET.upper(), author_id=None), id="the handle in capitals"),
    ],
)
def test_a_crawl_does_not_bring_them_back(store: Store, alerted: Alert, again: Mention) -> None:
    store.forget_author("hackernews", "zofia77", NOW)
    assert store.save_mention(again, NOW + HOUR) == SavedCounts(tombstoned=1)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(mention("8", author=SECRET, author_id="another"), id="a namesake with an id of their own"),
        pytest.param(
            mention("8", source="lemmy", author=SECRET, author_id="zofia77"), id="the same id on another site"
        ),
        pytest.param(mention("8", author=None, author_id=None), id="somebody without a name"),
    ],
)
def test_others_are_still_heard(store: Store, alerted: Alert, other: Mention) -> None:
    store.forget_author("hackernews", "zofia77", NOW)
    assert store.save_mention(other, NOW + HOUR) == SavedCounts(new=1)


def test_an_author_may_be_named_by_handle(store: Store, alerted: Alert) -> None:
    assert store.forget_author("hackernews", SECRET, NOW).mentions == 2


def test_a_handle_of_several_people_is_refused_and_changes_nothing(store: Store) -> None:
    kept(store, mention("1", author="Anna", author_id="a1"), mention("2", author="Anna", author_id="a2"))
    with pytest.raises(StoreError, match="name one by id: a1, a2"):
        store.forget_author("hackernews", "Anna", NOW)
    assert store.tombstones() == []


def test_somebody_unknown_is_kept_from_coming(store: Store) -> None:
    assert store.forget_author("hackernews", "nobody", NOW).mentions == 0
    assert store.save_mention(mention(author="nobody", author_id=None), NOW) == SavedCounts(tombstoned=1)


def test_a_tombstone_does_not_say_the_name(store: Store) -> None:
    store.forget_author("hackernews", "zofia77", NOW)
    ((source, who, at),) = store.tombstones()
    assert (source, at) == ("hackernews", NOW) and "zofia" not in who
