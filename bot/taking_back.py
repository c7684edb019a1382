"""Takes out of Slack what an author who was forgotten is still quoted in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.opening import open_channels
from bot.show import progress

if TYPE_CHECKING:
    from alerts.slack import SlackChannel
    from bot.config import Config
    from storage.records import Forgotten, OutboxRow
    from storage.store import Store


def take_back(config: Config, store: Store, done: Forgotten, now: datetime) -> list[str]:
    """Empties their cards, writes digests again without them, deletes the digests' files and queues new ones.

    Gives a sentence for each thing that may still be in Slack, with its place.
    """
    from alerts.messages import taken_back_message

    doors, emptied = open_channels(config.environment), taken_back_message(config.messages[config.teams[0].name])
    left = [f"on its way to Slack just now, look whether it shows them: {_place(row)}" for row in done.in_flight]
    _make_again(config, store, done, now)
    told = [*(replace(row, payload=emptied) for row in done.in_slack), *_digests_again(config, store, done, emptied)]
    with progress("messages in Slack", len(told)) as one_done:
        for row in told:
            if why := _why_not(row, doors, store, now):
                left.append(f"still in Slack: {_place(row)} ({why})")
            one_done(1)
    return left


def _make_again(config: Config, store: Store, done: Forgotten, now: datetime) -> None:
    """The figures that are kept of these weeks, so that every count is without them too."""
    from alerts.digest import digest
    from alerts.weekly.week import week_named
    from bot.digesting import digest_plans

    plans = digest_plans(config)
    again = [(plan, week) for plan in plans for brand, week in done.weeks if brand == plan.brand]
    with progress("digests made again", len(again)) as one_done:
        for plan, week in again:
            digest(store, plan, week_named(week, config.digest.weekly.zone), now)
            one_done(1)


def _digests_again(config: Config, store: Store, done: Forgotten, emptied: Mapping[str, object]) -> Iterator[OutboxRow]:
    """Each message with its new words, each file as it is; `emptied` for a brand that is not watched any more."""
    from bot.digesting import digest_writer

    written = digest_writer(config, store)
    for row in done.digests_in_slack:
        try:
            yield row if _is_file(row) else written(row)
        except LookupError:
            yield replace(row, payload=emptied)


def _why_not(row: OutboxRow, doors: Mapping[str, SlackChannel], store: Store, now: datetime) -> str | None:
    """What was in the way; None when it is done."""
    from alerts.slack import SlackError

    door = doors.get(row.workspace)
    if door is None:
        return "no SLACK_BOT_TOKEN for its workspace"
    try:
        if not _is_file(row):
            door.update(row.channel_id or row.channel, row.ts or "", row.payload, row.key)
            return None
        door.delete_file(row.ts or "")
    except SlackError as error:
        return str(error)
    # Deleted: it comes again, made without them, with the next round.
    store.retry_outbox(row.id or 0, now)
    return None


def _is_file(row: OutboxRow) -> bool:
    from storage.records import OutboxKind

    return row.kind is OutboxKind.UPLOAD


def _place(row: OutboxRow) -> str:
    return f"{row.channel} {row.ts or row.key}"
