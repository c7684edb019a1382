"""Turns a network's logits into sentiments: calibrated probabilities, the unsure band, topics."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from storage.records import Label, Sentiment

Floats = npt.NDArray[np.float32]
LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
MOST_TOPICS = 3
OTHER = "other"


def probabilities(logits: Floats, bias: tuple[float, float, float], temperature: float) -> Floats:
    """Softmax of (logits + bias) / temperature, rows of three that sum to 1."""
    scaled = (logits + np.asarray(bias, np.float32)) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def sentiment_of(
    shares: Floats, *, model: str, unsure_below: float, language: str | None, topics: tuple[str, ...] = ()
) -> Sentiment:
    """One text's answer from its three probabilities."""
    negative, neutral, positive = (round(float(share), 5) for share in shares)
    return Sentiment(
        label=LABELS[int(np.argmax(shares))],
        negative=negative,
        neutral=neutral,
        positive=positive,
        model=model,
        language=language,
        unsure=bool(shares.max() < unsure_below),
        topics=topics,
    )


def topics_above(scores: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """The topics over their threshold, the surest first, three at most; "other" only where it stands alone."""
    above = [topic for topic, score in scores.items() if score >= thresholds[topic]]
    above.sort(key=lambda topic: thresholds[topic] - scores[topic])
    named = [topic for topic in above if topic != OTHER]
    return tuple((named or above)[:MOST_TOPICS])
