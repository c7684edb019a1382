"""What customers complain about: negative texts by topic, and the threads that tell most of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import CalmThread, Label, NegativeThread, WeekRows

# Threads shown of each topic.
_TELLING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A topic among the negative mentions and its most telling threads."""

    topic: str
    mentions: int
    threads: tuple[NegativeThread | CalmThread, ...] = ()


def complaints_by_topic(rows: WeekRows) -> dict[str, int]:
    """Negative texts of each topic, most first; a text with three topics counts for each."""
    counts: Counter[str] = Counter()
    for count in rows.topics:
        if count.label is Label.NEGATIVE:
            counts.update(dict.fromkeys(count.topics, count.mentions))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def complaints(rows: WeekRows) -> tuple[Complaint, ...]:
    """Each topic with its most severe threads, and after them the calm ones in which most people complained of it."""
    everywhere: tuple[NegativeThread | CalmThread, ...] = (*rows.threads, *rows.calm_threads)
    return tuple(
        Complaint(
            topic=topic,
            mentions=mentions,
            threads=_telling(topic, everywhere),
        )
        for topic, mentions in complaints_by_topic(rows).items()
    )


def _telling(topic: str, threads: Sequence[NegativeThread | CalmThread]) -> tuple[NegativeThread | CalmThread, ...]:
    """Each once, though a calm thread comes once for each combination of topics."""
    of_topic = {thread.thread_id: thread for thread in reversed(threads) if topic in thread.topics}
    return tuple(thread for thread in threads if of_topic.get(thread.thread_id) is thread)[:_TELLING]
