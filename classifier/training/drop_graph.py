"""Puts `Drop` into a graph, operator by operator: after a layer the pieces that say least are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from classifier.training.drop import CLOSED, FEWEST_PIECES, LITTLE, Drop

_PIECES = "drop.pieces"
_CONSTANTS: dict[str, npt.NDArray[Any]] = {
    "fewest": np.array(FEWEST_PIECES, np.float32),
    "little": np.array(LITTLE, np.float32),
    "closed": np.array(CLOSED, np.float32),
    "one": np.array(1, np.float32),
    "first": np.array(0, np.int64),
    "step": np.array(1, np.int64),
    "along": np.array([1], np.int64),
    "last": np.array([2], np.int64),
    "single": np.array([], np.int64),
}


def put_drops(graph: onnx.GraphProto, drops: Sequence[Drop]) -> None:
    """Changes the graph of `graph.py`: its layers' outputs are lN.n2, its mask is "mask"."""
    if not drops:
        return
    for name, value in _CONSTANTS.items():
        _constant(graph, f"drop.{name}", value)
    counted = _Nodes("drop")
    counted.add("Cast", ["mask"], "ones", to=TensorProto.FLOAT)
    counted.add("ReduceSum", ["drop.ones", "drop.along"], "pieces", keepdims=0)
    _insert(graph, 0, counted)
    mask = "mask"
    for drop in drops:
        mask = _put_drop(graph, drop, mask)


def _put_drop(graph: onnx.GraphProto, drop: Drop, mask: str) -> str:
    """What comes after the drop's layer reads what is left, with the mask whose name is returned."""
    name, given = f"drop{drop.after}", f"l{drop.after}.n2"
    _constant(graph, f"{name}.weights", drop.weights.numpy()[:, None])
    _constant(graph, f"{name}.share", np.array(drop.share, np.float32))
    nodes = _Nodes(name)
    counts = _counts(nodes)
    longest = nodes.add("ReduceMax", [counts], "longest", axes=[0], keepdims=1)
    best = nodes.top(_worth(nodes, given, mask), longest)
    left = nodes.add("GatherND", [given, nodes.add("Unsqueeze", [best, "drop.last"], "places")], "left", batch_dims=1)
    end = nodes.add("Reshape", [longest, "drop.single"], "end")
    order = nodes.add("Range", ["drop.first", end, "drop.step"], "order")
    is_left = nodes.add("Less", [order, nodes.add("Unsqueeze", [counts, "drop.along"], "ends")], "is_left")
    now = nodes.add("Cast", [is_left], "mask", to=TensorProto.INT32)
    place = next(at for at, node in enumerate(graph.node) if given in node.output) + 1
    for node in list(graph.node)[place:]:
        for at, name_read in enumerate(node.input):
            node.input[at] = {given: left, mask: now}.get(name_read, name_read)
    _insert(graph, place, nodes)
    return now


def _counts(nodes: _Nodes) -> str:
    """`Drop.counts`."""
    some = nodes.add("Mul", [_PIECES, f"{nodes.name}.share"], "some")
    whole = nodes.add("Ceil", [nodes.add("Sub", [some, "drop.little"], "less")], "whole")
    enough = nodes.add("Max", [whole, "drop.fewest"], "enough")
    return nodes.add("Cast", [nodes.add("Min", [enough, _PIECES], "left_of")], "counts", to=TensorProto.INT64)


def _worth(nodes: _Nodes, given: str, mask: str) -> str:
    """(texts, pieces); of padding, next to nothing."""
    column = nodes.add("MatMul", [given, f"{nodes.name}.weights"], "column")
    shut = nodes.add("Sub", ["drop.one", nodes.add("Cast", [mask], "open", to=TensorProto.FLOAT)], "shut")
    low = nodes.add("Mul", [shut, "drop.closed"], "low")
    return nodes.add("Add", [nodes.add("Squeeze", [column, "drop.last"], "said"), low], "worth")


class _Nodes:
    """Nodes in the making, their outputs under one name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.made: list[onnx.NodeProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.made.append(helper.make_node(kind, inputs, [f"{self.name}.{output}"], **attributes))
        return f"{self.name}.{output}"

    def top(self, values: str, count: str) -> str:
        """Places of the largest, the largest first."""
        outputs = [f"{self.name}.top", f"{self.name}.best"]
        self.made.append(helper.make_node("TopK", [values, count], outputs, axis=1))
        return outputs[1]


def _insert(graph: onnx.GraphProto, place: int, nodes: _Nodes) -> None:
    for at, node in enumerate(nodes.made, place):
        graph.node.insert(at, node)


def _constant(graph: onnx.GraphProto, name: str, value: npt.NDArray[Any]) -> None:
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
