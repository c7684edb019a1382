"""Any other model: a Hugging Face id or a folder, by PyTorch and transformers, on a GPU where there is one."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.answers import sentiment_of
from classifier.label_maps import places_of
from classifier.language import LanguageFinder
from classifier.memory import memory_errors
from classifier.model import ModelError, ModelSettings
from classifier.reading import readable
from storage.records import Sentiment

MAX_TOKENS = 256
# A model nobody calibrated here: under this confidence a text goes to review.
UNSURE_BELOW = 0.55


def load_hub_model(settings: ModelSettings) -> HubModel:
    """Downloads or opens the model. Raises ModelError: torch missing, model not found, labels that can't be mapped."""
    if _is_path(settings.name) and not Path(settings.name).is_dir():
        raise ModelError(
            f"[model] {settings.name!r} is no folder here: name one with a saved model, or a hub's org/name"
        )
    try:
        import torch
        import transformers
    except ImportError:
        raise ModelError(
            f"[model] name = {settings.name!r} needs PyTorch and transformers: pip install 'repwatch[torch]', "
            'or use the shipped model: name = "shipped"'
        ) from None
    if not sys.stderr.isatty():
        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(settings.name)
        # Weights in the older format are a program that runs when they are read.
        network = transformers.AutoModelForSequenceClassification.from_pretrained(settings.name, use_safetensors=True)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise ModelError(f"[model] {settings.name!r} can't be loaded: {_first_line(error)}") from error
    if network.config.num_labels < 2:
        raise ModelError(
            f"[model] {settings.name!r} has one output only: a model with two, three or five classes is needed"
        )
    labels = [str(network.config.id2label[place]) for place in range(network.config.num_labels)]
    places = places_of(labels, settings.label_map)
    torch.set_num_threads(settings.threads)
    return HubModel(network.eval(), tokenizer, places, settings)


class HubModel:
    """See `classifier.model.SentimentModel`; has no topics of its own."""

    def __init__(self, network: Any, tokenizer: Any, places: Sequence[int], settings: ModelSettings) -> None:
        import torch

        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network = network.to(self._device)
        self._tokenizer = tokenizer
        # (labels, 3): sums the model's classes into ours.
        self._sums = np.eye(3, dtype=np.float32)[list(places)]
        self._settings = settings
        self._languages = LanguageFinder(settings.languages)
        self.not_scored: Counter[str] = Counter()
        self._name = f"{settings.name}@{_fingerprint(settings.name, network)}"

    @property
    def name(self) -> str:
        return self._name

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        """One answer a text, in order; None where there is nothing to score (counted in `not_scored`)."""
        stated = languages or [None] * len(texts)
        clean = [readable(text, self.not_scored) for text in texts]
        wanted = sorted((i for i, text in enumerate(clean) if text is not None), key=lambda i: -len(clean[i] or ""))
        answers: list[Sentiment | None] = [None] * len(texts)
        for start in range(0, len(wanted), self._settings.batch_size):
            part = wanted[start : start + self._settings.batch_size]
            for place, shares in zip(part, self._shares([clean[i] or "" for i in part]), strict=True):
                answers[place] = sentiment_of(
                    shares,
                    model=self.name,
                    unsure_below=self._settings.unsure_below or UNSURE_BELOW,
                    language=self._languages.find(clean[place] or "", stated[place]),
                )
        return answers

    def _shares(self, texts: list[str]) -> Any:
        import torch

        longest = min(MAX_TOKENS, getattr(self._tokenizer, "model_max_length", MAX_TOKENS))
        codes = self._tokenizer(texts, padding=True, truncation=True, max_length=longest, return_tensors="pt")
        with memory_errors(), torch.inference_mode():
            logits = self._network(**codes.to(self._device)).logits.float()
        return logits.softmax(-1).cpu().numpy() @ self._sums


def _fingerprint(name: str, network: Any) -> str:
    """The hub's commit where it is known, else a hash of the folder's configuration and sizes."""
    commit = getattr(network.config, "_commit_hash", None)
    if commit:
        return str(commit)[:12]
    folder = Path(name)
    sizes = [f"{p.name}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in sorted(folder.glob("*")) if p.is_file()]
    return hashlib.sha256("\n".join(sizes).encode()).hexdigest()[:12]


def _is_path(name: str) -> bool:
    """Is it a place on this machine? A hub's id has one slash at most, inside."""
    return name.startswith((".", "/", "~")) or name.count("/") > 1


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
