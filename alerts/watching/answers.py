"""What people wrote since: the owner's answer, more anger, an edit for better or worse, a thank-you; pure questions."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime

from alerts.alert_policy import AlertPolicy
from alerts.growth.replies import replies_of
from alerts.watching.needs import AuthorKey
from storage.records import Label, Mention, Thread

_RANK = {Label.NEGATIVE: 0, Label.NEUTRAL: 1, Label.POSITIVE: 2}


def owner_answer(thread: Thread, after: datetime | None) -> Mention | None:
    """The owner's first answer later than `after` (or the first at all)."""
    answers = sorted(thread.owner_responses, key=lambda mention: said_at(mention, thread))
    root = thread.root
    return next((m for m in answers if m is not root and (after is None or said_at(m, thread) > after)), None)


def said_at(mention: Mention, thread: Thread) -> datetime:
    """When it was said; where the source gives only a day or nothing, when we first knew."""
    known = mention.fetched_at or thread.observed_at
    if mention.published_at is None:
        return known
    if mention.date_only:
        return max(mention.published_at, min(known, thread.observed_at))
    return mention.published_at


def author_key(thread: Thread) -> AuthorKey | None:
    """Whom the store knows the first author as; None where the source tells no id."""
    root = thread.root
    return (thread.source, thread.instance, root.author_id) if root and root.author_id else None


def angry_replies(thread: Thread, since: datetime, policy: AlertPolicy) -> int:
    """The most negative replies within `reopen_within` of one another after `since`."""
    times = sorted(
        said_at(m, thread)
        for m in replies_of(thread)
        if not m.deleted and _is_negative(thread, m) and said_at(m, thread) > since
    )
    # Up to each reply: itself and those at most so long before it.
    return max(
        (number + 1 - bisect_left(times, at - policy.reopen_within) for number, at in enumerate(times)), default=0
    )


def edit_since(thread: Thread, since: datetime) -> int:
    """How the first text was edited after `since`: -1 to worse, 1 to better, 0 not or neither."""
    root = thread.root
    if root is None or root.id is None or root.deleted:
        return 0
    # The first version replaced after `since` is how it stood then.
    before = next((v for v in thread.versions.get(root.id, ()) if v.seen_at >= since), None)
    if before is None:
        return 0
    if before.rating is not None and root.rating is not None and before.rating.share != root.rating.share:
        return 1 if root.rating.share > before.rating.share else -1
    now = thread.sentiment_of(root)
    if before.label is None or now is None or now.unsure or now.label is before.label:
        return 0
    return 1 if _RANK[now.label] > _RANK[before.label] else -1


def thanked_since(thread: Thread, since: datetime) -> bool:
    """Did the first author say something kind after our answer?"""
    root = thread.root
    author = root and (root.author_id or root.author)
    for reply in replies_of(thread):
        sentiment = thread.sentiment_of(reply)
        kind = sentiment is not None and sentiment.label is Label.POSITIVE and not sentiment.unsure
        if author and kind and (reply.author_id or reply.author) == author and said_at(reply, thread) > since:
            return True
    return False


def _is_negative(thread: Thread, mention: Mention) -> bool:
    sentiment = thread.sentiment_of(mention)
    return sentiment is not None and sentiment.label is Label.NEGATIVE
