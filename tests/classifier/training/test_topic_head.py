"""Topics: a head per topic, judged on groups it was not fitted on, thresholds where somebody looked."""

from __future__ import annotations

import numpy as np

from classifier.encoder import Read
from classifier.model import TOPICS
from classifier.training.calibrate import topic_thresholds
from classifier.training.corpus import Example
from classifier.training.topic_head import Judged, held_out_scores

MANY = 60
RNG = np.random.default_rng(5)


def labelled() -> tuple[np.ndarray, np.ndarray]:
    """Vectors whose first number says whether the first topic is there; nobody looked for the others."""
    truth = np.full((MANY, len(TOPICS)), np.nan, np.float32)
    truth[:, 0] = np.arange(MANY) % 2
    pooled = RNG.normal(size=(MANY, 8)).astype(np.float32)
    pooled[:, 0] += 4 * truth[:, 0]
    return pooled, truth


def test_a_group_is_judged_by_a_head_that_has_not_seen_it() -> None:
    pooled, truth = labelled()
    groups = ["own pl"] * (MANY // 2) + ["own sl"] * (MANY // 2)
    right = held_out_scores(pooled, truth, groups)[:, 0]
    assert right[truth[:, 0] == 1].min() > right[truth[:, 0] == 0].mean()
    turned = truth.copy()
    turned[MANY // 2 :, 0] = 1 - turned[MANY // 2 :, 0]  # what a group itself says must not reach its own scores
    other = held_out_scores(pooled, turned, groups)[:, 0]
    assert np.allclose(other[MANY // 2 :], right[MANY // 2 :])
    assert not np.allclose(other[: MANY // 2], right[: MANY // 2])


def test_a_threshold_comes_from_dev_texts_else_from_judged_ones_else_is_given() -> None:
    nobody = (float("nan"),) * (len(TOPICS) - 1)
    dev = [
        Example(text=str(n), label=0, topics=(float(n % 2), *nobody), lang="pl", origin="x", split="dev")
        for n in range(MANY)
    ]
    logits = np.zeros((MANY, len(TOPICS)), np.float32)
    logits[:, 0] = np.where(np.arange(MANY) % 2, 3.0, 1.0)  # shares .95 and .73: only a high threshold parts them
    empty = np.zeros((MANY, 3), np.float32)
    read = Read(sentiment=empty, topics=logits, pooled=empty, unknown=empty[:, 0])
    truth = np.full((MANY, len(TOPICS)), np.nan)
    truth[:, :2] = np.arange(MANY)[:, None] % 2
    scores = np.full((MANY, len(TOPICS)), 0.1)
    scores[:, 1] = np.where(np.arange(MANY) % 2, 0.45, 0.2)
    chosen = topic_thresholds(read, dev, Judged(scores, truth))
    assert chosen[TOPICS[0]] > 0.7
    assert 0.2 < chosen[TOPICS[1]] <= 0.45
    assert chosen[TOPICS[2]] == 0.3
