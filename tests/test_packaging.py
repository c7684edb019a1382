"""What an installed wheel brings: every file of the five rooms, nothing of the workshop, and the word `repwatch`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.crawling import crawl_command
from tests.rooms import ROOMS, ROOT

# Asked of setuptools itself, without building: the wheel alone is 40 MB.
ASKING = """
import json
from setuptools import Distribution
made = Distribution({"script_name": "setup.py"})
made.parse_config_files()
building = made.get_command_obj("build_py")
building.ensure_finalized()
files = [one.removeprefix(building.build_lib).lstrip("/") for one in building.get_outputs(include_bytecode=False)]
print(json.dumps({"files": files, "scripts": made.entry_points["console_scripts"]}))
"""


@pytest.fixture(scope="module")
def wheel() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ASKING], capture_output=True, cwd=ROOT, check=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def test_every_file_of_the_rooms_is_in_it_and_no_other(wheel: dict[str, Any]) -> None:
    there = {
        str(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    }
    assert set(wheel["files"]) == there


def test_the_command_is_there(wheel: dict[str, Any]) -> None:
    assert wheel["scripts"] == ["repwatch = bot.__main__:main"]


def test_a_crawl_is_ours_whatever_lies_in_the_folder_it_is_started_in(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("print('somebody else')")
    command = [*crawl_command("news", tmp_path / "none.toml")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2 and "none.toml" in done.stderr and not done.stdout
