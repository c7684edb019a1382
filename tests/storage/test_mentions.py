"""What becomes of a mention that is saved, saved again, edited, counted, deleted, or comes before its root."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from storage.records import Kind, Label, Mention, Rating, SavedCounts
from storage.store import Store
from tests.storage.samples import DAY, HOUR, MINUTE, NOW, kept, mention, scored

FULL = mention(
    instance="forum.example.org",
    parent_id="0",
    url="https://forum.example.org/t/1",
    title="Zażółć gęślą jaźń",
    text="Ünïcode 🙂 и текст",
    language="pl",
    rating=Rating(value=2.0, best=5.0),
    date_only=True,
    edited_at=NOW,
    is_owner_reply=False,
    reply_count=3,
    like_count=4,
    share_count=5,
    author_followers=6,
    fetched_at=NOW,
)


def test_comes_back_as_it_was_said(store: Store) -> None:
    store.save_mention(FULL, NOW)
    assert store.mention(1) == replace(FULL, id=1)


def test_an_unknown_number_is_none(store: Store) -> None:
    assert store.mention(404) is None


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        pytest.param({}, SavedCounts(unchanged=1), id="the same again is unchanged"),
        pytest.param({"text": "Other words"}, SavedCounts(edited=1), id="another text is an edit"),
        pytest.param({"title": "Other"}, SavedCounts(edited=1), id="another title is an edit"),
        pytest.param({"rating": Rating(value=4, best=5)}, SavedCounts(edited=1), id="another rating is an edit"),
        pytest.param({"is_owner_reply": True}, SavedCounts(edited=1), id="found to be the owner's is an edit"),
        pytest.param({"deleted": True}, SavedCounts(edited=1), id="deleted is an edit"),
        pytest.param({"reply_count": 9}, SavedCounts(counted=1), id="a counter alone is only counted"),
        pytest.param({"like_count": 9}, SavedCounts(counted=1), id="likes alone are only counted"),
        pytest.param({"author": "Renamed"}, SavedCounts(counted=1), id="a renamed author is no edit"),
        pytest.param({"reply_count": None}, SavedCounts(unchanged=1), id="a counter not stated stays as it was"),
        pytest.param({"url": None, "language": None}, SavedCounts(unchanged=1), id="particulars not stated stay"),
        pytest.param({"fetched_at": NOW + HOUR}, SavedCounts(unchanged=1), id="a later look alone changes nothing"),
        pytest.param({"brand": "Other"}, SavedCounts(new=1), id="for another brand it is another mention"),
        pytest.param({"instance": "else.example"}, SavedCounts(new=1), id="on another instance it is another mention"),
        pytest.param({"source": "lemmy"}, SavedCounts(new=1), id="on another source it is another mention"),
        pytest.param(
            {"title": None, "text": None, "rating": None, "like_count": 7},
            SavedCounts(counted=1),
            id="a page that shows counters only does not wipe the words",
        ),
    ],
)
def test_a_second_look(store: Store, change: dict[str, Any], becomes: SavedCounts) -> None:
    store.save_mention(FULL, NOW)
    assert store.save_mention(replace(FULL, **change), NOW + HOUR) == becomes


def test_an_edit_keeps_the_earlier_rating_and_label(store: Store) -> None:
    first = mention(kind=Kind.REVIEW, rating=Rating(value=1, best=5))
    kept(store, first)
    scored(store)
    store.save_mention(replace(first, rating=Rating(value=4, best=5), text="Mended!"), NOW + DAY)
    thread = store.thread(1)
    assert thread is not None
    (earlier,) = thread.versions[1]
    assert (earlier.rating, earlier.label, earlier.seen_at) == (Rating(value=1, best=5), Label.NEGATIVE, NOW)
    assert thread.mentions[0].rating == Rating(value=4, best=5)
    assert thread.sentiments == {}
    assert [m.id for m in store.unscored_mentions(10)] == [1]


def test_edits_pile_up_oldest_first(store: Store) -> None:
    for stars in (1, 2, 5):
        store.save_mention(mention(rating=Rating(value=stars, best=5)), NOW + stars * HOUR)
    thread = store.thread(1)
    assert thread is not None
    assert [version.rating.value for version in thread.versions[1] if version.rating] == [1, 2]


def test_a_deleted_mention_is_wiped_and_its_row_kept(store: Store) -> None:
    store.save_mention(FULL, NOW)
    store.save_mention(replace(FULL, deleted=True), NOW + HOUR)
    gone = store.mention(1)
    assert gone is not None and gone.deleted
    assert (gone.title, gone.text, gone.author, gone.author_id) == (None, None, None, None)
    assert gone.url == FULL.url
    assert store.unscored_mentions(10) == []


def test_a_deleted_mention_may_come_back(store: Store) -> None:
    store.save_mention(mention(deleted=True), NOW)
    assert store.save_mention(mention(), NOW + HOUR) == SavedCounts(edited=1)
    back = store.mention(1)
    assert back is not None and back.text == "Words of 1"


def test_a_counter_leaves_points_when_it_moves(store: Store) -> None:
    for minutes, replies in ((0, 3), (10, 3), (20, 3), (30, 8), (40, 8)):
        store.save_mention(mention(reply_count=replies), NOW + minutes * MINUTE)
    thread = store.thread(1)
    assert thread is not None
    points = [(int((p.observed_at - NOW) / MINUTE), p.replies) for p in thread.counts]
    # The jump happened between the looks at 20 and 30 minutes; nothing is known after 40.
    assert points == [(0, 3), (20, 3), (30, 8), (40, 8)]


def test_the_votes_of_a_review_leave_points_when_they_move(store: Store) -> None:
    for minutes, votes in ((0, 3), (10, 3), (20, 3), (30, 8), (40, 5), (50, 5)):
        store.save_mention(mention(kind=Kind.REVIEW, like_count=votes), NOW + minutes * MINUTE)
    # A page that does not state them, and a reading of earlier that comes late, say nothing new.
    store.save_mention(mention(kind=Kind.REVIEW), NOW + 60 * MINUTE)
    store.save_mention(mention(kind=Kind.REVIEW, like_count=4, fetched_at=NOW + 5 * MINUTE), NOW + 60 * MINUTE)
    thread = store.thread(1)
    assert thread is not None
    points = [(int((p.observed_at - NOW) / MINUTE), p.votes) for p in thread.votes]
    assert points == [(0, 3), (20, 3), (30, 8), (40, 5), (50, 5)]
    assert thread.counts == ()


def test_only_a_reviews_own_votes_are_kept(store: Store) -> None:
    kept(store, mention("1", like_count=3), mention("2", kind=Kind.REVIEW, like_count=0))
    kept(store, mention("3", "2", like_count=9))
    first, second = store.threads([1, 2])
    assert (first.votes, [point.votes for point in second.votes]) == ((), [0])


def test_a_reply_before_its_root_opens_the_thread(store: Store) -> None:
    store.save_mention(mention("7", "1"), NOW)
    orphan = store.thread(1)
    assert orphan is not None and orphan.root is not None and orphan.root.external_id == "7"
    store.save_mention(mention("1", published_at=NOW - 5 * HOUR, url="https://example.org/1"), NOW + HOUR)
    whole = store.thread(1)
    assert whole is not None and whole.root is not None
    assert (whole.root.external_id, whole.url) == ("1", "https://example.org/1")
    assert [m.external_id for m in whole.replies] == ["7"]


def test_two_brands_hold_the_same_words(store: Store) -> None:
    first, second = kept(store, mention(), mention(brand="Other"))
    assert first != second
    store.save_mention(mention(text="Edited"), NOW)
    other = store.thread(second)
    assert other is not None and other.mentions[0].text == "Words of 1"


def test_a_reply_that_moved_to_another_thread_is_found_there(store: Store) -> None:
    old, new, _ = kept(store, mention("1"), mention("2"), mention("3", "1"))
    assert store.save_mention(mention("3", "2"), NOW + HOUR) == SavedCounts(counted=1)
    moved, left = store.thread(new), store.thread(old)
    assert moved is not None and [m.external_id for m in moved.replies] == ["3"]
    assert left is not None and left.replies == ()


def test_twice_in_one_batch_the_later_counts(store: Store) -> None:
    counts = store.save_mentions([mention(text="first"), mention(text="second")], NOW)
    assert counts == SavedCounts(new=1, unchanged=1)
    assert [m.text for m in store.unscored_mentions(10)] == ["second"]


def test_a_rating_without_words_waits_for_no_model(store: Store) -> None:
    kept(store, mention(text="  ", rating=Rating(value=1, best=5)))
    assert store.unscored_mentions(10) == []
    assert [thread.id for thread in store.threads_to_judge(10)] == [1]


def test_a_rating_of_no_number_is_none(store: Store) -> None:
    kept(store, mention(rating=Rating(value=float("nan"), best=5)))
    saved = store.mention(1)
    assert saved is not None and saved.rating is None


def test_observed_at_is_the_crawls_time_and_never_goes_back(store: Store) -> None:
    kept(store, mention(fetched_at=NOW + HOUR))
    store.save_mention(mention(fetched_at=NOW), NOW + 2 * HOUR)
    thread = store.thread(1)
    assert thread is not None and thread.observed_at == NOW + HOUR


def test_what_can_not_be_kept_is_refused_alone(store: Store) -> None:
    naive = mention("2", published_at=NOW.replace(tzinfo=None))
    nameless: Mention = replace(mention("3"), external_id="")
    assert store.save_mentions([mention("1"), naive, nameless], NOW) == SavedCounts(new=1, refused=2)


def test_nothing_at_all(store: Store) -> None:
    assert store.save_mentions([], NOW) == SavedCounts()


def test_a_batch_stands_or_falls_together(store: Store) -> None:
    class LostPowerError(Exception):
        pass

    with pytest.raises(LostPowerError), store.transaction():
        store.save_mentions([mention(str(number)) for number in range(20)], NOW)
        raise LostPowerError
    assert store.unscored_mentions(100) == []
