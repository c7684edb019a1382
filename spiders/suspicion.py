"""Does a crawl depart from its source's own past, though nothing failed?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

# How many crawls make a past, and how much they must have shown for silence to mean something.
_PAST = 3
_USUAL = 3
_KEPT = 10
_MOST_SKIPPED = 0.2


def departs(rows: int, skipped: int, past: Sequence[int], *, unchanged: bool, holes: int) -> str | None:
    """Why a crawl is suspicious, in words; None where it is not.

    `rows`: what was read, before any term was asked for; `past`: the same of earlier crawls, newest last;
    `unchanged`: the site said "not modified", so no rows were to be expected.
    """
    recent = past[-_KEPT:]
    usual = median(recent) if len(recent) >= _PAST else 0
    if rows == 0 and not unchanged and usual >= _USUAL:
        return f"nothing where there usually are {usual:g}"
    if skipped and skipped > _MOST_SKIPPED * (rows + skipped):
        return f"{skipped} of {rows + skipped} could not be read"
    if holes:
        return f"{holes} stretch{'es' if holes > 1 else ''} not read yet"
    return None


def remembered(rows: int, past: Sequence[int], *, unchanged: bool) -> list[int]:
    """The past with this crawl in it. A silence does not become usual by being repeated: it is not remembered."""
    return [*past, rows][-_KEPT:] if rows and not unchanged else list(past)[-_KEPT:]
