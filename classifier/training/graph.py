"""Writes a trained network as an ONNX graph for ONNX Runtime's int8 kernels, operator by operator.

By hand, not by torch.onnx: the exporter's graph needs four rewriting passes to reach the same kernels, and one of them
picks a fused operator that is ten times slower on a CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Floats = npt.NDArray[np.float32]
MICROSOFT = "com.microsoft"
EPSILON = 1e-12
# 7 bits, not 8: processors without VNNI add pairs of products in 16 bits and would overflow.
WEIGHT_STEPS = 63


@dataclass(slots=True)
class Graph:
    """Nodes and constants so far; each method appends and returns the name of its output."""

    quantised: bool = True
    heads: int = 12
    steps: int = WEIGHT_STEPS
    # The largest absolute value of each channel a linear map of a layer reads, by the map's name; see `_evened`.
    ranges: Mapping[str, Floats] = field(default_factory=dict)
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, x: str, name: str, weight: Floats, bias: Floats) -> str:
        """x @ weight.T + bias; weight (out, in), int8 with one scale a column, x quantised as it comes."""
        offset = self.constant(f"{name}.b", bias)
        if not self.quantised:
            return self.node(
                "Add", [self.node("MatMul", [x, self.constant(f"{name}.w", weight.T)], f"{name}.m"), offset], name
            )
        x, weight = self._evened(x, name, weight)
        scale = np.maximum(np.abs(weight).max(axis=1), 1e-9) / self.steps
        whole = np.round(weight / scale[:, None]).astype(np.int8)
        inputs = [
            x,
            self.constant(f"{name}.q", whole.T),
            self.constant(f"{name}.s", scale.astype(np.float32)),
            self.constant(f"{name}.z", np.zeros(len(scale), np.int8)),
            offset,
        ]
        return self.node("DynamicQuantizeMatMul", inputs, name, domain=MICROSOFT)

    def _evened(self, x: str, name: str, weight: Floats) -> tuple[str, Floats]:
        """Channels of x divided by the root of how loud they get, their weights multiplied by it.

        x is quantised with one scale for a whole batch, and some channels of BERT's are ten times as loud as the
        others, which drown. The idea of SmoothQuant (Xiao et al. 2023), but without its share of the weights, which
        costs more here, where a weight has 7 bits: docs/decisions/model-runtime.md.
        """
        if name not in self.ranges:
            return x, weight
        loud = np.maximum(self.ranges[name], 1e-5)
        share = np.sqrt(loud / loud.mean()).astype(np.float32)
        return self.node("Mul", [x, self.constant(f"{name}.e", 1 / share)], f"{name}.x"), weight * share

    def norm(self, x: str, name: str, weight: Floats, bias: Floats) -> str:
        inputs = [x, self.constant(f"{name}.w", weight), self.constant(f"{name}.b", bias)]
        return self.node("LayerNormalization", inputs, name, axis=-1, epsilon=EPSILON)

    def layer(self, x: str, number: int, state: dict[str, Floats]) -> str:
        """One BERT layer: attention, add and norm, feed forward, add and norm."""
        old, new = f"encoder.layer.{number}", f"l{number}"

        def pair(part: str) -> tuple[Floats, Floats]:
            return state[f"{old}.{part}.weight"], state[f"{old}.{part}.bias"]

        three = [pair(f"attention.self.{part}") for part in ("query", "key", "value")]
        packed = self.linear(
            x, f"{new}.qkv", np.concatenate([w for w, _ in three]), np.concatenate([b for _, b in three])
        )
        parts = [f"{new}.{part}" for part in ("q", "k", "v")]
        self.nodes.append(helper.make_node("Split", [packed, "thirds"], parts, axis=-1))
        seen = self.node(
            "MultiHeadAttention", [*parts, "", "mask"], f"{new}.seen", domain=MICROSOFT, num_heads=self.heads
        )
        said = self.linear(seen, f"{new}.said", *pair("attention.output.dense"))
        x = self.norm(self.node("Add", [x, said], f"{new}.a1"), f"{new}.n1", *pair("attention.output.LayerNorm"))
        inner = self.linear(x, f"{new}.inner", *pair("intermediate.dense"))
        inner = self.node("Gelu", [inner], f"{new}.gelu", domain=MICROSOFT)
        outer = self.linear(inner, f"{new}.outer", *pair("output.dense"))
        return self.norm(self.node("Add", [x, outer], f"{new}.a2"), f"{new}.n2", *pair("output.LayerNorm"))

    def start(self, state: dict[str, Floats]) -> str:
        """Words plus places plus the one token type, normed."""
        places = state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
        self.constant("places", places.astype(np.float16))
        self.constant("zero", np.array([0], np.int64))
        self.constant("one", np.array([1], np.int64))
        self.constant("two", np.array([2], np.int64))
        length = self.node("Slice", [self.node("Shape", ["embedded"], "shape"), "one", "two"], "length")
        place = self.node("Cast", [self.node("Slice", ["places", "zero", length], "place16")], "place", to=1)
        placed = self.node("Add", ["embedded", place], "placed")
        prefix = "embeddings.LayerNorm"
        return self.norm(placed, "start", state[f"{prefix}.weight"], state[f"{prefix}.bias"])

    def pool(self, x: str) -> str:
        """The mean over a text's own tokens."""
        share = self.node("Unsqueeze", [self.node("Cast", ["mask"], "maskf", to=1), "two"], "share")
        total = self.node("ReduceSum", [self.node("Mul", [x, share], "own"), "one"], "total", keepdims=0)
        count = self.node("ReduceSum", [share, "one"], "count", keepdims=0)
        return self.node("Div", [total, count], "pooled")

    def head(self, name: str, weight: Floats, bias: Floats) -> None:
        inputs = ["pooled", self.constant(f"{name}.w", weight), self.constant(f"{name}.b", bias)]
        self.node("Gemm", inputs, name, transB=1)


def write_graph(
    state: dict[str, Floats],
    heads: dict[str, tuple[Floats, Floats]],
    path: Path,
    *,
    quantised: bool = True,
    attention_heads: int = 12,
    steps: int = WEIGHT_STEPS,
    ranges: Mapping[str, Floats] | None = None,
) -> None:
    """`state`: a BertModel's, as arrays, without word embeddings. `heads`: name → weight (out, width), bias (out).

    `ranges` (`activation_ranges`): by the graph's name of a linear map, what it reads at most, channel by channel.
    """
    graph = Graph(quantised=quantised, heads=attention_heads, steps=steps, ranges=ranges or {})
    width = state["embeddings.position_embeddings.weight"].shape[1]
    graph.constant("thirds", np.array([width] * 3, np.int64))
    x = graph.start(state)
    layers = 1 + max(int(key.split(".")[2]) for key in state if key.startswith("encoder.layer."))
    for number in range(layers):
        x = graph.layer(x, number, state)
    graph.pool(x)
    for name, (weight, bias) in heads.items():
        graph.head(name, weight, bias)
    onnx.save(_model(graph, width, {name: len(bias) for name, (_, bias) in heads.items()}), str(path))


def _model(graph: Graph, width: int, heads: dict[str, int]) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["texts", "tokens", width]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens"]),
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", size]) for name, size in heads.items()]
    outputs.append(helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["texts", width]))
    body = helper.make_graph(graph.nodes, "repwatch", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(body, opset_imports=opsets, producer_name="repwatch")
    model.ir_version = 9
    return model
