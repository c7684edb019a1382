"""The rules of judging as data: defaults that hold by themselves, and a team's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from storage.records import Mention, Severity, Thread


class Then(StrEnum):
    """What a matching rule decides against the plain reading."""

    NEGATIVE = "negative"
    CALM = "calm"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRule:
    """One rule of the configuration; an empty condition matches everything, the first rule that matches decides."""

    name: str
    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    # BCP 47, matched by the primary subtag: "pt" matches "pt-BR".
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    # Stars of five, both ends included.
    stars_from: float | None = None
    stars_to: float | None = None
    then: Then | None = None
    least: Severity | None = None
    most: Severity | None = None

    def matches(self, thread: Thread, topics: tuple[str, ...], language: str | None) -> bool:
        return (
            _among(thread.brand, self.brands)
            and _among(thread.source, self.sources)
            and (not self.languages or _primary(language) in {_primary(code) for code in self.languages})
            and (not self.topics or not set(topics).isdisjoint(self.topics))
            and self._rating_matches(thread.root)
        )

    def _rating_matches(self, root: Mention | None) -> bool:
        if self.stars_from is None and self.stars_to is None:
            return True
        if root is None or root.rating is None:
            return False
        stars = root.rating.share * 5
        return (self.stars_from is None or stars >= self.stars_from) and (
            self.stars_to is None or stars <= self.stars_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictPolicy:
    """What `[verdict]` of repwatch.toml says; every number has a default a team can start with."""

    # Share of negative voices from which a thread is negative word of mouth.
    negative_from: float = 0.5
    # A surely negative first text stays negative down to this share, however many others praise.
    contested_from: float = 0.25
    # Confidence under which a text alone never makes a thread negative; the model's own "unsure" counts too.
    sure_from: float = 0.6
    # Where people come for help most first texts tell of a trouble, which is no complaint yet: a text is sure there
    # from this confidence on, and replies make the thread negative only together (`unsure_voices` people).
    help_sources: tuple[str, ...] = ("discourse", "forum", "stackexchange", "github")
    help_sure_from: float = 0.8
    # So many unsure negative texts of different people count as a sure one.
    unsure_voices: int = 3
    # How much the stars weigh beside the words of the same review.
    rating_share: float = 0.55
    # The first text weighs as so many replies.
    root_weight: float = 2.0
    # Probability from which a text is strongly negative; calibrated models rarely say more than 0.9.
    strong_from: float = 0.8
    # From so many others who complain a point more, and one more from the second number; the same of people reached.
    joined: tuple[int, int] = (3, 8)
    reach: tuple[int, int] = (50, 500)
    # From so many earlier complaints of the same author a point more.
    earlier_complaints: int = 2
    # Topics that make a thread more important, with the points they add.
    topic_points: Mapping[str, int] = field(
        default_factory=lambda: {"safety_privacy": 3, "billing_refund": 1, "no_answer": 1}
    )
    # Points from which a thread is of medium and of high severity.
    medium_from: int = 2
    high_from: int = 4
    rules: tuple[VerdictRule, ...] = ()

    def is_help(self, source: str) -> bool:
        """Do people come to this source to ask for help?"""
        return source.casefold() in {name.casefold() for name in self.help_sources}

    def at(self, source: str) -> VerdictPolicy:
        """The policy with what holds at this source."""
        return replace(self, sure_from=self.help_sure_from) if self.is_help(source) else self


def _among(value: str, allowed: tuple[str, ...]) -> bool:
    return not allowed or value.casefold() in {name.casefold() for name in allowed}


def _primary(code: str | None) -> str:
    return (code or "").replace("_", "-").split("-")[0].casefold()
