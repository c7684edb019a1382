"""Fits the topic head anew on the finished encoder: logistic regression on the pooled vectors of all labelled texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from classifier.encoder import Encoder
from classifier.model import TOPICS
from classifier.reading import prepare
from classifier.training.corpus import Example
from classifier.training.network import Network

STEPS = 400
DECAY = 0.002  # a head of 11 × 384 weights on a few thousand texts needs holding back


def fit_topic_head(network: Network, encoder: Encoder, examples: Sequence[Example]) -> None:
    """Replaces the network's topic head. Our own texts name all topics, the aspect sets theirs."""
    labelled = [e for e in examples if e.split == "train" and e.topics is not None]
    pooled = torch.from_numpy(encoder.read([prepare(e.text) for e in labelled]).pooled)
    truth = torch.tensor([e.topics for e in labelled], dtype=torch.float32)
    weight, bias = fit(pooled, truth)
    with torch.no_grad():
        network.topics.weight.copy_(weight)
        network.topics.bias.copy_(bias)


def fit(pooled: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (11, width) and biases (11,) in the space of `pooled` itself; the fit runs on standardised vectors."""
    middle, spread = pooled.mean(0), pooled.std(0) + 1e-4
    clean = (pooled - middle) / spread
    head = nn.Linear(pooled.shape[1], len(TOPICS))
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


def held_out_f1(pooled: npt.NDArray[np.float32], truth: npt.NDArray[np.float32], groups: Sequence[str]) -> list[float]:
    """F1 of each topic when each group of texts is answered by a head fitted without it."""
    said = np.zeros_like(truth)
    for group in sorted(set(groups)):
        out = np.array([one == group for one in groups])
        weight, bias = fit(torch.from_numpy(pooled[~out]), torch.from_numpy(truth[~out]))
        said[out] = (pooled[out] @ weight.numpy().T + bias.numpy()) > 0
    scores = []
    for place in range(truth.shape[1]):
        asked = ~np.isnan(truth[:, place])
        has, told = truth[asked, place] == 1, said[asked, place] == 1
        scores.append(float(2 * (has & told).sum() / max(1, has.sum() + told.sum())))
    return scores
