"""On a terminal: colours, and a bar where people wait. Elsewhere: plain, one row a line, no bar."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.clock import utc_now
from storage.records import Label
from storage.store import open_store
from tests.storage.samples import HOUR, deadline, judged, kept, mention, opened, scored

ROOT = Path(__file__).parents[2]
CONFIG = """
[bot]
contact = "https://acme.example"
[[brand]]
name = "Acme"
[[source]]
name = "hackernews"
paused = true
[[source]]
name = "schemaorg"
pages = ["http://127.0.0.1:9/reviews"]
[crawl]
allow_loopback = true
[slack]
channel = "#reviews"
"""
COLOUR = re.compile(r"\x1b\[\d")
Seen = Callable[..., str]


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "repwatch.toml").write_text(CONFIG)
    (tmp_path / "texts.jsonl").write_text('{"text": "Never again.", "label": "negative", "lang": "en", "set": "own"}\n')
    now = utc_now()
    with open_store(str(tmp_path / "repwatch.db")) as store:
        kept(store, mention("1", text="Paid twice.", published_at=now - HOUR), now=now - HOUR)
        scored(store, Label.NEGATIVE, now=now - HOUR)
        judged(store, now=now - HOUR)
        opened(store, 1, opened_at=now - HOUR, deadline=deadline(now - HOUR / 2, decided_at=now - HOUR, notes=()))
    return [sys.executable, "-P", "-m", "bot"]


@pytest.fixture
def environment() -> dict[str, str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("NO_COLOR", "SLACK_", "REPWATCH_"))
    }
    return plain | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "120"}


@pytest.fixture
def on_a_terminal(command: list[str], environment: dict[str, str], tmp_path: Path) -> Seen:
    return lambda *words: _on_a_terminal([*command, *words], environment, tmp_path)


@pytest.fixture
def into_a_pipe(command: list[str], environment: dict[str, str], tmp_path: Path) -> Seen:
    def seen(*words: str) -> str:
        done = subprocess.run([*command, *words], cwd=tmp_path, env=environment, capture_output=True, check=False)
        return (done.stdout + done.stderr).decode()

    return seen


def _on_a_terminal(command: list[str], environment: dict[str, str], folder: Path) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        said = b""
        while more := _read(ours):
            said += more
    os.close(ours)
    return said.decode()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:
        # How Linux says that nobody holds the other end any more.
        return b""


@pytest.mark.parametrize("name", ["status", "threads"])
def test_tables_have_colours_on_a_terminal_only(name: str, on_a_terminal: Seen, into_a_pipe: Seen) -> None:
    plain = into_a_pipe(name)
    assert plain and not COLOUR.search(plain)
    assert COLOUR.search(on_a_terminal(name))


WAITING = {
    "a crawl by hand": (["crawl", "schemaorg"], "texts found"),
    "classifying": (["classify"], "texts"),
    "a backtest": (["backtest"], "replaying"),
    "an evaluation": (["evaluate", "texts.jsonl"], "texts"),
    "forgetting": (["forget", "--source", "hackernews", "--author", "ann1", "--yes"], "erasing"),
}


@pytest.mark.parametrize(("words", "bar"), WAITING.values(), ids=WAITING)
def test_where_people_wait_a_terminal_shows_a_bar(
    words: list[str], bar: str, on_a_terminal: Seen, into_a_pipe: Seen
) -> None:
    assert re.search(rf"{bar}.*━", on_a_terminal(*words))
    assert "━" not in into_a_pipe(*words)


def test_training_forks_beside_its_bar_so_no_thread_draws_it(environment: dict[str, str], tmp_path: Path) -> None:
    script = """import threading
from bot.show import progress
with progress("texts", 4, ticking=False) as done:
    done(3)
    print("threads", threading.active_count())"""
    said = _on_a_terminal([sys.executable, "-c", script], environment, tmp_path)
    assert re.search("texts.*━.*3/4", said) and "threads 1" in said
