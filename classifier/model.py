"""The public door of the classifier: settings in, a sentiment model out; texts in, sentiments out.

    model = load_model(ModelSettings())
    for sentiment in model.score(["Nigdy więcej.", "Super, polecam!", ""]):
        ...  # a Sentiment, or None where there was nothing to score (counted in model.not_scored)

Nothing heavy is imported before `load_model` is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from storage.records import Sentiment

SHIPPED = "shipped"
"""The value of `[model] name` that means the model in `classifier/weights/`."""

TOPICS = (
    "product_quality",
    "delivery",
    "price_value",
    "billing_refund",
    "staff_service",
    "no_answer",
    "website_app",
    "wrong_information",
    "loyalty_offers",
    "safety_privacy",
    "other",
)
"""The topics of a complaint; a text has 0 to 3 of them. Own topics (`ModelSettings.own_topics`) come beside these."""


class ModelError(Exception):
    """The model can't be loaded; the message names what is wrong and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """What `[model]` of repwatch.toml says."""

    # "shipped", a Hugging Face id ("org/name") or a folder: with a saved model, or with what `repwatch train` wrote.
    name: str = SHIPPED
    threads: int = 2
    # How many texts are read at once.
    batch_size: int = 32
    # Confidence under which a text goes to review instead of the alarm; None: as chosen on data for the shipped model.
    unsure_below: float | None = None
    # ISO 639-1 codes the language finder chooses from; empty: every language it knows.
    languages: tuple[str, ...] = ()
    # Own topics: a name and a few example sentences in any language.
    own_topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # For a model that isn't ours: its label → negative, neutral, positive, or 1 to 5 (stars); None: guessed.
    label_map: Mapping[str, str | int] | None = None
    # Where the shipped files lie; None: `classifier/weights/`.
    weights: Path | None = None


class SentimentModel(Protocol):
    """Texts in, sentiments out, in the same order."""

    @property
    def name(self) -> str:
        """What is stored as `Sentiment.model`: changes whenever the answers may change."""

    @property
    def not_scored(self) -> Counter[str]:
        """Why texts were not scored, counted: "empty", "no words", "unknown script", "failed"."""

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        """One answer a text, in order; None where there is nothing to score. Never raises for a bad text.

        `languages`: what the source states of each text (BCP 47), believed before our own finder.
        """


def load_model(settings: ModelSettings | None = None) -> SentimentModel:
    """Loads the shipped model (about a second, 200 MB) or any other that `settings` names. Raises ModelError."""
    from classifier.files import is_ours

    settings = settings or ModelSettings()
    if settings.name == SHIPPED or is_ours(Path(settings.name)):
        from classifier.shipped import load_shipped

        own = settings.weights if settings.name == SHIPPED else Path(settings.name)
        return load_shipped(replace(settings, weights=own))
    from classifier.hub_model import load_hub_model

    return load_hub_model(settings)
