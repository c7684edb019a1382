"""Made-up records for the store's tests: say what matters, the rest is filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from storage.records import (
    Alert,
    AlertState,
    Deadline,
    Kind,
    Label,
    Mention,
    OutboxKind,
    OutboxRow,
    Reason,
    Sentiment,
    Severity,
    Thread,
    Verdict,
)
from storage.store import Store

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def mention(external_id: str = "1", thread_id: str | None = None, **more: Any) -> Mention:
    """A post that opens its own thread, or a comment in the thread named."""
    fields: dict[str, Any] = {
        "source": "hackernews",
        "external_id": external_id,
        "thread_id": thread_id or external_id,
        "kind": Kind.POST if thread_id in (None, external_id) else Kind.COMMENT,
        "text": f"Words of {external_id}",
        "author": f"Ann {external_id}",
        "author_id": f"ann{external_id}",
        "published_at": NOW - HOUR,
        "brand": "Acme",
    }
    return Mention(**(fields | more))


def sentiment(label: Label = Label.NEGATIVE, **more: Any) -> Sentiment:
    share = {one: 0.9 if one is label else 0.05 for one in Label}
    fields: dict[str, Any] = {
        "label": label,
        "negative": share[Label.NEGATIVE],
        "neutral": share[Label.NEUTRAL],
        "positive": share[Label.POSITIVE],
        "model": "toy-1",
        "topics": ("delivery",),
    }
    return Sentiment(**(fields | more))


def verdict(thread: Thread | int, **more: Any) -> Verdict:
    fields: dict[str, Any] = {
        "thread_id": thread if isinstance(thread, int) else thread.id,
        "thread_version": None if isinstance(thread, int) else thread.version,
        "judged_at": NOW,
        "is_negative": True,
        "severity": Severity.MEDIUM,
        "score": 0.8,
        "reasons": (Reason(code="share_negative", numbers={"share": 0.8}),),
        "topics": ("delivery",),
    }
    return Verdict(**(fields | more))


def deadline(answer_by: datetime = NOW + 2 * HOUR, **more: Any) -> Deadline:
    fields: dict[str, Any] = {
        "decided_at": NOW,
        "growth_deadline": answer_by,
        "answer_by": answer_by,
        "is_growing": True,
        "expected_more": 9.5,
        "milestone": 20,
        "milestone_at": NOW + 3 * HOUR,
        "reason": "growing",
        "notes": (Reason(code="holiday", numbers={"name": "Święto"}),),
    }
    return Deadline(**(fields | more))


def alert(thread_id: int = 1, **more: Any) -> Alert:
    fields: dict[str, Any] = {
        "thread_id": thread_id,
        "brand": "Acme",
        "team": "support",
        "key": f"alert-{thread_id}",
        "state": AlertState.OPEN,
        "severity": Severity.MEDIUM,
        "opened_at": NOW,
        "deadline": deadline(),
        "channel": "#reviews",
    }
    return Alert(**(fields | more))


def outbox_row(key: str = "card-1", kind: OutboxKind = OutboxKind.CARD, **more: Any) -> OutboxRow:
    fields: dict[str, Any] = {"channel": "#reviews", "payload": {"text": key}, "created_at": NOW}
    return OutboxRow(key=key, kind=kind, **(fields | more))


def kept(store: Store, *mentions: Mention, now: datetime = NOW) -> list[int]:
    """Saves and gives the numbers of the threads, in the order of the mentions."""
    store.save_mentions(mentions, now)
    found = [store.find_thread(m.source, m.thread_id, instance=m.instance, brand=m.brand) for m in mentions]
    return [thread.id for thread in found if thread is not None]


def scored(store: Store, label: Label = Label.NEGATIVE, now: datetime = NOW, **more: Any) -> int:
    """Gives every waiting mention this sentiment."""
    waiting = store.unscored_mentions(10_000)
    return store.save_sentiments({m.id: sentiment(label, **more) for m in waiting if m.id}, now, read=waiting)


def judged(store: Store, now: datetime = NOW, **more: Any) -> list[int]:
    """Judges every waiting thread alike."""
    threads = store.threads_to_judge(10_000)
    store.save_verdicts([verdict(thread, judged_at=now, **more) for thread in threads])
    return [thread.id for thread in threads]


def opened(store: Store, thread_id: int = 1, **more: Any) -> Alert:
    """An alert in the store."""
    found = store.open_alert(alert(thread_id, **more))
    assert found is not None
    return found
