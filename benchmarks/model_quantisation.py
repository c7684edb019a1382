"""What int8 and pruning lose against the whole network in float32, per language: macro-F1 on the three-class dev parts.

    python -m benchmarks.model_quantisation [--full WORK/encoder-full.onnx] [--cap 400]

`repwatch train` leaves encoder-full.onnx in its work folder. Without --full the shipped encoder itself is computed in
float32, unpruned: what rounding took from its matrices is then not counted, what int8 takes from what they read is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.answers import LABELS, probabilities
from classifier.encoder import Encoder
from classifier.figures import macro_f1
from classifier.files import ENCODER, TOKENIZER, WORDS, open_weights
from classifier.reading import prepare
from classifier.training.corpus import Example, read_corpus
from classifier.training.export import write_full_encoder
from classifier.training.reread import read_network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", type=Path, help="the network in float32; default: the shipped one, from int8")
    parser.add_argument("--cap", type=int, default=400, help="texts a set and language")
    given = parser.parse_args()
    examples = three_class_dev(Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "data", given.cap)
    small_folder, manifest = open_weights()
    with tempfile.TemporaryDirectory() as scratch:
        full_folder = Path(scratch)
        for name in (WORDS, TOKENIZER):
            shutil.copy(small_folder / name, full_folder / name)
        if given.full:
            shutil.copy(given.full, full_folder / ENCODER)
        else:
            write_full_encoder(read_network(small_folder, origins=1), full_folder / ENCODER)
        shares = {}
        for name, folder in (("shipped", small_folder), ("full", full_folder)):
            encoder = Encoder(folder, threads=2, max_tokens=manifest.max_tokens, batch_size=32)
            read = encoder.read([prepare(example.text) for example in examples])
            shares[name] = probabilities(read.sentiment, manifest.bias, manifest.temperature)
    show(examples, shares["full"], shares["shipped"])


def three_class_dev(folder: Path, cap: int) -> list[Example]:
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for example in read_corpus(folder):
        if example.split == "dev" and example.label is not None and not example.two_class:
            seen[example.origin, example.lang] += 1
            if seen[example.origin, example.lang] <= cap:
                kept.append(example)
    return kept


def show(examples: Sequence[Example], full: np.ndarray, small: np.ndarray) -> None:
    places: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        places[example.lang].append(place)
        if example.origin == "umsab":
            places["umsab"].append(place)
        places["all"].append(place)
    for lang, rows in sorted(places.items()):
        truth = [str(LABELS[examples[i].label or 0]) for i in rows]
        scores = [macro_f1(truth, [str(LABELS[int(shares[i].argmax())]) for i in rows]) for shares in (full, small)]
        lost = 100 * (scores[0] - scores[1])
        print(f"{lang:6} n={len(rows):5d} full {scores[0]:.3f} shipped {scores[1]:.3f} lost {lost:+.1f}")
    changed = float((full.argmax(1) != small.argmax(1)).mean())
    gap = float(np.abs(full - small)[:, 0].mean())
    print(f"labels that differ {changed:.3f}; mean gap of the probability of negative {gap:.4f}")


if __name__ == "__main__":
    main()
