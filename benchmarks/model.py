"""Side by side: the XLM-R-base architecture, our base in PyTorch, and the shipped model; same texts, same threads.

    python -m benchmarks.model [--texts 192] [--rounds 5] [--threads 2]

Each model lives in a process of its own and is asked in turn, round after round, so that what else the machine does
hits all alike. Texts are the project's own, batches are made by length; PyTorch's are of the size that is fastest here,
found before the first round. The two in PyTorch have random weights: timing does not need others.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing as mp
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

TEXTS = Path("classifier/training/texts")
BATCHES = (4, 8, 16, 32)
"""Texts of a batch to try; on a CPU more only makes the caches spill."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    texts = own_texts(given.texts)
    lengths = token_counts(texts)
    print(f"{len(texts)} texts, {statistics.mean(lengths):.0f} pieces each on average, {given.threads} threads")
    players = {name: Player(maker, texts, lengths, given.threads) for name, maker in MAKERS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in players}
    for number in range(given.rounds):
        for name, player in players.items():
            seconds[name].append(player.round())
        print(f"round {number + 1} of {given.rounds}", file=sys.stderr)
    memory = {name: player.stop() for name, player in players.items()}
    show(seconds, memory, len(texts))
    cold_start()


def show(seconds: dict[str, list[float]], memory: dict[str, float], count: int) -> None:
    slowest = min(seconds[XLM_R])
    print(f"{'':34}{'texts/s':>9}{'median':>9}{'times':>8}{'peak MB':>9}")
    for name, rounds in seconds.items():
        best = min(rounds)
        middle = count / statistics.median(rounds)
        print(f"{name:34}{count / best:9.1f}{middle:9.1f}{slowest / best:8.1f}{memory[name]:9.0f}")


def cold_start(times: int = 5) -> None:
    """A new process, one line in, until its answer is out."""
    command = [sys.executable, "-m", "bot", "score"]
    spent = []
    for _ in range(times):
        began = time.monotonic()
        subprocess.run(command, input="Nigdy więcej.\n", capture_output=True, text=True, check=True)
        spent.append(time.monotonic() - began)
    print(f"first answer of a cold process: best {min(spent):.2f} s, median {statistics.median(spent):.2f} s")


def own_texts(count: int) -> list[str]:
    """Evenly over the files and their lines; no huge ones, so that all models read the same pieces."""
    rows = [json.loads(line) for path in sorted(TEXTS.glob("*.jsonl")) for line in path.read_text().splitlines()]
    texts = [row["text"] for row in rows if len(row["text"]) < 600]
    step = max(1, len(texts) // count)
    return texts[::step][:count]


def token_counts(texts: list[str]) -> list[int]:
    import gzip

    from tokenizers import Tokenizer

    from classifier.files import TOKENIZER, WEIGHTS

    tokenizer = Tokenizer.from_str(gzip.decompress((WEIGHTS / TOKENIZER).read_bytes()).decode())
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(texts)]


def make_shipped(texts: list[str], _lengths: list[int], threads: int) -> Callable[[], object]:
    from classifier.model import ModelSettings, load_model

    model = load_model(ModelSettings(threads=threads))
    return lambda: model.score(texts, ["en"] * len(texts))


def make_base(_texts: list[str], lengths: list[int], threads: int) -> Callable[[], object]:
    return _bert(lengths, threads, hidden=384, heads=12, inner=1536)


def make_xlm_r(_texts: list[str], lengths: list[int], threads: int) -> Callable[[], object]:
    return _bert(lengths, threads, hidden=768, heads=12, inner=3072)


def _bert(lengths: list[int], threads: int, *, hidden: int, heads: int, inner: int) -> Callable[[], object]:
    """The architecture with random weights; pieces are drawn at random, of the texts' own lengths."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    config = XLMRobertaConfig(
        vocab_size=250002,  # type: ignore[call-arg]
        hidden_size=hidden,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=514,
        num_labels=3,
    )
    network = XLMRobertaForSequenceClassification(config).eval()  # type: ignore[no-untyped-call]
    ordered = sorted(lengths)

    def run(size: int) -> None:
        with torch.inference_mode():
            for start in range(0, len(ordered), size):
                part = ordered[start : start + size]
                mask = torch.tensor([[1] * one + [0] * (part[-1] - one) for one in part])
                network(input_ids=torch.randint(5, 250000, mask.shape), attention_mask=mask)

    run(BATCHES[-1])
    size = min(BATCHES, key=lambda one: _seconds(lambda: run(one)))
    print(f"{hidden} wide, PyTorch: batches of {size} are fastest", file=sys.stderr)
    return lambda: run(size)


def _seconds(run: Callable[[], object]) -> float:
    began = time.monotonic()
    run()
    return time.monotonic() - began


Maker = Callable[[list[str], list[int], int], Callable[[], object]]
XLM_R = "XLM-R base, PyTorch fp32"
MAKERS: dict[str, Maker] = {
    XLM_R: make_xlm_r,
    "our base, PyTorch fp32": make_base,
    "shipped, ONNX Runtime int8": make_shipped,
}


class Player:
    """A model in its own process that runs one round when asked."""

    def __init__(self, maker: Maker, texts: list[str], lengths: list[int], threads: int) -> None:
        context = mp.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_play, args=(theirs, maker, texts, lengths, threads))
        self._process.start()
        self._pipe.recv()

    def round(self) -> float:
        """Seconds for all texts."""
        self._pipe.send("go")
        return float(self._pipe.recv())

    def stop(self) -> float:
        """Ends the process; its peak memory in MB."""
        self._pipe.send("stop")
        megabytes = float(self._pipe.recv())
        self._process.join()
        return megabytes


def _play(pipe: Connection, maker: Maker, texts: list[str], lengths: list[int], threads: int) -> None:
    run: Any = maker(texts, lengths, threads)
    run()
    pipe.send("ready")
    while pipe.recv() == "go":
        began = time.monotonic()
        run()
        pipe.send(time.monotonic() - began)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
