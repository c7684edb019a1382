"""A toy model: the shipped files' format with one layer of random weights and a vocabulary of letters."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.files import ENCODER, TOKENIZER, WORDS
from classifier.model import TOPICS
from classifier.words import ROW_BYTES, WIDTH

INNER, PLACES = 64, 512
LETTERS = string.ascii_letters + string.digits + ".,!?'’-ąćęłńóśźżăâîșțčšžабвгдежзийклмнопрстуфхцчшщъыьэюяก😡"


def toy_weights(folder: Path) -> Path:
    """Writes encoder, words, tokenizer and manifest; the same every time."""
    from classifier.training.export import Calibration, write_manifest
    from classifier.training.graph import write_graph

    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(5)
    write_graph(toy_state(chance), toy_heads(chance), folder / ENCODER)
    (folder / WORDS).write_bytes(toy_rows(chance, 5 + len(LETTERS)).tobytes())
    _write_tokenizer(folder / TOKENIZER)
    thresholds = dict.fromkeys(TOPICS, 0.5)
    calibration = Calibration(
        temperature=1.0, bias=(0.0, 0.0, 0.0), unsure_below=0.5, topic_thresholds=thresholds, max_tokens=64
    )
    write_manifest(folder, calibration)
    return folder


def toy_rows(chance: np.random.Generator, count: int) -> npt.NDArray[np.uint8]:
    """Word rows with a sensible scale in every block."""
    rows = chance.integers(0, 256, (count, WIDTH // 32, ROW_BYTES // (WIDTH // 32)), dtype=np.uint8)
    rows[..., :2] = np.frombuffer(np.float16(0.1).tobytes(), np.uint8)
    return rows


def toy_state(chance: np.random.Generator) -> dict[str, npt.NDArray[np.float32]]:
    """A BertModel's state of one layer."""
    shapes = {
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for part, out, into in (
        ("attention.self.query", WIDTH, WIDTH),
        ("attention.self.key", WIDTH, WIDTH),
        ("attention.self.value", WIDTH, WIDTH),
        ("attention.output.dense", WIDTH, WIDTH),
        ("intermediate.dense", INNER, WIDTH),
        ("output.dense", WIDTH, INNER),
        ("attention.output.LayerNorm", WIDTH, 0),
        ("output.LayerNorm", WIDTH, 0),
    ):
        shapes[f"encoder.layer.0.{part}.weight"] = (out, into) if into else (out,)
        shapes[f"encoder.layer.0.{part}.bias"] = (out,)
    return {name: chance.normal(0, 0.05, shape).astype(np.float32) for name, shape in shapes.items()}


def toy_heads(
    chance: np.random.Generator,
) -> dict[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    sizes = {"sentiment": 3, "topics": len(TOPICS)}
    return {
        name: (chance.normal(0, 1, (size, WIDTH)).astype(np.float32), np.zeros(size, np.float32))
        for name, size in sizes.items()
    }


def toy_tokenizer_json() -> str:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    tokenizer = Tokenizer(models.Unigram(pieces + [(letter, -3.0) for letter in LETTERS], unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return str(tokenizer.to_str())


def _write_tokenizer(path: Path) -> None:
    import gzip

    path.write_bytes(gzip.compress(toy_tokenizer_json().encode()))
