"""What customers complain about: negative texts by topic, and the threads that tell most of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from storage.records import Label, NegativeThread, WeekRows

# Threads shown of each topic.
_TELLING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A topic among the negative mentions and its most telling threads."""

    topic: str
    mentions: int
    threads: tuple[NegativeThread, ...] = ()


def complaints_by_topic(rows: WeekRows) -> dict[str, int]:
    """Negative texts of each topic, most first; a text with three topics counts for each."""
    counts: Counter[str] = Counter()
    for count in rows.topics:
        if count.label is Label.NEGATIVE:
            counts.update(dict.fromkeys(count.topics, count.mentions))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def complaints(rows: WeekRows) -> tuple[Complaint, ...]:
    """Each topic with its most severe threads."""
    return tuple(
        Complaint(
            topic=topic,
            mentions=mentions,
            threads=tuple(thread for thread in rows.threads if topic in thread.topics)[:_TELLING],
        )
        for topic, mentions in complaints_by_topic(rows).items()
    )
