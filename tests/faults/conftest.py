"""A whole installation on a played clock and a loopback Slack, on SQLite always and on PostgreSQL where one answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, house_on
from tests.storage.conftest import empty_url, made_file, made_schema, postgres_server, url  # noqa: F401 - fixtures


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:  # noqa: F811
    with house_on(url, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    with house_on(f"sqlite:///{tmp_path / 'repwatch.db'}", tmp_path) as made:
        yield made
