"""A database opens by itself, or says plainly why it can't and loses nothing."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.migrations import HEAD
from storage.store import Store, StoreError, open_store
from tests.storage.samples import HOUR, NOW, kept, mention


def test_it_is_made_on_first_use_and_found_on_the_next(empty_url: str) -> None:
    with open_store(empty_url) as store:
        kept(store, mention())
    with open_store(empty_url) as store:
        assert store.thread(1) is not None


def test_a_bare_path_is_a_sqlite_file(tmp_path: Path) -> None:
    file = tmp_path / "bare.db"
    open_store(str(file)).close()
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_a_database_in_memory_serves_a_test() -> None:
    with open_store("sqlite://") as store:
        kept(store, mention())
        assert store.thread(1) is not None


def test_the_settings_that_keep_it_safe_are_on(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "a.db")) as store, store.reading() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in asked]
    assert found == ["wal", 2, 1, 30_000]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        pytest.param("mysql://localhost/x", "names mysql", id="a database we do not serve"),
        pytest.param("sqlite:///no/such/folder/x.db", "folder .* does not exist", id="a folder that is missing"),
        pytest.param("postgresql+psycopg://nobody@127.0.0.1:1/x", "can't be reached", id="a server that is away"),
        pytest.param("://", "no database address", id="no address at all"),
    ],
)
def test_an_address_that_leads_nowhere(address: str, says: str) -> None:
    with pytest.raises(StoreError, match=says):
        open_store(address)


def test_a_password_is_not_said() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://bot:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value) and caught.value.passing


@pytest.mark.parametrize(
    "content", [b"this is a letter, not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_broken_file_is_said_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.db"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"is not a SQLite database|is damaged") as caught:
        open_store(str(file))
    assert str(file) in str(caught.value) and not caught.value.passing
    assert file.read_bytes() == content


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "books.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE books (title TEXT)")
    with pytest.raises(StoreError, match="tables that are not repwatch's"):
        open_store(str(file))


def test_a_newer_schema_is_refused_by_name(empty_url: str) -> None:
    with open_store(empty_url) as store, store.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=f"newer repwatch .*9999.*{HEAD}"):
        open_store(empty_url)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        open_store(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs root to become somebody else")
def test_a_read_only_folder_is_said() -> None:
    """A new file in it, and an old file in it, read by somebody who may not write there."""
    # pytest's own folders are closed to others.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        open_store(f"{folder}/old.db").close()
        said = {name: _said_by_nobody(Path(folder, name)) for name in ("new.db", "old.db")}
    assert "can't be opened or made" in said["new.db"]
    assert "can't be" in said["old.db"] and "right to write" in said["old.db"]


def _said_by_nobody(file: Path) -> str:
    program = (
        "import os, sys\nfrom storage.store import *\nfrom datetime import *\n"
        # Loads all it needs while it still may read the project.
        "open_store('sqlite://').close()\nos.setuid(65534)\n"
        "try:\n    s = open_store(sys.argv[1]); s.save_run('x', *[datetime.now(UTC)] * 2, True)\n"
        "except StoreError as e:\n    print(e)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


def test_many_that_start_together_make_one_schema(empty_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        assert pool.map(_open_and_count, [empty_url] * 6) == [0] * 6


def _open_and_count(url: str) -> int:
    with open_store(url) as store:
        return len(store.unscored_mentions(10))


def test_a_database_locked_by_another_is_said_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engine.BUSY_SECONDS", 0.2)
    file = tmp_path / "a.db"
    with open_store(str(file)) as store:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another") as caught:
            store.save_mention(mention(), NOW)
        assert caught.value.passing
        other.execute("ROLLBACK")
        other.close()
        assert store.save_mention(mention(), NOW + HOUR).new == 1


def test_readers_do_not_wait_for_a_writer(store: Store, second: Store) -> None:
    kept(store, mention("1"))
    with store.transaction():
        store.save_mention(mention("2"), NOW)
        assert len(second.unscored_mentions(10)) == 1
    assert len(second.unscored_mentions(10)) == 2


def test_a_question_inside_a_transaction_sees_what_it_wrote(store: Store) -> None:
    with store.transaction():
        store.save_mention(mention(), NOW)
        assert store.thread(1) is not None


def test_a_server_that_dropped_the_connection_is_asked_anew(postgres_server: str) -> None:
    from tests.storage.conftest import own_schema

    with own_schema(postgres_server) as address, open_store(address) as store, open_store(address) as other:
        kept(store, mention())
        pid = store_pid(store)
        with other.transaction() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        assert store.thread(1) is not None


def store_pid(store: Store) -> int:
    with store.reading() as connection:
        pid: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return pid


def test_an_error_of_the_database_tells_nothing_of_what_people_wrote(store: Store) -> None:
    with store.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "a text of a person"})
    assert "nowhere" in str(caught.value)
    assert "a text of a person" not in str(caught.value)
