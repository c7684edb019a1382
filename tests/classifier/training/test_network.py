"""The network, its loss, its export: what training computes is what ships."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from classifier.encoder import PAD
from classifier.model import TOPICS
from classifier.training.base import read_base
from classifier.training.calibrate import fit, unsure_band
from classifier.training.corpus import Example
from classifier.training.graph import write_graph
from classifier.training.mixing import Batch, Mix, batches
from classifier.training.network import Network, mean_of
from classifier.training.objective import losses
from classifier.words import WIDTH, dequantise
from tests.classifier.toy import LETTERS, toy_heads, toy_rows, toy_state, toy_tokenizer_json


def example(text: str, origin: str = "a", label: int | None = 0, lang: str = "pl") -> Example:
    return Example(text=text, label=label, topics=None, lang=lang, origin=origin, split="train")


def test_blocks_of_four_bits_are_read_low_nibbles_first() -> None:
    block = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x1F] + [0x88] * 15), np.uint8)
    weights = dequantise(block)
    assert weights.shape == (32,)
    assert weights[0] == (15 - 8) * 0.5 and weights[16] == (1 - 8) * 0.5 and weights[1] == 0


def test_a_base_file_is_read_by_its_directory(tmp_path: Path) -> None:
    rows = toy_rows(np.random.default_rng(1), 3)
    norm = np.arange(4, dtype=np.float32)
    head = b"E5S1" + struct.pack("<9i", 1, WIDTH, 0, 12, 0, 3, 512, 2, 0) + struct.pack("<i", 32)
    tokens = struct.pack("<5iQ", 0, 0, 2, 1, 3, 0) + struct.pack("<i", 0) + struct.pack("<iI", 0, 0)
    names = [("emb.word", 1, 3 * WIDTH, rows.tobytes()), ("emb.ln.w", 0, 4, norm.tobytes())]
    at = len(head) + len(tokens) + 4 + sum(2 + len(name) + 21 for name, *_ in names)
    directory = struct.pack("<i", len(names))
    for name, kind, count, content in names:
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(content))
        at += len(content)
    path = tmp_path / "base.bin"
    path.write_bytes(head + tokens + directory + b"".join(content for *_, content in names))
    base = read_base(path, tmp_path / "tokenizer.json")
    assert base.word_rows(np.array([2])).shape == (1, WIDTH)
    assert (base.word_blocks == rows).all() and (base.tensors["emb.ln.w"] == norm).all()


def test_the_mean_of_networks_has_the_mean_of_their_weights() -> None:
    words = torch.zeros(4, WIDTH)
    one, other = (Network(words, origins=2) for _ in range(2))
    mean = mean_of([one, other])
    for name, weight in mean.named_parameters():
        together = (one.get_parameter(name) + other.get_parameter(name)) / 2
        assert torch.allclose(weight, together), name
    assert not torch.equal(one.sentiment.weight, mean.sentiment.weight)  # the first is left as it was


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="not an E5S1 file"):
        read_base(tmp_path / "x.bin", tmp_path)


def test_the_same_seed_draws_the_same_batches() -> None:
    tokenizer = Tokenizer.from_str(toy_tokenizer_json())
    texts = [example("a" * (n % 30 + 1), origin) for n in range(200) for origin in "ab"]
    mix = Mix(weights={"b": 0.0}, batch_tokens=64, max_batch=8)
    one, two = (next(batches(texts, tokenizer, mix, {"a": 0, "b": 1}, 3)) for _ in range(2))
    assert (one.ids == two.ids).all()
    assert one.ids.numel() <= 64 or len(one.ids) == 1
    assert (one.origin == 0).all()
    assert ((one.ids == PAD) == (one.mask == 0)).all()


class Still(torch.nn.Module):
    """As much of a network as the loss needs."""

    def __init__(self) -> None:
        super().__init__()
        self.origin_bias = torch.nn.Parameter(torch.zeros(2, 3))


def batch(label: int, *, two_class: bool, topics: float = math.nan) -> Batch:
    return Batch(
        ids=torch.zeros(1, 1, dtype=torch.long),
        mask=torch.ones(1, 1, dtype=torch.long),
        label=torch.tensor([label]),
        two_class=torch.tensor([two_class]),
        topics=torch.full((1, len(TOPICS)), topics),
        origin=torch.tensor([0]),
    )


def loss(neutral: float, label: int, *, two_class: bool) -> float:
    logits = torch.tensor([[1.0, neutral, 0.0]])
    still: torch.nn.Module = Still()
    found = losses(still, batch(label, two_class=two_class), logits, torch.zeros(1, len(TOPICS)))  # type: ignore[arg-type]
    return float(found.detach())


def test_a_two_class_set_says_nothing_of_neutral() -> None:
    assert loss(0.0, 0, two_class=True) == pytest.approx(loss(9.0, 0, two_class=True))
    assert loss(0.0, 0, two_class=False) < loss(9.0, 0, two_class=False)


def test_nothing_is_learnt_where_nobody_labelled() -> None:
    assert loss(0.0, -1, two_class=False) == 0


def test_topics_count_only_where_somebody_looked() -> None:
    still: torch.nn.Module = Still()
    zeros, logits = torch.zeros(1, len(TOPICS)), torch.zeros(1, 3)
    asked = losses(still, batch(-1, two_class=False, topics=1.0), logits, zeros)  # type: ignore[arg-type]
    assert float(asked) > 0


def test_the_exported_graph_computes_what_pytorch_computes(tmp_path: Path) -> None:
    import onnxruntime
    from transformers import BertConfig, BertModel

    chance = np.random.default_rng(2)
    state, heads = toy_state(chance), toy_heads(chance)
    write_graph(state, heads, tmp_path / "whole.onnx", quantised=False)
    write_graph(state, heads, tmp_path / "int8.onnx")
    config = BertConfig(
        vocab_size=1, hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=12, intermediate_size=64
    )
    bert = BertModel(config, add_pooling_layer=False)
    bert.train(False)
    bert.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=False)
    embedded = chance.normal(0, 1, (2, 7, WIDTH)).astype(np.float32)
    mask = np.array([[1] * 7, [1] * 4 + [0] * 3], np.int32)
    with torch.inference_mode():
        hidden = bert(inputs_embeds=torch.from_numpy(embedded), attention_mask=torch.from_numpy(mask)).last_hidden_state
    expected = (hidden.numpy() * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    for name, gap in (("whole", 1e-4), ("int8", 0.1)):
        session = onnxruntime.InferenceSession(
            str(tmp_path / f"{name}.onnx"), disabled_optimizers=["SkipLayerNormFusion"]
        )
        sentiment, topics, pooled = session.run(None, {"embedded": embedded, "mask": mask})
        assert np.abs(pooled - expected).max() < gap
        assert sentiment.shape == (2, 3) and topics.shape == (2, len(TOPICS))


def test_calibration_finds_the_temperature_and_the_bias_that_were_put_in() -> None:
    chance = np.random.default_rng(4)
    true = chance.normal(0, 2, (6000, 3)).astype(np.float32)
    powers = np.exp(true)
    shares = powers / powers.sum(1, keepdims=True)
    labels = np.array([chance.choice(3, p=one) for one in shares])
    seen = true * 2.5 - np.array([1.0, -1.0, 0.0], np.float32)
    bias, temperature = fit(seen, labels, np.full(6000, 1 / 6000, np.float32))
    assert temperature == pytest.approx(2.5, rel=0.1)
    assert bias[0] - bias[1] == pytest.approx(2.0, abs=0.3)


def test_the_unsure_band_takes_the_share_it_may() -> None:
    confidence = np.linspace(0.34, 1, 100).astype(np.float32)
    band = unsure_band(confidence, np.full(100, 0.01, np.float32), most=0.2)
    assert (confidence < band).mean() == pytest.approx(0.2, abs=0.02)


def test_letters_of_the_toy_are_all_different() -> None:
    assert len(set(LETTERS)) == len(LETTERS)
