"""`repwatch evaluate`: labelled texts in, a row of figures per set and language out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from classifier.figures import LABELS, auc, calibration_error, f1, macro_f1, precision, recall
from classifier.model import SentimentModel
from storage.records import Sentiment

CHUNK = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRow:
    """The figures of one set in one language; None where a figure has no meaning there."""

    set: str
    lang: str
    n: int
    # Texts the model gave no answer for; they count as neutral.
    not_scored: int
    macro_f1: float
    negative_precision: float | None
    negative_recall: float | None
    negative_f1: float | None
    # Negative against positive by the difference of their probabilities; 0.5 is chance.
    auc: float | None
    # Expected calibration error over ten bins; only where the set has all three classes.
    calibration_error: float | None
    unsure_share: float
    # Share of the errors that the unsure band holds.
    unsure_errors: float | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(
    model: SentimentModel,
    rows: Iterable[Mapping[str, Any]],
    progress: Callable[[int], None] = lambda _more: None,
) -> list[EvaluationRow]:
    """Scores rows of `text, label, lang, set` and counts; `progress` is told how many more are done.

    Raises ValueError that names the row for a label that is none of ours or a missing key.
    """
    labelled = [_checked(number, row) for number, row in enumerate(rows, 1)]
    answers: list[Sentiment | None] = []
    for start in range(0, len(labelled), CHUNK):
        part = labelled[start : start + CHUNK]
        answers += model.score([text for text, *_ in part])
        progress(len(part))
    groups: dict[tuple[str, str], list[tuple[str, Sentiment | None]]] = defaultdict(list)
    for (_, label, lang, origin), answer in zip(labelled, answers, strict=True):
        groups[origin, lang].append((label, answer))
    return [_figures(origin, lang, pairs) for (origin, lang), pairs in sorted(groups.items())]


def table(rows: Sequence[EvaluationRow]) -> str:
    """The rows as aligned text, a line each, with a head."""
    names = ("neg P", "neg R", "neg F1", "AUC", "ECE", "unsure")
    head = " ".join([f"{'set':28} {'lang':4} {'n':>6} {'macro-F1':>8}", *(f"{name:>6}" for name in names)])
    return "\n".join([head, *map(_line, rows)])


def _line(row: EvaluationRow) -> str:
    figures = (row.negative_precision, row.negative_recall, row.negative_f1, row.auc, row.calibration_error)
    return " ".join(
        [f"{row.set:28} {row.lang:4} {row.n:6d} {row.macro_f1:8.3f}"]
        + [f"{'-':>6}" if one is None else f"{one:6.3f}" for one in (*figures, row.unsure_share)]
    )


def fault_of(row: Mapping[str, Any]) -> str | None:
    """Why a labelled text can't be counted; None where it can."""
    if row.get("label") not in LABELS:
        return f"label {row.get('label')!r} is none of {', '.join(LABELS)}"
    return None if isinstance(row.get("text"), str) else "no text"


def _checked(number: int, row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    if fault := fault_of(row):
        raise ValueError(f"row {number}: {fault}")
    return str(row["text"]), str(row["label"]), str(row.get("lang") or "?"), str(row.get("set") or "?")


def _figures(origin: str, lang: str, pairs: Sequence[tuple[str, Sentiment | None]]) -> EvaluationRow:
    truth = [label for label, _ in pairs]
    answers = [answer for _, answer in pairs]
    # A set without neutral texts is scored on two classes.
    two = "neutral" not in truth and len(set(truth)) == 2
    three_way = [str(answer.label) if answer else "neutral" for answer in answers]
    said = [_surer_side(answer) if two else three_way[i] for i, answer in enumerate(answers)]
    wrong = [a != b for a, b in zip(truth, said, strict=True)]
    unsure = [answer is not None and answer.unsure for answer in answers]
    return EvaluationRow(
        set=origin,
        lang=lang,
        n=len(pairs),
        not_scored=answers.count(None),
        macro_f1=macro_f1(truth, said),
        negative_precision=precision(truth, three_way, "negative"),
        negative_recall=recall(truth, three_way, "negative"),
        negative_f1=f1(truth, three_way, "negative"),
        auc=_two_sided_auc(truth, answers),
        calibration_error=_calibration(truth, answers),
        unsure_share=sum(unsure) / len(pairs),
        unsure_errors=sum(a and b for a, b in zip(wrong, unsure, strict=True)) / sum(wrong) if any(wrong) else None,
    )


def _surer_side(answer: Sentiment | None) -> str:
    return "negative" if answer is not None and answer.negative > answer.positive else "positive"


def _two_sided_auc(truth: Sequence[str], answers: Sequence[Sentiment | None]) -> float | None:
    lean = [answer.negative - answer.positive if answer else 0.0 for answer in answers]
    return auc(
        [x for x, label in zip(lean, truth, strict=True) if label == "negative"],
        [x for x, label in zip(lean, truth, strict=True) if label == "positive"],
    )


def _calibration(truth: Sequence[str], answers: Sequence[Sentiment | None]) -> float | None:
    if len(set(truth)) < 3:
        return None
    scored = [(a.confidence, str(a.label) == label) for a, label in zip(answers, truth, strict=True) if a is not None]
    return calibration_error(scored)
