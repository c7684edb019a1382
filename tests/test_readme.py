"""What README says is what the program does: its sources table, its commands, its configuration."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.first_steps import with_steps
from bot.__main__ import main
from bot.commands import COMMANDS
from bot.config import load_config
from spiders.table import with_table

README = Path(__file__).resolve().parent.parent / "README.md"
MODULES = sorted(set(re.findall(r"python -m (\w+\.\w+)", README.read_text("utf-8"))))
PLACES = sorted(set(re.findall(r"\]\(([\w./-]+)\)", README.read_text("utf-8"))))


def test_the_sources_table_is_the_spiders_own_rows() -> None:
    wanted = with_table(README.read_text("utf-8"))
    if os.environ.get("REPWATCH_WRITE"):
        README.write_text(wanted, "utf-8")
    assert README.read_text("utf-8") == wanted, "run this test with REPWATCH_WRITE=1 and read the table"


def test_the_configuration_example_is_read_without_a_complaint(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "repwatch.toml"
    file.write_text(example, "utf-8")
    config = load_config(file, {})
    assert [brand.name for brand in config.brands] == ["Velora"]
    assert {entry.source for entry in config.entries} == {"mastodon", "appstore"}


def commands_named() -> list[str]:
    """Every repwatch command, in the blocks and in the sentences."""
    fenced = re.findall(r"```(?:sh)?\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in fenced for line in block.splitlines()]
    inline = re.findall(r"`(repwatch [^`<]+)`", README.read_text("utf-8"))
    return sorted({line for line in (*lines, *inline) if line.startswith("repwatch ")})


@pytest.mark.parametrize("command", commands_named())
def test_every_repwatch_command_named_is_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)
    assert main([words[1], "--help"]) == 0
    helped = capsys.readouterr().out
    for word in words[2:]:
        if word.startswith("--"):
            assert word in helped, f"{command}: {words[1]} has no {word}"


def deployed() -> list[str]:
    """What the systemd unit runs, and what it tells to type."""
    unit = (README.parent / "deploy" / "repwatch.service").read_text("utf-8")
    return sorted(re.findall(r"/bin/(repwatch [a-z]+ [^\n]*)", unit))


def test_there_is_something_to_look_up() -> None:
    """Where nothing is found in README, pytest would only skip."""
    assert len(commands_named()) > 20 and len(deployed()) > 1 and MODULES and PLACES


@pytest.mark.parametrize("command", deployed())
def test_the_unit_runs_commands_that_are_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    test_every_repwatch_command_named_is_one(command, capsys)


def test_the_container_file_names_what_is_there() -> None:
    said = (README.parent / "deploy" / "Containerfile").read_text("utf-8")
    extras = tomllib.loads((README.parent / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (extra,) = re.findall(r"'\.\[(\w+)\]'", said)
    assert extra in extras
    (entry,), (command,) = re.findall(r'ENTRYPOINT \["(\w+)"\]', said), re.findall(r'CMD \["(\w+)"\]', said)
    assert entry == "repwatch" and command in COMMANDS
    assert (README.parent / re.findall(r"-c (\S+)", said)[0]).is_file()
    environment = said.split("ENV ")[1].splitlines()[0].split()
    assert {word.split("=")[0] for word in environment} == {"REPWATCH_CONFIG", "DATABASE_URL"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named(name: str) -> None:
    assert re.search(rf"`repwatch {name}\b", README.read_text("utf-8")), f"README says nothing of repwatch {name}"


@pytest.mark.parametrize("module", MODULES)
def test_every_figure_has_a_command_that_is_there(module: str) -> None:
    assert find_spec(module) is not None


@pytest.mark.parametrize("place", PLACES)
def test_every_page_and_picture_linked_is_there(place: str) -> None:
    assert (README.parent / place).is_file()


def test_every_page_of_docs_has_a_way_that_leads_to_it() -> None:
    """From README or CONTRIBUTING by links alone; and no link leads nowhere."""
    reached, waiting = set[Path](), [README, README.parent / "CONTRIBUTING.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\(([\w./-]+\.md)", page.read_text("utf-8"))
        waiting += [(page.parent / link).resolve() for link in links]
    assert set((README.parent / "docs").resolve().rglob("*.md")) <= reached


def test_the_picture_of_a_card_is_a_small_png() -> None:
    picture = (README.parent / "docs/pictures/card.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) < 150_000


def test_the_table_of_first_steps_can_be_written_anew() -> None:
    """`python -m benchmarks.first_steps --write` finds its place, and touches nothing beside it."""
    readme = README.read_text("utf-8")
    written = with_steps(readme, "| step | took |")
    assert "<!-- first steps: begin -->\n| step | took |\n<!-- first steps: end -->\n" in written
    assert written.split("<!-- first steps")[0] == readme.split("<!-- first steps")[0]
    assert written.rsplit("end -->", 1)[1] == readme.rsplit("end -->", 1)[1]


def test_readme_goes_its_way_in_the_order_a_reader_asks() -> None:
    asked = ("A card", "Two commands", "How it works", "Sources", "How good the model is", "The deadline",
             "Compared with other ways", "Start for real: configuration by example", "Running for real", "Scaling",
             "Commands", "Privacy and manners", "Limits")  # fmt: skip
    assert tuple(re.findall(r"^## (.+)$", README.read_text("utf-8"), re.MULTILINE)) == asked


def test_make_names_its_targets() -> None:
    made = re.findall(r"^(\w+):", (README.parent / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = set(re.findall(r"^make (\w+)", README.read_text("utf-8"), re.MULTILINE))
    assert named and named <= set(made)
