"""Fits the small nets of the forecast with torch, which the shipped program never loads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from alerts.growth.net import NET_OUTPUTS, GrowthNet
from alerts.growth.outlook import SIZE_EDGES, TIME_GRID
from alerts.growth.platforms import GLOBAL, PLATFORMS
from benchmarks.forecast_rows import Array, Rows

_TIMES = len(TIME_GRID) - 1
_SIZES = len(SIZE_EDGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the nets are fitted; chosen by cross-validation on three folds (docs/decisions)."""

    hidden: tuple[int, int] = (96, 64)
    nets: int = 4
    epochs: int = 30
    batch: int = 1024
    rate: float = 3e-3
    decay: float = 1e-2
    dropout: float = 0.15
    # Platforms with many threads must not drown the small ones: each row weighs (rows of its platform)^-0.5.
    balance: float = 0.5
    # So often the net must do without the platform's name, and without the source's past.
    unknown_platform: float = 0.08
    no_past: float = 0.35


def fitted(rows: Rows, recipe: Recipe, seed: int = 0) -> GrowthNet:
    """The nets of this recipe, averaged; not calibrated yet."""
    inputs = np.concatenate([rows.own, rows.past], axis=1)
    centre, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    layers = [_one(rows, centre, spread, recipe, seed + i) for i in range(recipe.nets)]
    return GrowthNet(
        centre=centre,
        spread=spread,
        low=inputs.min(axis=0),
        high=inputs.max(axis=0),
        weights=tuple(np.stack([net[k][0] for net in layers]) for k in range(3)),
        biases=tuple(np.stack([net[k][1] for net in layers])[:, None, :] for k in range(3)),
        calibration=dict.fromkeys([*PLATFORMS, GLOBAL], 1.0),
    )


def _one(rows: Rows, centre: Array, spread: Array, recipe: Recipe, seed: int) -> list[tuple[Array, Array]]:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = _net(rows.own.shape[1] + rows.past.shape[1] + len(PLATFORMS), recipe)
    optimizer = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    per_epoch = len(rows.more) // recipe.batch
    steps = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=recipe.epochs * per_epoch + 1)
    wanted = tuple(torch.tensor(t) for t in (rows.times, rows.sizes, rows.answers, *_weights(rows, recipe)))
    for _ in range(recipe.epochs):
        inputs = torch.tensor(_masked(rows, centre, spread, recipe, random))
        order = torch.tensor(random.permutation(len(rows.more)))
        for chosen in torch.split(order[: per_epoch * recipe.batch], recipe.batch):
            loss = _loss(net(inputs[chosen]), [t[chosen] for t in wanted])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            steps.step()
    linear = [layer for layer in net if isinstance(layer, torch.nn.Linear)]
    return [(layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()) for layer in linear]


def _net(inputs: int, recipe: Recipe) -> torch.nn.Sequential:
    first, second = recipe.hidden
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, first),
        torch.nn.SiLU(),
        torch.nn.Dropout(recipe.dropout),
        torch.nn.Linear(first, second),
        torch.nn.SiLU(),
        torch.nn.Dropout(recipe.dropout),
        torch.nn.Linear(second, NET_OUTPUTS),
    )


def _masked(
    rows: Rows, centre: Array, spread: Array, recipe: Recipe, random: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Scaled inputs of one epoch: some without platform, some without or with less of the source's past."""
    many = len(rows.more)
    trust = np.where(random.random(many) < recipe.no_past, 0.0, random.uniform(0.4, 1.0, many))
    inputs = np.concatenate([rows.own, rows.past * trust[:, None]], axis=1)
    platforms = np.eye(len(PLATFORMS))[rows.platforms]
    platforms[random.random(many) < recipe.unknown_platform] = 0.0
    return np.concatenate([(inputs - centre) / spread, platforms], axis=1).astype(np.float32)


def _weights(rows: Rows, recipe: Recipe) -> tuple[Array, Array]:
    """Of each row: its weight, and that of its curve: only growing threads tell when replies come."""
    rowcount = np.bincount(rows.platforms, minlength=len(PLATFORMS))[rows.platforms].astype(np.float64)
    weight = rowcount**-recipe.balance
    grown = np.select([rows.more >= 5, rows.more >= 3], [1.0, 0.5], 0.0)
    return (weight / weight.mean()).astype(np.float32), grown.astype(np.float32)


def _loss(out: torch.Tensor, wanted: Sequence[torch.Tensor]) -> torch.Tensor:
    """Three log losses: when (the share in each time step), how many (its bin), and the three questions."""
    times, sizes, answers, weight, grown = wanted
    when = -(times * torch.log_softmax(out[:, :_TIMES], 1)).sum(1)
    many = functional.cross_entropy(out[:, _TIMES : _TIMES + _SIZES], sizes, reduction="none")
    asked = functional.binary_cross_entropy_with_logits(out[:, _TIMES + _SIZES :], answers, reduction="none").sum(1)
    return (weight * (grown * when + many + asked)).mean()
