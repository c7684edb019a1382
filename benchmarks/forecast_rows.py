"""The shared timelines as rows to fit and to test the forecast on; no row leaves the benchmarks."""

import gzip
import json
import os
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from alerts.growth.community import Community
from alerts.growth.curve import GrowthCurve
from alerts.growth.features import thread_features
from alerts.growth.outlook import SIZE_EDGES, TIME_GRID, Numbers
from alerts.growth.past import source_key
from alerts.growth.platforms import PLATFORMS
from alerts.growth.selection import CHOSEN_FROM
from alerts.growth.timeline import HORIZON, Timeline, seen_by, timeline_from

TEST_AGES = (900.0, 1800.0, 3600.0, 10800.0, 21600.0)
DAY = 86400.0
# Reviews have no threads; tideh is 58 retweet storms chosen for their size, which no team's threads are like.
_LEFT_OUT = ("review_replies", "tideh")
# History features are made from the other parts, so that no thread is described by itself.
_PARTS = 5

# Of the platforms whose largest sets hold only trees of six posts or more: the sets nobody chose by size, all of them
# posts about a company or to one (shared/data/threads/SOURCES.md).
WHOLE = {
    "reddit": ("reddit_everlane", "reddit_mastercard", "reddit_mogelpackung"),
    "twitter_replies": ("twcs",),
}

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Threads at ages: what is known (`features`), and what came (`times`, `sizes`, `answers`)."""

    threads: npt.NDArray[np.intp]
    platforms: npt.NDArray[np.intp]
    ages: Numbers
    own: Array
    past: Array
    # Share of the replies to come in each step of TIME_GRID; how many came in all; its bin; double, 10 and 3 in 24 h.
    times: Array
    more: Numbers
    sizes: npt.NDArray[np.intp]
    answers: Array


def shared_threads() -> list[dict[str, Any]]:
    """Every complete thread of shared/data/threads, as decoded JSON."""
    folder = Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "data" / "threads"
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        if path.name.removesuffix(".jsonl.gz") not in _LEFT_OUT:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                rows += [row for row in map(json.loads, lines) if not row.get("truncated")]
    return rows


def fold(thread_id: str, salt: str = "", parts: int = 4) -> int:
    """Which part a thread belongs to, by a hash of its id."""
    return zlib.crc32((salt + thread_id).encode()) % parts


def timelines(rows: Sequence[Mapping[str, Any]]) -> list[Timeline]:
    """The threads as the forecast reads them; the answers of the sets' own companies are part of their threads."""
    return [timeline_from({k: v for k, v in row.items() if k != "first_company_reply"}) for row in rows]


def fitting_ages(many: int, seed: int) -> Numbers:
    """(many, 9) ages in seconds: around the five tested ones, and four anywhere between a minute and four days."""
    random = np.random.default_rng(seed)
    near = np.array(TEST_AGES) * np.exp(random.normal(0.0, 0.2, (many, len(TEST_AGES))))
    anywhere = np.exp(random.uniform(np.log(60.0), np.log(4 * DAY), (many, 4)))
    return np.concatenate([near, anywhere], axis=1)


def without_company(row: Mapping[str, Any]) -> dict[str, Any]:
    """The thread without what the company itself said in it, as our store counts replies; the first answer names it."""
    first, people = row.get("first_company_reply"), row.get("participants")
    if first is None or people is None:
        return dict(row)
    spoken = list(zip(row["events"], people, strict=True))
    company = {who for at, who in spoken if at == first}
    others = [(at, who) for at, who in spoken if who not in company]
    return {**row, "events": [at for at, _ in others], "participants": [who for _, who in others]}


def sizes_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """The shares of threads with 0 to 4 replies and with more, in the sets nobody chose by size."""
    made = {}
    for name, sets in WHOLE.items():
        threads = timelines([without_company(row) for row in rows if row["set"] in sets])
        sizes = [sum(e <= HORIZON for e in t.events) for t in threads]
        many = np.bincount(np.minimum(sizes, CHOSEN_FROM), minlength=CHOSEN_FROM + 1)
        made[name] = (many / many.sum()).round(4).tolist()
    return made


def rows_of(threads: Sequence[Timeline], ages: Numbers, past: Sequence[Community]) -> Rows:
    """One row for each thread and age; `past` is the community each thread is seen with."""
    names = list(PLATFORMS)
    made: dict[str, list[Any]] = defaultdict(list)
    for i, (thread, community) in enumerate(zip(threads, past, strict=True)):
        times = np.array([e for e in thread.events if e <= HORIZON])
        for age in ages[i]:
            come = int(np.searchsorted(times, age, side="right"))
            future = times[come:] - age
            day = int(np.searchsorted(future, DAY, side="right"))
            made["threads"].append(i)
            made["platforms"].append(names.index(thread.source))
            made["ages"].append(age)
            made["own"].append(thread_features(seen_by(thread, age).events, age, thread.created_at))
            made["past"].append(community.features(age, thread.created_at))
            made["times"].append(np.histogram(future, TIME_GRID)[0] / max(1, len(future)))
            made["more"].append(len(future))
            made["answers"].append((come + len(future) >= 2 * max(come, 1), day >= 10, day >= 3))
    more = np.array(made["more"], dtype=np.float64)
    return Rows(
        threads=np.array(made["threads"], dtype=np.intp),
        platforms=np.array(made["platforms"], dtype=np.intp),
        ages=np.array(made["ages"]),
        own=np.array(made["own"], dtype=np.float32),
        past=np.array(made["past"], dtype=np.float32),
        times=np.array(made["times"], dtype=np.float32),
        more=more,
        sizes=np.searchsorted(SIZE_EDGES, more, side="right") - 1,
        answers=np.array(made["answers"], dtype=np.float32),
    )


def others(threads: Sequence[Timeline], priors: Mapping[str, GrowthCurve]) -> list[Community]:
    """For each thread the community made of the threads in the other parts of its source."""
    by_source: dict[str, list[Timeline]] = defaultdict(list)
    for thread in threads:
        by_source[source_key(thread)].append(thread)
    made: dict[tuple[str, int], Community] = {}
    for key, many in by_source.items():
        for part in range(_PARTS):
            rest = [t for t in many if fold(t.thread_id, "part", _PARTS) != part]
            made[key, part] = Community(rest, priors[many[0].source])
    return [made[source_key(t), fold(t.thread_id, "part", _PARTS)] for t in threads]
