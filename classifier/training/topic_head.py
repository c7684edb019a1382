"""Fits the topic head anew on the finished encoder: logistic regression on the pooled vectors of all labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from classifier.encoder import Encoder
from classifier.model import TOPICS
from classifier.reading import prepare
from classifier.training.corpus import Example
from classifier.training.network import Network

Floats = npt.NDArray[np.float32]
STEPS = 400
DECAY = 0.002  # a head of 11 × 384 weights on a few thousand texts needs holding back


@dataclass(frozen=True, slots=True)
class Judged:
    """Texts somebody named the topics of: the scores they got and the truth, (texts, topics), NaN: nobody looked."""

    scores: Floats
    truth: Floats


def fit_topic_head(network: Network, encoder: Encoder, examples: Sequence[Example]) -> Judged:
    """Replaces the network's topic head. Our own texts name all topics, the aspect sets theirs.

    Returns what heads fitted without a text's language and set say of it: thresholds can be chosen on that. It leans to
    the good side, since our own texts retell some incidents from language to language.
    """
    labelled = [e for e in examples if e.split == "train" and e.topics is not None]
    pooled = encoder.read([prepare(e.text) for e in labelled]).pooled
    truth = np.array([e.topics for e in labelled], np.float32)
    weight, bias = fit(torch.from_numpy(pooled), torch.from_numpy(truth))
    with torch.no_grad():
        network.topics.weight.copy_(weight)
        network.topics.bias.copy_(bias)
    return Judged(held_out_scores(pooled, truth, [f"{e.origin} {e.lang}" for e in labelled]), truth)


def fit(pooled: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (11, width) and biases (11,) in the space of `pooled` itself; the fit runs on standardised vectors."""
    middle, spread = pooled.mean(0), pooled.std(0) + 1e-4
    clean = (pooled - middle) / spread
    head = nn.Linear(pooled.shape[1], len(TOPICS))
    nn.init.zeros_(head.weight)  # the fit is convex: from nought it is the same every time
    nn.init.zeros_(head.bias)
    asked = ~truth.isnan()
    optimiser = torch.optim.AdamW(head.parameters(), lr=0.02, weight_decay=0.0)
    for _ in range(STEPS):
        each = nn.functional.binary_cross_entropy_with_logits(head(clean), truth.nan_to_num(), reduction="none")
        loss = (each * asked).sum() / asked.sum() + DECAY * head.weight.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    weight = head.weight.detach() / spread
    return weight, head.bias.detach() - weight @ middle


def held_out_scores(pooled: Floats, truth: Floats, groups: Sequence[str]) -> Floats:
    """The scores each group of texts gets from a head fitted without it, shaped as `truth`."""
    scores = np.zeros_like(truth)
    for group in sorted(set(groups)):
        out = np.array([one == group for one in groups])
        weight, bias = fit(torch.from_numpy(pooled[~out]), torch.from_numpy(truth[~out]))
        scores[out] = 1 / (1 + np.exp(-(pooled[out] @ weight.numpy().T + bias.numpy())))
    return scores
