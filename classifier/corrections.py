"""The encoder's matrices with what pruning's tuning adds to them, reckoned once when the model is opened.

A correction is of low rank (Hu et al. 2022, LoRA), so a megabyte of it does for 21 MB of matrices, which stay in their
file as they are. A sum that falls between two whole numbers is rounded up as often as its fraction says: plain rounding
would put nearly every matrix back to what it was, since a correction is smaller than half a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_STEPS = 63  # the encoder's weights have 7 bits
_SEED = 20_261_130  # the same matrices on every machine
Whole = npt.NDArray[np.int8]


def corrected_matrices(encoder: Path, corrections: Path) -> Iterator[tuple[str, Whole]]:
    """By the graph's names, (in, out) each; what is not corrected is as it lies in the encoder's file.

    Raises ValueError or KeyError when the files do not belong together, OSError when one can't be read.
    """
    content = np.memmap(encoder, np.uint8, "r")
    chance = np.random.default_rng(_SEED)
    with np.load(corrections, allow_pickle=False) as arrays:
        for name in arrays["names"].tolist():
            offset, inputs, outputs, parts = arrays[f"{name}.place"].tolist()
            matrix = content[offset : offset + inputs * outputs].view(np.int8).reshape(inputs, outputs).copy()
            for number in range(parts):
                _correct(matrix, arrays, f"{name}.{number}", chance)
            yield f"{name}.q", matrix


def _correct(matrix: Whole, arrays: Any, part: str, chance: np.random.Generator) -> None:
    """Some rows and columns of the matrix, in place."""
    where = np.ix_(arrays[f"{part}.rows"], arrays[f"{part}.columns"])
    change = arrays[f"{part}.down"].astype(np.float32) @ arrays[f"{part}.up"].astype(np.float32)
    sums = matrix[where] + change
    sums += chance.random(sums.shape, np.float32)
    np.floor(sums, out=sums)
    matrix[where] = np.clip(sums, -_STEPS, _STEPS, out=sums).astype(np.int8)
