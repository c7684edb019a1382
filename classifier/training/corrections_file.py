"""Writes what the tuning adds to the encoder's matrices, as `classifier.corrections` reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from classifier.training.network import LAYERS, WIDTH, Network
from classifier.training.pruning import HEAD_WIDTH, Kept

Numbers = npt.NDArray[np.int64]
# The graph's map → the network's maps that are one there.
_MAPS: dict[str, tuple[str, ...]] = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "said": ("attention.output.dense.linear",),
    "inner": ("intermediate.dense",),
    "outer": ("output.dense.linear",),
}


def write_corrections(network: Network, kept: Kept, encoder: Path, path: Path) -> None:
    """`network`: what `cut` left with `kept`, tuned; `encoder`: the file its matrices lie in."""
    constants = {one.name: one for one in onnx.load(str(encoder)).graph.initializer}
    content = encoder.read_bytes()
    arrays: dict[str, npt.NDArray[Any]] = {}
    for number in range(LAYERS):
        channels = (np.array(kept.heads[number])[:, None] * HEAD_WIDTH + np.arange(HEAD_WIDTH)).ravel()
        for name in _MAPS:
            arrays |= _of_map(network, number, name, (channels, np.array(kept.neurons[number])), constants, content)
    arrays["names"] = np.array([f"l{number}.{name}" for number in range(LAYERS) for name in _MAPS])
    np.savez(path, **arrays)  # type: ignore[arg-type]


def _of_map(
    network: Network,
    number: int,
    name: str,
    kept: tuple[Numbers, Numbers],
    constants: dict[str, onnx.TensorProto],
    content: bytes,
) -> dict[str, npt.NDArray[Any]]:
    """Steps of the matrix's columns and the evening of its rows (`graph.py`) are put into the correction."""
    full = f"l{number}.{name}"
    matrix, steps = constants[f"{full}.q"], numpy_helper.to_array(constants[f"{full}.s"])
    evening = numpy_helper.to_array(constants[f"{full}.e"]) if f"{full}.e" in constants else np.ones(matrix.dims[0])
    parts = _MAPS[name]
    place = [content.index(matrix.raw_data), *matrix.dims, len(parts)]
    arrays: dict[str, npt.NDArray[Any]] = {f"{full}.place": np.array(place)}
    for part, (old, (rows, columns)) in enumerate(zip(parts, _places(name, *kept), strict=True)):
        linear = f"encoder.layer.{number}.{old}"
        down, up = (network.encoder.get_parameter(f"{linear}.{one}").detach().numpy().T for one in ("down", "up"))
        arrays |= {
            f"{full}.{part}.rows": rows.astype(np.int16),
            f"{full}.{part}.columns": columns.astype(np.int16),
            f"{full}.{part}.down": (down / evening[rows][:, None]).astype(np.float16),
            f"{full}.{part}.up": (up / steps[columns]).astype(np.float16),
        }
    return arrays


def _places(name: str, channels: Numbers, neurons: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Rows and columns of the whole matrix, of each of its parts."""
    everything = np.arange(WIDTH)
    if name == "qkv":
        yield from ((everything, channels + third * WIDTH) for third in range(3))
    else:
        yield {"said": (channels, everything), "inner": (everything, neurons), "outer": (neurons, everything)}[name]
