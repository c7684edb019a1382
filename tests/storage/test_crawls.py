"""What crawls leave behind, what ran when, and people's words."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Crawl, CrawlStatus, Hole, HumanLabel, Label, Mute, Skipped, Snapshot, StepRun
from storage.store import Store
from tests.storage.samples import DAY, HOUR, MINUTE, NOW, judged, kept, mention, scored, sentiment

HOLE = Hole(source="hackernews", entry="hn", where={"page": 3, "before": "é", "left": None}, noticed_at=NOW)


def crawl(entry: str = "hn", **more: object) -> Crawl:
    fields = {"source": "hackernews", "entry": entry, "started_at": NOW, "ended_at": NOW, "status": CrawlStatus.OK}
    return Crawl(**(fields | more))  # type: ignore[arg-type]


def test_a_crawl_that_never_said_how_it_went_reads_as_failed(store: Store) -> None:
    began = store.start_crawl("hackernews", "hn", NOW)
    assert (began.status, began.seen) == (CrawlStatus.FAILED, "did not end")
    ended = replace(began, status=CrawlStatus.OK, ended_at=NOW + MINUTE, requests=3, mentions=5, new=2, seen=None)
    assert store.save_crawl(ended) == ended
    assert store.crawl_history("hn") == [ended]


def test_the_newest_crawl_of_each_entry(store: Store) -> None:
    good = store.save_crawl(crawl())
    bad = store.save_crawl(crawl(status=CrawlStatus.BLOCKED, suspicious=True, started_at=NOW + HOUR))
    other = store.save_crawl(crawl("ml"))
    assert store.last_crawls() == {"hn": bad, "ml": other}
    assert store.last_crawls(ok=True) == {"hn": good, "ml": other}
    assert store.crawl_history("hn", 1) == [bad]


def test_the_newest_crawl_is_the_last_begun_whatever_the_clock_said(store: Store) -> None:
    store.save_crawl(crawl(started_at=NOW + HOUR))
    store.save_crawl(crawl(started_at=NOW + HOUR, status=CrawlStatus.FAILED))
    good = store.save_crawl(crawl(started_at=NOW, status=CrawlStatus.EMPTY))
    assert store.last_crawls() == store.last_crawls(ok=True) == {"hn": good}
    bad = store.save_crawl(crawl(started_at=NOW - HOUR, status=CrawlStatus.CHANGED))
    assert (store.last_crawls(), store.last_crawls(ok=True)) == ({"hn": bad}, {"hn": good})


def test_an_entry_that_never_went_well_has_no_good_crawl(store: Store) -> None:
    assert store.last_crawls() == store.last_crawls(ok=True) == {}
    bad = store.save_crawl(crawl(status=CrawlStatus.FAILED))
    assert (store.last_crawls(), store.last_crawls(ok=True)) == ({"hn": bad}, {})


def test_a_cursor_is_replaced(store: Store) -> None:
    assert store.cursor("hn") == {}
    for newest in (1, 2):
        store.save_cursor("hn", {"newest": newest, "pages": ["a"]}, NOW)
    assert store.cursor("hn") == {"newest": 2, "pages": ["a"]}


def test_a_hole_is_kept_once_until_it_is_filled(store: Store) -> None:
    first = store.save_hole(HOLE)
    assert store.save_hole(replace(HOLE, noticed_at=NOW + HOUR)) == first
    assert store.open_holes("hn") == store.open_holes() == [first]
    store.fill_hole(first.id or 0, NOW + HOUR)
    assert store.open_holes("hn") == []
    assert store.save_hole(HOLE).id != first.id


def test_a_snapshot_is_kept_when_it_says_something_new(store: Store) -> None:
    first = Snapshot(source="yelp", page="p1", observed_at=NOW, review_count=10, average=4.5, best=5.0)
    kept_or_not = [
        store.save_snapshot(one)
        for one in (
            first,
            replace(first, observed_at=NOW + HOUR),
            replace(first, observed_at=NOW + 2 * HOUR, review_count=11),
            replace(first, observed_at=NOW + DAY, review_count=11),
            replace(first, page="p2"),
            replace(first, brand="Acme"),
        )
    ]
    assert kept_or_not == [True, False, True, True, True, True]
    assert [s.review_count for s in store.snapshots("yelp", NOW, page="p2")] == [10]
    assert store.snapshots("yelp", NOW)[0] == first


def test_skipped_rows_are_kept_for_a_look_and_not_for_ever(store: Store) -> None:
    rows = [Skipped(source="hn", entry="hn", at=NOW, reason=f"r{n}", raw="x" * 30_000) for n in range(150)]
    store.keep_skipped(rows)
    store.keep_skipped(rows)
    store.keep_skipped([replace(rows[0], entry="other", raw=None)])
    found = store.skipped("hn")
    assert (len(found), found[0].reason, len(found[0].raw or "")) == (200, "r149", 20_000)
    assert [row.raw for row in store.skipped("other")] == [None]


def test_what_ran_when_is_remembered(store: Store) -> None:
    assert store.last_run("crawl") is None
    store.save_run("crawl", NOW, NOW + MINUTE, True, "new=3")
    store.save_run("crawl", NOW + HOUR, NOW + HOUR, False)
    store.save_run("alert", NOW, NOW, True)
    good = StepRun(step="crawl", started_at=NOW, ended_at=NOW + MINUTE, ok=True, note="new=3")
    bad = StepRun(step="crawl", started_at=NOW + HOUR, ended_at=NOW + HOUR, ok=False)
    assert (store.last_run("crawl"), store.last_run("crawl", ok=True)) == (bad, good)
    assert store.last_runs()["crawl"] == bad
    assert set(store.last_runs(ok=True)) == {"crawl", "alert"}


def test_mutes_end(store: Store) -> None:
    ends = store.save_mute(Mute(scope="thread", value="1", created_at=NOW, until=NOW + HOUR, by="U1"))
    stays = store.save_mute(Mute(scope="author", value="ann", source="hn", brand="Acme", created_at=NOW))
    assert store.mutes(NOW) == [ends, stays]
    assert store.mutes(NOW + HOUR) == [stays]
    assert store.end_mute(stays.id or 0)
    assert store.mutes(NOW + HOUR) == []
    assert not store.end_mute(stays.id or 0)


def test_an_author_is_named_as_they_called_themselves_last(store: Store) -> None:
    for number, name in enumerate(("ann", "anna")):
        kept(store, mention(str(number), author=name, author_id="t2_7"))
    assert store.author_handle("hackernews", "t2_7") == "anna"
    assert store.author_handle("reddit", "t2_7") is None


def test_a_persons_newer_word_replaces_the_older(store: Store) -> None:
    kept(store, mention())
    for label in ("negative", "not_a_complaint"):
        store.save_label(HumanLabel(mention_id=1, label=label, at=NOW, by="U1"))
    store.save_label(HumanLabel(mention_id=1, label="positive", at=NOW + HOUR))
    said = [(label.label, label.by) for label in store.labels()]
    assert said == [("not_a_complaint", "U1"), ("positive", None)]
    assert len(store.labels(NOW + HOUR)) == 1


def test_the_daily_list_holds_what_the_model_was_unsure_of_and_nobody_labelled(store: Store) -> None:
    kept(store, *(mention(str(n)) for n in range(1, 5)))
    for number, negative in ((1, 0.51), (2, 0.4), (3, 0.5)):
        store.save_sentiments({number: sentiment(negative=negative, unsure=True)}, NOW)
    store.save_sentiments({4: sentiment()}, NOW)
    store.save_label(HumanLabel(mention_id=3, label="neutral", at=NOW))
    assert [m.id for m, _ in store.unsure_mentions(NOW)] == [1, 2]
    assert store.unsure_mentions(NOW + HOUR) == []
    assert store.unsure_mentions(NOW, 1)[0][1].label is Label.NEGATIVE


def test_negative_threads_by_the_hour(store: Store) -> None:
    kept(store, mention("1"), mention("2"), mention("3", published_at=NOW), mention("4", brand="Other"))
    scored(store)
    judged(store)
    assert store.negatives_by_hour("Acme", NOW - DAY, NOW + DAY) == {NOW - HOUR: 2, NOW: 1}
    assert store.negatives_by_hour("Acme", NOW - DAY, NOW) == {NOW - HOUR: 2}
