"""Pieces of a text that say next to nothing from some layer on, told by a linear map, and left out there.

A sentence needs its commas and endings to be understood, but once a few layers have read them, what they said has gone
into the words beside them. The idea of PoWER-BERT (Goyal et al. 2020), with a score as in LTP (Kim et al. 2022), but
fitted at once by least squares: what a piece is worth is the slope of the answer to a mask on it, as in `pruning.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from classifier.training.drop import Drop, attention_bias
from classifier.training.mixing import Batch
from classifier.training.network import LAYERS, WIDTH, Network

_DIRECTIONS = 2  # of the pooled vector, drawn for each batch: own topics stand on it
_RIDGE = 1e-3
_LEAST = 1e-7  # a worth of nought has no logarithm


@dataclass(slots=True)
class _Sums:
    """What least squares needs of all pieces read: with a last column of ones, for the offset."""

    squares: Tensor  # (385, 385)
    products: Tensor  # (385,)
    count: int = 0


def find_drops(network: Network, batches: Iterable[Batch], shares: Mapping[int, float], seed: int) -> tuple[Drop, ...]:
    """`shares`: after which layer, counted from nought, which share of a text's pieces is read on."""
    chance = torch.Generator().manual_seed(seed)
    sums = {
        after: _Sums(torch.zeros(WIDTH + 1, WIDTH + 1).double(), torch.zeros(WIDTH + 1).double()) for after in shares
    }
    for batch in batches:
        vectors, worth = _worth(network, batch, chance)
        own = batch.mask.bool()
        for after, one in sums.items():
            _add(one, vectors[after][own], (worth[after][own] + _LEAST).log())
    return tuple(
        Drop(after=after, share=share, weights=_solved(sums[after])) for after, share in sorted(shares.items())
    )


def shares_read(shares: Mapping[int, float]) -> tuple[float, ...]:
    """Which share of the pieces each layer reads."""
    return tuple(min([1.0, *(share for after, share in shares.items() if after < number)]) for number in range(LAYERS))


def _worth(network: Network, batch: Batch, chance: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
    """Of each layer what it gives, (texts, pieces, 384), and what each piece of it is worth to the answer."""
    # A mask in logarithms: added to what a piece is attended with, and the weight of a piece in the mean.
    masks = [torch.zeros(batch.mask.shape, requires_grad=True) for _ in range(LAYERS)]
    hidden, bias, weights = network.embedded(batch.ids), attention_bias(batch.mask), batch.mask.float()
    vectors = []
    for layer, mask in zip(network.layers, masks, strict=True):
        hidden = layer(hidden, bias)
        vectors.append(hidden.detach())
        bias, weights = bias + mask[:, None, None, :], weights * mask.exp()
    pooled = (hidden * weights.unsqueeze(-1)).sum(1) / weights.sum(1, keepdim=True)
    logs = network.sentiment(pooled).log_softmax(-1)
    worth = [torch.zeros(batch.mask.shape) for _ in range(LAYERS)]

    def add(said: Tensor, weight: Tensor | float) -> None:
        for total, slope in zip(worth, torch.autograd.grad(said.sum(), masks, retain_graph=True), strict=True):
            total += weight * slope.square()

    for place in range(logs.shape[1]):  # the Fisher information: each answer's slope, as often as it is given
        add(logs[:, place], logs[:, place : place + 1].detach().exp())
    direction = pooled / pooled.detach().norm(dim=1, keepdim=True)
    for _ in range(_DIRECTIONS):
        add(direction * torch.randn(pooled.shape, generator=chance), 1 / _DIRECTIONS)
    return vectors, worth


def _add(sums: _Sums, vectors: Tensor, worth: Tensor) -> None:
    columns = nn.functional.pad(vectors, (0, 1), value=1.0).double()
    sums.squares += columns.T @ columns
    sums.products += columns.T @ worth.double()
    sums.count += len(columns)


def _solved(sums: _Sums) -> Tensor:
    """(384,): the offset is left out, since pieces are only set against others of their text."""
    squares = sums.squares / sums.count + _RIDGE * torch.eye(WIDTH + 1).double()
    return torch.linalg.solve(squares, sums.products / sums.count)[:WIDTH].float()
