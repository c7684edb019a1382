"""Runs the shipped network on ONNX Runtime: texts in, logits and mean-pooled vectors out."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.corrections import corrected_matrices
from classifier.files import CORRECTIONS, ENCODER, MEND, PRUNED, TOKENIZER, WORDS
from classifier.memory import memory_errors
from classifier.model import ModelError
from classifier.words import Words

Floats = npt.NDArray[np.float32]
PAD, UNKNOWN = 1, 3
FRAME = 2  # <s> and </s>
BATCH_TOKENS = 320  # more makes the caches spill and threads wait for the last batch; fewer is slower (measured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the network says of some texts, one row a text."""

    sentiment: Floats  # logits (texts, 3)
    topics: Floats  # logits (texts, 11)
    pooled: Floats  # (texts, 384)
    # Share of pieces the vocabulary does not know.
    unknown: Floats  # (texts,)


class Encoder:
    """The network, its tokenizer and its words; safe to call from one thread at a time."""

    def __init__(self, folder: Path, *, threads: int, max_tokens: int, batch_size: int) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_str(gzip.decompress((folder / TOKENIZER).read_bytes()).decode())
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelError(f"the model's file {folder / TOKENIZER} is damaged: {MEND}") from error
        self._words = Words(folder / WORDS)
        self._session = open_session(folder)
        self._pool = ThreadPoolExecutor(threads)
        self._max_tokens = max_tokens
        self._batch_size = batch_size

    def read(self, texts: Sequence[str]) -> Read:
        """One forward pass over prepared texts, like lengths together; answers in the order of the texts."""
        rows: list[Sequence[int]] = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        unknown = np.array([list(row).count(UNKNOWN) / max(1, len(row) - FRAME) for row in rows], np.float32)
        rows = [head_and_tail(row, self._max_tokens) for row in rows]
        parts = list(self._cut(rows))
        answers = list(self._pool.map(lambda part: self._run([rows[i] for i in part]), parts))
        order = np.argsort(np.concatenate(parts)) if parts else np.empty(0, np.int64)
        sentiment, topics, pooled = (np.concatenate(column)[order] for column in zip(*answers, strict=True))
        return Read(sentiment=sentiment, topics=topics, pooled=pooled, unknown=unknown)

    def _cut(self, rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Places of texts of like length, at most `batch_size` texts or BATCH_TOKENS pieces; the longest first."""
        part: list[int] = []
        for place in sorted(range(len(rows)), key=lambda i: -len(rows[i])):
            if part and (len(part) == self._batch_size or len(rows[part[0]]) * (len(part) + 1) > BATCH_TOKENS):
                yield part
                part = []
            part.append(place)
        if part:
            yield part

    def _run(self, rows: list[Sequence[int]]) -> tuple[Floats, Floats, Floats]:
        longest = max(map(len, rows))
        ids = np.full((len(rows), longest), PAD, np.int64)
        mask = np.zeros((len(rows), longest), np.int32)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        with memory_errors():
            sentiment, topics, pooled = self._session.run(None, {"embedded": self._words(ids), "mask": mask})
        return sentiment, topics, pooled


def head_and_tail(ids: Sequence[int], longest: int) -> Sequence[int]:
    """Two thirds from the beginning and one third from the end of a text that is too long."""
    if len(ids) <= longest:
        return ids
    tail = longest // 3
    return [*ids[: longest - tail], *ids[-tail:]]


def _without_telemetry() -> Any:
    """ONNX Runtime, told before it is loaded that nobody is to hear of us.

    From 1.32 on it keeps an id of the device in the home folder and sends events to its maker over HTTPS.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def open_session(folder: Path) -> Any:
    """ONNX Runtime's session on a folder's graph. Raises ModelError that names the file that is damaged.

    One thread a run: two batches at once on two threads are faster than one batch on both.
    """
    onnxruntime = _without_telemetry()
    path = folder / (PRUNED if (folder / PRUNED).is_file() else ENCODER)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Two threads would wait for each other at the arena: a fifth slower (measured), and it keeps what it ever held.
    options.enable_cpu_mem_arena = False
    if (folder / CORRECTIONS).is_file():
        matrices = _matrices(folder)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in matrices.values()]
        options.add_external_initializers(list(matrices), values)
    try:
        return onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            # Its fused kernel is ten times slower on a CPU than the two plain ones (measured with ONNX Runtime 1.31).
            disabled_optimizers=["SkipLayerNormFusion"],
        )
    except Exception as error:  # onnxruntime has a dozen error classes for a broken file
        raise ModelError(f"the model's file {path} is damaged: {MEND}") from error


def _matrices(folder: Path) -> dict[str, npt.NDArray[np.int8]]:
    """What takes the place of the graph's matrices, by their names."""
    try:
        return dict(corrected_matrices(folder / ENCODER, folder / CORRECTIONS))
    except Exception as error:  # NumPy has several for a broken archive
        raise ModelError(f"the model's file {folder / CORRECTIONS} is damaged: {MEND}") from error
