"""The model that ships with repwatch: ONNX Runtime, int8, no PyTorch, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from classifier.answers import MOST_TOPICS, OTHER, probabilities, sentiment_of, topics_above
from classifier.encoder import Encoder, Read
from classifier.files import Manifest, open_weights
from classifier.language import LanguageFinder
from classifier.model import TOPICS, ModelSettings
from classifier.own_topics import OwnTopics
from classifier.reading import prepare, readable
from storage.records import Sentiment

CHUNK = 2048  # texts tokenised and sorted by length at once: bounds memory, long enough to fill even batches
# A text of which half the pieces are unknown would be guessed at, not read.
MOST_UNKNOWN = 0.5


def load_shipped(settings: ModelSettings) -> ShippedModel:
    """Opens the weights folder. Raises ModelError that names what is missing or damaged, and the mend."""
    folder, manifest = open_weights(settings.weights)
    encoder = Encoder(folder, threads=settings.threads, max_tokens=manifest.max_tokens, batch_size=settings.batch_size)
    return ShippedModel(encoder, manifest, settings)


class ShippedModel:
    """See `classifier.model.SentimentModel`."""

    def __init__(self, encoder: Encoder, manifest: Manifest, settings: ModelSettings) -> None:
        self._encoder = encoder
        self._manifest = manifest
        self._languages = LanguageFinder(settings.languages)
        chosen = settings.unsure_below
        self._unsure_below = manifest.unsure_below if chosen is None else chosen
        self._own_topics = OwnTopics(settings.own_topics, self._embed)
        self.not_scored: Counter[str] = Counter()

    @property
    def name(self) -> str:
        return self._manifest.name

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        """One answer a text, in order; None where there is nothing to score (counted in `not_scored`)."""
        stated = languages or [None] * len(texts)
        answers: list[Sentiment | None] = []
        for start in range(0, len(texts), CHUNK):
            answers += self._score_chunk(texts[start : start + CHUNK], stated[start : start + CHUNK])
        return answers

    def _score_chunk(self, texts: Sequence[str], stated: Sequence[str | None]) -> list[Sentiment | None]:
        answers: list[Sentiment | None] = [None] * len(texts)
        clean_texts = (readable(text, self.not_scored) for text in texts)
        wanted = [(place, clean) for place, clean in enumerate(clean_texts) if clean is not None]
        if wanted:
            for (place, clean), answer in zip(wanted, self._answers([c for _, c in wanted]), strict=True):
                answers[place] = self._finish(answer, clean, stated[place])
        return answers

    def _answers(self, texts: list[str]) -> Iterator[Sentiment | None]:
        """Sentiments without a language yet; None where the network can't read the text's script."""
        read = self._encoder.read(texts)
        shares = probabilities(read.sentiment, self._manifest.bias, self._manifest.temperature)
        for place, (topics, unknown) in enumerate(zip(self._topics(read), read.unknown, strict=True)):
            if unknown >= MOST_UNKNOWN:
                self.not_scored["unknown script"] += 1
                yield None
                continue
            yield sentiment_of(
                shares[place], model=self.name, unsure_below=self._unsure_below, language=None, topics=topics
            )

    def _finish(self, answer: Sentiment | None, clean: str, stated: str | None) -> Sentiment | None:
        if answer is None:
            return None
        return replace(answer, language=self._languages.find(clean, stated))

    def _topics(self, read: Read) -> Iterator[tuple[str, ...]]:
        """Own topics stand before ours: who adds one means it."""
        scores = 1 / (1 + np.exp(-read.topics))
        for row, own in zip(scores, self._own_topics.of(read.pooled), strict=True):
            ours = topics_above(dict(zip(TOPICS, map(float, row), strict=True)), self._manifest.topic_thresholds)
            yield (*own, *(topic for topic in ours if not own or topic != OTHER))[:MOST_TOPICS]

    def _embed(self, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return self._encoder.read([prepare(text) for text in texts]).pooled
