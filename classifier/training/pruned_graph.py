"""Writes the graph that runs: the encoder's, without the heads, neurons and pieces that say next to nothing.

It holds the small vectors and which columns to keep; the matrices stay in encoder.onnx, where it finds them as ONNX
external data. ONNX Runtime picks the columns once, when the session is opened (constant folding). So leaving out more
or less never costs a clone another copy of the matrices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from classifier.files import ENCODER
from classifier.training.drop import Drop
from classifier.training.drop_graph import put_drops
from classifier.training.pruning import HEAD_WIDTH, Kept

Floats = npt.NDArray[np.float32]


def write_pruned_graph(
    encoder: Path, kept: Kept, vectors: Mapping[str, Floats], path: Path, drops: Sequence[Drop] = ()
) -> None:
    """`encoder`: what `write_graph` wrote, beside which `path` must lie.

    `vectors`, by the graph's names, take the place of the graph's: biases, norms, heads; and `lN.said.scale` and
    `lN.outer.scale`, one factor a kept channel that those two maps read.
    """
    graph = _Graph(encoder)
    for number, (heads, neurons) in enumerate(zip(kept.heads, kept.neurons, strict=True)):
        values = _prune_heads(graph, f"l{number}", np.array(heads), vectors)
        graph[f"l{number}.qkv.b"] = vectors[f"l{number}.qkv.b"] * values
        _prune_neurons(graph, f"l{number}", np.array(neurons), vectors)
    for name, vector in vectors.items():
        if name in graph and not name.endswith(".qkv.b"):
            graph[name] = vector
    put_drops(graph.model.graph, drops)
    path.write_bytes(graph.model.SerializeToString())


def _prune_heads(graph: _Graph, layer: str, kept: npt.NDArray[np.int64], vectors: Mapping[str, Floats]) -> Floats:
    """Columns of `qkv`, rows of `said`. Returns the factor of each kept column of `qkv`.

    What `said` multiplies its input by, channel by channel (evening and scale), is multiplied into the columns of the
    values instead: attention mixes places, not channels, so it comes to the same and costs nothing.
    """
    channels = (kept[:, None] * HEAD_WIDTH + np.arange(HEAD_WIDTH)).ravel()
    width = len(graph[f"{layer}.qkv.b"]) // 3
    columns = np.concatenate([channels + third * width for third in range(3)])
    of_values = graph.take_out_evening(f"{layer}.said", width)[channels] * vectors[f"{layer}.said.scale"]
    factors = np.concatenate([np.ones(2 * len(channels)), of_values]).astype(np.float32)
    graph.keep(f"{layer}.qkv", columns, axis=1)
    graph[f"{layer}.qkv.s"] = graph[f"{layer}.qkv.s"] * factors
    graph.keep(f"{layer}.said", channels, axis=0)
    graph.set_heads(layer, len(kept))
    return factors


def _prune_neurons(graph: _Graph, layer: str, kept: npt.NDArray[np.int64], vectors: Mapping[str, Floats]) -> None:
    """Columns of `inner`, rows of `outer`."""
    graph.keep(f"{layer}.inner", kept, axis=1)
    graph.keep(f"{layer}.outer", kept, axis=0)
    scale = vectors[f"{layer}.outer.scale"]
    evening = f"{layer}.outer.e"
    if evening in graph:
        graph[evening] = graph[evening][kept] * scale
    else:
        graph.put_evening(f"{layer}.outer", scale)


class _Graph:
    """The encoder's graph by the names of its constants, matrices outside; and the changes that pruning needs."""

    def __init__(self, encoder: Path) -> None:
        self.model = onnx.load(str(encoder))
        self._graph = self.model.graph
        self._constants = {constant.name: constant for constant in self._graph.initializer}
        content = encoder.read_bytes()
        for constant in self._constants.values():
            if len(constant.dims) == 2 and constant.name not in ("sentiment.w", "topics.w"):
                _put_outside(constant, content)

    def __contains__(self, name: str) -> bool:
        return name in self._constants

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return numpy_helper.to_array(self._constants[name])

    def __setitem__(self, name: str, value: npt.NDArray[Any]) -> None:
        if name not in self._constants:
            self._constants[name] = self._graph.initializer.add()
        self._constants[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), name))

    def keep(self, linear: str, places: npt.NDArray[np.int64], *, axis: int) -> None:
        """Of a linear map, these columns (axis 1, with their scales, zero points and biases) or rows (axis 0)."""
        self[f"{linear}.kept"] = places.astype(np.int32)
        kept = helper.make_node("Gather", [f"{linear}.q", f"{linear}.kept"], [f"{linear}.p"], axis=axis)
        self._node(linear).input[1] = f"{linear}.p"
        self._graph.node.insert(0, kept)
        if axis == 1:
            for vector in "szb":
                self[f"{linear}.{vector}"] = self[f"{linear}.{vector}"][places]

    def take_out_evening(self, linear: str, width: int) -> Floats:
        """The factors a map's input is multiplied by, (width,); the multiplication goes."""
        if f"{linear}.e" not in self:
            return np.ones(width, np.float32)
        factors: Floats = self[f"{linear}.e"]
        evening = self._node(f"{linear}.x")
        self._node(linear).input[0] = evening.input[0]
        self._graph.node.remove(evening)
        self._graph.initializer.remove(self._constants.pop(f"{linear}.e"))
        self._constants = {constant.name: constant for constant in self._graph.initializer}
        return factors

    def put_evening(self, linear: str, factors: Floats) -> None:
        """A multiplication of a map's input, channel by channel, where there was none."""
        self[f"{linear}.e"] = factors
        reader = self._node(linear)
        evening = helper.make_node("Mul", [reader.input[0], f"{linear}.e"], [f"{linear}.x"])
        self._graph.node.insert(list(self._graph.node).index(reader), evening)
        self._node(linear).input[0] = f"{linear}.x"

    def set_heads(self, layer: str, heads: int) -> None:
        self[f"{layer}.thirds"] = np.array([heads * HEAD_WIDTH] * 3, np.int64)
        self._node(f"{layer}.q").input[1] = f"{layer}.thirds"
        next(one for one in self._node(f"{layer}.seen").attribute if one.name == "num_heads").i = heads

    def _node(self, output: str) -> onnx.NodeProto:
        return next(node for node in self._graph.node if output in node.output)


def _put_outside(constant: onnx.TensorProto, content: bytes) -> None:
    """The constant's numbers stay where they lie in the encoder's file."""
    raw = constant.raw_data
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    for key, value in (("location", ENCODER), ("offset", content.index(raw)), ("length", len(raw))):
        constant.external_data.add(key=key, value=str(value))
