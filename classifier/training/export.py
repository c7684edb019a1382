"""Writes the shipped files: encoder in int8, words as the base has them, tokenizer, manifest with checksums."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.files import CORRECTIONS, ENCODER, MANIFEST, PRUNED, TOKENIZER, WORDS
from classifier.training.graph import WEIGHT_STEPS, write_graph
from classifier.training.network import Network

NAME = "repwatch-small"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How logits become probabilities and answers; chosen on the dev parts."""

    temperature: float
    bias: tuple[float, float, float]
    unsure_below: float
    topic_thresholds: dict[str, float]
    max_tokens: int


def write_files(
    network: Network,
    words: npt.NDArray[np.uint8],
    tokenizer: str,
    out: Path,
    *,
    ranges: Mapping[str, Floats] | None = None,
    steps: int = WEIGHT_STEPS,
) -> None:
    """Encoder (int8, evened by `ranges`), words and tokenizer into `out`; `write_manifest` completes them."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (PRUNED, CORRECTIONS):  # another encoder's
        (out / name).unlink(missing_ok=True)
    write_graph(encoder_arrays(network), head_arrays(network), out / ENCODER, steps=steps, ranges=ranges)
    (out / WORDS).write_bytes(np.ascontiguousarray(words).tobytes())
    (out / TOKENIZER).write_bytes(gzip.compress(tokenizer.encode(), 9, mtime=0))


def write_full_encoder(network: Network, path: Path) -> None:
    """The same encoder in float32, to measure what quantisation loses (`benchmarks/model_quantisation.py`)."""
    write_graph(encoder_arrays(network), head_arrays(network), path, quantised=False)


def write_manifest(out: Path, calibration: Calibration) -> None:
    """model.json: the name (with a piece of the checksum), the calibration, size and checksum of each file."""
    names = (ENCODER, PRUNED, CORRECTIONS, WORDS, TOKENIZER)
    files = {name: _sums(out / name) for name in names if (out / name).is_file()}
    content: dict[str, Any] = {
        "name": f"{NAME}-{files.get(PRUNED, files[ENCODER])['sha256'][:8]}",
        "temperature": round(calibration.temperature, 4),
        "bias": [round(one, 4) for one in calibration.bias],
        "unsure_below": round(calibration.unsure_below, 3),
        "topic_thresholds": {topic: round(one, 3) for topic, one in calibration.topic_thresholds.items()},
        "max_tokens": calibration.max_tokens,
        "files": files,
    }
    (out / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def encoder_arrays(network: Network) -> dict[str, Floats]:
    """The encoder's state as float32 arrays, without word embeddings."""
    state = network.encoder.state_dict().items()
    return {key: value.float().numpy() for key, value in state if "word_embeddings" not in key}


def head_arrays(network: Network) -> dict[str, tuple[Floats, Floats]]:
    """Weights (classes, width) and biases (classes,) of the two heads, by their names in the graph."""
    pairs = {"sentiment": network.sentiment, "topics": network.topics}
    return {name: (head.weight.detach().numpy(), head.bias.detach().numpy()) for name, head in pairs.items()}


def _sums(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
