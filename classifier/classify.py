"""Step: score what is unscored, judge the threads it touched; repeatable, each batch is kept before the next."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from classifier.verdict import AuthorKey, AuthorRecord, VerdictPolicy, author_key, judge
from storage.records import Mention, Sentiment, Thread, Verdict

log = logging.getLogger(__name__)

# Mentions scored, and threads judged, between two savings: what a stop half-way costs at most.
BATCH = 256

Progress = Callable[[str, int], None]
"""Told what is done ("scored" or "judged") and how many more just now."""


class Scorer(Protocol):
    """Texts in, sentiments out, in the same order; None where there is nothing to score."""

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]: ...


class JudgingStore(Protocol):
    """What this step asks of the store."""

    def unscored_mentions(self, limit: int) -> list[Mention]: ...

    def save_sentiments(
        self, scored: Mapping[int, Sentiment | None], now: datetime, *, read: Collection[Mention] = ()
    ) -> object: ...

    def threads_to_judge(self, limit: int) -> list[Thread]: ...

    def author_histories(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, AuthorRecord]: ...

    def save_verdicts(self, judged: Collection[Verdict]) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyReport:
    """What one run did."""

    scored: int = 0
    # Texts without words, or that the model could not read.
    not_scored: int = 0
    unsure: int = 0
    # Texts the memory did not suffice for, even alone: they wait for the next run.
    no_memory: int = 0
    judged: int = 0
    negative: int = 0

    @property
    def is_quiet(self) -> bool:
        """Nothing was there to do."""
        return not (self.scored or self.not_scored or self.no_memory or self.judged)


def classify(
    store: JudgingStore, model: Scorer, policy: VerdictPolicy, now: datetime, progress: Progress | None = None
) -> ClassifyReport:
    """Scores and judges everything pending; stopped half-way, the next run goes on where it ended."""
    began = time.monotonic()
    tell = progress or (lambda _what, _more: None)
    counted = _score_pending(store, model, now, tell)
    judged, negative = _judge_pending(store, policy, now, tell)
    report = ClassifyReport(
        scored=counted["scored"],
        not_scored=counted["not_scored"],
        unsure=counted["unsure"],
        no_memory=counted["no_memory"],
        judged=judged,
        negative=negative,
    )
    log.log(
        logging.DEBUG if report.is_quiet else logging.INFO,
        "classified mentions=%d not_scored=%d threads=%d negative_threads=%d in=%.1fs",
        report.scored,
        report.not_scored,
        judged,
        negative,
        time.monotonic() - began,
    )
    return report


def _score_pending(store: JudgingStore, model: Scorer, now: datetime, tell: Progress) -> Counter[str]:
    counted: Counter[str] = Counter()
    seen: set[tuple[int | None, str]] = set()
    while batch := [m for m in store.unscored_mentions(BATCH) if _words_key(m) not in seen]:
        seen.update(_words_key(m) for m in batch)
        done = _scored(model, batch)
        read = [mention for mention, _ in done]
        store.save_sentiments({m.id: answer for m, answer in done if m.id is not None}, now, read=read)
        counted["scored"] += sum(answer is not None for _, answer in done)
        counted["not_scored"] += sum(answer is None for _, answer in done)
        counted["unsure"] += sum(bool(answer and answer.unsure) for _, answer in done)
        counted["no_memory"] += len(batch) - len(done)
        tell("scored", len(batch))
    if counted["no_memory"]:
        log.warning(
            "out of memory: mentions=%d wait for the next run; give the process more, or lower [model] batch_size",
            counted["no_memory"],
        )
    return counted


def _scored(model: Scorer, batch: Sequence[Mention]) -> list[tuple[Mention, Sentiment | None]]:
    """Each mention with its answer; where memory runs out, in halves, without those that do not fit even alone."""
    try:
        answers = model.score([words_of(m) for m in batch], [m.language for m in batch])
    except MemoryError:
        middle = len(batch) // 2
        return [*_scored(model, batch[:middle]), *_scored(model, batch[middle:])] if middle else []
    return list(zip(batch, answers, strict=True))


def words_of(mention: Mention) -> str:
    """What the model reads: title and text; a title that only repeats the text's beginning is said once."""
    title, text = (mention.title or "").strip(), (mention.text or "").strip()
    if not title or text.startswith(title.rstrip("….")):
        return text
    return f"{title}\n{text}" if text else title


def _words_key(mention: Mention) -> tuple[int | None, str]:
    """A mention as it stood: one edited meanwhile comes again with other words and is scored again."""
    return mention.id, words_of(mention)


def _judge_pending(store: JudgingStore, policy: VerdictPolicy, now: datetime, tell: Progress) -> tuple[int, int]:
    judged = negative = 0
    seen: set[tuple[int, int]] = set()
    while batch := [t for t in store.threads_to_judge(BATCH) if (t.id, t.version) not in seen]:
        seen.update((t.id, t.version) for t in batch)
        authors = store.author_histories({key for thread in batch if (key := author_key(thread)) is not None})
        verdicts = [replace(judge(t, policy, now, authors), thread_version=t.version) for t in batch]
        store.save_verdicts(verdicts)
        judged += len(verdicts)
        negative += sum(verdict.is_negative for verdict in verdicts)
        tell("judged", len(batch))
    return judged, negative
