"""A database made by each earlier schema opens, migrates and keeps every value; killed half-way, it is as it was."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, Connection, Double, Integer, MetaData, Table, event, insert, select, text
from sqlalchemy.engine import Engine

import storage.migrations
from storage.engine import address, make_engine
from storage.migrations import HEAD, KNOWN
from storage.records import OutboxState
from storage.session import Session
from storage.store import open_store
from storage.tables import metadata
from tests.storage.samples import NOW

QUOTE = "My parcel of the third of May never came to Kraków"
PAGE = base64.b64encode(f"<p>{QUOTE}</p>".encode()).decode()
_COLUMNS = {BigInteger: 1, Integer: 1, Boolean: False, Double: 0.5}
# The value of a text column that holds JSON.
_JSON = {column.name for table in metadata.tables.values() for column in table.columns if "Json" in repr(column.type)}


def made_at(url: str, revision: str, *also: tuple[str, dict[str, Any]]) -> None:
    """A database of that schema, with one row in every table, and more."""
    session = Session(make_engine(address(url)), lambda: NOW)
    with session.transaction() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
        config.set_main_option("path_separator", "newline")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        tables = _tables(connection)
        for name, row in [*((name, {}) for name in tables), *also]:
            connection.execute(insert(tables[name]).values(**(_row_of(tables[name]) | row)))
    session.engine.dispose()


def kept_in(url: str) -> dict[str, list[dict[str, Any]]]:
    session = Session(make_engine(address(url)), lambda: NOW)
    with session.reading() as connection:
        found = {
            name: [dict(row._mapping) for row in connection.execute(select(table))]
            for name, table in _tables(connection).items()
        }
    session.engine.dispose()
    return found


def assert_of_today(url: str) -> None:
    """Its tables are those of today's program."""
    session = Session(make_engine(address(url)), lambda: NOW)
    with session.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    session.engine.dispose()


def _tables(connection: Connection) -> dict[str, Table]:
    """As they lie there, those that others point at first."""
    there = MetaData()
    there.reflect(connection)
    return {table.name: table for table in there.sorted_tables if table.name != "alembic_version"}


def _row_of(table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        plain = next((value for kind, value in _COLUMNS.items() if isinstance(column.type, kind)), "x")
        row[column.name] = "{}" if column.name in _JSON else plain
    return row


@pytest.mark.parametrize("revision", KNOWN[:-1])
def test_every_value_of_an_earlier_schema_is_kept(empty_url: str, revision: str) -> None:
    made_at(empty_url, revision)
    before = kept_in(empty_url)
    assert all(len(rows) == 1 for rows in before.values()) and len(before) >= 20
    open_store(empty_url).close()
    assert_of_today(empty_url)
    after = kept_in(empty_url)
    for name, rows in before.items():
        assert [{column: row[column] for column in rows[0]} for row in after[name]] == rows, name


def _outbox(key: str, kind: str, payload: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    row = {"id": 10 + len(key), "key": key, "card": key, "kind": kind, "payload": json.dumps(payload)}
    return "outbox", row | {"state": "sent", "waiting_since": None} | more


def test_kept_digest_pages_become_names(empty_url: str) -> None:
    file = {"title": "Acme 2026-W47", "content_base64": PAGE}
    rows = (
        _outbox("digest:A:B:2026-W47", "digest", {"text": QUOTE}),
        _outbox(
            "digest:A:B:2026-W47:file1", "upload", {"filename": "digest-2026-W47-tone.png", **file}, state="pending"
        ),
        _outbox("digest:A:B:2026-W47:file23", "upload", {"filename": "digest-2026-W47.html", **file}),
        _outbox("digest:A:B:2026-W47:file345", "upload", {"filename": "digest-2026-W47.csv", **file}),
        _outbox("alert-1", "card", {"text": "stays"}),
    )
    made_at(empty_url, "0002", *rows)
    with open_store(empty_url) as store:
        found = {row.key: row.payload for state in OutboxState for row in store.outbox(state) if row.key != "x"}
    of = {"brand": "A:B", "week": "2026-W47"}
    assert found == {
        "digest:A:B:2026-W47": {"digest": of | {"part": "message"}},
        "digest:A:B:2026-W47:file1": _named("digest-2026-W47-tone.png", of | {"part": "chart:tone"}),
        "digest:A:B:2026-W47:file23": _named("digest-2026-W47.html", of | {"part": "page"}),
        "digest:A:B:2026-W47:file345": _named("digest-2026-W47.csv", of | {"part": "csv"}),
        "alert-1": {"text": "stays"},
    }


def _named(filename: str, digest: dict[str, str]) -> dict[str, Any]:
    return {"filename": filename, "title": "Acme 2026-W47", "digest": digest}


def test_kept_digest_pages_leave_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.db"
    page = {"filename": "digest-2026-W47.html", "content_base64": PAGE * 200}
    made_at(str(file), "0002", _outbox("digest:Acme:2026-W47:file1", "upload", page))
    open_store(str(file)).close()
    assert PAGE[:40].encode() not in b"".join(part.read_bytes() for part in tmp_path.iterdir())


def _killed_after(url: str, writings: int) -> None:
    """Opens the store and dies in the middle of the upgrade."""
    seen = 0

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal seen
        seen += statement.startswith(("\nCREATE", "CREATE", "ALTER", "INSERT", "UPDATE"))
        if seen == writings:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    open_store(url).close()


@pytest.mark.parametrize("revision", [None, *KNOWN[:-1]])
def test_killed_while_upgrading_it_is_as_it_was_and_the_next_start_does_it(
    empty_url: str, revision: str | None
) -> None:
    if revision:
        made_at(empty_url, revision, _outbox("digest:Acme:2026-W47", "digest", {"text": QUOTE}))
    before = kept_in(empty_url)
    for writings in (1, 2):
        process = multiprocessing.get_context("forkserver").Process(target=_killed_after, args=(empty_url, writings))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert kept_in(empty_url) == before
    open_store(empty_url).close()
    assert_of_today(empty_url)
    after = kept_in(empty_url)
    assert {name: len(after[name]) for name in before} == {name: len(rows) for name, rows in before.items()}
