"""The table of sources, from what each says of itself; README and docs/sources.md hold it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from spiders.registry import source_class, source_names

_COLUMNS = (
    "source", "gives", "by", "languages", "key", "threads", "owner answer", "every", "second crawl, nothing new",
    "tested on",
)  # fmt: skip
BEGIN, END = "<!-- sources: begin -->", "<!-- sources: end -->"


def sources_table() -> str:
    """Markdown, a row for each source; the columns are those of `SourceRow`."""
    rows = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    for name in source_names():
        row = source_class(name).row
        keys = ", ".join(f"`{key}`" for key in row.key_env) or "none"
        told = [f"`{name}`", row.gives, row.tier, row.languages, keys, row.threads, row.owner_answer]
        rows.append(_line([*told, _every(row.default_every), row.quiet_requests, row.tested_on]))
    return "\n".join(rows)


def with_table(page: str) -> str:
    """The page with the table of today between its two marks. ValueError where it has no marks."""
    if BEGIN not in page or END not in page:
        raise ValueError(f"no place for the table: put {BEGIN} and {END} on lines of their own")
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{sources_table()}\n{END}{rest.split(END, 1)[1]}"


def write_table(page: Path) -> None:
    """Brings a page up to date: python -c "from spiders.table import *; write_table(Path('docs/sources.md'))"."""
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _every(pause: timedelta) -> str:
    minutes = round(pause.total_seconds() / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 1440 else f"{minutes // 1440} d"
