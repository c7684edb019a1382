"""The classify step: takes what is pending, keeps each batch, does nothing the second time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from classifier import classify as step
from classifier.classify import classify, words_of
from classifier.verdict import AuthorKey, AuthorRecord, VerdictPolicy
from storage.records import Mention, Sentiment, Thread, Verdict
from tests.classifier.threads_said import ANGRY, HAPPY, NOW, said, thread


class Shelf:
    """A store that keeps what it is given in dictionaries."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.waiting = {m.id or 0: m for m in mentions}
        self.sentiments: dict[int, Sentiment] = {}
        self.to_judge: set[int] = set()
        self.verdicts: list[Verdict] = []
        self.mentions = dict(self.waiting)
        self.questions_about_authors = 0

    def unscored_mentions(self, limit: int) -> list[Mention]:
        return list(self.waiting.values())[:limit]

    def save_sentiments(
        self, scored: Mapping[int, Sentiment | None], now: datetime, *, read: Collection[Mention] = ()
    ) -> None:
        for number, answer in scored.items():
            self.waiting.pop(number)
            if answer is not None:
                self.sentiments[number] = answer
            self.to_judge.add(number)

    def threads_to_judge(self, limit: int) -> list[Thread]:
        made = (replace(thread(self.mentions[n], scored=self.sentiments), id=n) for n in sorted(self.to_judge))
        return list(made)[:limit]

    def author_histories(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, AuthorRecord]:
        self.questions_about_authors += 1
        return {}

    def save_verdicts(self, judged: Collection[Verdict]) -> None:
        self.verdicts += judged
        self.to_judge -= {verdict.thread_id for verdict in judged}


class Toy:
    """Says "negative" of a text with a bad word, nothing of one without words."""

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        return [(ANGRY if "bad" in text else HAPPY) if text else None for text in texts]


class Broken(Toy):
    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        if any("boom" in text for text in texts):
            raise RuntimeError("the machine was switched off")
        return super().score(texts, languages)


def test_what_is_pending_is_scored_and_judged_once() -> None:
    shelf = Shelf([said(1, text="bad"), said(2, text="good"), said(3, text=None, stars=1)])
    report = classify(shelf, Toy(), VerdictPolicy(), NOW)
    assert (report.scored, report.not_scored, report.judged, report.negative) == (2, 1, 3, 2)
    again = classify(shelf, Toy(), VerdictPolicy(), NOW)
    assert (again.scored, again.judged) == (0, 0)
    assert len(shelf.verdicts) == 3


def test_a_run_that_dies_half_way_keeps_what_it_had_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "BATCH", 2)
    shelf = Shelf([said(1, text="bad"), said(2, text="bad"), said(3, text="boom")])
    with pytest.raises(RuntimeError):
        classify(shelf, Broken(), VerdictPolicy(), NOW)
    assert set(shelf.sentiments) == {1, 2}
    assert set(shelf.waiting) == {3}
    assert classify(shelf, Toy(), VerdictPolicy(), NOW).judged == 3


def test_authors_are_asked_for_once_a_batch() -> None:
    shelf = Shelf([said(n, text="bad") for n in range(1, 101)])
    classify(shelf, Toy(), VerdictPolicy(), NOW)
    assert shelf.questions_about_authors == 1


def test_progress_adds_up_to_what_was_done() -> None:
    told: list[tuple[str, int]] = []
    classify(
        Shelf([said(1, text="bad"), said(2)]), Toy(), VerdictPolicy(), NOW, lambda what, more: told.append((what, more))
    )
    assert told == [("scored", 2), ("judged", 2)]


class Stubborn(Shelf):
    """Hands the same mention out again and again, as if its saving never counted."""

    def save_sentiments(
        self, scored: Mapping[int, Sentiment | None], now: datetime, *, read: Collection[Mention] = ()
    ) -> None:
        self.sentiments.update({n: s for n, s in scored.items() if s is not None})


def test_a_mention_that_is_never_done_does_not_hold_the_step_for_ever() -> None:
    assert classify(Stubborn([said(1)]), Toy(), VerdictPolicy(), NOW).scored == 1


WORDS = [
    ("title and text are both read", "Late again", "Nobody answers.", "Late again\nNobody answers."),
    ("a title that repeats the beginning is said once", "Nobody ans…", "Nobody answers.", "Nobody answers."),
    ("a title alone is read", "Late again", None, "Late again"),
    ("nothing is nothing", None, None, ""),
]


@pytest.mark.parametrize(("title", "text", "read"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS])
def test_what_the_model_reads(title: str | None, text: str | None, read: str) -> None:
    assert words_of(replace(said(1), title=title, text=text)) == read
