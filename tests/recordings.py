"""Where recorded responses lie: our own beside the tests, other people's in a folder beside the project."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OURS = ROOT / "tests" / "recorded"
SHARED = Path(os.environ.get("REPWATCH_SHARED", ROOT.parent / "shared")).resolve()


def recorded_in(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each recorded body of a source's folder, and what was noted of it."""
    for meta in sorted(folder.glob("*.meta.json")):
        stem = meta.name.removesuffix(".meta.json")
        beside = (p for p in folder.glob(f"{stem}.*") if not p.name.endswith((".meta.json", ".expected.json")))
        body = next(beside, None)
        assert body, f"{meta}: no body beside it"
        yield body, json.loads(meta.read_text(encoding="utf-8"))
