"""Chooses on the dev parts what turns logits into answers: temperature, class bias, unsure band, topic thresholds."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifier.answers import probabilities
from classifier.encoder import Encoder, Read
from classifier.model import TOPICS
from classifier.reading import prepare
from classifier.training.corpus import Example
from classifier.training.export import Calibration
from classifier.training.topic_head import Judged

Floats = npt.NDArray[np.float32]
MOST_UNSURE = 0.15
"""Share of the dev texts the unsure band may take: one in seven is what a person will look through."""

MOST_OF_A_SET = 200
_FEWEST = 20  # texts with a topic below which its threshold is not chosen on the dev parts, or not at all
_GIVEN_THRESHOLD = 0.3  # at a half, a rare topic is said too seldom


def calibrate(encoder: Encoder, examples: Sequence[Example], judged: Judged, max_tokens: int) -> Calibration:
    """Reads the dev examples once; each text counts the same, at most MOST_OF_A_SET of a set and language.

    Topics no dev part names get their threshold from `judged`.
    """
    dev = _some_of_each([e for e in examples if e.split == "dev"])
    read = encoder.read([prepare(e.text) for e in dev])
    three = np.array([e.label is not None and not e.two_class for e in dev])
    labels = np.array([-1 if e.label is None else e.label for e in dev])
    weights = np.full(int(three.sum()), 1 / max(1, int(three.sum())), np.float32)
    bias, temperature = fit(read.sentiment[three], labels[three], weights)
    shares = probabilities(read.sentiment[three], bias, temperature)
    return Calibration(
        temperature=temperature,
        bias=bias,
        unsure_below=unsure_band(shares.max(axis=1), weights),
        topic_thresholds=topic_thresholds(read, dev, judged),
        max_tokens=max_tokens,
    )


def fit(logits: Floats, labels: npt.NDArray[np.int64], weights: Floats) -> tuple[tuple[float, float, float], float]:
    """Bias (of three classes, summing to nought) and temperature of least cross-entropy, by gradient descent.

    Vector scaling with one scale (Guo et al. 2017, section 4.2). `logits` (texts, 3), `labels` and `weights` (texts,).
    """
    bias, log_temperature = np.zeros(3), 0.0
    truth = np.eye(3)[labels]
    for _ in range(2000):
        scale = np.exp(-log_temperature)
        scaled = (logits + bias) * scale
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        gap = (powers / powers.sum(axis=1, keepdims=True) - truth) * weights[:, None]
        bias -= 1.0 * gap.sum(axis=0) * scale
        bias -= bias.mean()
        log_temperature += 0.5 * float((gap * scaled).sum())
    return (float(bias[0]), float(bias[1]), float(bias[2])), float(np.exp(log_temperature))


def unsure_band(confidence: Floats, weights: Floats, most: float = MOST_UNSURE) -> float:
    """The confidence under which a share of `most` of the texts lies."""
    order = np.argsort(confidence)
    return float(confidence[order][np.searchsorted(np.cumsum(weights[order]), most)])


def topic_thresholds(read: Read, dev: Sequence[Example], judged: Judged) -> dict[str, float]:
    """For each topic the threshold of best F1 where somebody looked for it: on dev parts, else on held-out texts."""
    scores = 1 / (1 + np.exp(-read.topics))
    truth = np.array([e.topics or (np.nan,) * len(TOPICS) for e in dev])
    chosen = {}
    for place, topic in enumerate(TOPICS):
        chosen[topic] = _GIVEN_THRESHOLD
        for said, labelled in ((scores, truth), (judged.scores, judged.truth)):
            asked = ~np.isnan(labelled[:, place])
            has = labelled[asked, place] == 1
            if has.sum() >= _FEWEST:
                chosen[topic] = _best_threshold(said[asked, place], has)
                break
    return chosen


def _best_threshold(scores: Floats, has: npt.NDArray[np.bool_]) -> float:
    """Best F1 over a grid, smoothed over neighbours so that one text does not decide."""
    grid = np.arange(0.15, 0.86, 0.05)
    f1 = [2 * (has & (scores >= one)).sum() / max(1, has.sum() + (scores >= one).sum()) for one in grid]
    smooth = np.convolve(np.pad(f1, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    return float(grid[int(np.argmax(smooth))])


def _some_of_each(dev: Sequence[Example]) -> list[Example]:
    """At most MOST_OF_A_SET texts of each set and language, the first by the hash of their text."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for example in sorted(dev, key=lambda e: hashlib.sha256(e.text.encode()).digest()):
        seen[example.origin, example.lang] += 1
        if seen[example.origin, example.lang] <= MOST_OF_A_SET:
            kept.append(example)
    return kept
