"""Pure counting: F1, AUC, calibration error."""

from __future__ import annotations

from collections.abc import Sequence

LABELS = ("negative", "neutral", "positive")


def precision(truth: Sequence[str], said: Sequence[str], label: str) -> float | None:
    """Of those said to be `label`, the share that is; None where none was said to be."""
    hits = [a == label for a, b in zip(truth, said, strict=True) if b == label]
    return sum(hits) / len(hits) if hits else None


def recall(truth: Sequence[str], said: Sequence[str], label: str) -> float | None:
    """Of those that are `label`, the share that was said to be; None where there is none."""
    hits = [b == label for a, b in zip(truth, said, strict=True) if a == label]
    return sum(hits) / len(hits) if hits else None


def f1(truth: Sequence[str], said: Sequence[str], label: str) -> float | None:
    """Harmonic mean of precision and recall; None where the label neither is nor was said."""
    both = sum(a == b == label for a, b in zip(truth, said, strict=True))
    all_ = sum(a == label for a in truth) + sum(b == label for b in said)
    return 2 * both / all_ if all_ else None


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean F1 over the labels that occur in the truth."""
    labels = set(truth)
    return sum(f1(truth, said, label) or 0.0 for label in labels) / len(labels)


def auc(high: Sequence[float], low: Sequence[float]) -> float | None:
    """The chance that one of `high` is above one of `low`, ties half; None where one of them is empty."""
    if not high or not low:
        return None
    marked = sorted([(x, 1) for x in high] + [(x, 0) for x in low])
    ranks, start = 0.0, 0
    while start < len(marked):
        end = start
        while end < len(marked) and marked[end][0] == marked[start][0]:
            end += 1
        ranks += sum(mark for _, mark in marked[start:end]) * (start + end + 1) / 2
        start = end
    return (ranks - len(high) * (len(high) + 1) / 2) / (len(high) * len(low))


def calibration_error(scored: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Expected calibration error of (confidence, was right) pairs: the mean gap of the two, by bins of confidence.

    Guo et al. 2017, On Calibration of Modern Neural Networks (ICML).
    """
    if not scored:
        return None
    sums = [[0.0, 0.0] for _ in range(bins)]
    for confidence, right in scored:
        one = sums[min(bins - 1, int(confidence * bins))]
        one[0] += confidence
        one[1] += right
    return sum(abs(expected - hits) for expected, hits in sums) / len(scored)
