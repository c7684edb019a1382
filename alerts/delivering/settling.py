"""Rows whose sender never said how it went: the channel is asked for their keys before anything is sent again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.delivering.needs import Channel, OutboxStore
from alerts.delivering.sending import file_of, task_of
from alerts.delivering.slack_errors import SlackError, Trouble
from alerts.delivering.slack_place import Posted
from storage.records import OutboxKind, OutboxRow

# So long we hope for a look-up to work; after that a person must look.
GIVE_UP = timedelta(hours=24)


@dataclass(slots=True)
class Settled:
    """How the look-ups ended."""

    found: int = 0
    absent: int = 0
    unknown: int = 0
    # Errors that stood in the way, one for each workspace and channel.
    errors: dict[tuple[str, str], SlackError] = field(default_factory=dict)


def settle(rows: Iterable[OutboxRow], store: OutboxStore, channels: Mapping[str, Channel], now: datetime) -> Settled:
    """Marks each row sent (its message is there) or pending again (it is not); leaves it where nobody can tell yet."""
    counts = Settled()
    places: dict[tuple[str, str, str | None], list[OutboxRow]] = defaultdict(list)
    for row in rows:
        if row.kind is OutboxKind.UPDATE:
            # An edit can be repeated safely; where it stands for its card, sending asks for the card first.
            store.mark_retry(row, now, "interrupted")
            counts.absent += 1
            continue
        task = task_of(row, store, now)
        places[(row.workspace, task.channel, task.ts)].append(row)
    for (workspace, place, thread_ts), waiting in places.items():
        channel = channels.get(workspace)
        if channel is not None:
            _settle_place(place, thread_ts, waiting, channel, store, now, counts)
    return counts


def _settle_place(
    place: str,
    thread_ts: str | None,
    rows: list[OutboxRow],
    channel: Channel,
    store: OutboxStore,
    now: datetime,
    counts: Settled,
) -> None:
    try:
        there = _look(place, thread_ts, rows, channel)
    except SlackError as error:
        counts.errors[(rows[0].workspace, place)] = error
        _leave(rows, error, store, now, counts)
        return
    for row in rows:
        posted = there.get(row.key)
        if posted is not None:
            store.mark_sent(row, posted.ts, now, channel_id=posted.channel)
            counts.found += 1
        else:
            store.mark_retry(row, now, "not in the channel after an interrupted try")
            counts.absent += 1


def _look(place: str, thread_ts: str | None, rows: list[OutboxRow], channel: Channel) -> dict[str, Posted]:
    since = min(row.claimed_at or row.created_at for row in rows)
    posts = {row.key for row in rows if row.kind is not OutboxKind.UPLOAD}
    found = dict(channel.find(place, posts, since, thread_ts=thread_ts)) if posts else {}
    for row in rows:
        if row.kind is OutboxKind.UPLOAD:
            posted = channel.find_upload(place, file_of(row)[0], row.key, since, thread_ts=thread_ts)
            if posted is not None:
                found[row.key] = posted
    return found


def _leave(rows: list[OutboxRow], error: SlackError, store: OutboxStore, now: datetime, counts: Settled) -> None:
    """The look-up itself failed: hope for a day, unless Slack says it can never be told."""
    for row in rows:
        since = row.claimed_at or row.created_at
        if error.trouble is Trouble.MESSAGE or now - since > GIVE_UP:
            store.mark_unknown(row, f"nobody can tell whether it arrived ({error}); look in the channel")
            counts.unknown += 1
