"""On a terminal: colours, and a bar where people wait. Elsewhere: plain, one row a line, no bar."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import utc_now
from storage.records import Label
from storage.store import open_store
from tests.bot.configured import SMALL
from tests.storage.samples import HOUR, deadline, judged, kept, mention, opened, scored

ROOT = Path(__file__).parents[2]
ENTRIES = """\
name = "hackernews"
paused = true
[[source]]
name = "schemaorg"
pages = ["http://127.0.0.1:9/reviews"]
[crawl]
allow_loopback = true
"""
CONFIG = SMALL.replace('name = "hackernews"\n', ENTRIES)
COLOUR = re.compile(r"\x1b\[\d")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    text: str


Seen = Callable[..., Said]


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
    return os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "120"}


@pytest.fixture
def on_a_terminal(command: list[str], environment: dict[str, str], tmp_path: Path) -> Seen:
    return lambda *words: _on_a_terminal([*command, *words], environment, tmp_path)


@pytest.fixture
def into_a_pipe(command: list[str], environment: dict[str, str], tmp_path: Path) -> Seen:
    def seen(*words: str) -> Said:
        done = subprocess.run([*command, *words], cwd=tmp_path, env=environment, capture_output=True, check=False)
        return Said(done.returncode, (done.stdout + done.stderr).decode())

    return seen


def _on_a_terminal(command: Sequence[str], environment: dict[str, str], folder: Path) -> Said:
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        said = b""
        while more := _read(ours):
            said += more
    os.close(ours)
    return Said(running.returncode, said.decode())


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:
        # How Linux says that nobody holds the other end any more.
        return b""


@pytest.mark.parametrize("name", ["status", "threads"])
def test_tables_have_colours_on_a_terminal_only(name: str, on_a_terminal: Seen, into_a_pipe: Seen) -> None:
    plain, coloured = into_a_pipe(name), on_a_terminal(name)
    assert (plain.code, coloured.code) == (0, 0)
    assert plain.text and not COLOUR.search(plain.text)
    assert COLOUR.search(coloured.text)


WAITING = {
    "a crawl by hand": (["crawl", "schemaorg"], "texts found", 1),
    "classifying": (["classify"], "texts", 0),
    "a backtest": (["backtest"], "replaying", 0),
    "an evaluation": (["evaluate", "texts.jsonl"], "texts", 0),
    "forgetting": (["forget", "--source", "hackernews", "--author", "ann1", "--yes"], "erasing", 0),
}


@pytest.mark.parametrize(("words", "bar", "code"), WAITING.values(), ids=WAITING)
def test_where_people_wait_a_terminal_shows_a_bar(
    words: list[str], bar: str, code: int, on_a_terminal: Seen, into_a_pipe: Seen
) -> None:
    watched, piped = on_a_terminal(*words), into_a_pipe(*words)
    assert (watched.code, piped.code) == (code, code), watched.text + piped.text
    assert re.search(rf"{bar}.*━", watched.text)
    assert "━" not in piped.text


def test_training_forks_beside_its_bar_so_no_thread_draws_it(environment: dict[str, str], tmp_path: Path) -> None:
    script = """import threading
from bot.show import progress
with progress("texts", 4, ticking=False) as done:
    done(3)
    print("threads", threading.active_count())"""
    said = _on_a_terminal([sys.executable, "-c", script], environment, tmp_path)
    assert said.code == 0 and re.search("texts.*━.*3/4", said.text) and "threads 1" in said.text
