"""The stored past under today's rules: which cards, at what hours, which missed, did the forecasts hold? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.growth.backtest import GrowthFigures, growth_figures
from alerts.growth.timeline import Timeline
from alerts.opening.beginning import is_old, opening, rules_of, wants_alert
from alerts.watching.answers import owner_answer, said_at
from alerts.watching.look import look
from alerts.watching.plan import AlertPlan
from storage.records import Alert, AlertState, Mute, Severity, Thread, Verdict

# A replayed alert is looked at so often, and for so long: the forecast's horizon.
EVERY, LONGEST = timedelta(hours=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One negative thread as today's rules would have treated it."""

    thread_id: int
    url: str | None
    source: str
    # Why nobody would have been told; then the rest is empty.
    why_not: str | None = None
    severity: Severity | None = None
    carded_at: datetime | None = None
    answer_by: datetime | None = None
    answered_at: datetime | None = None
    missed: int = 0
    state: AlertState | None = None

    @property
    def is_in_time(self) -> bool | None:
        """Was it answered before the first deadline? None where nobody answered or was told."""
        if self.answer_by is None or self.answered_at is None:
            return None
        return self.answered_at <= self.answer_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a replay found."""

    since: datetime
    until: datetime
    threads: tuple[Replayed, ...]
    growth: GrowthFigures
    # Cards by the local hour of the first team, and by day.
    by_hour: tuple[int, ...]
    busiest_day: int

    @property
    def cards(self) -> int:
        return sum(one.why_not is None for one in self.threads)

    @property
    def in_time(self) -> int:
        return sum(one.is_in_time is True for one in self.threads)

    @property
    def late(self) -> int:
        return sum(one.is_in_time is False for one in self.threads)

    @property
    def unanswered(self) -> int:
        return sum(one.why_not is None and one.answered_at is None for one in self.threads)

    @property
    def grown(self) -> int:
        return sum(one.state is AlertState.GROWN for one in self.threads)

    @property
    def why_not(self) -> Counter[str]:
        return Counter(one.why_not for one in self.threads if one.why_not is not None)


def backtest(
    judged: Iterable[tuple[Thread, Verdict]],
    timelines: Iterable[Timeline],
    plan: AlertPlan,
    since: datetime,
    now: datetime,
    mutes: Sequence[Mute] = (),
) -> Backtest:
    """Replays the negative threads first seen between `since` and `now`, and the finished threads' forecasts.

    Bursts, campaigns and cross-posts are not folded here: every thread counts as the card it might have been.
    """
    replayed = tuple(_replayed(thread, verdict, plan, mutes, now) for thread, verdict in judged if verdict.is_negative)
    zone = plan.teams[0].hours.zone
    local = [one.carded_at.astimezone(zone) for one in replayed if one.carded_at is not None]
    hours, days = Counter(at.hour for at in local), Counter(at.date() for at in local)
    return Backtest(
        since=since,
        until=now,
        threads=replayed,
        growth=growth_figures(timelines),
        by_hour=tuple(hours[hour] for hour in range(24)),
        busiest_day=max(days.values(), default=0),
    )


def as_it_was(thread: Thread, at: datetime) -> Thread:
    """The thread as a crawl at that moment would have left it."""
    return replace(
        thread,
        observed_at=at,
        mentions=tuple(m for m in thread.mentions if m is thread.root or said_at(m, thread) <= at),
        versions={number: tuple(v for v in some if v.seen_at <= at) for number, some in thread.versions.items()},
        counts=tuple(point for point in thread.counts if point.observed_at <= at),
    )


def _replayed(thread: Thread, verdict: Verdict, plan: AlertPlan, mutes: Sequence[Mute], now: datetime) -> Replayed:
    seen = thread.first_seen_at
    then = as_it_was(thread, seen)
    url = (thread.root.url if thread.root else None) or thread.url
    about = Replayed(thread_id=thread.id, source=thread.source, url=url)
    why = wants_alert(then, verdict, plan, mutes, seen)
    begun = None if why else opening(then, verdict, plan, seen)
    if begun is None:
        return replace(about, why_not=why or "no_route")
    if is_old(then, begun.alert.deadline, plan.policy, seen):
        return replace(about, why_not="old")
    alert = begun.alert
    for at in _moments(thread, seen, now):
        alert = look(alert, as_it_was(thread, at), verdict, rules_of(alert.team, plan), at).after
        if not alert.state.is_live:
            break
    return replace(
        about,
        severity=alert.severity,
        carded_at=seen,
        answer_by=begun.alert.deadline.answer_by,
        answered_at=alert.answered_at or _answered_later(thread, alert),
        missed=alert.missed,
        state=alert.state,
    )


def _moments(thread: Thread, seen: datetime, now: datetime) -> Iterator[datetime]:
    """An hourly look, and one at each of the owner's answers, as a crawl would have seen it."""
    end = min(now, seen + LONGEST)
    hourly = (seen + number * EVERY for number in range(1, int((end - seen) / EVERY) + 1))
    answers = (said_at(m, thread) for m in thread.owner_responses if seen < said_at(m, thread) <= end)
    yield from sorted((*hourly, *answers))


def _answered_later(thread: Thread, alert: Alert) -> datetime | None:
    """An answer after the alert was closed as grown: late, but an answer."""
    answer = owner_answer(thread, None)
    return said_at(answer, thread) if answer is not None and alert.state is not AlertState.DISMISSED else None
