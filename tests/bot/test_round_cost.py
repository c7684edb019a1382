"""What a round and a page ask of the database does not grow with the alerts there are: no query per row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.weekly.week import last_full_week
from bot.history import LearnedForecaster
from bot.serve import pages
from tests.faults.house import House, house_on
from tests.storage.conftest import statements

FEW, MANY = 3, 24


def _round(house: House) -> Any:
    return house.round()


def _alert(house: House) -> Any:
    return house.work.steps.alert(house.clock.now())


def _open_threads(house: House) -> Any:
    learned = LearnedForecaster(house.config, house.store)
    desk = pages.Desk(config=house.config, store=house.store, clock=house.clock.now, forecaster=learned)
    return pages.open_threads(desk, {})


def _digest(house: House) -> Any:
    now = house.clock.now()
    return house.work.steps.make_digests(last_full_week(now, house.config.digest.weekly.zone), now)


ASKED = {"a quiet round": _round, "the alert step": _alert, "the open threads": _open_threads, "a digest": _digest}


def _counted(folder: Path, many: int) -> dict[str, int]:
    with house_on(f"sqlite:///{folder / f'{many}.db'}", folder) as house:
        house.collect(*range(many))
        house.rounds(3)
        assert len(house.store.live_alerts()) == many
        return {name: _statements(house, act) for name, act in ASKED.items()}


def _statements(house: House, act: Callable[[House], Any]) -> int:
    with statements(house.store) as sent:
        act(house)
    return len(sent)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], dict[str, int]]:
    return _counted(tmp_path_factory.mktemp("few"), FEW), _counted(tmp_path_factory.mktemp("many"), MANY)


@pytest.mark.parametrize("name", ASKED)
def test_statements_do_not_grow_with_alerts(counted: tuple[dict[str, int], dict[str, int]], name: str) -> None:
    few, many = counted
    # So many at once are also listed on one card, and that is looked at too.
    assert 0 < many[name] <= few[name] + 2
