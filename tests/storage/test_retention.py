"""Old words go; what counts, what is live and what people were told of stays."""

from __future__ import annotations

from sqlalchemy import text

from storage.records import AlertState, Digest, Kind, Label, Mute, OutboxKind, OutboxState, Rating, SavedCounts
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
    (told,) = kept(store, mention("1", published_at=OLD))
    scored(store)
    judged(store, is_negative=False)
    opened(store, told)
    kept(store, mention("2", published_at=OLD))
    scored(store)
    judged(store)
    assert store.wipe_calm_texts(LIMIT).texts == 0


def test_unscored_texts_wait_for_the_model_first(store: Store) -> None:
    kept(store, mention("1", published_at=OLD))
    assert store.wipe_calm_texts(LIMIT).texts == 0


def test_old_threads_go_with_everything(store: Store) -> None:
    gone, live, grown, young = kept(
        store,
        mention("1", published_at=OLD, kind=Kind.REVIEW, like_count=2),
        *(mention(str(n), published_at=OLD) for n in (2, 3)),
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
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM votes")).scalar() == 0
    assert store.outbox_row("waiting") is not None


def test_old_praise_goes_from_what_was_told_too(store: Store) -> None:
    lists = {"unsure": [{"text": "Could be better, could be worse"}]}
    for week, made_at in (("2026-W30", OLD), ("2026-W46", NOW)):
        store.save_digest(Digest(brand="Acme", week=week, made_at=made_at, figures={"n": 3, "lists": lists}))
    rows = [
        outbox_row("thanks-1", OutboxKind.THANKS, created_at=OLD, payload={"text": "Great shop, thank you!"}),
        outbox_row("card", created_at=OLD, payload={"text": "Never again"}),
        outbox_row("thanks-2", OutboxKind.THANKS, payload={"text": "Lovely"}),
    ]
    store.put_outbox(rows)
    for row in store.claim_outbox(NOW):
        store.mark_sent(row, "1.1", NOW)
    store.wipe_calm_texts(LIMIT)
    payloads = {row.key: row.payload for row in store.outbox(OutboxState.SENT)}
    assert payloads == {"thanks-1": {}, "card": {"text": "Never again"}, "thanks-2": {"text": "Lovely"}}
    old, young = store.digest_of("Acme", "2026-W30"), store.digest_of("Acme", "2026-W46")
    assert old is not None and old.figures == {"n": 3}
    assert young is not None and young.figures == {"n": 3, "lists": lists}


def test_with_everything_go_old_words_of_living_threads_refused_messages_and_digests(store: Store) -> None:
    (grown,) = kept(store, mention("1", published_at=OLD, title="Lost"), now=OLD)
    store.save_mention(mention("2", "1", published_at=NOW), NOW)
    scored(store)
    judged(store, is_negative=False)
    store.put_outbox([outbox_row("refused", created_at=OLD), outbox_row("lost", created_at=OLD)])
    refused, lost = store.claim_outbox(NOW)
    store.mark_dead(refused, "too long")
    store.mark_unknown(lost, "nobody can tell")
    store.save_digest(Digest(brand="Acme", week="2026-W30", made_at=OLD, figures={"n": 3}))
    store.save_mute(Mute(scope="author", value="ann1", created_at=OLD, until=OLD + DAY))
    store.delete_before(LIMIT)
    thread = store.thread(grown)
    assert thread is not None and [(m.text, m.title) for m in thread.mentions] == [(None, None), ("Words of 2", None)]
    assert (store.outbox(), store.digests(), store.export_author("hackernews", "ann1").mutes) == ([], [], ())
    assert store.save_mention(mention("1", published_at=OLD, title="Lost"), NOW) == SavedCounts(unchanged=1)
