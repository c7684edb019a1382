"""Every recorded response, ours and the shared ones, gives what a person read and committed; no test code per
source."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spiders.lines import mention_line
from spiders.parse import ParsedFile, parse_saved
from spiders.registry import source_names
from tests.recordings import OURS, SHARED, recorded_in

# Other people's words are not copied: their expected files hold digests.
_WORDS = ("text", "title", "author")


@dataclass(frozen=True)
class Case:
    source: str
    body: Path
    meta: dict[str, Any]
    expected: Path
    is_shared: bool

    @property
    def name(self) -> str:
        return f"{self.source}/{self.body.stem}{' (shared)' if self.is_shared else ''}"


def _cases_in(folder: Path, is_shared: bool) -> list[Case]:
    found = []
    for source in source_names():
        for body, meta in recorded_in(folder / source):
            expected = body.with_suffix(".expected.json")
            if is_shared:
                expected = OURS / "expected_shared" / source / f"{body.stem}.json"
            found.append(Case(source, body, meta, expected, is_shared))
    return found


CASES = _cases_in(OURS, is_shared=False) + _cases_in(SHARED / "fixtures", is_shared=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_recorded_response_gives_what_was_read_and_committed(case: Case) -> None:
    got = outcome(addressed(case), with_words=not case.is_shared)
    if not case.expected.exists():
        case.expected.parent.mkdir(parents=True, exist_ok=True)
        case.expected.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"wrote {case.expected.name}: read it, then commit it")
    assert got == json.loads(case.expected.read_text(encoding="utf-8"))


def test_shared_recordings_are_there(shared: Path) -> None:
    assert sum(case.is_shared for case in CASES) > 10


def outcome(parsed: ParsedFile, with_words: bool) -> dict[str, Any]:
    """What is compared: the status line, every mention, every next request, every snapshot."""
    return {
        "status": str(parsed.status),
        "detail": parsed.detail,
        "skipped": parsed.skipped,
        "why": sorted({skipped.reason for skipped in parsed.kept}) if with_words else len(parsed.kept),
        "mentions": [_line(mention_line(m), with_words) for m in parsed.mentions],
        "snapshots": [
            {"page": s.page, "count": s.review_count, "average": s.average, "best": s.best} for s in parsed.snapshots
        ],
        "requests": list(parsed.requests),
    }


def _line(line: dict[str, object], with_words: bool) -> dict[str, object]:
    # What is null everywhere would hide what is not.
    shown = {key: value for key, value in line.items() if value is not None and value is not False and key != "source"}
    if with_words:
        return shown
    return {key: _digest(str(value)) if key in _WORDS else value for key, value in shown.items()}


def _digest(words: str) -> str:
    return f"sha256:{hashlib.sha256(words.encode()).hexdigest()[:16]} of {len(words)}"


def addressed(case: Case) -> ParsedFile:
    meta = case.meta
    return parse_saved(
        case.source,
        case.body.read_bytes(),
        meta.get("url"),
        meta.get("status", 200),
        meta.get("headers") or {},
        meta.get("engine"),
        follow=True,
    )
