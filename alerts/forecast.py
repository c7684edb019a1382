"""How a thread will grow, and the moment by which one fifth of what is to come will be there: pure and fast."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from alerts.growth.constants import Constants, shipped_constants
from alerts.growth.curve import GrowthCurve
from alerts.growth.deadline import growth_deadline
from alerts.growth.features import thread_features
from alerts.growth.gamma_poisson import gamma_poisson, gamma_poisson_unseen
from alerts.growth.outlook import Outlook, blended
from alerts.growth.past import Past, source_key
from alerts.growth.platforms import GLOBAL, platform_of
from alerts.growth.selection import seen_whole
from alerts.growth.timeline import HORIZON, Timeline, cleaned, is_counted, seen_by, timeline_from

__all__ = [
    "HANDED_OVER",
    "HORIZON",
    "Forecast",
    "ForecastSettings",
    "Forecaster",
    "Timeline",
    "forecast_lines",
    "timeline_from",
]

MODEL_VERSION = "growth-2"

# Of the pool, once there are enough analogues; chosen by cross-validation (docs/decisions).
ANALOGUE_WEIGHT = 0.25

# Finished threads of a source that weigh as much as what is usual elsewhere: the net learns fast from them.
_OWN_SPEAK = 5.0

MILESTONES = (5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSettings:
    """What a team may choose about its deadlines."""

    # The share of the growth still to come that may arrive before the answer: 0.10 strict, 0.35 relaxed.
    share: float = 0.20
    # Seconds: nobody answers faster than the floor, no growing thread waits longer than the cap.
    floor_seconds: float = 15 * 60.0
    cap_seconds: float = 24 * 3600.0
    # Below these a thread is not growing.
    least_expected: float = 1.0
    least_p_grow: float = 0.2
    # Finished threads kept of each source, the newest.
    history_per_source: int = 2000
    # A source is crawled with all its posts, also those nobody ever answers; false for threads that were chosen because
    # they had grown, as the public sets were.
    seen_whole: bool = True


# For threads handed over by hand: the newest of their history may be of any time, and so may those asked about; they
# may be any choice, so they are taken as the public sets are.
HANDED_OVER = ForecastSettings(history_per_source=sys.maxsize, seen_whole=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is expected of one thread from one crawl on; times in seconds after that crawl, counts in replies."""

    growing: bool
    # The growth deadline between floor and cap, as if the thread grew; so only a courtesy number when it does not.
    deadline_seconds: float
    deadline_before_clamp: float
    # The share of the growth expected before the unclamped deadline: near the setting, see growth/deadline.py.
    deadline_share: float
    # Replies still to come: mean and the 80 % interval; the final size is what is there plus the median to come.
    expected_more: float
    expected_more_low: float
    expected_more_high: float
    expected_final: float
    p_grow_3_24h: float
    p_10_more_24h: float
    p_double: float
    # The largest round number likely (0.5) to be passed, and the time by which that is likely.
    milestone: int | None
    milestone_seconds: float | None
    # G: the share of its audience the thread had before we first saw it (by this crawl, if that is not known).
    seen_share: float
    # own_history, platform_prior, global_prior or no_replies, and the finished threads of this source behind it.
    basis: str
    history_threads: int
    # grows, quiet, faster_than_humans, finished, no_curve
    reason: str
    model_version: str
    # Replies left out because their time could not be.
    dropped: int
    outlook: Outlook
    # How likely the milestone is passed within the horizon.
    milestone_chance: float = 0.0
    # Of so many most similar finished threads, so many reached the milestone (without one: the next round number);
    # 0 of 0 with too little history.
    similar_size: int | None = None
    similar: int = 0
    similar_grew: int = 0

    def share_by(self, seconds: float) -> float:
        """F: the share of what is still to come expected within so many seconds of the crawl."""
        return self.outlook.share_by(seconds)


