"""`repwatch threads`: open alerts, soonest deadline first."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clock import utc_now
from bot.opening import config_of, open_store
from bot.show import Styled, columns, length, moment, print_table

if TYPE_CHECKING:
    from storage.records import Alert, Thread

_MOST = 10_000
_HEADS = columns("thread>", "answer by", "left", "severity", "state", "brand", "source", "replies>", "what", "where")
_COLOURS = {"high": "red", "medium": "yellow", "low": ""}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--overdue", action="store_true", help="only those past their answer-by time")
    parser.add_argument("--brand", help="only this brand's")


def run(given: argparse.Namespace) -> int:
    config, now = config_of(given), utc_now()
    with open_store(config) as store:
        alerts = [
            alert for alert in store.live_alerts(_MOST, brand=given.brand) if not given.overdue or alert.is_overdue(now)
        ]
        threads = {thread.id: thread for thread in store.threads([alert.thread_id for alert in alerts])}
    alerts.sort(key=lambda alert: alert.deadline.answer_by)
    if given.json:
        for alert in alerts:
            print(json.dumps(as_json(alert, threads.get(alert.thread_id), now), ensure_ascii=False))
        return 0
    rows = [_row(alert, threads.get(alert.thread_id), config.bot.zone, now) for alert in alerts]
    print_table(_HEADS, rows, empty="Nothing is overdue." if given.overdue else "No open alerts.")
    return 0


def as_json(alert: Alert, thread: Thread | None, now: datetime) -> dict[str, object]:
    """One open alert as programs read it; times ISO 8601 in UTC."""
    return {
        "thread": alert.thread_id,
        "brand": alert.brand,
        "source": thread.source if thread else None,
        "url": thread.url if thread else None,
        "title": title_of(thread),
        "state": alert.state.value,
        "severity": alert.severity.word,
        "team": alert.team,
        "opened_at": alert.opened_at.isoformat(),
        "answer_by": alert.deadline.answer_by.isoformat(),
        "growth_deadline": alert.deadline.growth_deadline.isoformat(),
        "growing": alert.deadline.is_growing,
        "overdue": alert.is_overdue(now),
        "missed": alert.missed,
        "replies": len(thread.replies) if thread else None,
        "taken_by": alert.taken_by,
    }


def _row(alert: Alert, thread: Thread | None, zone: ZoneInfo, now: datetime) -> tuple[object, ...]:
    by = alert.deadline.answer_by
    left = Styled(f"overdue {length(now - by)}", "bold red") if alert.is_overdue(now) else length(by - now)
    return (
        alert.thread_id,
        moment(by, zone, now),
        left,
        Styled(alert.severity.word, _COLOURS[alert.severity.word]),
        alert.state.value,
        alert.brand,
        thread.source if thread else None,
        len(thread.replies) if thread else None,
        title_of(thread),
        thread.url if thread else None,
    )


def title_of(thread: Thread | None, longest: int = 60) -> str | None:
    """The first words of a thread."""
    root = thread.root if thread else None
    said = " ".join(((root.title or root.text) or "").split()) if root else ""
    return (said if len(said) <= longest else f"{said[: longest - 1]}…") or None
