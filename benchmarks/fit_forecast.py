"""Makes the shipped forecast constants (alerts/defaults/) from the shared timelines; no thread leaves this script."""

import argparse
import gzip
import json
import os
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from alerts.growth_curve import own_shares, own_size
from alerts.platforms import GLOBAL
from alerts.timeline import HORIZON

NOT_THREADS = {"review_replies"}
# Selected for being huge: 58 retweet storms, which no support team's threads are like.
LEFT_OUT = {"tideh"}


def main() -> None:
    """Fit on all shared threads, or without one of four folds (`--without-fold`) to measure on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("alerts/defaults"))
    parser.add_argument("--without-fold", type=int)
    wanted = parser.parse_args()
    rows = [r for r in shared_threads() if wanted.without_fold is None or fold(r) != wanted.without_fold]
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "priors.json").write_text(json.dumps(priors(rows), indent=1) + "\n", encoding="utf-8")


def shared_threads() -> list[dict[str, Any]]:
    """Every complete thread of shared/data/threads, as decoded JSON."""
    folder = Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "data" / "threads"
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        if path.name.removesuffix(".jsonl.gz") not in NOT_THREADS | LEFT_OUT:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                rows += [row for row in map(json.loads, lines) if not row.get("truncated")]
    return rows


def fold(row: dict[str, Any]) -> int:
    """Which of four folds a thread belongs to, by a hash of its id."""
    return zlib.crc32(row["thread_id"].encode()) % 4


def priors(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Growth curve and size prior of each platform, and of all with every platform counting the same."""
    by_platform: dict[str, list[list[float]]] = defaultdict(list)
    for row in rows:
        by_platform[row["source"]].append([e for e in row["events"] if 0 <= e <= HORIZON])
    made: dict[str, Any] = {}
    for name, threads in sorted(by_platform.items()):
        mean, shape = own_size(np.array([len(t) for t in threads], dtype=np.float64))
        shares = own_shares(t for t in threads if len(t) >= 3)
        made[name] = {"threads": len(threads), "mean_size": mean, "shape": shape, "shares": shares.tolist()}
    made[GLOBAL] = {
        "threads": len(rows),
        # The middle platform, not the mean: retweet storms would make every forum post look about to explode.
        "mean_size": float(np.median([row["mean_size"] for row in made.values()])),
        "shape": float(np.median([row["shape"] for row in made.values()])),
        "shares": np.mean([row["shares"] for row in made.values()], axis=0).tolist(),
    }
    return {"platforms": {name: _rounded(row) for name, row in made.items()}}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "threads": row["threads"],
        "mean_size": round(row["mean_size"], 3),
        "shape": round(row["shape"], 4),
        "shares": [round(s, 4) for s in row["shares"]],
    }


if __name__ == "__main__":
    main()
