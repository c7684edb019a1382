"""Draws training batches: sets and languages balanced, texts roughened now and then, like lengths together."""

from __future__ import annotations

import math
import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from classifier.encoder import head_and_tail
from classifier.model import TOPICS
from classifier.reading import prepare
from classifier.training.corpus import Example

POOL = 2048  # texts drawn before they are sorted by length


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How much of what: a group (set and language) is drawn in proportion to size ** evenness * its set's weight."""

    weights: Mapping[str, float]
    evenness: float = 0.7
    max_tokens: int = 96
    # Tokens of a batch, padding included; short texts make large batches.
    batch_tokens: int = 1536
    max_batch: int = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    ids: Tensor
    mask: Tensor
    label: Tensor  # -1 where unknown
    two_class: Tensor
    topics: Tensor  # NaN where unknown
    origin: Tensor


def batches(
    examples: Sequence[Example], tokenizer: Tokenizer, mix: Mix, origins: Mapping[str, int], seed: int
) -> Iterator[Batch]:
    """Endless batches; the same seed gives the same batches."""
    rng = random.Random(seed)
    draw = _drawer(examples, mix, rng)
    while True:
        pool = [next(draw) for _ in range(POOL)]
        encoded = tokenizer.encode_batch([_roughen(prepare(e.text), rng) for e in pool])
        rows = [
            (list(head_and_tail(code.ids, mix.max_tokens)), example)
            for code, example in zip(encoded, pool, strict=True)
        ]
        rows.sort(key=lambda row: len(row[0]))
        cut = list(_cut(rows, mix))
        rng.shuffle(cut)
        for part in cut:
            yield _batch(part, origins)


def _drawer(examples: Sequence[Example], mix: Mix, rng: random.Random) -> Iterator[Example]:
    """Each group is gone through in a new random order again and again; which group is next is left to chance."""
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        if mix.weights.get(example.origin, 1.0) > 0:
            groups[example.origin, example.lang].append(example)
    keys = sorted(groups)
    shares = [len(groups[key]) ** mix.evenness * mix.weights.get(key[0], 1.0) for key in keys]
    waiting: dict[tuple[str, str], list[Example]] = {key: [] for key in keys}
    while True:
        key = rng.choices(keys, shares)[0]
        if not waiting[key]:
            waiting[key] = rng.sample(groups[key], len(groups[key]))
        yield waiting[key].pop()


def _roughen(text: str, rng: random.Random) -> str:
    """Now and then what people do: no diacritics, no capitals, only capitals, no full stop."""
    chance = rng.random()
    if chance < 0.06:
        return "".join(c for c in unicodedata.normalize("NFD", text) if not 0x300 <= ord(c) < 0x370)
    if chance < 0.10:
        return text.lower()
    if chance < 0.12:
        return text.upper()
    if chance < 0.15:
        return text.rstrip(".!?) ")
    return text


def _cut(rows: list[tuple[list[int], Example]], mix: Mix) -> Iterator[list[tuple[list[int], Example]]]:
    part: list[tuple[list[int], Example]] = []
    for row in rows:
        longest = max(len(row[0]), 1)
        if part and (longest * (len(part) + 1) > mix.batch_tokens or len(part) == mix.max_batch):
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _batch(part: list[tuple[list[int], Example]], origins: Mapping[str, int]) -> Batch:
    longest = max(len(ids) for ids, _ in part)
    unknown = (math.nan,) * len(TOPICS)
    return Batch(
        ids=torch.tensor([ids + [1] * (longest - len(ids)) for ids, _ in part]),
        mask=torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids, _ in part]),
        label=torch.tensor([-1 if e.label is None else e.label for _, e in part]),
        two_class=torch.tensor([e.two_class for _, e in part]),
        topics=torch.tensor([e.topics or unknown for _, e in part]),
        origin=torch.tensor([origins[e.origin] for _, e in part]),
    )
