"""The stored past under today's rules: which cards, at what hours, which missed, did the forecasts hold? Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alerts.forecast import ForecastSettings
from alerts.growth.timeline import Timeline
from alerts.opening.beginning import Opening
from alerts.opening.gathering import Why, why_of
from alerts.replaying.forecasts import GrowthFigures, growth_figures
from alerts.replaying.lives import answered_at
from alerts.replaying.street import Carded, Street
from alerts.replaying.turning import Judge, Turned, turned
from alerts.watching.answers import author_key, said_at
from alerts.watching.needs import AuthorKey
from alerts.watching.plan import AlertPlan
from storage.records import AlertState, AuthorHistory, Mute, Severity, Thread

NOT_REPLAYED = (
    "what people did (taken, snoozed, closed or muted by hand) and mutes that have ended: what they would do now is"
    " not known",
    "the model: texts keep the sentiment they were given; repwatch classify scores anew",
    "words before an edit, which are not kept: an edited text is judged by its last words, with the stars of then",
    "the forecast of each card knows all threads finished by now; the coverage and reliability below do not:"
    " there no thread is forecast by itself",
)
"""What a replay takes as it is today, and why; said with its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One negative thread as today's rules would have treated it."""

    thread_id: int
    url: str | None
    source: str
    # Why nobody would have been told; then the rest is empty.
    why_not: str | None = None
    severity: Severity | None = None
    told_at: datetime | None = None
    # The list or the other alert's card it would have hung on; None: a card of its own.
    carried_by: str | None = None
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
    # Threads judged again; the negative ones are in `threads`.
    judged: int
    threads: tuple[Replayed, ...]
    growth: GrowthFigures
    # New cards (own ones, lists, rises) by the local hour of the first team, and by its day.
    by_hour: tuple[int, ...]
    by_day: Mapping[date, int]
    # Lists by their kind ("campaign", "rollup") and the rises in volume.
    lists: Mapping[str, int]
    rises: int
    not_replayed: tuple[str, ...] = NOT_REPLAYED

    @property
    def told(self) -> int:
        return sum(one.told_at is not None for one in self.threads)

    @property
    def cards(self) -> int:
        return sum(self.by_hour)

    @property
    def gathered(self) -> int:
        """Threads on another's card or on a list."""
        return sum(one.carried_by is not None for one in self.threads)

    @property
    def in_time(self) -> int:
        return sum(one.is_in_time is True for one in self.threads)

    @property
    def late(self) -> int:
        return sum(one.is_in_time is False for one in self.threads)

    @property
    def unanswered(self) -> int:
        return sum(one.told_at is not None and one.answered_at is None for one in self.threads)

    @property
    def missed(self) -> int:
        """Threads of which at least one stop passed without an answer."""
        return sum(one.missed > 0 for one in self.threads)

    @property
    def grown(self) -> int:
        return sum(one.state is AlertState.GROWN for one in self.threads)

    @property
    def why_not(self) -> Counter[str]:
        return Counter(one.why_not for one in self.threads if one.why_not is not None)


def backtest(
    threads: Iterable[Thread],
    judge: Judge,
    timelines: Sequence[Timeline],
    plan: AlertPlan,
    since: datetime,
    now: datetime,
    *,
    mutes: Sequence[Mute] = (),
    authors: Callable[[set[AuthorKey]], Mapping[AuthorKey, AuthorHistory]] = lambda _keys: {},
    watched_since: datetime | None = None,
    settings: ForecastSettings | None = None,
    done: Callable[[], object] = lambda: None,
) -> Backtest:
    """Lives through the threads first seen between `since` and `now` again, and the finished threads' forecasts.

    `authors` answers what is known today of some authors. `done` is called once for every thread judged, told of and
    forecast: len(threads) + len(timelines) + Backtest.told times.
    """
    found, said, judged = _judged(threads, judge, plan, mutes, now, done)
    begun = [(one.thread, one.begun) for one in found if one.begun is not None]
    keys = {key for thread, _ in begun if (key := author_key(thread)) is not None}
    street = Street(plan=plan, judge=judge, now=now, watched_since=watched_since, authors=authors(keys), said=said)
    carded = street.walk(begun, done)
    rises = street.rises(carded)
    local = [at.astimezone(plan.teams[0].hours.zone) for at in (*_new_cards(carded), *rises)]
    hours, days = Counter(at.hour for at in local), Counter(at.date() for at in local)
    told = {one.begun.thread.id: one for one in carded}
    return Backtest(
        since=since,
        until=now,
        judged=judged,
        threads=tuple(_replayed(one, told.get(one.thread.id)) for one in found),
        growth=growth_figures(timelines, settings, done, policy=plan.policy),
        by_hour=tuple(hours[hour] for hour in range(24)),
        by_day=dict(sorted(days.items())),
        lists=_lists(carded),
        rises=len(rises),
    )


def _judged(
    threads: Iterable[Thread],
    judge: Judge,
    plan: AlertPlan,
    mutes: Sequence[Mute],
    now: datetime,
    done: Callable[[], object],
) -> tuple[list[Turned], Mapping[AuthorKey, Sequence[datetime]], int]:
    """The negative ones, when each author spoke, and how many threads there were; calm ones are not kept."""
    found: list[Turned] = []
    said: dict[AuthorKey, list[datetime]] = defaultdict(list)
    count = 0
    for thread in threads:
        count += 1
        if (one := turned(thread, judge, plan, mutes, now)) is not None:
            found.append(one)
        for mention in thread.mentions:
            if mention.author_id:
                said[thread.source, thread.instance, mention.author_id].append(said_at(mention, thread))
        done()
    return found, {key: sorted(times) for key, times in said.items()}, count


def _new_cards(carded: Sequence[Carded]) -> list[datetime]:
    """When a new card would have come: one for each alert of its own, one for each list; a cross-post brings none."""
    first: dict[str, datetime] = {}
    for one in carded:
        alert = one.begun.alert
        if alert.carried_by is None or why_of(alert.carried_by) is not Why.CROSS_POST:
            first.setdefault(alert.carried_by or alert.key, alert.opened_at)
    return list(first.values())


def _lists(carded: Sequence[Carded]) -> Mapping[str, int]:
    keys = {one.begun.alert.carried_by for one in carded} - {None}
    return dict(sorted(Counter(why_of(str(key)).name.lower() for key in keys).items()))


def _replayed(one: Turned, carded: Carded | None) -> Replayed:
    thread = one.thread
    url = (thread.root.url if thread.root else None) or thread.url
    if carded is None:
        return Replayed(thread_id=thread.id, source=thread.source, url=url, why_not=one.why_not)
    begun: Opening = carded.begun
    return Replayed(
        thread_id=thread.id,
        source=thread.source,
        url=url,
        severity=carded.ended.severity,
        told_at=begun.alert.opened_at,
        carried_by=begun.alert.carried_by,
        answer_by=begun.alert.deadline.answer_by,
        answered_at=answered_at(thread, carded.ended),
        missed=carded.ended.missed,
        state=carded.ended.state,
    )
