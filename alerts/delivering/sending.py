"""One claimed outbox row → one call to Slack: post, post under a card, edit, upload; or let go where it is moot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from alerts.delivering.needs import Channel, OutboxStore
from alerts.delivering.slack_errors import SlackError, Trouble
from alerts.delivering.slack_place import Posted
from storage.records import OutboxKind, OutboxRow, OutboxState

# A reminder that waited longer than this is looked at again before it is sent: is it still true?
_STILL_TRUE = timedelta(minutes=10)
_CALLS = frozenset({OutboxKind.REMINDER, OutboxKind.ESCALATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a row comes down to. `moot` says why nothing is to be done; `row` may carry a newer payload."""

    method: str
    row: OutboxRow
    # Of the card: what an edit changes, or what a reply stands under.
    ts: str | None = None
    channel: str = ""
    moot: str | None = None
    # Its card is on its way: not yet.
    is_early: bool = False
    # An edit whose card never reached Slack is posted as that card.
    as_card: OutboxRow | None = None
    # Whether it stands in the channel already is to be looked up from then on.
    look_since: datetime | None = None
    # Newer edits that this card already contains.
    contains: tuple[OutboxRow, ...] = ()


def task_of(row: OutboxRow, store: OutboxStore, now: datetime) -> Task:
    """What to do about a row, from what has become of its card since it was written."""
    if row.kind is OutboxKind.UPDATE:
        return _edit(row, store)
    if row.kind in _CALLS and _is_moot(row, store, now):
        return Task(method="post", row=row, channel=row.channel, moot="the alert went on meanwhile")
    card = store.outbox_row(row.under) if row.under else None
    # Escalations may go to another channel: there it stands by itself.
    under = card.ts if card is not None and card.channel == row.channel else None
    place = (card.channel_id if card is not None and under else None) or row.channel
    if row.kind is OutboxKind.UPLOAD:
        return Task(method="upload", row=row, channel=place, ts=under)
    if row.kind is OutboxKind.CARD:
        return _card(row, store, now)
    return Task(method="post", row=row, channel=place, ts=under)


def perform(task: Task, channel: Channel) -> Posted:
    """The call; raises SlackError. A card posted late is first looked for, since its first try may have arrived."""
    row = task.row
    if task.look_since is not None and (there := _there(task, channel, task.look_since)) is not None:
        return channel.update(there.channel, there.ts, row.payload, row.key) if row.kind is OutboxKind.CARD else there
    if task.method == "upload":
        name, content, title = file_of(row)
        return channel.upload(task.channel, name, content, row.key, title=title, thread_ts=task.ts)
    if task.method == "update" and task.ts is not None:
        return channel.update(task.channel, task.ts, row.payload, row.under or row.key)
    if task.as_card is not None:
        key, since = task.as_card.key, task.as_card.created_at
        there = channel.find(task.channel, {key}, since, thread_ts=task.ts).get(key)
        if there is not None:
            return channel.update(there.channel, there.ts, row.payload, key)
        return channel.send(task.channel, row.payload, key, thread_ts=task.ts)
    return channel.send(task.channel, row.payload, row.key, thread_ts=task.ts)


def _there(task: Task, channel: Channel, since: datetime) -> Posted | None:
    """Where it stands, sent in a time of which our database knows nothing any more."""
    key = task.row.key
    if task.method == "upload":
        return channel.find_upload(task.channel, file_of(task.row)[0], key, since, thread_ts=task.ts)
    if task.method == "post":
        return channel.find(task.channel, {key}, since, thread_ts=task.ts).get(key)
    return None


def file_of(row: OutboxRow) -> tuple[str, bytes, str]:
    """Name, content (bytes or text) and title of an upload."""
    payload: Any = row.payload
    name, title = payload.get("filename"), payload.get("title")
    if not isinstance(name, str):
        raise SlackError(Trouble.MESSAGE, "no_file", "the upload names no file")
    content = payload.get("content", "")
    whole = content if isinstance(content, bytes) else str(content).encode()
    return name, whole, title if isinstance(title, str) else name


def _edit(row: OutboxRow, store: OutboxStore) -> Task:
    card = store.outbox_row(row.under) if row.under else None
    if card is None:
        return Task(method="update", row=row, moot="there is no card it could edit")
    if card.ts is not None and card.state is OutboxState.SENT:
        return Task(method="update", row=row, ts=card.ts, channel=card.channel_id or card.channel)
    if card.state in (OutboxState.PENDING, OutboxState.SENDING):
        return Task(method="update", row=row, is_early=True)
    alert = store.alert(row.alert_id) if row.alert_id is not None else None
    if alert is not None and not alert.state.is_live:
        return Task(method="update", row=row, moot="its card never reached Slack and is closed by now")
    above = store.outbox_row(card.under) if card.under else None
    place = (above.channel_id if above and above.ts else None) or card.channel
    return Task(method="post", row=row, channel=place, ts=above.ts if above else None, as_card=card)


def _card(row: OutboxRow, store: OutboxStore, now: datetime) -> Task:
    """A card; one that had to wait is sent as its newest edit has it."""
    task = Task(method="post", row=row, channel=row.channel)
    if row.alert_id is None or (row.attempts <= 1 and now - row.created_at < _STILL_TRUE):
        return task
    edits = tuple(
        other
        for other in store.outbox_of(row.alert_id)
        if other.under == row.key and other.kind is OutboxKind.UPDATE and other.state is OutboxState.PENDING
    )
    if not edits:
        return task
    newest = replace(row, payload=edits[-1].payload)
    return Task(method="post", row=newest, channel=row.channel, contains=edits)


def _is_moot(row: OutboxRow, store: OutboxStore, now: datetime) -> bool:
    """Closed since it was written (a follow-up is written after that), or "20 minutes left" of a time that is over."""
    if row.alert_id is None or now - row.created_at < _STILL_TRUE:
        return False
    alert = store.alert(row.alert_id)
    if alert is None:
        return True
    if not alert.state.is_live:
        return alert.closed_at is not None and alert.closed_at > row.created_at
    if row.kind is not OutboxKind.REMINDER:
        return False
    # After an outage only the last of several reminders is worth saying.
    later = any(_calls_after(row, other) for other in store.outbox_of(row.alert_id))
    return later or row.created_at < alert.deadline.answer_by < now


def _calls_after(row: OutboxRow, other: OutboxRow) -> bool:
    waits = other.state in (OutboxState.PENDING, OutboxState.SENDING)
    return waits and other.kind in _CALLS and (other.id or 0) > (row.id or 0)
