"""What a person sees: tables in colour on a terminal and plain elsewhere, progress, times in a reader's zone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.logs import safe


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how its cells stand."""

    title: str
    right: bool = False


def columns(*titles: str) -> tuple[Column, ...]:
    """Columns by their headings; one that ends in ">" stands to the right."""
    return tuple(Column(title.removesuffix(">"), right=title.endswith(">")) for title in titles)


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell with a colour where there are colours."""

    text: str
    style: str


def print_table(heads: Sequence[Column], rows: Sequence[Sequence[object]], *, empty: str | None = None) -> None:
    """A table on stdout. Elsewhere than on a terminal: plain, one row a line whatever it holds, nothing cut."""
    if not rows:
        if empty:
            print(empty)
        return
    if sys.stdout.isatty():
        _rich_table(heads, rows)
    else:
        _plain_table(heads, rows)


def _plain_table(heads: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
    lines = [[head.title for head in heads], *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    for line in lines:
        cells = (
            cell.rjust(width) if head.right else cell.ljust(width)
            for cell, width, head in zip(line, widths, heads, strict=True)
        )
        print("  ".join(cells).rstrip())


def _rich_table(heads: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head.title, justify="right" if head.right else "left", overflow="fold")
    for row in rows:
        # Text, never markup: a thread titled "[red]" is only a title.
        table.add_row(*(Text(_text(cell), style=cell.style if isinstance(cell, Styled) else "") for cell in row))
    Console().print(table)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return safe(cell.text if isinstance(cell, Styled) else str(cell))


def moment(at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """ "13:10" today, "Tue 24 Nov 13:10" else, in the zone of the reader."""
    if at is None:
        return "never"
    local = at.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local:%a %-d %b %H:%M}"


def length(span: timedelta) -> str:
    """ "2 h 05 min", "3 d 4 h", "40 s"."""
    seconds = int(abs(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"


def counted(number: int, what: str) -> str:
    """ "1 thread", "1,200 threads"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@contextmanager
def progress(what: str, total: int | None = None, *, ticking: bool = True) -> Iterator[Callable[[int], None]]:
    """A bar on stderr when it is a terminal; else nothing. Call with how many more are done.

    Not `ticking` it is drawn at these calls only, by no thread of its own: for whoever forks meanwhile.
    """
    if not sys.stderr.isatty():
        yield _unseen
        return
    with _bar(ticking=ticking) as bar:
        task = bar.add_task(what, total=total)

        def done(more: int) -> None:
            bar.update(task, advance=more, refresh=not ticking)

        yield done


def _unseen(_more: int) -> None:
    """Nobody looks."""


def _bar(*, ticking: bool) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=ticking)
