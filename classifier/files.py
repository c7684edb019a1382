"""Finds the shipped files and says plainly which one is missing or damaged, and the mend."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.model import ModelError

WEIGHTS = Path(__file__).parent / "weights"
ENCODER, WORDS, TOKENIZER, MANIFEST = "encoder.onnx", "words.q4", "tokenizer.json.gz", "model.json"
PRUNED = "pruned.onnx"
"""The graph that runs where there is one; it reads its matrices out of the encoder's file."""
CORRECTIONS = "corrections.npz"
"""What is added to those matrices when the model is opened."""
MEND = "bring it back with `git checkout -- classifier/weights`, or make it again with `repwatch train`"


def is_ours(folder: Path) -> bool:
    """Did `repwatch train` write this folder?"""
    return all((folder / name).is_file() for name in (ENCODER, WORDS, TOKENIZER, MANIFEST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `model.json` says: how the logits become probabilities, and what the files should be."""

    name: str
    temperature: float
    # Added to the logits of negative, neutral, positive before the temperature.
    bias: tuple[float, float, float]
    unsure_below: float
    topic_thresholds: dict[str, float]
    max_tokens: int
    # File name → bytes and SHA-256.
    files: dict[str, dict[str, Any]]


def open_weights(folder: Path | None = None, *, thorough: bool = False) -> tuple[Path, Manifest]:
    """The folder and its manifest, every file there and of its size. `thorough` checks SHA-256 too (0.1 s more).

    Raises ModelError that names the file and the mend.
    """
    folder = folder or WEIGHTS
    manifest = _read_manifest(folder / MANIFEST)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"the model's file {path} is missing: {MEND}")
        if path.stat().st_size != expected["bytes"]:
            raise ModelError(f"the model's file {path} is damaged (wrong size): {MEND}")
        if thorough and hashlib.sha256(path.read_bytes()).hexdigest() != expected["sha256"]:
            raise ModelError(f"the model's file {path} is damaged (wrong checksum): {MEND}")
    return folder, manifest


def _read_manifest(path: Path) -> Manifest:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        negative, neutral, positive = raw.pop("bias")
        return Manifest(bias=(negative, neutral, positive), **raw)
    except FileNotFoundError:
        raise ModelError(f"the model's file {path} is missing: {MEND}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"the model's file {path} is damaged ({error}): {MEND}") from error
