"""The same words again: at other places, or the same text numbered anew by its source; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.alert_policy import GatherPolicy
from alerts.opening.beginning import Opening
from alerts.opening.likeness import words_of
from storage.records import Alert, AlertState, Thread

# Fewer words than this are written the same by chance, so they make no cross-post.
CROSS_POST_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An alert of the last days, with its thread."""

    alert: Alert
    thread: Thread


def cross_posts(
    new: Sequence[Opening], old: Sequence[Known], policy: GatherPolicy
) -> tuple[list[Opening], dict[str, list[Opening]]]:
    """The same words at another place, or by the same author again, hang on the first alert's card."""
    alone: list[Opening] = []
    places: dict[str, list[Opening]] = defaultdict(list)
    leads = [(k.alert, k.thread) for k in old if k.alert.state.is_live and not k.alert.carried_by]
    for one in sorted(new, key=lambda n: (-n.alert.severity, n.alert.deadline.answer_by)):
        first = next((alert for alert, thread in leads if _is_same(one.thread, thread, policy)), None)
        if first is None:
            alone.append(one)
            leads.append((one.alert, one.thread))
        else:
            places[first.key].append(one)
    return alone, places


def told_before(begun: Sequence[Opening], known: Sequence[Known]) -> tuple[list[Opening], dict[str, list[Opening]]]:
    """A text that its source has numbered anew is the one we told: it hangs on that card, and no clock runs for it."""
    first = {name: one.alert for one in reversed(known) if (name := _identity(one.thread)) is not None}
    fresh: list[Opening] = []
    again: dict[str, list[Opening]] = defaultdict(list)
    for one in begun:
        before = first.get(_identity(one.thread) or ())
        if before is None:
            fresh.append(one)
        else:
            at = one.alert.opened_at
            closed = replace(one.alert, state=AlertState.DISMISSED, closed_at=at, closed_why="told_before")
            again[before.carried_by or before.key].append(replace(one, alert=closed, pages=False))
    return fresh, again


def _is_same(one: Thread, other: Thread, policy: GatherPolicy) -> bool:
    if len(words_of(text_of(one))) < CROSS_POST_WORDS:
        return False
    elsewhere = (one.source, one.instance) != (other.source, other.instance)
    near = abs(began(one) - began(other)) <= policy.cross_post_within
    return near and (elsewhere or author_of(one) == author_of(other))


def _identity(thread: Thread) -> tuple[object, ...] | None:
    """Place, author, time and words; None where the source tells too little to be sure."""
    root = thread.root
    if root is None or root.date_only:
        return None
    told = (thread.source, root.author_id or root.author, root.published_at, text_of(thread))
    return (*told, thread.instance) if all(told) else None


def text_of(thread: Thread) -> str:
    root = thread.root
    return " ".join(part for part in (root.title, root.text) if part) if root else ""


def author_of(thread: Thread) -> str:
    root = thread.root
    return (root.author_id or root.author if root is not None else None) or f"#{thread.id}"


def began(thread: Thread) -> datetime:
    root = thread.root
    if root is None or root.published_at is None or root.date_only:
        return thread.first_seen_at
    return root.published_at
