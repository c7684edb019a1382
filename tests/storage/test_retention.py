"""Old words go; what counts, what is live and what people were told of stays."""

from __future__ import annotations

from storage.records import AlertState, Kind, Label, Rating, SavedCounts
from storage.store import Store
from tests.storage.samples import DAY, HOUR, NOW, judged, kept, mention, opened, outbox_row, scored

OLD = NOW - 100 * DAY
LIMIT = NOW - 90 * DAY


def test_calm_texts_are_wiped_and_still_counted(store: Store) -> None:
    old = mention("1", published_at=OLD, rating=Rating(value=5, best=5), kind=Kind.REVIEW)
    kept(store, old, mention("2", published_at=NOW))
    scored(store, Label.POSITIVE)
    judged(store, is_negative=False)
    assert store.wipe_calm_texts(LIMIT).texts == 1
    wiped, fresh = store.mention(1), store.mention(2)
    assert wiped is not None and wiped.text is None and wiped.rating == Rating(value=5, best=5)
    assert fresh is not None and fresh.text is not None
    assert sum(v.mentions for v in store.week_of("Acme", OLD - DAY, OLD + DAY).voices) == 1
    assert store.wipe_calm_texts(LIMIT).texts == 0


def test_a_page_that_still_shows_them_does_not_bring_them_back(store: Store) -> None:
    old = mention("1", published_at=OLD)
    kept(store, old)
    scored(store, Label.POSITIVE)
    store.wipe_calm_texts(LIMIT)
    assert store.save_mention(old, NOW + HOUR) == SavedCounts(unchanged=1)
    wiped = store.mention(1)
    assert wiped is not None and wiped.text is None


def test_negative_threads_and_those_somebody_was_told_of_keep_their_words(store: Store) -> None:
    told, _ = kept(store, mention("1", published_at=OLD), mention("2", published_at=OLD))
    scored(store)
    judged(store)
    opened(store, told)
    store.save_mention(mention("1", published_at=OLD, like_count=3), NOW)
    assert store.wipe_calm_texts(LIMIT).texts == 0


def test_unscored_texts_wait_for_the_model_first(store: Store) -> None:
    kept(store, mention("1", published_at=OLD))
    assert store.wipe_calm_texts(LIMIT).texts == 0


def test_old_threads_go_with_everything(store: Store) -> None:
    gone, live, grown, young = kept(
        store,
        *(mention(str(n), published_at=OLD) for n in (1, 2, 3)),
        mention("4", published_at=NOW),
        now=OLD,
    )
    store.save_mention(mention("5", "3", published_at=NOW), NOW)
    scored(store)
    judged(store)
    opened(store, gone, state=AlertState.ANSWERED, closed_at=OLD)
    opened(store, live)
    store.put_outbox([outbox_row("old", created_at=OLD), outbox_row("waiting", created_at=OLD)])
    store.mark_sent(store.claim_outbox(NOW)[0], "1.1", OLD)
    erased = store.delete_before(LIMIT)
    assert (erased.threads, erased.mentions, erased.others) == (1, 1, 1)
    assert [thread.id for thread in store.threads([gone, live, grown, young])] == [live, grown, young]
    assert store.alert_of(gone) is None
    assert store.outbox_row("waiting") is not None
