"""The shipped forecast on real threads: the promised share of the replies comes after the deadline."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.forecast import HANDED_OVER, HORIZON, Forecaster, Timeline, timeline_from

AGES = (900.0, 3600.0, 21600.0)


@pytest.fixture(scope="module")
def threads(shared: Path) -> list[Timeline]:
    """The first 250 complete threads of each big set."""
    sets = ("discourse_slicer", "reddit_delab", "twitter_delab", "twitter15_16", "weibo_ced")
    return [thread for name in sets for thread in _first(shared / "data" / "threads" / f"{name}.jsonl.gz", 250)]


def _first(path: Path, many: int) -> Iterator[Timeline]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line, _ in zip(lines, range(many), strict=False):
            row = json.loads(line)
            if not row.get("truncated"):
                yield timeline_from(row)


@pytest.mark.shared
def test_about_four_fifths_of_the_replies_come_after_the_deadline(threads: list[Timeline]) -> None:
    forecaster = Forecaster(settings=HANDED_OVER)  # somebody chose these threads by their size
    after: dict[str, list[float]] = {}
    for thread in threads:
        for age in AGES:
            future = [event for event in thread.events if age < event <= HORIZON]
            if len(future) >= 5:
                deadline = age + forecaster.forecast(thread, age).deadline_seconds
                after.setdefault(thread.source, []).append(sum(e > deadline for e in future) / len(future))
    coverage = {source: sum(shares) / len(shares) for source, shares in after.items()}
    assert len(coverage) == 5
    assert all(0.74 <= share <= 0.86 for share in coverage.values()), coverage


@pytest.mark.shared
def test_threads_said_likely_to_double_double_more_often(threads: list[Timeline]) -> None:
    forecaster = Forecaster(settings=HANDED_OVER)  # somebody chose these threads by their size
    likely: list[tuple[bool, float]] = []
    unlikely: list[tuple[bool, float]] = []
    for thread in threads:
        replies = sum(event <= 3600.0 for event in thread.events)
        doubled = sum(event <= HORIZON for event in thread.events) >= 2 * max(replies, 1)
        probability = forecaster.forecast(thread, 3600.0).p_double
        (likely if probability >= 0.5 else unlikely).append((doubled, probability))
    for told in (likely, unlikely):
        happened, said = (sum(column) / len(told) for column in zip(*told, strict=True))
        assert happened == pytest.approx(said, abs=0.06)
    assert sum(d for d, _ in likely) / len(likely) > sum(d for d, _ in unlikely) / len(unlikely) + 0.4
