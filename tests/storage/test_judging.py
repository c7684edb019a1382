"""What waits for the model and for a verdict, and what changes while they work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.records import AuthorHistory, Kind, Label, Severity
from storage.store import Store
from tests.storage.samples import DAY, HOUR, MINUTE, NOW, judged, kept, mention, scored, sentiment, verdict

LEASE = 5 * MINUTE


def test_the_longest_waiting_comes_first(store: Store) -> None:
    for hours, number in ((2, "b"), (1, "a"), (3, "c")):
        store.save_mention(mention(number), NOW + hours * HOUR)
    assert [m.external_id for m in store.unscored_mentions(2)] == ["a", "b"]


def test_a_sentiment_comes_back_as_it_was(store: Store) -> None:
    (thread_id,) = kept(store, mention())
    said = sentiment(Label.POSITIVE, language="sl", unsure=True, topics=("price", "staff"))
    assert store.save_sentiments({1: said}, NOW) == 1
    thread = store.thread(thread_id)
    assert thread is not None and thread.sentiments == {1: said}
    assert thread.sentiment_of(thread.mentions[0]) == said


def test_what_could_not_be_scored_waits_no_more(store: Store) -> None:
    kept(store, mention())
    store.save_sentiments({1: None}, NOW)
    assert store.unscored_mentions(10) == []
    assert [thread.sentiments for thread in store.threads_to_judge(10)] == [{}]


def test_scored_twice_the_newer_counts(store: Store) -> None:
    (thread_id,) = kept(store, mention())
    store.save_sentiments({1: sentiment()}, NOW)
    store.save_sentiments({1: sentiment(Label.NEUTRAL)}, NOW)
    thread = store.thread(thread_id)
    assert thread is not None and thread.sentiments[1].label is Label.NEUTRAL


def test_edited_while_it_was_scored_it_is_scored_again(store: Store) -> None:
    kept(store, mention())
    read = store.unscored_mentions(10)
    store.save_mention(mention(text="Quite other words"), NOW + HOUR)
    assert store.save_sentiments({1: sentiment()}, NOW, read=read) == 0
    assert [m.text for m in store.unscored_mentions(10)] == ["Quite other words"]


def test_a_sentiment_of_a_deleted_row_is_let_go(store: Store) -> None:
    assert store.save_sentiments({404: sentiment()}, NOW) == 0


def test_a_thread_waits_until_all_its_words_are_scored(store: Store) -> None:
    kept(store, mention("1"), mention("2", "1"))
    store.save_sentiments({1: sentiment()}, NOW)
    assert store.threads_to_judge(10) == []
    store.save_sentiments({2: sentiment()}, NOW)
    assert len(store.threads_to_judge(10)) == 1


@pytest.mark.parametrize(
    ("more", "comes_up"),
    [
        pytest.param({}, False, id="the same again does not"),
        pytest.param({"like_count": 5}, True, id="a counter does"),
        pytest.param({"text": "New words"}, True, id="an edit does, once it is scored"),
        pytest.param({"deleted": True}, True, id="a deletion does"),
    ],
)
def test_what_brings_a_thread_up_for_a_new_verdict(store: Store, more: dict[str, Any], comes_up: bool) -> None:
    kept(store, mention(like_count=1))
    scored(store)
    judged(store)
    assert store.threads_to_judge(10) == []
    store.save_mention(mention(**({"like_count": 1} | more)), NOW + HOUR)
    scored(store)
    assert bool(store.threads_to_judge(10)) is comes_up


def test_a_verdict_comes_back_as_it_was(store: Store) -> None:
    (thread_id,) = kept(store, mention())
    scored(store)
    (thread,) = store.threads_to_judge(10)
    given = verdict(thread, severity=Severity.HIGH, rule="vip", topics=("a", "b"))
    store.save_verdicts([given])
    assert store.verdict_of(thread_id) == replace(given, thread_version=None)
    assert store.verdicts_of([thread_id, 404]) == {thread_id: replace(given, thread_version=None)}
    assert store.verdict_of(404) is None


def test_a_thread_that_changed_while_it_was_judged_keeps_waiting(store: Store) -> None:
    kept(store, mention())
    scored(store)
    (thread,) = store.threads_to_judge(10)
    store.save_mention(mention("2", "1"), NOW)
    store.save_verdicts([verdict(thread)])
    scored(store)
    assert [waiting.version > thread.version for waiting in store.threads_to_judge(10)] == [True]


def test_a_verdict_on_a_thread_that_is_gone_is_let_go(store: Store) -> None:
    store.save_verdicts([verdict(404)])
    assert store.verdict_of(404) is None


def test_two_workers_with_a_lease_share_the_mentions(store: Store, second: Store) -> None:
    kept(store, *(mention(str(n)) for n in range(6)))
    mine = store.unscored_mentions(4, lease=LEASE)
    theirs = second.unscored_mentions(4, lease=LEASE)
    assert (len(mine), len(theirs)) == (4, 2)
    assert not {m.id for m in mine} & {m.id for m in theirs}


def test_a_dead_workers_lease_ends(url: str, store: Store) -> None:
    from storage.store import open_store

    kept(store, mention())
    assert store.unscored_mentions(1, lease=LEASE)
    with open_store(url, clock=lambda: NOW + LEASE + timedelta(seconds=1)) as later:
        assert later.unscored_mentions(1, lease=LEASE)


def test_two_workers_with_a_lease_share_the_threads(store: Store, second: Store) -> None:
    kept(store, *(mention(str(n)) for n in range(3)))
    scored(store)
    mine, theirs = store.threads_to_judge(2, lease=LEASE), second.threads_to_judge(9, lease=LEASE)
    assert {thread.id for thread in mine} | {thread.id for thread in theirs} == {1, 2, 3}
    assert len(mine) + len(theirs) == 3


def test_an_authors_history_is_counted_over_threads_and_brands(store: Store) -> None:
    who = {"author_id": "ann"}
    kept(store, mention("1", **who), mention("2", brand="Other", **who), mention("3", author_id="ben"))
    kept(store, mention("4", kind=Kind.COMMENT, published_at=NOW - DAY, **who))
    store.save_sentiments({1: sentiment(), 2: sentiment(Label.POSITIVE)}, NOW)
    found = store.author_history("hackernews", "", "ann")
    assert found == AuthorHistory(mentions=3, negatives=1, last_at=NOW - HOUR)
    assert store.author_history("hackernews", "", "nobody") == AuthorHistory()
    assert set(store.author_histories([("hackernews", "", "ann"), ("hackernews", "", "nobody")])) == {
        ("hackernews", "", "ann")
    }
