"""The database is full, read-only, locked or gone for a while: said once, and the work goes on when it is back."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from storage.store import StoreError
from tests.faults.house import House, house_on
from tests.faults.proxy import Door
from tests.storage.conftest import own_schema


def trouble_told(caplog: pytest.LogCaptureFixture, *, said: str) -> list[str]:
    """The lines at ERROR that name it."""
    return [r.getMessage() for r in caplog.records if r.levelname == "ERROR" and said in r.getMessage()]


@contextmanager
def with_pragma(house: House, bad: Callable[[sqlite3.Connection], str], good: str) -> Iterator[None]:
    """Every connection of the house has the bad setting while this is open, and the good one afterwards."""
    setting: list[Callable[[sqlite3.Connection], str]] = [bad]

    def on_use(connection: Any, *_: object) -> None:
        connection.execute(setting[0](connection))

    event.listen(house.store.engine, "checkout", on_use)
    try:
        yield
    finally:
        setting[0] = lambda _: good
        house.round()
        event.remove(house.store.engine, "checkout", on_use)


def full(connection: sqlite3.Connection) -> str:
    """No page more than there are."""
    return f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}"


NO_MORE = "PRAGMA max_page_count=1073741823"


def test_a_full_disk_loses_nothing_and_is_said_once_a_step(
    sqlite_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house = sqlite_house
    house.collect(1)
    house.rounds(2)
    house.collect(*range(2, 8))
    with with_pragma(house, full, NO_MORE):
        house.rounds(4)
        with pytest.raises(StoreError, match="no room left on its disk") as caught:
            house.store.save_mentions([m for n in range(500) for m in _long_posts(house, 1000 + n)], house.clock.now())
        assert caught.value.passing
    told = trouble_told(caplog, said="no room left on its disk: free some space")
    assert 1 <= len(told) <= 4 and len(told) == len(set(told))
    assert house.rounds(3)
    assert house.store.find_thread("discourse", "p1001", instance="forum.example") is None
    house.assert_each_told_once()


def _long_posts(house: House, number: int) -> list[Any]:
    from dataclasses import replace

    from tests.faults.house import post

    return [replace(post(number, house.clock.now()), text="Bad " * 500)]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("a disk of our own needs the right to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(tiny_disk: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with house_on(f"sqlite:///{tiny_disk / 'repwatch.db'}", tmp_path) as house:
        house.collect(1, 2)
        house.rounds(2)
        house.collect(3)
        filler = tiny_disk / "filler"
        with filler.open("wb", buffering=0) as other, pytest.raises(OSError, match="No space left"):
            while True:
                other.write(b"x" * 4096)
        house.rounds(3)
        assert trouble_told(caplog, said="no room left on its disk")
        filler.unlink()
        assert house.rounds(3)
        house.assert_each_told_once()


def test_a_database_that_became_read_only_is_said_and_goes_on(
    sqlite_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house = sqlite_house
    house.collect(1, 2)
    with with_pragma(house, lambda _: "PRAGMA query_only=ON", "PRAGMA query_only=OFF"):
        house.rounds(3)
        assert house.cards() == []
    told = trouble_told(caplog, said="can't be written: give this user the right to write")
    assert told and len(told) == len(set(told))
    assert house.rounds(3)
    house.assert_each_told_once()


def test_a_database_locked_by_another_for_a_while(
    sqlite_house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    house = sqlite_house
    house.collect(1, 2)
    with with_pragma(house, lambda _: "PRAGMA busy_timeout=20", "PRAGMA busy_timeout=30000"):
        with closing(sqlite3.connect(tmp_path / "repwatch.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            house.rounds(2)
            assert house.cards() == []
        assert trouble_told(caplog, said="is locked by another program")
    assert house.rounds(3)
    house.assert_each_told_once()


@pytest.fixture
def shuttable(postgres_server: str, tmp_path: Path) -> Iterator[tuple[House, Door]]:
    server = make_url(postgres_server)
    with own_schema(postgres_server) as address, Door(server.host or "127.0.0.1", server.port or 5432) as door:
        through = make_url(address).set(host="127.0.0.1", port=door.port).render_as_string(False)
        with house_on(through, tmp_path) as house:
            yield house, door


@pytest.mark.postgres
def test_a_server_that_is_gone_for_a_while(shuttable: tuple[House, Door], caplog: pytest.LogCaptureFixture) -> None:
    house, door = shuttable
    house.collect(1, 2)
    house.round()
    house.collect(3)
    door.shut()
    assert not house.rounds(3)
    told = trouble_told(caplog, said="can't be reached")
    assert told and len(told) == len(set(told)), "once for each step, not once a round"
    door.open()
    assert house.rounds(3)
    house.assert_each_told_once()


@pytest.mark.postgres
def test_a_server_that_goes_between_a_post_and_its_note(shuttable: tuple[House, Door]) -> None:
    """The card stands in Slack, the database never heard of it: it is looked up, not sent again."""
    house, door = shuttable
    house.collect(1, 2)

    def cut(method: str, arguments: dict[str, Any]) -> None:
        if method == "chat.postMessage":
            door.shut()

    house.slack.weather = cut
    assert not house.round()
    house.weather(None)
    door.open()
    house.rounds(6)
    house.assert_each_told_once()


@pytest.mark.postgres
def test_a_server_that_became_a_read_only_replica(
    shuttable: tuple[House, Door], caplog: pytest.LogCaptureFixture
) -> None:
    house, _ = shuttable
    house.collect(1, 2)
    settings = ["SET default_transaction_read_only = on"]

    def on_use(connection: Any, *_: object) -> None:
        connection.execute(settings[0])
        connection.commit()

    event.listen(house.store.engine, "checkout", on_use)
    house.rounds(2)
    assert house.cards() == []
    assert trouble_told(caplog, said="it is read-only now; point DATABASE_URL at the primary")
    settings[0] = "SET default_transaction_read_only = off"
    assert house.rounds(3)
    house.assert_each_told_once()
