"""The command line itself: help, exit codes, one line an error, nothing heavy for `--help`."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import build_parser, main
from bot.commands import COMMANDS
from bot.errors import FailedError, UsageError, sentences_of
from tests.bot.configured import GOOD

HEAVY = (
    "torch",
    "transformers",
    "scrapy",
    "twisted",
    "sqlalchemy",
    "slack_sdk",
    "numpy",
    "onnxruntime",
    "rich",
    "holidays",
)


def test_help_imports_nothing_heavy() -> None:
    asked = f"[m for m in {HEAVY!r} if m in sys.modules]"
    code = f"import sys; from bot.__main__ import main; main(['--help']); print({asked})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = re.findall(r"^    (\w+)", capsys.readouterr().out, re.MULTILINE)
    assert listed == list(COMMANDS)


def test_every_file_of_the_folder_is_a_command_and_every_command_a_file() -> None:
    folder = Path(importlib.import_module("bot.commands").__file__ or "").parent
    assert {file.stem for file in folder.glob("*.py")} - {"__init__"} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_of_a_command_has_help(name: str) -> None:
    parser = build_parser(name)
    commands = next(action for action in parser._actions if action.dest == "command")
    assert isinstance(commands.choices, dict)
    command = commands.choices[name]
    assert command.description
    assert [action.dest for action in command._actions if not action.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_names_itself_in_its_first_line(name: str) -> None:
    module = importlib.import_module(f"bot.commands.{name}")
    assert (module.__doc__ or "").startswith(f"`repwatch {name}`")


USAGE = {
    "a command nobody knows": (["crwal"], "invalid choice: 'crwal'"),
    "a missing argument": (["explain"], "required: THREAD"),
    "an option nobody knows": (["status", "--wat"], "unrecognized arguments: --wat"),
    "an age that is no number": (["forecast", "--age", "soon"], "argument --age: invalid"),
    "a forecast of no age": (["forecast", "-"], "--age SECONDS is needed"),
    "an age before the beginning": (["forecast", "--age", "-1"], "argument --age: seconds, 0 or more"),
}


@pytest.mark.parametrize(("words", "said"), USAGE.values(), ids=USAGE.keys())
def test_wrong_usage_is_two_and_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err.splitlines()[0]


def test_no_command_at_all_is_wrong_usage_and_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().out.startswith("usage: repwatch")


NEED_CONFIG = (
    "check",
    "crawl",
    "classify",
    "alert",
    "digest",
    "run",
    "threads",
    "status",
    "outbox",
    "label",
    "backtest",
)


@pytest.mark.parametrize("name", NEED_CONFIG)
def test_without_a_configuration_a_command_says_how_to_make_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPWATCH_CONFIG", raising=False)
    assert main([name]) == 2
    said = capsys.readouterr().err
    assert "repwatch init" in said and len(said.strip().splitlines()) == 1


def test_every_mistake_in_the_file_is_a_line_and_the_code_is_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text(GOOD.replace('"pl"', '"xx"').replace('"10 minutes"', '"soon"'))
    assert main(["status", "--config", str(file)]) == 2
    assert [line.split(":")[1] for line in capsys.readouterr().err.strip().splitlines()] == ["2", "13"]


def test_a_broken_database_is_said_plainly_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text(GOOD)
    (tmp_path / "repwatch.db").write_bytes(b"not a database" * 100)
    assert main(["status", "--config", str(file)]) == 1
    said = capsys.readouterr().err
    assert "is not a SQLite database" in said and len(said.strip().splitlines()) == 1
    assert (tmp_path / "repwatch.db").read_bytes() == b"not a database" * 100


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


ERRORS = {
    "our own speaks for itself": (FailedError("the forum is closed"), "the forum is closed"),
    "each problem is a line": (UsageError("one", "two"), "one|two"),
    "the system's, with its file": (FileNotFoundError(2, "No such file or directory", "x.jsonl"), "x.jsonl: no such"),
    "another's names its kind and the way to see more": (ZeroDivisionError("division by zero"), "ZeroDivisionError"),
    "line breaks do not make more lines": (FailedError("a\nb"), "a b"),
}


@pytest.mark.parametrize(("error", "said"), ERRORS.values(), ids=ERRORS.keys())
def test_what_is_said_of_an_error(error: Exception, said: str) -> None:
    assert said in "|".join(sentences_of(_raised(error)))
