"""Lines in, JSON lines out; labelled rows in, figures out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import pytest

from classifier.evaluate import evaluate, table
from classifier.figures import auc, calibration_error, f1, macro_f1
from classifier.score import score_lines
from storage.records import Label, Sentiment


class FakeModel:
    """Says what the text says: "neg 0.9" is negative with 0.9."""

    name = "fake"

    def __init__(self) -> None:
        self.not_scored: Counter[str] = Counter()
        self.batches: list[int] = []

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        self.batches.append(len(texts))
        stated = languages or [None] * len(texts)
        return [_answer(text, language) for text, language in zip(texts, stated, strict=True)]


def _answer(text: str, language: str | None) -> Sentiment | None:
    word, _, share = text.partition(" ")
    if word not in ("neg", "neu", "pos"):
        return None
    sure = float(share or 0.8)
    shares = dict.fromkeys(("neg", "neu", "pos"), (1 - sure) / 2) | {word: sure}
    return Sentiment(
        label={"neg": Label.NEGATIVE, "neu": Label.NEUTRAL, "pos": Label.POSITIVE}[word],
        negative=shares["neg"],
        neutral=shares["neu"],
        positive=shares["pos"],
        model="fake",
        language=language,
        unsure=sure < 0.5,
    )


def scored(*lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in score_lines(FakeModel(), lines)]


def test_plain_lines_and_json_lines_answer_in_order() -> None:
    first, second = scored(
        "neg 0.9\n", '{"text": "pos 0.9", "id": 7, "label": "negative", "scores": 1, "lang": "pl"}\n'
    )
    assert first["text"] == "neg 0.9" and first["label"] == "negative" and first["unsure"] is False
    assert second["id"] == 7 and second["label"] == "positive" and second["language"] == "pl"
    assert set(second["scores"]) == {"negative", "neutral", "positive"}  # type: ignore[call-overload]


ODD = [
    pytest.param("", "", id="an empty line"),
    pytest.param("{not json", "{not json", id="a brace that is no JSON"),
    pytest.param('{"title": "x"}', '{"title": "x"}', id="JSON without text is a text"),
    pytest.param('{"text": null}', "", id="a text of null"),
    pytest.param("[" * 100_000, "[" * 100_000, id="a hundred thousand brackets"),
    pytest.param('{"a":' * 50_000, '{"a":' * 50_000, id="JSON too deep to read"),
    pytest.param('{"text": "\\ud800"}', "\ud800", id="a lone surrogate"),
]


@pytest.mark.parametrize(("line", "text"), ODD)
def test_every_line_gets_a_line(line: str, text: str) -> None:
    (row,) = scored(line)
    assert row["text"] == text and row["not_scored"] is True and row["unsure"] is True
    assert row["scores"] == {"negative": 0.0, "neutral": 1.0, "positive": 0.0}


def test_the_first_answers_come_before_all_is_read() -> None:
    model = FakeModel()
    lines = score_lines(model, iter(["neg"] * 3000))
    next(lines)
    assert model.batches == [64]
    assert sum(1 for _ in lines) == 2999


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"text": text, "label": label, "lang": "pl", "set": "s"} for text, label in pairs]


def test_evaluate_counts_what_is_there() -> None:
    (row,) = evaluate(
        FakeModel(),
        rows(
            ("neg 0.9", "negative"), ("pos 0.4", "negative"), ("neu", "neutral"), ("pos", "positive"), ("?", "positive")
        ),
    )
    assert (row.n, row.not_scored, row.set, row.lang) == (5, 1, "s", "pl")
    assert row.negative_precision == 1 and row.negative_recall == 0.5
    assert row.negative_f1 == pytest.approx(2 / 3)
    assert row.unsure_share == pytest.approx(0.2) and row.unsure_errors == 0.5
    assert row.auc == pytest.approx((1 + 1 + 1 + 0) / 4)


def test_a_set_without_neutral_is_scored_on_two_classes() -> None:
    (row,) = evaluate(FakeModel(), rows(("neg 0.3", "negative"), ("neu 0.9", "positive"), ("pos", "positive")))
    assert row.calibration_error is None
    # The first leans to the positive side: nothing negative is found, of three called positive two are.
    assert row.macro_f1 == pytest.approx(0.4)


def test_the_table_has_a_line_a_set_and_progress_ends_at_all() -> None:
    seen: list[int] = []
    found = evaluate(FakeModel(), rows(("neg", "negative"), ("pos", "positive")), seen.append)
    assert sum(seen) == 2
    assert len(table(found).splitlines()) == 2
    assert json.dumps([row.as_json() for row in found])


@pytest.mark.parametrize("row", [{"text": "x", "label": "bad"}, {"label": "negative"}, {"text": "x"}])
def test_a_row_that_can_not_be_used_is_named(row: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="row 1: "):
        evaluate(FakeModel(), [row])


def test_figures_by_hand() -> None:
    assert auc([3, 2], [1, 2]) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert auc([], [1.0]) is None
    assert f1(["a", "b"], ["b", "b"], "a") == 0
    assert macro_f1(["negative", "positive"], ["negative", "positive"]) == 1
    assert calibration_error([(0.9, True), (0.9, False)]) == pytest.approx(0.4)
    assert calibration_error([(1.0, True)]) == 0
