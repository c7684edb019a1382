"""Doors that belong to no single room: code in data, secrets in what is said and kept, patterns, names of files."""

from __future__ import annotations

import ast
import errno
import re
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from alerts.cards.text import clean
from alerts.masking import mask_personal
from alerts.slack import file_name
from bot import __main__ as command_line
from bot.commands import score
from bot.commands.digest import _file_of
from bot.crawling import crawl_command
from bot.logs import keep_secret, told
from classifier.reading import prepare
from spiders.terms import BrandTerms
from storage.records import Brand
from tests.faults.house import house_on
from tests.rooms import ROOMS, ROOT

SECRET = "xoxb-17-s3cretOfOurs"


def test_every_test_that_the_security_page_names_is_there() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    files = list((ROOT / "tests").rglob("test_*.py"))
    there = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))}
    assert len(named) > 30
    assert named - there - {file.stem for file in files} == set()


UNPICKLING = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "marshal", "shelve"}
RUNNING = {"eval", "exec", "compile", "system", "popen", "os.system", "os.popen"}


def test_no_file_of_ours_runs_what_it_reads() -> None:
    ours = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    assert len(ours) > 200
    assert [found for file in ours for found in bad_lines(file.read_text(encoding="utf-8"), file)] == []


def bad_lines(text: str, file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt | ast.expr) and bad(node):
            yield f"{file}:{node.lineno}: {ast.unparse(node)}"


def bad(node: ast.AST) -> bool:
    """Unpickling, evaluating text, or a shell."""
    if isinstance(node, ast.Import):
        return any(name.name.split(".")[0] in UNPICKLING for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in UNPICKLING
    if not isinstance(node, ast.Call):
        return False
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    whose = ast.unparse(node.func)
    if whose in RUNNING or given.get("shell", "False") != "False":
        return True
    if whose == "torch.load":
        return given.get("weights_only") != "True"
    return given.get("allow_pickle", "False") != "False"


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from marshal import loads",
        "eval('1')",
        "os.system('ls')",
        "torch.load('a')",
        "np.load('a', allow_pickle=True)",
        "run('a', shell=True)",
        "run('a', shell=how)",
    ],
)
def test_such_a_line_would_be_found(line: str) -> None:
    assert list(bad_lines(line, Path("a.py"))) == [f"a.py:1: {line}"]


def test_shipped_figures_and_weights_are_formats_without_code() -> None:
    shipped = [file for room in ("classifier/weights", "alerts") for file in (ROOT / room).rglob("*") if file.is_file()]
    suffixes = {file.suffix for file in shipped} - {".pyc"}
    assert suffixes <= {"", ".onnx", ".json", ".gz", ".q4", ".npz", ".toml", ".py", ".j2", ".md"}
    for file in (one for one in shipped if one.suffix == ".npz"):
        assert all(name.endswith(".npy") for name in zipfile.ZipFile(file).namelist())
        with np.load(file, allow_pickle=False) as kept:
            assert all(kept[name].dtype != object for name in kept.files)


@pytest.mark.parametrize("words", [["score"], ["score", "-v"]], ids=["plainly", "with -v and a traceback"])
def test_an_error_shows_no_secret(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_given: object) -> int:
        raise RuntimeError(f"refused token={SECRET} at postgresql://me:hunter22@db/x \x1b[31m\nsecond line")

    monkeypatch.setattr(score, "run", broken)
    assert command_line.main(words) == 1
    said = capsys.readouterr().err
    assert "refused token=***" in said
    assert SECRET not in said and "hunter22" not in said and "\x1b" not in said


def test_a_secret_is_in_no_line_no_database_and_no_process_title(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with house_on(f"sqlite:///{tmp_path / 'repwatch.db'}", tmp_path) as house:
        token = house.slack.token
        house.collect(1, 2)
        house.rounds(2)
        house.slack.workspace.broken = "token_revoked"
        house.collect(3)
        house.rounds(2)
        assert "SLACK_BOT_TOKEN" in caplog.text
        assert not any(token in " ".join(crawl_command(e.name, house.config.file)) for e in house.config.entries)
        assert token not in repr(house.config) and token not in repr(house.work.steps.channels)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert token.encode() not in kept and token not in caplog.text


def test_a_configured_term_is_letters_and_no_pattern() -> None:
    terms = BrandTerms(Brand(name="(a+)+$", exclude=("(a|a)*b",), require=()))
    assert not terms.named_in("I like aaa", language="pl")
    assert terms.named_in("I like (a+)+$ a lot, and aab", language="en")


SLOW = (
    "1 " * 250_000,
    "a@" * 250_000,
    "+48 " * 120_000,
    "\u0301" * 500_000,
    "<" * 500_000,
    "http://" * 70_000,
    "&#x" * 160_000,
)


# Seconds at most; whoever goes back for each letter needs many minutes.
@pytest.mark.timeout(60)
@pytest.mark.parametrize("read", [clean, mask_personal, prepare, told], ids=["clean", "mask", "prepare", "log line"])
@pytest.mark.parametrize("text", SLOW, ids=lambda text: repr(text[:4]))
def test_half_a_million_letters_made_to_be_slow_are_read_soon(read: Callable[[str], object], text: str) -> None:
    read(text)


@pytest.mark.parametrize("brand", ["../../etc/passwd", "a/b\\c", "CON:", "x\x00y", "…/\u202egpj"])
def test_a_name_from_outside_leads_to_no_other_folder(brand: str, tmp_path: Path) -> None:
    file = _file_of(tmp_path / "digest.html", brand, 2)
    assert file.parent == tmp_path and re.fullmatch(r"digest-[\w-]+\.html", file.name)
    assert "/" not in file_name(f"{brand}.html", "key")


def test_keys_registered_late_are_kept_secret_too() -> None:
    assert told("?key=an-odd-key-without-shape") == "?key=an-odd-key-without-shape"
    keep_secret("an-odd-key-without-shape")
    assert told("?key=an-odd-key-without-shape") == "?key=***"


OUTSIDE = {"a number": "192.0.2.1", "a name that begins like loopback": "127.example"}


@pytest.mark.parametrize("address", OUTSIDE.values(), ids=OUTSIDE)
def test_no_test_reaches_the_outside(address: str) -> None:
    with socket.socket() as one, pytest.raises(OSError, match="loopback only"):
        one.connect((address, 80))
    with socket.socket() as one:
        one.settimeout(1)
        assert one.connect_ex((address, 80)) == errno.ENETUNREACH
