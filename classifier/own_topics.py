"""Topics a user adds by a few example sentences: a text belongs where it lies nearer than chance to the examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from classifier.model import TOPICS, ModelError

Floats = npt.NDArray[np.float32]


class OwnTopics:
    """Centroids of the example sentences in the space of the network's pooled vectors."""

    def __init__(self, examples: Mapping[str, Sequence[str]], embed: Callable[[Sequence[str]], Floats]) -> None:
        """Raises ModelError for a topic without examples or with a name that is taken."""
        for name, sentences in examples.items():
            if name in TOPICS:
                raise ModelError(f"[model.topics] {name!r} is one of the topics there already: take another name")
            if not any(sentence.strip() for sentence in sentences):
                raise ModelError(f"[model.topics] {name!r} has no example sentence: give three or more")
        self.names = tuple(examples)
        if not self.names:
            return
        ordinary = _unit(embed(_ORDINARY))
        self._middle = ordinary.mean(axis=0)
        vectors = [self._directions(embed(list(examples[name]))) for name in self.names]
        self._centroids = np.stack([_unit(one.mean(axis=0)) for one in vectors])
        self._least = np.array([_threshold(one, self._centroids[i]) for i, one in enumerate(vectors)], np.float32)

    def of(self, pooled: Floats) -> list[tuple[str, ...]]:
        """The own topics of each text, nearest first."""
        if not self.names:
            return [()] * len(pooled)
        likeness = self._directions(pooled) @ self._centroids.T
        return [tuple(self.names[i] for i in np.argsort(-row) if row[i] >= self._least[i]) for row in likeness]

    def _directions(self, pooled: Floats) -> Floats:
        """Unit vectors seen from the middle of ordinary texts; without this all texts look alike to the network."""
        return _unit(_unit(pooled) - self._middle)


def _threshold(vectors: Floats, centroid: Floats) -> float:
    """Half-way between the examples' own likeness to their centroid and none; never below 0.35."""
    return max(0.35, 0.6 * float((vectors @ centroid).mean()))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), np.float32)


_ORDINARY = (
    "Great service, thank you!",
    "The parcel came late and nobody answered.",
    "Nie polecam, szkoda pieniędzy.",
    "Wszystko w porządku, szybko i sprawnie.",
    "Очень доволен покупкой.",
    "Обслуживание ужасное, ждал целый час.",
    "Produsul este bun, dar prea scump.",
    "Aplicația nu merge deloc.",
    "Zelo prijazno osebje.",
    "Izdelek se je pokvaril po enem tednu.",
    "Does anyone know when the shop opens?",
    "Das Zimmer war sauber, das Frühstück langweilig.",
)
