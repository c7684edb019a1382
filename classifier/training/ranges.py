"""How loud each channel gets that the encoder's linear maps read: what int8 has to make room for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from classifier.training.mixing import Batch
from classifier.training.network import LAYERS, Network

# The network's name of a linear map → the graph's (`graph.py`); query, key and value read the same and are one there.
_MAPS = {
    "attention.self.query": "qkv",
    "attention.output.dense": "said",
    "intermediate.dense": "inner",
    "output.dense": "outer",
}


@torch.no_grad()
def activation_ranges(network: Network, batches: Iterable[Batch]) -> dict[str, npt.NDArray[np.float32]]:
    """By the graph's name of a map: the largest absolute value of each channel it reads, (in,), over the batches."""
    ranges: dict[str, Tensor] = {}

    def watch(name: str, part: nn.Module) -> torch.utils.hooks.RemovableHandle:
        def look(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            seen = inputs[0].abs().flatten(0, -2).amax(0)
            ranges[name] = torch.maximum(ranges[name], seen) if name in ranges else seen

        return part.register_forward_pre_hook(look)

    layers = [(number, network.encoder.get_submodule(f"encoder.layer.{number}")) for number in range(LAYERS)]
    hooks = [watch(f"l{n}.{new}", layer.get_submodule(old)) for n, layer in layers for old, new in _MAPS.items()]
    try:
        for batch in batches:
            network(batch.ids, batch.mask)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: most.float().numpy() for name, most in ranges.items()}
