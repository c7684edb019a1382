"""Processes: one conductor a file, a crawl that hangs is ended, SIGTERM ends after the step in hand."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from bot.crawling import CrawlEnd, run_crawl
from bot.errors import FailedError
from bot.lock import only_one

MINUTE = timedelta(minutes=1)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


ENDS = {
    "it went well": ("pass", 0, None),
    "it failed and recorded that itself": ("raise SystemExit(1)", 1, None),
    "its configuration went bad meanwhile": ("raise SystemExit(2)", 2, "left with code 2"),
    "it was killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, "died of SIGKILL"),
}


@pytest.mark.parametrize(("code", "number", "why"), ENDS.values(), ids=ENDS.keys())
def test_how_a_crawl_ended(code: str, number: int, why: str | None) -> None:
    end = run_crawl(python(code), MINUTE, Event())
    assert end.code == number
    assert (end.why is None) if why is None else (end.why is not None and why in end.why)


def test_a_crawl_that_hangs_is_ended_at_its_time_limit() -> None:
    end = run_crawl(python("import time; time.sleep(60)"), timedelta(seconds=0.4), Event(), grace=5)
    assert end.code == -signal.SIGTERM
    assert end.why is not None and "time limit" in end.why


@dataclass(frozen=True, slots=True)
class OnceThere:
    """The end is asked for as soon as the crawl has made this file."""

    file: Path

    def is_set(self) -> bool:
        return self.file.exists()


DEAF_WITH_A_CHILD = """import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
held = open({pipe!r}, "w")
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[held.fileno()])
open({begun!r}, "w")
time.sleep(60)"""


def test_one_that_will_not_end_is_made_to_with_its_children(tmp_path: Path) -> None:
    pipe, begun = tmp_path / "pipe", tmp_path / "begun"
    os.mkfifo(pipe)
    ours = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    end = run_crawl(
        python(DEAF_WITH_A_CHILD.format(pipe=str(pipe), begun=str(begun))), MINUTE, OnceThere(begun), grace=0.5
    )
    assert end.code == -signal.SIGKILL
    # A pipe is at its end once nobody holds the other one: the child is gone too.
    assert select.select([ours], [], [], 20)[0]
    os.close(ours)


def test_the_end_of_the_conductor_asks_a_crawl_to_end_and_is_no_failure() -> None:
    stop = Event()
    stop.set()
    end = run_crawl(python("import time; time.sleep(60)"), MINUTE, stop, grace=5)
    assert end == CrawlEnd(code=-signal.SIGTERM, why=None)


def test_a_second_conductor_on_one_file_is_refused_by_name(tmp_path: Path) -> None:
    database = tmp_path / "repwatch.db"
    with only_one(database), pytest.raises(FailedError, match="already at work"), only_one(database):
        pass


def test_the_lock_of_a_dead_conductor_is_free(tmp_path: Path) -> None:
    database = tmp_path / "repwatch.db"
    code = (
        "import os, signal; from pathlib import Path; from bot.lock import only_one\n"
        f"with only_one(Path({str(database)!r})): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run(python(code), check=False).returncode == -9
    with only_one(database):
        pass


def test_a_server_database_needs_no_lock() -> None:
    with only_one(None), only_one(None):
        pass


CONFIG = """
[[brand]]
name = "Nordika"
[[source]]
name = "hackernews"
paused = true
[slack]
channel = "#a"
"""


def test_sigterm_ends_run_after_the_step_in_hand(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text(CONFIG)
    running = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--config", str(file)], stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    # The first round has begun when its first line comes.
    first = running.stderr.readline()
    running.send_signal(signal.SIGTERM)
    _, rest = running.communicate(timeout=60)
    assert running.returncode == 0, first + rest
    assert "stopping after the step in hand" in rest


def test_once_runs_each_step_and_leaves(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text(CONFIG)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--once", "--config", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "0 crawls, 1 round, 1 of them with nothing to do" in done.stderr
