"""What training makes small: sentiment over the classes a set has, topics where somebody looked."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from classifier.training.mixing import Batch
from classifier.training.network import Network

SMOOTHING = 0.05
TOPICS_SHARE = 2.0


def labelled_loss(network: Network, batch: Batch) -> Tensor:
    """`losses` of what the network says of the batch."""
    return losses(network, batch, *network(batch.ids, batch.mask))


def losses(network: Network, batch: Batch, logits: Tensor, topics: Tensor) -> Tensor:
    """Cross-entropy, smoothed, plus binary cross-entropy of the topics; a mean over the batch.

    A set without neutral texts says nothing of neutral: that class is left out there instead of being learnt away.
    """
    logits = logits + network.origin_bias[batch.origin]
    closed = torch.zeros_like(logits, dtype=torch.bool)
    closed[:, 1] = batch.two_class & (batch.label != 1)
    logs = logits.masked_fill(closed, -1e4).log_softmax(-1)
    known = (batch.label >= 0).float()
    target = nn.functional.one_hot(batch.label.clamp(min=0), 3).float() * (1 - SMOOTHING)
    target = (target + SMOOTHING / (~closed).sum(-1, keepdim=True)).masked_fill(closed, 0.0)
    sentiment = (-(target * logs).sum(-1) * known).sum() / known.sum().clamp(min=1)
    asked = ~batch.topics.isnan()
    each = nn.functional.binary_cross_entropy_with_logits(topics, batch.topics.nan_to_num(), reduction="none")
    return sentiment + TOPICS_SHARE * (each * asked).sum() / (topics.shape[1] * len(batch.label))
