"""The replayed alerts in the order of time: gathered on cards as the alert step gathers them, rises told; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from alerts.opening.beginning import Opening
from alerts.opening.cross_posts import Known
from alerts.opening.gathering import gather
from alerts.opening.volume import rise
from alerts.replaying.lives import lived
from alerts.replaying.turning import Judge
from alerts.watching.answers import author_key, said_at
from alerts.watching.needs import AuthorKey
from alerts.watching.plan import AlertPlan
from storage.records import Alert, AuthorHistory, Thread

# What turned negative within so long is seen by the same alert step.
TOGETHER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carded:
    """One replayed alert: as it began (`carried_by` names the list or card it hangs on), and as it ended."""

    begun: Opening
    ended: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """What a replay is handed beside the alerts themselves."""

    plan: AlertPlan
    judge: Judge
    now: datetime
    # Since when somebody looked at all; None: never, so no hour is usual.
    watched_since: datetime | None = None
    # What is known of authors today, and when each of them said what was replayed.
    authors: Mapping[AuthorKey, AuthorHistory]
    said: Mapping[AuthorKey, Sequence[datetime]]

    def walk(self, some: Iterable[tuple[Thread, Opening]], done: Callable[[], object]) -> list[Carded]:
        """Every alert once; `done` is called after each."""
        whole = {begun.thread.id: thread for thread, begun in some}
        waiting = sorted((begun for _, begun in some), key=lambda one: (one.alert.opened_at, one.thread.id))
        carded: list[Carded] = []
        for at, together in _batches(waiting):
            known = [_known(one, at, whole) for one in self._recent(carded, together, at)]
            shared = gather(together, known, self._new_authors(together, at), self.plan.policy.gather, at)
            for begun in (*shared.own, *(one for _, carried in shared.carried for one in carried)):
                ended = lived(begun, whole[begun.thread.id], self.judge, self.plan, self.now)
                carded.append(Carded(begun=begun, ended=ended))
                done()
        return carded

    def rises(self, carded: Sequence[Carded]) -> list[datetime]:
        """When a card "more than usual" would have been sent, brand by brand."""
        brands: dict[str, list[Carded]] = defaultdict(list)
        for one in carded:
            brands[one.begun.alert.brand].append(one)
        return sorted(at for some in brands.values() for at in self._rises_of(some))

    def _rises_of(self, carded: Sequence[Carded]) -> Iterator[datetime]:
        policy, by_hour, told = self.plan.policy.rise, Counter[datetime](), None
        if self.watched_since is None:
            return
        for one in carded:
            root, at = one.begun.thread.root, one.begun.alert.opened_at
            began = said_at(root, one.begun.thread) if root is not None else at
            by_hour[began.replace(minute=0, second=0, microsecond=0)] += 1
            quiet = told is not None and at - told < policy.quiet
            if not quiet and rise(by_hour, at, self.watched_since, policy) is not None:
                told = at
                yield at

    def _recent(self, carded: Sequence[Carded], together: Sequence[Opening], at: datetime) -> Iterator[Carded]:
        policy = self.plan.policy
        since = at - max(policy.gather.cross_post_within, policy.old_after)
        brands = {one.alert.brand for one in together}
        for one in reversed(carded):
            if one.begun.alert.opened_at < since:
                return
            if one.begun.alert.brand in brands:
                yield one

    def _new_authors(self, together: Sequence[Opening], at: datetime) -> frozenset[int]:
        """Those who had said no more than the policy's few by then: today's count without what they said later."""
        most = self.plan.policy.gather.new_author_mentions
        return frozenset(one.thread.id for one in together if self._said_by(one.thread, at) <= most)

    def _said_by(self, thread: Thread, at: datetime) -> int:
        key = author_key(thread)
        if key is None or key not in self.authors:
            return 0
        said = self.said.get(key, ())
        return self.authors[key].mentions - (len(said) - bisect_right(said, at))


def _batches(waiting: Sequence[Opening]) -> Iterator[tuple[datetime, list[Opening]]]:
    """What the same alert step sees, at the moment of the last of it."""
    for _, some in groupby(waiting, key=lambda one: int(one.alert.opened_at.timestamp() // TOGETHER.total_seconds())):
        together = list(some)
        yield together[-1].alert.opened_at, together


def _known(one: Carded, at: datetime, whole: Mapping[int, Thread]) -> Known:
    """The alert as it stood then: closed only if it had been by that moment."""
    closed = one.ended.closed_at is not None and one.ended.closed_at <= at
    alert = one.ended if closed else one.begun.alert
    return Known(alert=alert, thread=whole[one.begun.thread.id])
