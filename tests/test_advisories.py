"""What is installed has none of the holes on our own list, docs/advisories.toml, but those accepted there."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

_LIST = tomllib.loads((Path(__file__).parent.parent / "docs" / "advisories.toml").read_text(encoding="utf-8"))
_KNOWN: list[dict[str, Any]] = _LIST["advisory"]


def installed(package: str) -> Version:
    try:
        return Version(version(package))
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed here")


@pytest.mark.parametrize("known", [one for one in _KNOWN if "open" not in one], ids=lambda one: one["id"])
def test_no_installed_package_has_a_hole_we_know_of(known: dict[str, Any]) -> None:
    found = installed(known["package"])
    assert found >= Version(known["fixed"]), f"{known['package']} {found}: {known['about']} ({known['id']}); upgrade it"


@pytest.mark.parametrize("known", [one for one in _KNOWN if "open" in one], ids=lambda one: one["id"])
def test_an_accepted_hole_is_taken_off_the_list_once_it_is_mended(known: dict[str, Any]) -> None:
    found = installed(known["package"])
    assert found < Version(known["fixed"]), f"{known['id']} is mended by {known['package']} {found}: take `open` out"
