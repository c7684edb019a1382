"""The schema's history: it leads to today's tables, the program knows every step, and a wheel carries it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import storage.migrations
import storage.upgrade
from storage.engine import address, make_engine
from storage.migrations import HEAD, KNOWN
from storage.store import Store, open_store
from storage.tables import metadata
from tests.storage.samples import judged, kept, mention, opened, scored


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


def test_the_program_knows_every_revision() -> None:
    assert scripts().get_heads() == [HEAD]
    assert tuple(reversed([script.revision for script in scripts().walk_revisions()])) == KNOWN


def test_the_revisions_lead_to_todays_tables(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        found = inspect(connection)
        for table in metadata.tables.values():
            there = {index["name"] for index in found.get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= there


def test_partial_indexes_are_partial(store: Store) -> None:
    if store.is_sqlite:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    else:
        query = "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE '% WHERE %'"
    stated = sum(
        1 for t in metadata.tables.values() for i in t.indexes if i.dialect_kwargs.get("sqlite_where") is not None
    )
    with store.reading() as connection:
        assert connection.execute(text(query)).scalar() == stated > 10


def test_an_interrupted_migration_is_as_if_it_never_began(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = storage.upgrade._run

    class KilledError(Exception):
        pass

    def half_way(connection: object) -> None:
        run(connection)  # type: ignore[arg-type]
        raise KilledError

    with monkeypatch.context() as patched, pytest.raises(KilledError):
        patched.setattr(storage.upgrade, "_run", half_way)
        open_store(empty_url)
    engine = make_engine(address(empty_url))
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    with open_store(empty_url) as store:
        assert set(inspect(store.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_database_of_the_first_schema_keeps_its_deadlines(empty_url: str) -> None:
    with open_store(empty_url) as store:
        kept(store, mention())
        scored(store)
        judged(store)
        before = opened(store, 1)
        with store.transaction() as connection:
            for name in ("foreseen_at", "milestone_chance", "similar", "similar_grew"):
                connection.execute(text(f'ALTER TABLE deadlines DROP COLUMN "{name}"'))
            connection.execute(text("DROP INDEX ix_threads_first_seen"))
            connection.execute(text("DROP INDEX ix_crawls_entry_status"))
            for name in ("stated_votes", "voted_at"):
                connection.execute(text(f'ALTER TABLE threads DROP COLUMN "{name}"'))
            connection.execute(text("DROP TABLE votes"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with open_store(empty_url) as store:
        assert store.alert(1) == before
        with store.reading() as connection:
            assert (
                compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), metadata) == []
            )


def test_opening_again_loads_no_alembic(empty_url: str) -> None:
    open_store(empty_url).close()
    program = (
        "import sys\nfrom storage.store import open_store\nopen_store(sys.argv[1])\nprint('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program, empty_url], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
