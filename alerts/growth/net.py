"""The shipped growth net: a thread's features in, its outlook out; plain constants and numpy, nothing to train here."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np
import numpy.typing as npt

from alerts.growth.outlook import SIZE_EDGES, TIME_GRID, Numbers, Outlook
from alerts.growth.platforms import GLOBAL, PLATFORMS
from alerts.growth.timeline import HORIZON

_TIMES = len(TIME_GRID) - 1
_SIZES = len(SIZE_EDGES)
NET_OUTPUTS = _TIMES + _SIZES + 3
"""Heads: when the replies come, how many, and three questions (doubles, 10 and 3 more in 24 h)."""

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrowthNet:
    """A few small nets of the same shape whose answers are averaged, with the scaling of their inputs."""

    # Of each input but the platform: mean and spread for scaling, and the range seen in fitting.
    centre: Weights
    spread: Weights
    low: Weights
    high: Weights
    # Layer by layer, stacked over the nets: (nets, inputs, outputs) and (nets, 1, outputs).
    weights: tuple[Weights, ...]
    biases: tuple[Weights, ...]
    # Exponent on F, a platform: makes the share that really comes before the deadline the share asked for.
    calibration: dict[str, float]

    def outlook(self, features: Numbers, platform: str, age: float) -> Outlook:
        """The outlook of a thread from its thread and history features."""
        time_share, sizes, (double, ten, three) = self.answers(features, platform)
        time_share = np.where(TIME_GRID[:-1] < HORIZON - age, time_share, 0.0)
        total = time_share.sum()
        come = np.cumsum(time_share) / total if total > 0 else np.ones(_TIMES)
        exponent = self.calibration.get(platform, self.calibration[GLOBAL])
        return Outlook(
            shares=np.minimum(1.0, np.append(0.0, come**exponent)),
            sizes=sizes,
            p_double=float(double),
            p_10_more_24h=float(min(ten, three)),
            p_grow_3_24h=float(three),
        )

    def answers(self, features: Numbers, platform: str) -> tuple[Numbers, Numbers, Numbers]:
        """Probabilities of the time steps, of the size bins, and of the three questions, averaged over the nets."""
        scaled = (np.clip(features, self.low, self.high) - self.centre) / self.spread
        layer = np.append(scaled, one_hot(platform)).astype(np.float32)[None, None, :]
        for weights, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            layer = _silu(layer @ weights + bias)
        out = (layer @ self.weights[-1] + self.biases[-1])[:, 0, :].astype(np.float64)
        times, sizes = _softmax(out[:, :_TIMES]), _softmax(out[:, _TIMES : _TIMES + _SIZES])
        questions = 1.0 / (1.0 + np.exp(-out[:, _TIMES + _SIZES :]))
        return times.mean(axis=0), sizes.mean(axis=0), questions.mean(axis=0)


def one_hot(platform: str) -> Numbers:
    """1 at the platform's place, all 0 for one the net does not know."""
    return np.array([float(name == platform) for name in PLATFORMS])


def read_net(file: Traversable) -> GrowthNet:
    """The net of a growth_net.npz, as benchmarks/fit_forecast.py writes it."""
    with file.open("rb") as opened, np.load(opened) as kept:
        layers = sum(name.startswith("weights_") for name in kept.files)
        return GrowthNet(
            centre=kept["centre"],
            spread=kept["spread"],
            low=kept["low"],
            high=kept["high"],
            weights=tuple(kept[f"weights_{i}"].astype(np.float32) for i in range(layers)),
            biases=tuple(kept[f"biases_{i}"].astype(np.float32) for i in range(layers)),
            calibration=dict(zip([*PLATFORMS, GLOBAL], map(float, kept["calibration"]), strict=True)),
        )


def _silu(values: Weights) -> Weights:
    return np.asarray(values / (1.0 + np.exp(-np.clip(values, -60.0, 60.0))), dtype=np.float32)


def _softmax(logits: Numbers) -> Numbers:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)
