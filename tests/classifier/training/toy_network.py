"""A network of the shipped shape with random weights and forty words, and texts for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from classifier.model import TOPICS
from classifier.training.mixing import Batch
from classifier.training.network import WIDTH, Network

PIECES = 40


def toy_network() -> Network:
    torch.manual_seed(3)
    return Network(torch.randn(PIECES, WIDTH), origins=1).eval()


def batch(*, lengths: Sequence[int] = (7, 7, 7), seed: int = 3) -> Batch:
    """Random texts of these lengths in pieces; nobody labelled them."""
    chance = torch.Generator().manual_seed(seed)
    count, longest = len(lengths), max(lengths)
    return Batch(
        ids=torch.randint(4, PIECES, (count, longest), generator=chance),
        mask=(torch.arange(longest)[None] < torch.tensor(lengths)[:, None]).long(),
        label=torch.zeros(count, dtype=torch.long),
        two_class=torch.zeros(count, dtype=torch.bool),
        topics=torch.full((count, len(TOPICS)), math.nan),
        origin=torch.zeros(count, dtype=torch.long),
    )


def answers(session: Any, network: Network, one: Batch) -> npt.NDArray[np.float32]:
    """Sentiment logits that a graph gives to a batch, (texts, 3)."""
    embedded = network.words[one.ids].numpy()
    mask = one.mask.numpy().astype(np.int32)
    found: npt.NDArray[np.float32] = session.run(None, {"embedded": embedded, "mask": mask})[0]
    return found
