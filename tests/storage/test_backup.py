"""A backup is whole although somebody writes, is checked before it is trusted, and comes back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from storage.store import Store, StoreError, check_backup, open_store, restore_backup
from tests.storage.conftest import own_schema
from tests.storage.samples import HOUR, NOW, kept, mention, opened


@pytest.fixture
def live(tmp_path: Path) -> Store:
    store = open_store(str(tmp_path / "live.db"))
    kept(store, mention("1"), mention("2"))
    opened(store, 1)
    return store


def test_a_backup_holds_what_was_there(live: Store, tmp_path: Path) -> None:
    summary = live.backup(tmp_path / "copy.db")
    assert (summary.mentions, summary.alerts, summary.newest_mention_at) == (2, 1, NOW)
    with open_store(str(tmp_path / "copy.db")) as copy:
        assert copy.threads([1, 2]) == live.threads([1, 2])
        assert copy.live_alerts() == live.live_alerts()


def test_a_backup_made_while_another_writes_holds_what_was_finished(live: Store, tmp_path: Path) -> None:
    with open_store(str(tmp_path / "live.db")) as other:
        with other.transaction():
            kept(other, mention("3"))
            assert live.backup(tmp_path / "copy1.db").mentions == 2
            kept(other, mention("4"))
        assert live.backup(tmp_path / "copy2.db").mentions == 4


def test_a_backup_does_not_overwrite(live: Store, tmp_path: Path) -> None:
    (tmp_path / "dear.txt").write_text("diary")
    with pytest.raises(StoreError, match="exists already"):
        live.backup(tmp_path / "dear.txt")
    assert (tmp_path / "dear.txt").read_text() == "diary"


def test_a_backup_that_can_not_be_written_leaves_nothing(
    live: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(part: Path) -> None:
        assert part.exists()
        raise OSError("No space left on device")

    monkeypatch.setattr("storage.backup._sync", is_full)
    with pytest.raises(StoreError, match="could not be written"):
        live.backup(tmp_path / "copy.db")
    assert list(tmp_path.glob("copy.db*")) == []


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _scribble(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xa5" * 4096 * 3
    file.write_bytes(content)


def _newer(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _foreign(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE books (title TEXT)")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(_cut, "damaged|not a repwatch", id="cut in half"),
        pytest.param(_scribble, "damaged|not a repwatch", id="scribbled over"),
        pytest.param(_newer, "9999", id="of a newer program"),
        pytest.param(_foreign, "not a repwatch", id="of another program"),
        pytest.param(lambda file: file.write_text("hello"), "not a repwatch", id="no database"),
        pytest.param(lambda file: file.unlink(), "does not exist", id="missing"),
    ],
)
def test_a_bad_backup_is_not_put_back(live: Store, tmp_path: Path, spoil: object, says: str) -> None:
    copy = tmp_path / "copy.db"
    live.backup(copy)
    live.close()
    spoil(copy)  # type: ignore[operator]
    before = (tmp_path / "live.db").read_bytes()
    with pytest.raises(StoreError, match=says):
        restore_backup(copy, str(tmp_path / "live.db"), NOW)
    assert (tmp_path / "live.db").read_bytes() == before


def test_a_backup_comes_back_and_what_was_there_is_kept_aside(live: Store, tmp_path: Path) -> None:
    live.backup(tmp_path / "copy.db")
    kept(live, mention("3"))
    live.close()
    aside = restore_backup(tmp_path / "copy.db", str(tmp_path / "live.db"), NOW)
    with open_store(str(tmp_path / "live.db")) as back:
        assert len(back.unscored_mentions(10)) == 2
    assert aside == tmp_path / "live.db.before-restore"
    assert check_backup(aside).mentions == 3
    assert restore_backup(tmp_path / "copy.db", str(tmp_path / "live.db"), NOW) == tmp_path / "live.db.before-restore.1"


def test_a_backup_comes_back_in_the_place_of_a_broken_file(live: Store, tmp_path: Path) -> None:
    live.backup(tmp_path / "copy.db")
    live.close()
    (tmp_path / "live.db").write_bytes(b"not a database at all" * 500)
    restore_backup(tmp_path / "copy.db", str(tmp_path / "live.db"), NOW)
    with open_store(str(tmp_path / "live.db")) as back:
        assert len(back.unscored_mentions(10)) == 2
    assert (tmp_path / "live.db.before-restore").read_bytes().startswith(b"not a database")


def test_a_backup_comes_to_a_new_machine(live: Store, tmp_path: Path) -> None:
    live.backup(tmp_path / "copy.db")
    assert restore_backup(tmp_path / "copy.db", str(tmp_path / "new.db"), NOW) is None
    assert check_backup(tmp_path / "new.db").alerts == 1


def test_a_database_in_use_is_not_replaced(live: Store, tmp_path: Path) -> None:
    live.backup(tmp_path / "copy.db")
    with pytest.raises(StoreError, match="in use"):
        restore_backup(tmp_path / "copy.db", str(tmp_path / "live.db"), NOW)
    assert live.save_mention(mention("3"), NOW + HOUR).new == 1


def test_a_server_has_its_own_tools(postgres_server: str, tmp_path: Path) -> None:
    with own_schema(postgres_server) as address, open_store(address) as store:
        with pytest.raises(StoreError, match="pg_dump"):
            store.backup(tmp_path / "copy.db")
        with pytest.raises(StoreError, match="pg_restore"):
            restore_backup(tmp_path / "copy.db", address, NOW)
