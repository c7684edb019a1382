"""The end of training: the whole encoder written, pruned, calibrated, and all files moved to where they ship from."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.encoder import Encoder
from classifier.files import CORRECTIONS, ENCODER, PRUNED, TOKENIZER, WORDS
from classifier.training.calibrate import calibrate
from classifier.training.corpus import Example
from classifier.training.corrections_file import write_corrections
from classifier.training.export import write_files, write_full_encoder, write_manifest
from classifier.training.lighten import lighten
from classifier.training.network import Network
from classifier.training.plan import Pruning
from classifier.training.pruned_graph import write_pruned_graph
from classifier.training.rounds import Workshop
from classifier.training.topic_head import fit_topic_head
from classifier.training.tuning import small_vectors

MAX_TOKENS = 192
"""Pieces of a text the shipped model reads; longer ones at head and tail."""
MADE = "made"
"""In the work folder: finished beside, so that whoever runs meanwhile never meets half a model."""


def write_whole(
    network: Network,
    words: npt.NDArray[np.uint8],
    tokenizer: str,
    examples: Sequence[Example],
    workshop: Workshop,
    *,
    ranges: Mapping[str, npt.NDArray[np.float32]],
) -> None:
    """The encoder in int8, its topic head fitted anew, with words and tokenizer; and in float32, to compare with."""
    made = workshop.work / MADE
    write_files(network, words, tokenizer, made, ranges=ranges)
    fit_topic_head(network, _encoder(made, workshop), examples)
    write_files(network, words, tokenizer, made, ranges=ranges)
    write_full_encoder(network, workshop.work / "encoder-full.onnx")


def borrow_whole(folder: Path, workshop: Workshop) -> None:
    """The same files as they lie in `folder`."""
    made = workshop.work / MADE
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    for name in (ENCODER, WORDS, TOKENIZER):
        shutil.copy(folder / name, made / name)


def prune_and_ship(
    network: Network, pruning: Pruning, examples: Sequence[Example], workshop: Workshop, out: Path
) -> bool:
    """The pruned graph, its topic head, the calibration, and everything into `out`; False when the time was up."""
    found = lighten(network, pruning, workshop)
    if found is None:
        return False
    kept, light = found
    made = workshop.work / MADE
    write_corrections(light, kept, made / ENCODER, made / CORRECTIONS)
    write_pruned_graph(made / ENCODER, kept, small_vectors(light), made / PRUNED, light.drops)
    judged = fit_topic_head(light, _encoder(made, workshop), examples)
    write_pruned_graph(made / ENCODER, kept, small_vectors(light), made / PRUNED, light.drops)
    workshop.say("calibrating on the dev parts")
    write_manifest(made, calibrate(_encoder(made, workshop), examples, judged, MAX_TOKENS))
    workshop.say(f"writing {out}")
    out.mkdir(parents=True, exist_ok=True)
    for file in sorted(made.iterdir()):
        shutil.copy(file, out / f"{file.name}.part")
    for part in sorted(out.glob("*.part")):
        part.replace(part.with_suffix(""))
    return True


def _encoder(folder: Path, workshop: Workshop) -> Encoder:
    return Encoder(folder, threads=workshop.workers, max_tokens=MAX_TOKENS, batch_size=32)
