"""What a question costs: statements do not grow with rows, and each goes by an index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.records import AlertState, CrawlStatus, Hole, Kind, Rating
from storage.store import Store, open_store
from storage.tables import metadata
from tests.storage.conftest import statements
from tests.storage.samples import DAY, HOUR, NOW, alert, judged, mention, outbox_row, scored, sentiment, verdict
from tests.storage.test_crawls import crawl


def thousand(start: int = 0, many: int = 500, **more: Any) -> list[Any]:
    """Mentions in threads of five."""
    return [mention(str(n), str(n - n % 5), reply_count=4, **more) for n in range(start, start + many)]


def stock(store: Store, many: int) -> None:
    """So many mentions in threads that were judged, half of them told, so many scored, and so many nobody looked at."""
    store.save_mentions(thousand(many=many), NOW)
    scored(store)
    judged(store)
    with store.transaction():
        closed = {"state": AlertState.ANSWERED, "closed_at": NOW}
        for number in range(1, many // 10 + 1):
            store.open_alert(alert(number, **(closed if number == 1 else {})))
    store.put_outbox([outbox_row(f"c{n}") for n in range(200)])
    store.save_mentions([*thousand(many, many), mention("late", "0")], NOW)
    scored(store)
    store.save_mentions(thousand(2 * many, many), NOW)


def test_saving_five_hundred_takes_a_handful_of_statements(store: Store) -> None:
    with statements(store) as new:
        store.save_mentions(thousand(), NOW)
    with statements(store) as again:
        store.save_mentions(thousand(), NOW + HOUR)
    with statements(store) as edited:
        store.save_mentions(thousand(text="edited", rating=Rating(value=1, best=5)), NOW + 2 * HOUR)
    sent = (len(new), len(again), len(edited))
    assert all(many <= most for many, most in zip(sent, (12, 5, 14), strict=True)), sent


def test_the_votes_of_reviews_take_one_statement_more(store: Store) -> None:
    def reviews(votes: int) -> list[Any]:
        return [mention(str(n), kind=Kind.REVIEW, like_count=votes) for n in range(500)]

    sent = []
    for hours, votes in enumerate((3, 3, 8)):
        with statements(store) as some:
            store.save_mentions(reviews(votes), NOW + hours * HOUR)
        sent.append(len(some))
    with statements(store) as read:
        found = store.threads(range(1, 501))
    assert (len(read), {len(thread.votes) for thread in found}) == (5, {3})
    assert sent[1] <= 5 and sent[2] <= 9, sent


@pytest.mark.parametrize(
    ("ask", "at_most"),
    [
        pytest.param(lambda s: s.unscored_mentions(500), 2, id="unscored_mentions"),
        pytest.param(lambda s: s.threads(range(1, 500)), 4, id="threads"),
        pytest.param(lambda s: s.threads_to_judge(500), 5, id="threads_to_judge"),
        pytest.param(lambda s: s.threads_to_alert(500), 5, id="threads_to_alert"),
        pytest.param(lambda s: s.live_alerts(500), 1, id="live_alerts"),
        pytest.param(lambda s: s.alerts_changed(NOW), 1, id="alerts_changed"),
        pytest.param(lambda s: s.followed_threads("hackernews", "hn", NOW), 5, id="followed_threads"),
        pytest.param(lambda s: s.finished_timelines("hackernews", 500, NOW + 30 * DAY), 3, id="finished_timelines"),
        pytest.param(
            lambda s: s.author_histories([("hackernews", "", f"ann{n}") for n in range(500)]), 1, id="authors"
        ),
        pytest.param(lambda s: s.claim_outbox(NOW, limit=100), 2, id="claim_outbox"),
        pytest.param(lambda s: s.put_outbox([outbox_row(f"x{n}") for n in range(200)]), 4, id="put_outbox"),
        pytest.param(lambda s: s.save_verdicts([verdict(n) for n in range(1, 100)]), 5, id="save_verdicts"),
        pytest.param(
            lambda s: s.save_sentiments({n: sentiment() for n in range(1, 500)}, NOW), 6, id="save_sentiments"
        ),
        pytest.param(lambda s: s.week_of("Acme", NOW - DAY, NOW + DAY, ["Other"]), 16, id="week_of"),
        pytest.param(lambda s: s.week_in_numbers("Acme", NOW - DAY, NOW + DAY, ["Other"]), 14, id="week_in_numbers"),
    ],
)
def test_statements_do_not_grow_with_rows(store: Store, ask: Callable[[Store], Any], at_most: int) -> None:
    stock(store, 500)
    with statements(store) as sent:
        found = ask(store)
    assert found != [], "where nothing is found, nothing is read of it"
    assert 0 < len(sent) <= at_most


PARTIAL = {
    i.name for t in metadata.tables.values() for i in t.indexes if i.dialect_kwargs.get("sqlite_where") is not None
}
# As tables are called in plans, by name or by alias.
# Of tombstones the first row tells whether there is any.
TABLES = {*metadata.tables, "older", "newer", "root", "root_of_alert", "answer", "everything"} - {"tombstones"}

# Rows enough that a whole table read would be chosen only for want of an index.
QUESTIONS: list[tuple[str, Callable[[Store], Any]]] = [
    ("save_mentions", lambda s: s.save_mentions(thousand(3), NOW + HOUR)),
    ("unscored_mentions", lambda s: s.unscored_mentions(100)),
    ("threads_to_judge", lambda s: s.threads_to_judge(100)),
    ("save_sentiments", lambda s: s.save_sentiments({5: sentiment()}, NOW)),
    ("save_verdicts", lambda s: s.save_verdicts([verdict(1)])),
    ("threads_to_alert", lambda s: s.threads_to_alert(100)),
    ("live_alerts", lambda s: s.live_alerts(100)),
    ("alerts_changed", lambda s: s.alerts_changed(NOW)),
    ("alerts_opened", lambda s: s.alerts_opened(NOW)),
    ("alerts_carried_by", lambda s: s.alerts_carried_by(["x"])),
    ("answered_alerts", lambda s: s.answered_alerts(NOW, NOW + DAY)),
    ("claim_outbox", lambda s: s.claim_outbox(NOW)),
    ("put_outbox", lambda s: s.put_outbox([outbox_row("q")])),
    ("stale_claims", lambda s: s.stale_claims(NOW)),
    ("followed_threads", lambda s: s.followed_threads("hackernews", "hn", NOW)),
    ("finished_timelines", lambda s: s.finished_timelines("hackernews", 10, NOW + 30 * DAY)),
    ("author_histories", lambda s: s.author_histories([("hackernews", "", "ann5")])),
    ("week_of", lambda s: s.week_of("Acme", NOW - DAY, NOW, ["Other"])),
    # Weeks of their own: what the store remembers of another's it does not ask again.
    ("week_in_numbers", lambda s: s.week_in_numbers("Acme", NOW - 2 * DAY, NOW, ["Other"])),
    ("negatives_by_hour", lambda s: s.negatives_by_hour("Acme", NOW - DAY, NOW)),
    ("reviews_on_page", lambda s: s.reviews_on_page("trustpilot", "", "Acme", NOW - DAY)),
    ("praising_mentions", lambda s: s.praising_mentions(["Acme"], NOW, 10)),
    ("judged_threads", lambda s: s.judged_threads(NOW, NOW + DAY)),
    ("watched_since", lambda s: s.watched_since()),
    ("events_of_alerts", lambda s: s.events_of_alerts([1, 2])),
    ("unsure_mentions", lambda s: s.unsure_mentions(NOW)),
    ("last_crawls", lambda s: s.last_crawls()),
    ("last_good_crawls", lambda s: s.last_crawls(ok=True)),
    ("crawl_history", lambda s: s.crawl_history("hn")),
    ("last_run", lambda s: s.last_run("crawl")),
    ("save_hole", lambda s: s.save_hole(Hole(source="hn", entry="hn", where={}, noticed_at=NOW))),
    ("open_holes", lambda s: s.open_holes("hn")),
    ("find_thread", lambda s: s.find_thread("hackernews", "5", brand="Acme")),
    ("events_of", lambda s: s.events_of(1)),
    ("deadlines_of", lambda s: s.deadlines_of(1)),
]


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(str(tmp_path_factory.mktemp("stocked") / "repwatch.db"))
    stock(store, 1000)
    return store


@pytest.mark.parametrize("ask", [q[1] for q in QUESTIONS], ids=[q[0] for q in QUESTIONS])
def test_no_question_reads_a_whole_table(stocked: Store, ask: Callable[[Store], Any]) -> None:
    scans = []
    for statement, values in _asked(stocked, ask):
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            with stocked.reading() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                scans += [step for *_, step in plan if step.startswith("SCAN")]
    assert [step for step in scans if step.split()[1] in TABLES and not _is_partial(step)] == []


# All it was ever said of, all alerts it had before the week's end.
_WHOLE_BRAND = ("ix_mentions_brand_said (brand=?)", "ix_alerts_brand_opened (brand=? AND opened_at<?)")


def test_a_week_never_reads_all_of_a_brand(stocked: Store) -> None:
    for statement, values in _asked(stocked, lambda s: s.week_of("Acme", NOW - 3 * DAY, NOW, ["Other"])):
        with stocked.reading() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            assert not [step for *_, step in plan if step.endswith(_WHOLE_BRAND)], statement


@pytest.mark.parametrize("ok", [False, True], ids=["last", "last_good"])
def test_the_last_crawls_cost_the_same_however_many_there_were(tmp_path: Path, ok: bool) -> None:
    steps = []
    with open_store(str(tmp_path / "crawls.db"), clock=lambda: NOW) as store:
        for status in (CrawlStatus.OK, CrawlStatus.FAILED):
            with store.transaction():
                for number in range(300):
                    store.save_crawl(crawl(f"entry{number % 3}", status=status))
            steps.append(_steps(store, lambda s: s.last_crawls(ok=ok)))
    few, many = steps
    assert 0 < many < 1.1 * few


def _steps(store: Store, ask: Callable[[Store], Any]) -> int:
    """How many steps of its virtual machine SQLite took: unlike time, the same on every machine."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    # What joins a transaction asks its connection.
    with store.transaction() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 1)
        ask(store)
        driver.set_progress_handler(None, 1)
    return steps


def _is_partial(step: str) -> bool:
    """Read from end to end, but only of the few rows that wait for something."""
    return any(f"INDEX {name}" in step for name in PARTIAL)


def _asked(store: Store, ask: Callable[[Store], Any]) -> list[tuple[str, Any]]:
    from sqlalchemy import event

    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, _context: object, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, values[0] if many else values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        ask(store)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    return seen


def test_the_stated_size_of_a_mention_holds(tmp_path: Path) -> None:
    """docs/storage.md says about 720 bytes a mention of 200 letters with its share of all that hangs on it."""
    with open_store(str(tmp_path / "size.db")) as store:
        for start in range(0, 5000, 500):
            store.save_mentions(thousand(start, text="słowa " * 33), NOW)
        scored(store)
        judged(store)
        with store.reading() as connection:
            pages, size = (connection.execute(text(f"PRAGMA page_{name}")).scalar_one() for name in ("count", "size"))
    assert pages * size / 5000 == pytest.approx(720, rel=0.1)
