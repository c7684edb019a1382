"""`repwatch status`: one screen of how it is going."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.opening import config_of, open_store
from bot.show import Styled, columns, length, moment, print_table

if TYPE_CHECKING:
    from bot.config import Config
    from bot.health import Health
    from bot.settings.sources import Entry

_COLOURS = {"ok": "green", "empty": "", "running": "", "blocked": "yellow", "changed": "yellow", "failed": "bold red"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing more than every command takes."""


def run(given: argparse.Namespace) -> int:
    from bot.health import look

    config = config_of(given)
    with open_store(config) as store:
        health = look(config, store, utc_now())
        place = store.place
    if given.json:
        print(json.dumps(_as_json(config, health), ensure_ascii=False))
        return 0
    print(f"database {place}   open alerts {health.open_alerts}   overdue {health.overdue}   {_queue(health)}\n")
    _print_steps(config, health)
    print()
    _print_sources(config, health)
    return 0


def _queue(health: Health) -> str:
    counts = {state.value: count for state, count in health.outbox.items()}
    waiting = counts.get("pending", 0) + counts.get("sending", 0)
    return f"waiting for Slack {waiting}   refused {counts.get('dead', 0)}   unsettled {counts.get('unknown', 0)}"


def _print_steps(config: Config, health: Health) -> None:
    from bot.health import STEPS

    zone, rows = config.bot.zone, []
    for step in STEPS:
        last, good = health.runs.get(step), health.good_runs.get(step)
        went = (
            Styled("never ran", "yellow")
            if last is None
            else Styled("ok", "green")
            if last.ok
            else Styled("failed", "bold red")
        )
        due = next((job.due_at for job in health.next_jobs if job.name == step), None)
        next_due = moment(due, zone, health.now) if due else None
        rows.append(
            (
                step,
                went,
                moment(good.ended_at if good else None, zone, health.now),
                next_due,
                last.note if last and not last.ok else None,
            )
        )
    print_table(columns("step", "last run", "last good run", "next due", "why"), rows)


def _print_sources(config: Config, health: Health) -> None:
    heads = columns(
        "source", "last crawl", "last good crawl", "mentions>", "holes>", "next due", "pace", "what was seen"
    )
    print_table(heads, [_source_row(config, entry, health) for entry in config.entries], empty="No sources.")


def _source_row(config: Config, entry: Entry, health: Health) -> tuple[object, ...]:
    zone, last = config.bot.zone, health.crawls.get(entry.name)
    good = health.good_crawls.get(entry.name)
    word = "never" if last is None else "running" if last.may_be_running(health.now) else last.status.value
    return (
        entry.name,
        Styled(word + (" (suspicious)" if last and last.suspicious else ""), _COLOURS.get(word, "yellow")),
        moment(good.ended_at if good else None, zone, health.now),
        last.mentions if last else None,
        health.holes.get(entry.name),
        _due(entry, health),
        str(entry.cadence),
        last.seen if last else None,
    )


def _due(entry: Entry, health: Health) -> str:
    if entry.paused:
        return "paused"
    job = next(job for job in health.next_jobs if job.name == entry.name)
    wait = job.due_at - health.now
    return "now" if wait.total_seconds() <= 0 else f"in {length(wait)}" + (" (growing)" if job.why == "growing" else "")


def _as_json(config: Config, health: Health) -> dict[str, object]:
    from bot.health import STEPS

    runs, good = health.runs, health.good_runs
    return {
        "now": health.now.isoformat(),
        "open_alerts": health.open_alerts,
        "overdue": health.overdue,
        "outbox": {state.value: count for state, count in health.outbox.items()},
        "steps": [
            {"step": step, "ok": runs[step].ok, "last": _iso(runs[step].ended_at), "note": runs[step].note,
             "last_good": _iso(good[step].ended_at) if step in good else None}
            for step in STEPS if step in runs
        ],
        "sources": [_source_json(entry, health) for entry in config.entries],
    }  # fmt: skip


def _source_json(entry: Entry, health: Health) -> dict[str, object]:
    last, good = health.crawls.get(entry.name), health.good_crawls.get(entry.name)
    due = next((job.due_at for job in health.next_jobs if job.name == entry.name), None)
    return {
        "entry": entry.name,
        "source": entry.source,
        "paused": entry.paused,
        "status": last.status.value if last else None,
        "suspicious": last.suspicious if last else None,
        "last": _iso(last.ended_at if last else None),
        "last_good": _iso(good.ended_at if good else None),
        "holes": health.holes.get(entry.name, 0),
        "next_due": _iso(due),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
