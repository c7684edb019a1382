"""One suite for both databases: SQLite always, PostgreSQL where a server answers."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from storage.store import Store, open_store
from storage.tables import metadata
from tests.storage.samples import NOW

_DEFAULT_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/test"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Address of a PostgreSQL to make schemas in; without one its tests skip, with CI=true they fail."""
    stated = os.environ.get("TEST_DATABASE_URL")
    address = stated or _DEFAULT_SERVER
    try:
        psycopg.connect(_plain(address), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if stated or os.environ.get("CI") == "true":
            pytest.fail(f"no PostgreSQL at TEST_DATABASE_URL: {error}")
        pytest.skip("no PostgreSQL: set TEST_DATABASE_URL")
    return address


_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=_BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that has never been used."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'repwatch.db'}"
        return
    with own_schema(request.getfixturevalue("postgres_server")) as address:
        yield address


@pytest.fixture(params=_BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of one's own with the present schema and nothing in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("made_file"), tmp_path / "repwatch.db")
        return f"sqlite:///{tmp_path / 'repwatch.db'}"
    address: str = request.getfixturevalue("made_schema")
    emptied = ", ".join(f'"{table}"' for table in metadata.tables)
    with psycopg.connect(_plain(address), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {emptied} RESTART IDENTITY CASCADE".encode())
    return address


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("made") / "repwatch.db"
    open_store(str(file)).close()
    return file


@pytest.fixture(scope="session")
def made_schema(postgres_server: str) -> Iterator[str]:
    with own_schema(postgres_server) as address:
        open_store(address).close()
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def second(url: str, store: Store) -> Iterator[Store]:
    """Another program on the same database."""
    with open_store(url, clock=lambda: NOW) as opened:
        yield opened


@contextmanager
def own_schema(server: str) -> Iterator[str]:
    """A schema of one's own on that server, gone afterwards."""
    name = f"repwatch_{uuid.uuid4().hex}"
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"'.encode())
        try:
            yield make_url(server).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)
        finally:
            connection.execute(f'DROP SCHEMA "{name}" CASCADE'.encode())


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """The statements a store sends while this is open."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(False)
