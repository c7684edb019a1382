"""Leaves out, after a layer, pieces of a text that say next to nothing; `token_pruning.py` finds which those are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FEWEST_PIECES = 6
"""Of a text: no drop leaves fewer, where there are so many."""
CLOSED = -1e9
"""Added to what a piece is attended with: never."""
LITTLE = 1e-3
"""Taken off a count of pieces, so that one that comes out whole is not rounded up by the last bit of a float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What is read on after a layer, and how it is told from the rest."""

    after: int  # the layer's number, from nought
    share: float  # of the text's pieces, those that are read on
    weights: Tensor  # (384,): a piece's vector times these says what it is worth

    def counts(self, pieces: Tensor) -> Tensor:
        """How many are left of texts of so many pieces, (texts,) each."""
        left = (pieces.float() * self.share - LITTLE).ceil().clamp(min=FEWEST_PIECES)
        return left.minimum(pieces.float()).long()

    def __call__(self, hidden: Tensor, mask: Tensor, pieces: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors (texts, pieces, 384) and mask of what is left; `pieces`: how many the texts had at first."""
        worth = (hidden.detach().float() @ self.weights).masked_fill(mask == 0, CLOSED)
        counts = self.counts(pieces)
        best = worth.topk(int(counts.max()), dim=1).indices
        left = hidden.gather(1, best.unsqueeze(-1).expand(-1, -1, hidden.shape[-1]))
        return left, (torch.arange(best.shape[1])[None] < counts[:, None]).to(mask.dtype)


def attention_bias(mask: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """(texts, pieces) of ones and noughts → what is added to how a piece is attended, (texts, 1, 1, pieces)."""
    return (1 - mask[:, None, None, :].to(dtype)) * CLOSED
