"""What processes use, read from /proc: processor time and memory of one and of all it started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a step took; `memory` in bytes, None where it was not looked at."""

    seconds: float
    cpu: float
    memory: int | None = None

    @property
    def in_megabytes(self) -> str:
        return "" if self.memory is None else f"{self.memory / 1e6:.0f} MB"


def cpu_of(process: int) -> float:
    """Seconds of processor time of a process and of those it started that have ended."""
    fields = _fields(process)
    return sum(map(int, fields[11:15])) / _TICKS if fields else 0.0


def resident_of(process: int) -> int:
    """Bytes of memory of a process and all below it, as they stand now; what several share is counted once."""
    return _own(process) + sum(resident_of(child) for child in _children(process))


def _own(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            # It ended while we looked.
            continue
    return found


def _fields(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on: the name before them may hold anything."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []
