"""When would a thread have turned negative, and would somebody have been told? Judged again as it stood then; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.opening.beginning import Opening, is_old, opening, wants_alert
from alerts.watching.answers import said_at
from alerts.watching.plan import AlertPlan
from storage.records import Mention, Mute, Thread, Verdict

# A thread is looked at so often, and for so long: the forecast's horizon.
EVERY, LONGEST = timedelta(hours=1), timedelta(days=7)

Judge = Callable[[Thread, datetime], Verdict]
"""Today's verdict on a thread as it stood at that moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A thread that was negative at some look: why nobody would have been told, or the alert it begins as."""

    thread: Thread
    why_not: str | None = None
    begun: Opening | None = None


def turned(thread: Thread, judge: Judge, plan: AlertPlan, mutes: Sequence[Mute], now: datetime) -> Turned | None:
    """The first look that tells somebody, else the last reason why none did; None for a thread that stays calm."""
    found: Turned | None = None
    for at in _changes(thread, now):
        then = as_it_was(thread, at)
        verdict = judge(then, at)
        if not verdict.is_negative:
            continue
        why = wants_alert(then, verdict, plan, mutes, at)
        begun = None if why else opening(then, verdict, plan, at)
        if begun is not None and is_old(then, begun.alert.deadline, plan.policy, at):
            why, begun = "old", None
        found = Turned(thread=thread, why_not=why or (None if begun else "no_route"), begun=begun)
        if begun is not None:
            break
    return found


def as_it_was(thread: Thread, at: datetime) -> Thread:
    """The thread as a crawl at that moment would have left it; of an edited text the stars of then, today's words."""
    return replace(
        thread,
        observed_at=at,
        mentions=tuple(_with_stars_of(m, thread, at) for m in thread.mentions if _was_there(m, thread, at)),
        versions={number: tuple(v for v in some if v.seen_at <= at) for number, some in thread.versions.items()},
        counts=tuple(point for point in thread.counts if point.observed_at <= at),
        votes=tuple(point for point in thread.votes if point.observed_at <= at),
    )


def looks(thread: Thread, seen: datetime, now: datetime) -> Iterator[datetime]:
    """An hourly look from `seen` on, and one at each of the owner's answers, as a crawl would have seen it."""
    end = min(now, seen + LONGEST)
    hourly = (seen + number * EVERY for number in range(1, int((end - seen) / EVERY) + 1))
    answers = (said_at(m, thread) for m in thread.owner_responses if seen < said_at(m, thread) <= end)
    yield from sorted((*hourly, *answers))


def changes_at(thread: Thread) -> list[datetime]:
    """The moments at which something was said or edited."""
    edits = (version.seen_at for versions in thread.versions.values() for version in versions)
    return sorted({*(said_at(m, thread) for m in thread.mentions), *edits})


def _changes(thread: Thread, now: datetime) -> Iterator[datetime]:
    """The first sight, and every look that finds something new."""
    seen = thread.first_seen_at
    yield seen
    waiting = [moment for moment in changes_at(thread) if moment > seen]
    number = 0
    for at in looks(thread, seen, now):
        before = number
        while number < len(waiting) and waiting[number] <= at:
            number += 1
        if number > before:
            yield at


def _was_there(mention: Mention, thread: Thread, at: datetime) -> bool:
    return mention is thread.root or said_at(mention, thread) <= at


def _with_stars_of(mention: Mention, thread: Thread, at: datetime) -> Mention:
    """A version is kept with the moment it was replaced: the first one replaced later is how it stood."""
    versions = thread.versions.get(mention.id or 0, ())
    then = next((version for version in versions if version.seen_at > at), None)
    return mention if then is None or then.rating is None else replace(mention, rating=then.rating)
