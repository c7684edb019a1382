"""Brings a database to the present schema, by itself: all of it or nothing, one process at a time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.errors import StoreError
from storage.migrations import HEAD, KNOWN
from storage.session import Session

# Any number; the same for all, so that two programs starting together upgrade one after the other.
_UPGRADE_LOCK = 727_365_119


def upgrade(session: Session) -> None:
    """Makes or upgrades the schema. Raises StoreError for a newer one, a damaged or foreign file, no right to write."""
    with session.reading() as connection:
        found = _revision(connection, session.place)
    if found == HEAD:
        return
    with session.transaction() as connection:
        if not session.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        # Somebody else may have done it while we waited.
        if _revision(connection, session.place) != HEAD:
            _run(connection)


def _revision(connection: Connection, place: str) -> str | None:
    """The schema's revision, None for an empty database."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise StoreError(
                f"database {place} holds tables that are not repwatch's ({', '.join(sorted(tables)[:3])})",
                "name an empty database or another file in DATABASE_URL",
            )
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in KNOWN:
        raise StoreError(
            f"database {place} was made by a newer repwatch (schema {revision}, this program knows up to {HEAD})",
            "install the newer program, or bring back a backup of before; nothing was changed",
        )
    return revision


def _run(connection: Connection) -> None:
    # Alembic takes a moment to load and is needed once a release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
