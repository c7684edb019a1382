"""A week counted before is not read again, and whatever changes in it shows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.records import Alert, AlertEvent, AlertState, Crawl, CrawlStatus, Hole, HumanLabel, Label, Rating, WeekRows
from storage.store import Store, open_store
from tests.storage.conftest import statements
from tests.storage.samples import DAY, HOUR, NOW, judged, kept, mention, opened, scored, sentiment, verdict

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NEXT = MONDAY + timedelta(days=7)
LATER = NEXT + 3 * DAY
CRAWL = Crawl(source="hackernews", entry="hn", started_at=NOW, ended_at=NOW, status=CrawlStatus.FAILED)
REVIEW = mention("1", rating=Rating(value=1, best=5), url="https://example.org/1")


def numbers(store: Store) -> WeekRows:
    return store.week_in_numbers("Acme", MONDAY, NEXT, ["Other"])


def lived(store: Store) -> tuple[Alert, Crawl]:
    """Two threads, one of them with three negative texts and an open alert; a crawl that runs; a hole."""
    kept(store, REVIEW, mention("2", "1"), mention("3", "1"), mention("4", author_id="bob"))
    scored(store)
    judged(store)
    crawl = store.save_crawl(CRAWL)
    store.save_hole(Hole(source="hackernews", entry="hn", where={"page": 2}, noticed_at=NOW))
    return opened(store, 1), crawl


def answered(store: Store, alert: Alert) -> None:
    """By hand, in the week, noted only after it."""
    store.save_alert(replace(alert, state=AlertState.ANSWERED, answered_at=NOW + HOUR, closed_at=NOW + HOUR))
    store.note(AlertEvent(alert_id=alert.id or 0, at=NOW + HOUR, what="answered", numbers={"minutes": 30}))


def scored_anew(store: Store) -> None:
    assert store.save_sentiments({2: sentiment(Label.POSITIVE)}, LATER) == 1


def judged_anew(store: Store) -> None:
    """At the very moment of the first verdict."""
    store.save_verdicts([replace(verdict(1), is_negative=False), verdict(4)])


def all_deleted(store: Store, alert: Alert) -> None:
    answered(store, alert)
    store.delete_before(NEXT + DAY)


CHANGES: dict[str, Callable[[Store, Alert, Crawl], object]] = {
    "a text found late": lambda store, *_: kept(store, mention("9", published_at=NOW), now=LATER),
    "a text of a rival": lambda store, *_: kept(store, mention("9", brand="Other"), now=LATER),
    "an edit": lambda store, *_: kept(store, replace(REVIEW, text="Other words"), now=LATER),
    "a language stated late": lambda store, *_: kept(store, replace(REVIEW, language="pl"), now=LATER),
    "a rating raised in the week": lambda store, *_: kept(store, replace(REVIEW, rating=Rating(value=5, best=5))),
    "a deletion": lambda store, *_: kept(store, mention("2", "1", deleted=True, text=None), now=LATER),
    "another time": lambda store, *_: kept(store, replace(REVIEW, published_at=MONDAY - DAY), now=LATER),
    "read anew": lambda store, *_: scored_anew(store),
    "judged anew": lambda store, *_: judged_anew(store),
    "an author forgotten": lambda store, *_: store.forget_author("hackernews", "ann2", LATER),
    "an answer seen late": lambda store, alert, _: answered(store, alert),
    "a word said in the week": lambda store, *_: store.save_label(
        HumanLabel(mention_id=1, label="not_about_us", at=NOW)
    ),
    "a crawl that ended": lambda store, _, crawl: store.save_crawl(
        replace(crawl, ended_at=NOW + HOUR, status=CrawlStatus.OK, new=7)
    ),
    "a stretch read since": lambda store, *_: store.fill_hole(1, LATER),
    "everything old deleted": lambda store, alert, _: all_deleted(store, alert),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_in_a_week_shows_at_once(
    store: Store, url: str, change: Callable[[Store, Alert, Crawl], object]
) -> None:
    alert, crawl = lived(store)
    before = numbers(store)
    assert numbers(store) == before
    with open_store(url, clock=lambda: LATER) as another:
        # Another process: what this one remembers knows nothing of it.
        change(another, alert, crawl)
    now = numbers(store)
    assert now != before
    with open_store(url) as fresh:
        assert now == numbers(fresh)


def test_a_week_is_read_once(store: Store) -> None:
    lived(store)
    with statements(store) as first:
        numbers(store)
    with statements(store) as again:
        numbers(store)
    assert any("sentiments.unsure_at" in one for one in first)
    assert not any("sentiments.unsure_at" in one for one in again)
    assert len(again) < len(first)


def test_what_a_transaction_took_back_is_not_remembered(store: Store) -> None:
    lived(store)
    before = numbers(store)
    with pytest.raises(ZeroDivisionError), store.transaction():
        kept(store, replace(REVIEW, text="Other words"), now=LATER)
        assert numbers(store) != before
        raise ZeroDivisionError
    # As many changes as were taken back, but others.
    kept(store, replace(REVIEW, rating=Rating(value=5, best=5)), now=LATER)
    assert Rating(value=5, best=5) in {count.rating for count in numbers(store).ratings}


def test_a_week_in_numbers_holds_no_text(store: Store) -> None:
    alert, _ = lived(store)
    store.save_label(HumanLabel(mention_id=1, label="not_about_us", at=NOW))
    found = numbers(store)
    assert (
        found.threads == ()
        and (found.alerts[0].title, found.alerts[0].url) == (None, None)
        and found.labelled[0].text is None
    )
    whole = store.week_of("Acme", MONDAY, NEXT, ["Other"])
    assert whole.alerts[0].title and whole.alerts[0].url and whole.labelled[0].text and whole.alerts[0].alert == alert
    assert whole.thread_sizes == found.thread_sizes == {3: 1, 1: 1}
    for name in ("voices", "ratings", "topics", "said", "events", "answers", "crawls"):
        assert getattr(whole, name) == getattr(found, name), name
