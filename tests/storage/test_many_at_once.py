"""Several programs on one database: each thing is done once, nothing is lost, also when one is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pytest

from storage.records import AlertState, OutboxKind, OutboxState
from storage.store import Store, open_store
from tests.storage.samples import MINUTE, NOW, kept, mention, opened, outbox_row, scored, sentiment, verdict

SPAWN = multiprocessing.get_context("spawn")
BATCH = 10


def together(worker: Callable[..., Any], *arguments: tuple[Any, ...]) -> list[Any]:
    """Runs the worker in as many processes at once and gives what each returned."""
    with SPAWN.Pool(len(arguments)) as pool:
        return pool.starmap(worker, arguments)


def test_each_outbox_row_is_claimed_by_one(store: Store, url: str) -> None:
    cards = [outbox_row(f"c{n}", channel=f"#c{n % 3}") for n in range(40)]
    replies = [outbox_row(f"c{n}-r", OutboxKind.REPLY, under=f"c{n}", channel=f"#c{n % 3}") for n in range(40)]
    store.put_outbox(cards + replies)
    sent = Counter(key for keys in together(_send_all, *[(url,)] * 3) for key in keys)
    assert set(sent.values()) == {1} and len(sent) == 80
    assert store.outbox_counts() == {OutboxState.SENT: 80}


def _send_all(url: str) -> list[str]:
    sent = []
    with open_store(url) as store:
        while store.outbox_counts().get(OutboxState.SENT, 0) < 80:
            for row in store.claim_outbox(NOW, limit=5):
                store.mark_sent(row, f"{row.id}.0", NOW)
                sent.append(row.key)
    return sent


def test_each_alert_is_opened_and_claimed_by_one(store: Store, url: str) -> None:
    kept(store, *(mention(str(n)) for n in range(20)))
    scored(store)
    store.save_verdicts([verdict(thread) for thread in store.threads_to_judge(100)])
    results = together(_open_and_claim, *[(url, name) for name in "abc"])
    assert sum(opened_here for opened_here, _ in results) == 20
    assert sum(claimed for _, claimed in results) == 20
    assert len(store.deadlines_of(1)) == 1 and len(store.events_of(1)) == 1


def _open_and_claim(url: str, name: str) -> tuple[int, int]:
    from storage.records import AlertEvent
    from tests.storage.samples import alert

    first = claimed = 0
    with open_store(url) as store:
        for number in range(1, 21):
            with store.transaction():
                mine = store.open_alert(alert(number))
                if mine is not None:
                    store.note(AlertEvent(alert_id=mine.id or 0, at=NOW, what="opened", by=name))
                    first += 1
        for found in store.live_alerts():
            claimed += store.claim_alert(replace(found, state=AlertState.TAKEN, taken_by=name), AlertState.OPEN)
    return first, claimed


def test_programs_that_save_the_same_pages_keep_them_once(store: Store, url: str) -> None:
    results = together(_save_pages, *[(url, step) for step in (1, -1, 7)])
    assert sum(results) >= 200
    assert len(store.unscored_mentions(10_000)) == 200
    scored(store)
    assert len(store.threads_to_judge(10_000)) == len(store.threads(range(1, 1000))) == 40


def _save_pages(url: str, step: int) -> int:
    """Pages of ten in an order of one's own, each page's mentions over several threads."""
    new = 0
    with open_store(url) as store:
        for page in [(n * step) % 20 for n in range(20)]:
            batch = [mention(str(n), str(n % 40)) for n in range(page * BATCH, page * BATCH + BATCH)]
            new += store.save_mentions(batch[:: step // abs(step)], NOW).new
    return new


def test_workers_with_leases_score_each_text_once(store: Store, url: str) -> None:
    kept(store, *(mention(str(n), str(n % 9)) for n in range(120)))
    scored_by = Counter(number for numbers in together(_score_all, *[(url,)] * 3) for number in numbers)
    assert len(scored_by) == 120 and set(scored_by.values()) == {1}
    assert store.unscored_mentions(10) == []


def _score_all(url: str) -> list[int]:
    done: list[int] = []
    with open_store(url) as store:
        while batch := store.unscored_mentions(7, lease=MINUTE):
            store.save_sentiments({m.id: sentiment() for m in batch if m.id}, NOW, read=batch)
            done += [m.id for m in batch if m.id]
    return done


def test_killed_in_the_middle_a_batch_is_there_whole_or_not_at_all(url: str) -> None:
    open_store(url).close()
    for delay in (0.02, 0.05, 0.11, 0.2):
        writer = _start(_write_for_ever, url)
        time.sleep(delay)
        _kill(writer)
        with open_store(url) as store:
            batches = Counter(m.external_id.split("-")[0] for m in store.unscored_mentions(100_000))
            assert set(batches.values()) <= {BATCH}
            rows = [row.key for row in store.outbox(limit=100_000)]
            # The decision and its row stand or fall together.
            assert sorted(rows) == sorted(f"card-{name}" for name in batches)
    assert batches


def _start(target: Callable[[str, Any], None], url: str) -> SpawnProcess:
    ready = SPAWN.Event()
    # Where the test fails it is not waited for.
    process = SPAWN.Process(target=target, args=(url, ready), daemon=True)
    process.start()
    assert ready.wait(200)
    return process


def _kill(process: SpawnProcess) -> None:
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()


def _write_for_ever(url: str, ready: Any) -> None:
    with open_store(url) as store:
        number = 0
        while True:
            name = f"{os.getpid()}x{number}"
            with store.transaction():
                store.save_mentions([mention(f"{name}-{n}", name) for n in range(BATCH)], NOW)
                store.put_outbox([outbox_row(f"card-{name}")])
            number += 1
            ready.set()


def test_a_copy_made_in_a_power_cut_opens_and_is_whole(tmp_path: Path) -> None:
    """Files copied byte by byte while somebody writes: what the disk holds when the power goes."""
    file = tmp_path / "live.db"
    open_store(str(file)).close()
    writer = _start(_write_for_ever, str(file))
    try:
        for number in range(5):
            time.sleep(0.03)
            copy = tmp_path / f"cut{number}.db"
            os.kill(writer.pid or 0, signal.SIGSTOP)
            os.waitpid(writer.pid or 0, os.WUNTRACED)
            shutil.copy(file, copy)
            shutil.copy(f"{file}-wal", f"{copy}-wal")
            os.kill(writer.pid or 0, signal.SIGCONT)
            with open_store(str(copy)) as store:
                batches = Counter(m.external_id.split("-")[0] for m in store.unscored_mentions(100_000))
                assert set(batches.values()) == {BATCH}
                assert len(store.outbox(limit=100_000)) == len(batches)
            with closing(sqlite3.connect(copy)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        _kill(writer)


def test_a_stopped_programs_claim_does_not_stop_the_others(store: Store, second: Store) -> None:
    """It holds a claim, not a lock: the rest goes on, and the claim is found when it is old."""
    store.put_outbox([outbox_row("a"), outbox_row("b")])
    store.claim_outbox(NOW, limit=1)
    assert [row.key for row in second.claim_outbox(NOW)] == ["b"]
    assert [row.key for row in second.stale_claims(NOW + MINUTE)] == ["a", "b"]


def test_an_alert_opened_in_a_transaction_that_fails_is_not_there(store: Store) -> None:
    kept(store, mention())
    with pytest.raises(ZeroDivisionError), store.transaction():
        opened(store, 1)
        raise ZeroDivisionError
    assert store.alert_of(1) is None
    assert opened(store, 1).key == "alert-1"
