"""Forgetting leaves nothing behind, keeps the forgotten away, and takes nobody else's words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.records import (
    Alert,
    AlertEvent,
    Digest,
    HumanLabel,
    Kind,
    Mention,
    Mute,
    OutboxState,
    SavedCounts,
    Skipped,
)
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
    assert (done.digests, done.skipped, done.weeks) == (1, 1, (("Acme", "2026-W47"),))
    assert [(row.key, row.ts, row.channel_id) for row in done.in_slack] == [(alerted.key, "17.1", "C1")]
    assert store.export_author("hackernews", "zofia77").mentions == ()


def test_the_votes_of_a_review_are_exported_and_forgotten(store: Store) -> None:
    """The owner's answer keeps the thread; what readers thought of the forgotten review does not stay with it."""
    for hours, votes in enumerate((1, 4)):
        store.save_mention(replace(ZOFIA, kind=Kind.REVIEW, like_count=votes), NOW + hours * HOUR)
    kept(store, mention("2", "1", kind=Kind.OWNER_RESPONSE, is_owner_reply=True, author="Acme", author_id="acme"))
    assert [point.votes for point in store.export_author("hackernews", "zofia77").votes[1]] == [1, 4]
    assert store.export_author("hackernews", "acme").votes == {}
    store.forget_author("hackernews", "zofia77", NOW)
    thread = store.thread(1)
    assert thread is not None and thread.votes == ()
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM votes")).scalar() == 0


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


SIGNED = {"blocks": [{"text": "Draft: Sorry for the wait. Anna, Acme support"}]}
PLAIN_SENTENCE = {"text": "Nobody is at work before that. An annapurna of parcels."}


@pytest.fixture
def signed(store: Store) -> Alert:
    """Ben's card carries our own sentences, with the names of people who wrote nothing there."""
    kept(store, mention("2", author="Ben", author_id="ben1", text="Where is it?"))
    scored(store)
    judged(store)
    found = opened(store, 1)
    store.put_outbox(
        [
            outbox_row(found.key, alert_id=found.id, payload=SIGNED),
            outbox_row("drafts", under=found.key, payload=SIGNED),
            outbox_row("list", payload=PLAIN_SENTENCE),
        ]
    )
    return found


@pytest.mark.parametrize(
    ("source", "author"),
    [
        pytest.param("nosuch", "Anna", id="the signature of our own replies"),
        pytest.param("hackernews", "Nobody", id="a word of our own sentence"),
        pytest.param("hackernews", "anna", id="a handle that is part of another word"),
    ],
)
def test_a_name_in_our_own_words_is_nobodys(store: Store, signed: Alert, source: str, author: str) -> None:
    assert store.export_author(source, author).messages == ()
    assert store.forget_author(source, author, NOW).messages == 0
    payloads = {key: row.payload for key in (signed.key, "drafts", "list") if (row := store.outbox_row(key))}
    assert payloads == {signed.key: SIGNED, "drafts": SIGNED, "list": PLAIN_SENTENCE}


def test_a_namesake_on_another_site_takes_only_their_own(store: Store, signed: Alert) -> None:
    kept(store, mention("7", source="lemmy", author="Ben", author_id="ben1", url="https://example.org/b/1"))
    theirs = [outbox_row("theirs", payload={"text": "<https://example.org/b/1|lemmy>"})]
    longer = [outbox_row("longer", payload={"text": "Ben: <https://example.org/b/12|lemmy>"})]
    store.put_outbox(theirs + longer)
    assert [row.key for row in store.export_author("lemmy", "ben1").messages] == ["theirs"]
    assert [row.key for row in store.export_author("hackernews", "ben1").messages] == [signed.key, "drafts"]


def test_the_same_words_on_somebody_elses_card_are_theirs(store: Store) -> None:
    kept(store, mention("1", text=TEXT), mention("2", text=TEXT))
    cards = [opened(store, number) for number in (1, 2)]
    rows = [outbox_row(card.key, alert_id=card.id, payload={"text": TEXT}) for card in cards]
    store.put_outbox([*rows, outbox_row("rollup", payload={"text": f"🔴 {TEXT[:45]}…"})])
    assert [row.key for row in store.export_author("hackernews", "ann1").messages] == [cards[0].key, "rollup"]


def test_a_list_that_carries_their_alert_is_theirs_where_it_names_them(store: Store) -> None:
    kept(store, mention("1", author="Anna", author_id="a1", text="Bad"))
    opened(store, 1, carried_by="campaign-1")
    pages = {"campaign-1": "by Anna", "campaign-1:1": "by Annabel"}
    store.put_outbox(
        [outbox_row(key, under=None if key == "campaign-1" else "campaign-1", payload={"text": text})
         for key, text in pages.items()]
    )  # fmt: skip
    assert [row.key for row in store.export_author("hackernews", "a1").messages] == ["campaign-1"]


def test_praise_is_found_by_its_mention(store: Store) -> None:
    kept(store, mention("1", text="Ok"))
    store.put_outbox([outbox_row("thanks-1"), outbox_row("thanks-11")])
    assert [row.key for row in store.export_author("hackernews", "ann1").messages] == ["thanks-1"]
