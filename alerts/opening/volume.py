"""Are there more negatives than the same hours usually bring, and than the day before? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from alerts.alert_policy import RisePolicy

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """More than usual between two full hours (the last one still running)."""

    since: datetime
    until: datetime
    negatives: int
    # Mean of the same hours of the past weeks that are known, and the same hours the day before.
    usual: float
    day_before: int


def looked_at_from(now: datetime, policy: RisePolicy) -> datetime:
    """Counts are wanted from here to now."""
    return _full_hour(now) - policy.weeks * WEEK - (policy.hours - 1) * HOUR


def rise(by_hour: Mapping[datetime, int], now: datetime, watched_since: datetime, policy: RisePolicy) -> Rise | None:
    """The rise at `now`, None where there is none or too little past to tell (`by_hour`: full UTC hour → negatives).

    The count must stand out of its Poisson noise (`sigmas`), be several times the usual, and be confirmed against
    the same hours of the day before, so that a loud week is told once and not every day. Only weeks we were watching
    count: what a first crawl brings of the past is no measure of how loud it was.
    """
    until = _full_hour(now) + HOUR
    since = until - policy.hours * HOUR
    negatives = _count(by_hour, since, until)
    weeks = [number for number in range(1, policy.weeks + 1) if since - number * WEEK >= watched_since]
    if negatives < policy.least or not weeks:
        return None
    usual = sum(_count(by_hour, since - w * WEEK, until - w * WEEK) for w in weeks) / len(weeks)
    day_before = _count(by_hour, since - DAY, until - DAY)
    stands_out = negatives >= usual + policy.sigmas * sqrt(max(usual, 1.0)) and negatives >= policy.times * usual
    if not stands_out or negatives < policy.times * day_before:
        return None
    return Rise(since=since, until=min(until, max(now, since)), negatives=negatives, usual=usual, day_before=day_before)


def _count(by_hour: Mapping[datetime, int], since: datetime, until: datetime) -> int:
    return sum(by_hour.get(since + number * HOUR, 0) for number in range(round((until - since) / HOUR)))


def _full_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
