"""A store in a folder of its own for each test that wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import open_store
from tests.alerts.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_store(str(tmp_path / "repwatch.db")) as store:
        yield House(store)
