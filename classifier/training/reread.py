"""The network taken back from its shipped files, int8 and all: to prune it anew, or to train on from it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from classifier.files import ENCODER, TOKENIZER, WORDS
from classifier.training.network import LAYERS, WIDTH, Network
from classifier.words import BLOCK, BLOCK_BYTES, dequantise

_LINEAR = {"said": "attention.output.dense", "inner": "intermediate.dense", "outer": "output.dense"}
_NORMS = {"n1": "attention.output.LayerNorm", "n2": "output.LayerNorm"}


def read_words(folder: Path) -> npt.NDArray[np.uint8]:
    """The word rows in their 4-bit blocks, (pieces, 12, 18)."""
    return np.fromfile(folder / WORDS, np.uint8).reshape(-1, WIDTH // BLOCK, BLOCK_BYTES)


def read_tokenizer(folder: Path) -> str:
    """The tokenizer's JSON."""
    return gzip.decompress((folder / TOKENIZER).read_bytes()).decode()


def read_network(folder: Path, origins: int) -> Network:
    """What `write_files` wrote, in float32; what rounding took from the matrices stays lost."""
    words = read_words(folder)
    network = Network(torch.from_numpy(dequantise(words).reshape(len(words), WIDTH)), origins)
    stored = {c.name: numpy_helper.to_array(c) for c in onnx.load(str(folder / ENCODER)).graph.initializer}
    state = {
        "embeddings.position_embeddings.weight": _tensor(stored["places"]),
        "embeddings.token_type_embeddings.weight": torch.zeros(2, WIDTH),  # the places have them in them
        **_pair("embeddings.LayerNorm", stored["start.w"], stored["start.b"]),
    }
    for number in range(LAYERS):
        state |= _layer_state(stored, f"l{number}", f"encoder.layer.{number}")
    network.encoder.load_state_dict(state, strict=False)
    for name, head in (("sentiment", network.sentiment), ("topics", network.topics)):
        head.load_state_dict(_pair("", stored[f"{name}.w"], stored[f"{name}.b"]))
    return network.eval()


def _layer_state(stored: dict[str, npt.NDArray[np.float32]], new: str, old: str) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    packed, offsets = np.split(_weight(stored, f"{new}.qkv"), 3), np.split(stored[f"{new}.qkv.b"], 3)
    for part, weight, bias in zip(("query", "key", "value"), packed, offsets, strict=True):
        state |= _pair(f"{old}.attention.self.{part}", weight, bias)
    for graph, part in _LINEAR.items():
        state |= _pair(f"{old}.{part}", _weight(stored, f"{new}.{graph}"), stored[f"{new}.{graph}.b"])
    for graph, part in _NORMS.items():
        state |= _pair(f"{old}.{part}", stored[f"{new}.{graph}.w"], stored[f"{new}.{graph}.b"])
    return state


def _weight(stored: dict[str, npt.NDArray[np.float32]], name: str) -> npt.NDArray[np.float32]:
    """(out, in), without the evening (`graph.py`)."""
    weight = stored[f"{name}.q"].T.astype(np.float32) * stored[f"{name}.s"][:, None]
    return weight * stored.get(f"{name}.e", np.float32(1))


def _pair(name: str, weight: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> dict[str, Tensor]:
    prefix = f"{name}." if name else ""
    return {f"{prefix}weight": _tensor(weight), f"{prefix}bias": _tensor(bias)}


def _tensor(array: npt.NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, np.float32).copy())
