"""When many become one card: the same text at several places, a possible campaign, a burst; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from alerts.alert_policy import GatherPolicy
from alerts.opening.beginning import Opening
from alerts.opening.cross_posts import Known, author_of, began, cross_posts, text_of, told_before
from alerts.opening.likeness import Likeness
from storage.records import Alert, Thread


class Why(StrEnum):
    """Why alerts share a card; the beginning of a list's key."""

    CAMPAIGN = "campaign"
    ROLLUP = "rollup"
    BACKFILL = "backfill"
    CROSS_POST = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What becomes of the new alerts: each once, on its own card or on another's."""

    own: tuple[Opening, ...] = ()
    # Carrier's key → those it carries; a "card-…" key is another alert's card, else a list of its own.
    carried: tuple[tuple[str, tuple[Opening, ...]], ...] = ()


def why_of(key: str) -> Why:
    """Why the alerts that `key` carries share a card, read off the key. ValueError for one that is no such key."""
    return Why(key.split("-", 1)[0])


def gather(
    begun: Sequence[Opening], known: Sequence[Known], new_authors: frozenset[int], policy: GatherPolicy, now: datetime
) -> Gathered:
    """Shares the new alerts out; `new_authors` are the thread numbers whose first author was never seen before."""
    begun, again = told_before(begun, known)
    groups = _groups(begun, known, policy)
    carried: dict[str, list[Opening]] = defaultdict(list, again)
    own: list[Opening] = []
    for new, old in groups:
        key = _campaign_key(new, old, new_authors, policy, now)
        if key is not None:
            carried[key] += new
            continue
        alone, places = cross_posts(new, old, policy)
        own += alone
        for lead, others in places.items():
            carried[lead] += others
    kept, folded = _burst(own, known, policy, now)
    for key, some in folded.items():
        carried[key] += some
    # What would hang on an alert that is itself folded hangs on the roll-up.
    above = {one.alert.key: key for key, some in carried.items() for one in some}
    shared: dict[str, list[Opening]] = defaultdict(list)
    for key, some in carried.items():
        shared[above.get(key, key)] += some
    return Gathered(
        own=tuple(kept), carried=tuple((key, tuple(_under(one, key) for one in some)) for key, some in shared.items())
    )


def place_of(alert: Alert) -> tuple[str, str, str]:
    """Whose list it may hang on."""
    return alert.workspace, alert.channel, alert.brand


def list_key(why: Why, *parts: str) -> str:
    return f"{why}-{sha256('|'.join(parts).encode()).hexdigest()[:20]}"


def _under(one: Opening, key: str) -> Opening:
    return replace(one, alert=replace(one.alert, carried_by=key))


def _groups(
    begun: Sequence[Opening], known: Sequence[Known], policy: GatherPolicy
) -> list[tuple[list[Opening], list[Known]]]:
    """New alerts of nearly the same text and brand, with the known ones like them; others are alone."""
    likeness: dict[str, Likeness] = defaultdict(lambda: Likeness(policy.alike_from))
    new: dict[object, list[Opening]] = defaultdict(list)
    old: dict[object, list[Known]] = defaultdict(list)
    for other in sorted(known, key=lambda one: one.alert.opened_at):
        number = likeness[other.alert.brand].group_of(text_of(other.thread))
        if number is not None:
            old[other.alert.brand, number].append(other)
    for one in begun:
        number = likeness[one.alert.brand].group_of(text_of(one.thread))
        new[(one.alert.brand, number) if number is not None else one.alert.key].append(one)
    return [(some, old.get(name, [])) for name, some in new.items()]


def _campaign_key(
    new: Sequence[Opening], old: Sequence[Known], new_authors: frozenset[int], policy: GatherPolicy, now: datetime
) -> str | None:
    """The campaign these belong to: one that is known already, or enough bad reviews by new authors in an hour."""
    known = next((k.alert.carried_by for k in old if _is_on(k.alert, Why.CAMPAIGN)), None)
    if known is not None:
        return known
    recent = [other.thread for other in old if now - other.alert.opened_at <= policy.campaign_within]
    threads = [*(one.thread for one in new), *recent]
    low = [t for t in threads if t.root and t.root.rating and t.root.rating.is_low]
    fresh = [t for t in low if t.id in new_authors]
    close = _most_within(fresh, policy)
    if len({author_of(t) for t in close}) < policy.campaign_texts or len(fresh) * 2 < len(threads):
        return None
    first = min(close, key=lambda thread: (thread.created_at, thread.id))
    return list_key(Why.CAMPAIGN, first.brand, first.source, first.instance, first.external_id)


def _most_within(threads: Sequence[Thread], policy: GatherPolicy) -> list[Thread]:
    """The largest set of threads that began within `campaign_within`; days without a time count by first sight."""
    ordered = sorted(threads, key=began)
    begun = [began(thread) for thread in ordered]
    ends = [bisect_right(begun, at + policy.campaign_within) for at in begun]
    start = max(range(len(ordered)), key=lambda number: ends[number] - number, default=0)
    return ordered[start : ends[start]] if ordered else []


def _burst(
    own: Sequence[Opening], known: Sequence[Known], policy: GatherPolicy, now: datetime
) -> tuple[list[Opening], dict[str, list[Opening]]]:
    """The most urgent keep cards of their own, as many as the channel bears; the rest is one roll-up, all listed."""
    by_place: dict[tuple[str, str, str], list[Opening]] = defaultdict(list)
    for one in own:
        by_place[place_of(one.alert)].append(one)
    kept: list[Opening] = []
    folded: dict[str, list[Opening]] = {}
    for place, some in by_place.items():
        just = [k.alert for k in known if place_of(k.alert) == place and now - k.alert.opened_at <= policy.burst_within]
        cards = sum(not alert.carried_by for alert in just)
        room = max(0, policy.burst_cards - cards)
        some.sort(key=lambda one: (-one.alert.severity, one.alert.deadline.answer_by, one.alert.key))
        going = next((alert.carried_by for alert in just if _is_on(alert, Why.ROLLUP)), None)
        # One over the limit gets its card, once: a roll-up of one helps nobody.
        if len(some) <= room + (going is None and cards <= policy.burst_cards):
            kept += some
            continue
        kept += some[:room]
        folded[going or list_key(Why.ROLLUP, *place, now.isoformat())] = some[room:]
    return kept, folded


def _is_on(alert: Alert, why: Why) -> bool:
    return bool(alert.carried_by) and why_of(alert.carried_by or "") is why
