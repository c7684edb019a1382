"""One crawl in a process of its own: a reactor starts once a process, and what hangs can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

# How long a crawl that was asked to end may take to store what it has.
GRACE_SECONDS = 20.0
_LOOK_EVERY_SECONDS = 0.2


class Stop(Protocol):
    """Has the end been asked for? A `threading.Event` knows."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlEnd:
    """How the process ended; `why` is None where it came to its own end with exit code 0 or 1 (it recorded itself)."""

    code: int
    why: str | None = None


def crawl_command(entry: str, config: Path) -> list[str]:
    # -P: a folder with a bot.py of its own must not be taken for ours.
    return [sys.executable, "-P", "-m", "bot", "crawl", entry, "--config", str(config), "--scheduled"]


def run_crawl(command: Sequence[str], limit: timedelta, stop: Stop, *, grace: float = GRACE_SECONDS) -> CrawlEnd:
    """Runs one crawl to its end; at its time limit or `stop` it is asked to end, and after `grace` seconds made to."""
    # A session of its own, so that the whole crawl can be ended and Ctrl-C reaches the conductor alone.
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    left = limit.total_seconds()
    while True:
        try:
            code = running.wait(_LOOK_EVERY_SECONDS)
            return CrawlEnd(code=code, why=None if code in (0, 1) else _why(code))
        except subprocess.TimeoutExpired:
            left -= _LOOK_EVERY_SECONDS
        if stop.is_set():
            return CrawlEnd(code=_end(running, grace), why=None)
        if left <= 0:
            return CrawlEnd(
                code=_end(running, grace),
                why=f"ended by its time limit of {round(limit.total_seconds() / 60, 1):g} minutes",
            )


def _end(running: subprocess.Popen[bytes], grace: float) -> int:
    _signal(running, signal.SIGTERM)
    try:
        return running.wait(grace)
    except subprocess.TimeoutExpired:
        _signal(running, getattr(signal, "SIGKILL", signal.SIGTERM))
        return running.wait()


def _signal(running: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(running.pid, number) if hasattr(os, "killpg") else running.terminate()
    except ProcessLookupError:
        return


def _why(code: int) -> str:
    if code < 0:
        return f"its process died of {signal.Signals(-code).name}"
    return f"its process left with code {code}; see the lines it wrote"
