"""What customers' stars say: the mean by source, and how ratings changed by how fast we had answered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from storage.records import RatingChange, WeekRows

# Upper bounds of "answered within", in hours; slower and unanswered follow.
_WITHIN = (4, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRating:
    """The mean rating of a source in stars of five, whatever its own scale, and of how many."""

    source: str
    stars: float
    ratings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingEffect:
    """Ratings that were changed in the week, by how fast the owner had answered before the change."""

    # Hours within which the answer came; None: later than the last bound, or no answer before the change.
    within: int | None
    answered: bool
    ratings: int
    # Mean change in stars of five.
    change: float

    @property
    def speed(self) -> tuple[bool, int | None]:
        """By what two weeks' effects are the same kind."""
        return self.answered, self.within


def mean_ratings(rows: WeekRows) -> dict[str, MeanRating]:
    """By source, in stars of five, so that scales can stand side by side; thumbs (of 1) have no middle: left out."""
    stars: dict[str, float] = defaultdict(float)
    ratings: dict[str, int] = defaultdict(int)
    for count in rows.ratings:
        if count.rating.best > 1:
            stars[count.source] += 5 * count.rating.share * count.mentions
            ratings[count.source] += count.mentions
    return {
        source: MeanRating(source=source, stars=stars[source] / many, ratings=many)
        for source, many in sorted(ratings.items())
    }


def rating_effects(rows: WeekRows) -> tuple[RatingEffect, ...]:
    """Fast answers first, no answer last."""
    groups: dict[tuple[bool, int], list[float]] = defaultdict(list)
    for change in rows.rating_changes:
        groups[_slowness(change)].append(5 * (change.after.share - change.before.share))
    return tuple(
        RatingEffect(
            within=_WITHIN[bound] if bound < len(_WITHIN) else None,
            answered=not is_unanswered,
            ratings=len(changes),
            change=sum(changes) / len(changes),
        )
        for (is_unanswered, bound), changes in sorted(groups.items())
    )


def _slowness(change: RatingChange) -> tuple[bool, int]:
    """Was there no answer before the rating changed, and which bound did the answer keep?"""
    if change.answered_at is None or change.answered_at > change.changed_at:
        return True, len(_WITHIN)
    hours = (change.answered_at - change.began).total_seconds() / 3600
    return False, next((number for number, bound in enumerate(_WITHIN) if hours <= bound), len(_WITHIN))
