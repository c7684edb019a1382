"""Which threads are visited again and when, and how finished ones are told."""

from __future__ import annotations

from dataclasses import replace

from storage.records import AlertState, CountPoint
from storage.store import Store
from tests.storage.samples import DAY, HOUR, MINUTE, NOW, deadline, judged, kept, mention, opened, scored


def due(store: Store, now: object = NOW, entry: str = "hn") -> list[int]:
    return [thread.id for thread in store.followed_threads("hackernews", entry, now)]  # type: ignore[arg-type]


def test_live_alerts_and_young_negative_threads_are_followed(store: Store) -> None:
    old = NOW - 30 * DAY
    alerted_old, flagged, _, closed = kept(
        store, mention("1", published_at=old), mention("2"), mention("3", published_at=old), mention("4")
    )
    scored(store)
    judged(store)
    kept(store, mention("5"))
    scored(store)
    judged(store, is_negative=False)
    opened(store, alerted_old)
    opened(store, closed, state=AlertState.ANSWERED, closed_at=NOW)
    assert set(due(store)) == {alerted_old, flagged}


def test_a_live_alert_in_whose_thread_nothing_happened_for_two_weeks_is_visited_no_more(store: Store) -> None:
    old, lively = kept(store, mention("1", published_at=NOW - DAY), mention("2", published_at=NOW - DAY))
    scored(store)
    judged(store)
    opened(store, old)
    opened(store, lively)
    assert set(due(store, NOW + 13 * DAY)) == {old, lively}
    store.save_mention(mention("3", "2"), NOW + 10 * DAY, entry="hn")
    assert due(store, NOW + 15 * DAY) == [lively]
    assert ("hackernews", None) in store.next_visits(NOW + 15 * DAY)
    assert due(store, NOW + 25 * DAY) == []


def test_an_entry_visits_what_it_found(store: Store) -> None:
    store.save_mention(mention("1"), NOW, entry="hn")
    store.save_mention(mention("2"), NOW, entry="hn-polish")
    store.save_mention(mention("3"), NOW)
    store.save_mention(mention("4", source="lemmy"), NOW)
    scored(store)
    judged(store)
    assert (due(store), due(store, entry="hn-polish")) == ([1, 3], [2, 3])


def test_a_visit_is_due_at_half_the_forecasts_time(store: Store) -> None:
    (quick, slow, flagged) = kept(store, mention("1"), mention("2"), mention("3"))
    scored(store)
    judged(store)
    opened(store, quick, deadline=deadline(NOW + 40 * MINUTE))
    opened(store, slow, deadline=deadline(NOW + DAY))
    assert set(due(store)) == {quick, slow, flagged}
    store.mark_visited([quick, slow, flagged], NOW)
    assert due(store, NOW + 19 * MINUTE) == []
    assert due(store, NOW + 20 * MINUTE) == [quick]
    assert set(due(store, NOW + HOUR)) == {quick, slow, flagged}
    assert store.next_visits(NOW) == {("hackernews", None): NOW + 20 * MINUTE}
    assert store.next_visits(NOW + DAY) == {("hackernews", None): NOW + DAY}


def test_a_visit_says_that_nothing_was_there(store: Store) -> None:
    kept(store, mention())
    store.mark_visited([1], NOW + HOUR)
    store.mark_visited([1], NOW)
    thread = store.thread(1)
    assert thread is not None and thread.observed_at == NOW + HOUR


def test_nothing_followed_has_no_visits(store: Store) -> None:
    assert store.next_visits(NOW) == {} and due(store) == []


def test_finished_threads_come_newest_first(store: Store) -> None:
    days = (30, 8, 6, 20)
    kept(store, *(mention(str(n), published_at=NOW - n * DAY) for n in days), mention("9", source="lemmy"))
    began = [(NOW - line.created_at) / DAY for line in store.finished_timelines("hackernews", 2, NOW)]
    assert began == [8, 20]


def test_a_timeline_holds_customers_replies_and_the_owners_first_answer(store: Store) -> None:
    began = NOW - 10 * DAY
    root = mention("1", published_at=began, reply_count=2)
    replies = [mention(str(n), "1", published_at=began + n * HOUR) for n in (3, 2)]
    owner = [replace(mention(str(n), "1"), is_owner_reply=True, published_at=began + n * HOUR) for n in (8, 7)]
    kept(store, root, *replies, *owner, mention("5", "1", published_at=None))
    store.save_mention(replace(root, reply_count=5), NOW + HOUR)
    (line,) = store.finished_timelines("hackernews", 10, NOW)
    assert line.reply_times == (began + 2 * HOUR, began + 3 * HOUR)
    assert line.answered_at == began + 7 * HOUR
    assert line.counts == (CountPoint(observed_at=NOW, replies=2), CountPoint(observed_at=NOW + HOUR, replies=5))


def test_a_root_with_an_id_of_its_own_is_no_reply(store: Store) -> None:
    kept(store, mention("p1", "topic-1", kind=mention().kind, published_at=NOW - 9 * DAY))
    (line,) = store.finished_timelines("hackernews", 10, NOW)
    assert (line.created_at, line.reply_times) == (NOW - 9 * DAY, ())