class Forecaster:
    """Forecasts from the shipped constants and, where there are any, the finished threads of one's own store."""

    def __init__(
        self,
        history: Iterable[Timeline] = (),
        settings: ForecastSettings | None = None,
        constants: Constants | None = None,
    ) -> None:
        """`history`: finished threads in any order; those the owner answered meanwhile are left out (not natural).

        `constants`: other ones than the shipped, for measuring.
        """
        self._settings = settings or ForecastSettings()
        self._constants = constants or shipped_constants()
        self._past = Past(history, self._settings.history_per_source, self._constants)

    def forecast(self, timeline: Timeline, age: float) -> Forecast:
        """The forecast of a thread `age` seconds after its creation, at the crawl that last saw it. Never raises."""
        known = cleaned(timeline)
        age = _usable_age(age, known)
        known = seen_by(known, age)
        platform = platform_of(known.source, is_review=known.is_review)
        community = self._past.community(known, platform or GLOBAL)
        outlook = self.outlook(known, age, platform or GLOBAL)
        return self._told(outlook, known, len(known.events), age, platform, community.curve)

    def forecast_unseen(self, timeline: Timeline, age: float) -> Forecast:
        """The same for a thread whose replies nobody has counted: what is usual at its source and age, no more."""
        known = replace(cleaned(timeline), events=())
        age = _usable_age(age, known)
        platform = platform_of(known.source, is_review=known.is_review)
        curve = self._past.community(known, platform or GLOBAL).curve
        outlook, replies = gamma_poisson_unseen(curve, age)
        return self._told(outlook, known, round(replies), age, platform, curve)

    def outlook(self, known: Timeline, age: float, platform: str) -> Outlook:
        """The shipped net, which knows the source's past as features, pooled with the source's own analogues."""
        community = self._past.community(known, platform)
        if age >= HORIZON:
            return gamma_poisson(community.curve, len(known.events), age)
        about = community.features(age, known.created_at)
        features = np.append(thread_features(known.events, age, known.created_at), about)
        learned = self._constants.net.outlook(features, platform, age)
        learned = self._natural(learned, known, age, platform)
        library = self._past.library(known)
        if library is None:
            return learned
        return blended(learned, library.outlook(known.events, age, source_key(known)), ANALOGUE_WEIGHT)

    def _natural(self, learned: Outlook, known: Timeline, age: float, platform: str) -> Outlook:
        """The net's word for a place seen whole, as far as its own finished threads have not told it yet."""
        sizes = self._constants.sizes.get(platform) if self._settings.seen_whole else None
        if sizes is None:
            return learned
        own = len(self._past.community(known, platform).replies) if self._past.knows(known) else 0
        whole = seen_whole(learned, len(known.events), age, sizes, self._constants.prior_of(platform))
        return blended(learned, whole, _OWN_SPEAK / (own + _OWN_SPEAK))

    def _told(
        self, outlook: Outlook, known: Timeline, replies: int, age: float, platform: str | None, curve: GrowthCurve
    ) -> Forecast:
        rules = self._settings
        before, share = growth_deadline(outlook, rules.share)
        more = outlook.mean()
        growing = platform is not None and age < HORIZON
        growing = growing and more >= rules.least_expected and outlook.p_grow_3_24h >= rules.least_p_grow
        milestone, milestone_seconds = _milestone(outlook, replies)
        size = milestone or next((k for k in MILESTONES if k > replies), None)
        similar, grew = self._similar(known, age, size)
        own = curve.threads if self._past.knows(known) else 0
        return Forecast(
            growing=growing,
            deadline_seconds=min(max(before, rules.floor_seconds), rules.cap_seconds),
            deadline_before_clamp=before,
            deadline_share=share,
            expected_more=more,
            expected_more_low=outlook.quantile(0.1),
            expected_more_high=outlook.quantile(0.9),
            expected_final=replies + outlook.quantile(0.5),
            p_grow_3_24h=outlook.p_grow_3_24h,
            p_10_more_24h=outlook.p_10_more_24h,
            p_double=outlook.p_double,
            milestone=milestone,
            milestone_seconds=milestone_seconds,
            seen_share=curve.share_at(age if known.first_seen_age is None else min(known.first_seen_age, age)),
            basis=_basis(platform, own),
            history_threads=own,
            reason=_reason(platform, age, growing, before < rules.floor_seconds),
            model_version=MODEL_VERSION,
            dropped=known.dropped,
            outlook=outlook,
            milestone_chance=outlook.at_least(milestone - replies) if milestone is not None else 0.0,
            similar_size=size if similar else None,
            similar=similar,
            similar_grew=grew,
        )

    def _similar(self, known: Timeline, age: float, size: int | None) -> tuple[int, int]:
        """Of so many most similar finished threads, how many grew to `size` replies."""
        library = self._past.library(known) if age < HORIZON else None
        if library is None or size is None:
            return 0, 0
        return library.grown_past(known.events, age, source_key(known), size)


def forecast_lines(
    lines: Iterable[Mapping[str, Any]],
    age: float,
    history_lines: Iterable[Mapping[str, Any]] = (),
    *,
    forecaster: Forecaster | None = None,
) -> Iterator[dict[str, Any]]:
    """`repwatch forecast`: decoded JSON lines in, one dictionary out for each, in the same order.

    A line without a list of `events` is answered from its source and age alone and says `about`: true.
    `forecaster`: one that knows the store's past already; then `history_lines` are not looked at.
    """
    forecaster = forecaster or Forecaster(map(timeline_from, history_lines), HANDED_OVER)
    for row in lines:
        timeline = timeline_from(row)
        # No list of replies is not a list without replies: then nothing of this thread is known but its source and age.
        is_about = not is_counted(row)
        told = forecaster.forecast_unseen(timeline, age) if is_about else forecaster.forecast(timeline, age)
        yield {
            "thread_id": row.get("thread_id"),
            "expected_final": round(told.expected_final, 2),
            "p_double": round(told.p_double, 5),
            "p_10_more_24h": round(told.p_10_more_24h, 5),
            "growing": told.growing,
            "deadline_seconds": round(told.deadline_seconds, 1),
            "reason": told.reason,
            "basis": told.basis,
            "about": is_about,
            "dropped": told.dropped,
        }


def _usable_age(age: float, known: Timeline) -> float:
    """The age, or the last reply's where a jumped clock left none; never negative."""
    if isfinite(age):
        return max(0.0, age)
    return known.events[-1] if known.events else 0.0


def _milestone(outlook: Outlook, replies: int) -> tuple[int | None, float | None]:
    likely = [k for k in MILESTONES if k > replies and outlook.at_least(k - replies) >= 0.5]
    if not likely:
        return None, None
    to_come = max(outlook.quantile(0.5), 1e-9)
    return likely[-1], outlook.time_to(min(1.0, (likely[-1] - replies) / to_come))


def _basis(platform: str | None, own: int) -> str:
    if platform is None:
        return "no_replies"
    if own:
        return "own_history"
    return "global_prior" if platform == GLOBAL else "platform_prior"


def _reason(platform: str | None, age: float, growing: bool, too_fast: bool) -> str:
    if platform is None:
        return "no_curve"
    if age >= HORIZON:
        return "finished"
    if not growing:
        return "quiet"
    return "faster_than_humans" if too_fast else "grows"
