"""Maps another model's labels to negative, neutral, positive: three classes, five stars, or two classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from classifier.model import ModelError

NEGATIVE, NEUTRAL, POSITIVE = range(3)
_PLACES = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
_WORDS = {
    **dict.fromkeys(("negative", "neg", "negativ", "very negative", "bad", "negatywny", "негативный"), NEGATIVE),
    **dict.fromkeys(("neutral", "neu", "mixed", "neutre", "neutralny", "нейтральный"), NEUTRAL),
    **dict.fromkeys(("positive", "pos", "positiv", "very positive", "good", "pozytywny", "позитивный"), POSITIVE),
}
_STARS = re.compile(r"^(?:label_?)?([1-5])(?:\s*stars?)?$", re.IGNORECASE)
_NUMBERED = re.compile(r"^label_?\d+$", re.IGNORECASE)


def places_of(labels: Sequence[str], chosen: Mapping[str, str | int] | None = None) -> list[int]:
    """For each label of the model, in its order: 0 negative, 1 neutral, 2 positive.

    One or two stars count as negative, three as neutral, four or five as positive. Raises ModelError that shows the
    labels and how to map them where their names do not tell.
    """
    if chosen is not None:
        places = [_chosen(label, chosen) for label in labels]
    else:
        places = [_guessed(label, len(labels)) for label in labels]
    unknown = [label for label, place in zip(labels, places, strict=True) if place is None]
    known = [place for place in places if place is not None]
    if unknown or not {NEGATIVE, POSITIVE} <= set(known):
        raise ModelError(
            f"[model] the model's labels {', '.join(map(repr, labels))} do not tell negative from positive: "
            f'say so in [model.labels], such as {labels[0]!r} = "negative" (or neutral, positive, or 1 to 5 for stars)'
        )
    return known


def _chosen(label: str, chosen: Mapping[str, str | int]) -> int | None:
    meaning = chosen.get(label)
    if isinstance(meaning, int):
        return _of_stars(meaning) if 1 <= meaning <= 5 else None
    return _PLACES.get(meaning.lower()) if meaning is not None else None


def _guessed(label: str, count: int) -> int | None:
    name = label.strip().lower().replace("_", " ") if not _NUMBERED.match(label) else label
    if name in _WORDS:
        return _WORDS[name]
    stars = _STARS.match(label.strip())
    # "LABEL_1" of two or three classes is a mere number; of five classes "LABEL_0" might begin at nought too.
    if stars and count == 5 and not _NUMBERED.match(label):
        return _of_stars(int(stars.group(1)))
    return None


def _of_stars(stars: int) -> int:
    return NEGATIVE if stars <= 2 else NEUTRAL if stars == 3 else POSITIVE
