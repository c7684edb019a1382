"""Doors that belong to no single room: code in data, secrets in what is said and kept, patterns, names of files."""

from __future__ import annotations

import ast
import re
import time
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

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "spiders", "classifier", "alerts", "storage")
SECRET = "xoxb-17-s3cretOfOurs"


def test_every_test_that_the_security_page_names_is_there() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    files = list((ROOT / "tests").rglob("test_*.py"))
    there = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))}
    assert len(named) > 30
    assert named - there - {file.stem for file in files} == set()


def ours() -> Iterator[tuple[Path, ast.AST]]:
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                yield file, node


UNPICKLING = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "marshal", "shelve"}
RUNNING = {"eval", "exec", "system", "popen", "compile_command"}


def test_no_file_of_ours_runs_what_it_reads() -> None:
    found = [
        f"{file.name}:{node.lineno}" for file, node in ours() if isinstance(node, ast.stmt | ast.expr) and bad(node)
    ]
    assert found == []


def bad(node: ast.AST) -> bool:
    """Unpickling, evaluating text, or a shell."""
    if isinstance(node, ast.Import):
        return any(name.name.split(".")[0] in UNPICKLING for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in UNPICKLING
    if not isinstance(node, ast.Call):
        return False
    given = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
    whose = ast.unparse(node.func)
    if whose in RUNNING or whose in {"os.system", "os.popen"} or given.get("shell"):
        return True
    if whose == "torch.load":
        return given.get("weights_only") is not True
    return whose in {"np.load", "numpy.load"} and bool(given.get("allow_pickle"))


@pytest.mark.parametrize(
    "line", ["import pickle", "eval('1')", "torch.load('a')", "np.load('a', allow_pickle=True)", "run('a', shell=True)"]
)
def test_such_a_line_would_be_found(line: str) -> None:
    assert any(bad(node) for node in ast.walk(ast.parse(line)))


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
    began = time.monotonic()
    assert not terms.named_in("a" * 50_000 + "!", language="pl")
    assert terms.named_in("I like (a+)+$ a lot", language="en")
    assert time.monotonic() - began < 2


SLOW = (
    "1 " * 25_000,
    "a@" * 25_000,
    "+48 " * 12_000,
    "\u0301" * 50_000,
    "<" * 50_000,
    "http://" * 7_000,
    "&#x" * 16_000,
)


@pytest.mark.parametrize("read", [clean, mask_personal, prepare, told], ids=["clean", "mask", "prepare", "log line"])
@pytest.mark.parametrize("text", SLOW, ids=lambda text: repr(text[:4]))
def test_fifty_thousand_letters_made_to_be_slow_are_read_soon(read: Callable[[str], object], text: str) -> None:
    began = time.monotonic()
    read(text)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("brand", ["../../etc/passwd", "a/b\\c", "CON:", "x\x00y", "…/‮gpj"])
def test_a_name_from_outside_leads_to_no_other_folder(brand: str, tmp_path: Path) -> None:
    file = _file_of(tmp_path / "digest.html", brand, 2)
    assert file.parent == tmp_path and re.fullmatch(r"digest-[\w-]+\.html", file.name)
    assert "/" not in file_name(f"{brand}.html", "key")


def test_keys_registered_late_are_kept_secret_too() -> None:
    keep_secret("an-odd-key-without-shape")
    assert told("?key=an-odd-key-without-shape") == "?key=***"
