"""Chooses which of the base's 250,000 pieces are kept, and makes the tokenizer that knows only those."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

SPACE = "▁"  # how the tokenizer writes a blank
SIZE = 104_000
# Languages whose word lists (wordfreq) say which pieces are common; beside them count all pieces of the training texts.
_CODES = """
pl ro ru sl en hr cs sk de bg uk sr bs mk es fr it pt nl sv da nb fi is hu lv lt ca el tr ar hi zh ja ko id ms vi
"""
LANGUAGES = _CODES.split()
FIRST = frozenset(LANGUAGES[:10])
# All texts together, beside the word list of one language, whose frequencies add up to about 1.
_TEXTS_WEIGH = 30


def choose_pieces(tokenizer: Path, texts: Iterable[str], size: int = SIZE) -> list[int]:
    """Old piece numbers to keep, ascending: every single character, then the most used by word lists and texts."""
    vocabulary = [piece for piece, _ in json.loads(tokenizer.read_text())["model"]["vocab"]]
    keep = {i for i, piece in enumerate(vocabulary) if len(piece.replace(SPACE, "")) <= 1 or piece.startswith("<")}
    full = Tokenizer.from_file(str(tokenizer))
    weight: dict[int, float] = defaultdict(float)
    _add_texts(weight, full, texts)
    _add_word_lists(weight, full)
    for piece in sorted(weight, key=weight.__getitem__, reverse=True):
        if len(keep) >= size:
            break
        keep.add(piece)
    return sorted(keep)


def trimmed_tokenizer(tokenizer: Path, pieces: list[int]) -> str:
    """The tokenizer's JSON with only these pieces, renumbered 0, 1, 2 … in their order."""
    spec: dict[str, Any] = json.loads(tokenizer.read_text())
    number = {old: new for new, old in enumerate(pieces)}
    spec["model"]["vocab"] = [spec["model"]["vocab"][old] for old in pieces]
    spec["model"]["unk_id"] = number[spec["model"]["unk_id"]]
    for token in spec["added_tokens"]:
        token["id"] = number[token["id"]]
    template = spec["post_processor"]["special_tokens"]
    for token in template.values():
        token["ids"] = [number[old] for old in token["ids"]]
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"))


def _add_texts(weight: dict[int, float], full: Tokenizer, texts: Iterable[str]) -> None:
    """A piece counts by its share of all pieces of the texts, once a text."""
    seen: Counter[int] = Counter()
    for encoding in full.encode_batch(list(texts)):
        seen.update(set(encoding.ids))
    total = sum(seen.values()) or 1
    for piece, count in seen.items():
        weight[piece] += _TEXTS_WEIGH * count / total


def _add_word_lists(weight: dict[int, float], full: Tokenizer) -> None:
    """A piece counts by the frequency of the words it is part of; the first markets and neighbours count double."""
    import wordfreq

    for language in LANGUAGES:
        words = wordfreq.get_frequency_dict(language, "best")
        common = sorted(words, key=words.__getitem__, reverse=True)[:150_000]
        for word, encoding in zip(common, full.encode_batch(common, add_special_tokens=False), strict=True):
            share = words[word] * (2 if language in FIRST else 1)
            for piece in encoding.ids:
                weight[piece] += share
