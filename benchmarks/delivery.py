"""Proves the delivery: kill -9 at random instants, storms of failures, a poison message, twelve hours without Slack.

    python -m benchmarks.delivery [--mentions 5000] [--kills 200] [--scale 10] [--seed 7]
                                  [--only kills,storm,poison,outage]

The fake Slack's pace and ours share one clock that runs `scale` times as fast (the storm: four times that, so that
reminders and escalations come too); figures of time are on that clock.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from alerts.catalogue import phrases
from benchmarks.delivery_road import BRANDS, FastClock, is_negative, work
from benchmarks.delivery_scenes import outage, poison
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import OutboxKind, OutboxState
from storage.store import Store, open_store

_STORM = (("429", 0.03), ("500", 0.02), ("drop", 0.02), ("accept_drop", 0.03), ("accept_500", 0.02), ("timeout", 0.003))
# Steps of the road, and how long (real seconds) one lasts here at most: the last moment for a kill inside it.
_STEPS = ("collect", "classify", "alert", "deliver", "deliver")
_STEPS_LAST = {"collect": 0.05, "classify": 0.1, "alert": 0.3, "deliver": 1.0}
# Why an edit was dropped that its late card was posted with.
_IN_ITS_CARD = "its card was sent as it is now"
# A real second at most: an answer that takes longer on our clock counts as lost.
_TIMEOUT = 0.5


def main() -> None:
    arguments = _arguments()
    scenes: dict[str, Callable[[], dict[str, Any]]] = {
        "kills": lambda: killed(arguments.mentions, arguments.kills, arguments.scale, arguments.seed, None),
        "storm": lambda: killed(
            arguments.mentions, arguments.kills, 4 * arguments.scale, arguments.seed, _storm(arguments.seed)
        ),
        "poison": poison,
        "outage": outage,
    }
    for name in arguments.only.split(","):
        began = time.monotonic()
        figures = scenes[name]()
        print(json.dumps({"scene": name, **figures, "real_seconds": round(time.monotonic() - began, 1)}), flush=True)


def killed(
    total: int, kills: int, scale: float, seed: int, weather: Callable[[str, dict[str, Any]], str | None] | None
) -> dict[str, Any]:
    """The whole road in a process that is killed again and again, then left alone until nothing waits."""
    clock = FastClock(time.monotonic(), scale)
    with tempfile.TemporaryDirectory() as name, LoopbackSlack(clock.seconds) as slack:
        folder = Path(name)
        for brand in BRANDS:
            slack.workspace.add_room(brand.lower())
        if weather is not None:
            slack.weather = weather
        where = _kill_again_and_again(folder, slack, clock, total, kills, seed)
        # The storm goes on over the whole life of the last worker, which nobody kills.
        _run(folder, slack, clock, total, None)
        with open_store(str(folder / "bench.db"), clock=clock.now) as store:
            return {"mentions": total, "kills": kills, "killed_while": where, **counted(store, slack, total)}


def counted(store: Store, slack: LoopbackSlack, total: int) -> dict[str, Any]:
    """Lost, doubled and wrong, from what stands in Slack against what should."""
    keys = Counter(slack.keys())
    alerts = [alert for brand in BRANDS for alert in _alerts(store, brand)]
    shown = {str(m["metadata"]["event_payload"]["key"]): m for room in BRANDS for m in _ours(slack, room.lower())}
    said = _last_said(store)
    wrong = [a.key for a in alerts if a.key in shown and not _is_true(a, shown[a.key], said.get(a.key))]
    # Closed before their card could be sent: listed after the outage, with their link.
    listed = _listed(store, slack, [alert for alert in alerts if alert.key not in keys])
    negative = sum(map(is_negative, range(total)))
    # The owner was faster than our first look: nobody needs to be told.
    threads = [thread for thread in store.threads(range(1, total + 1)) if is_negative(int(thread.external_id[1:]))]
    told = store.alerts_of_threads([thread.id for thread in threads])
    before = sum(thread.id not in told and thread.has_owner_response for thread in threads)
    states = store.outbox_counts()
    calls = Counter(method for method, _ in slack.calls)
    return {
        "negative_threads": negative,
        "cards": sum(alert.key in keys for alert in alerts),
        "listed": listed,
        "answered_before_we_looked": before,
        "lost": negative - listed - before - sum(alert.key in keys for alert in alerts),
        "doubled": sum(count - 1 for count in keys.values()),
        "wrong_state": len(wrong),
        "unknown": states.get(OutboxState.UNKNOWN, 0),
        "dead": states.get(OutboxState.DEAD, 0),
        "answered": sum(alert.answered_at is not None for alert in alerts),
        "messages": sum(keys.values()),
        "sent_rows": sum(row.kind is not OutboxKind.UPDATE for row in store.outbox(OutboxState.SENT, 100_000)),
        "calls": dict(calls),
    }


def _last_said(store: Store) -> dict[str, Any]:
    """By card: what the newest row that was sent for it says, as an edit or as what a late card was posted with."""
    within = [row for row in store.outbox(OutboxState.DROPPED, 100_000) if row.error == _IN_ITS_CARD]
    sent = sorted([*store.outbox(OutboxState.SENT, 100_000), *within], key=lambda row: row.id or 0)
    faces = [row for row in sent if row.kind in (OutboxKind.CARD, OutboxKind.UPDATE)]
    return {row.under or row.key: row.payload for row in faces}


def _is_true(alert: Any, message: dict[str, Any], said: Any) -> bool:
    """Does the card in Slack name the alert's state, and is it the newest face word by word?"""
    same = said is not None and (message["text"], message["blocks"]) == (said["text"], said["blocks"])
    word = "overdue" if alert.state.is_live else phrases("en").say(f"state.{alert.state}")
    return same and (f"({word})" in message["text"] or f"({alert.state})" in message["text"])


def _listed(store: Store, slack: LoopbackSlack, alerts: list[Any]) -> int:
    text = str([message["blocks"] for room in BRANDS for message in _ours(slack, room.lower())])
    threads = store.threads([alert.thread_id for alert in alerts])
    return sum(f"{thread.url}'" in text or f"{thread.mentions[0].url}'" in text for thread in threads)


def _alerts(store: Store, brand: str) -> list[Any]:
    """Every alert, live or closed, through the outbox rows of its card."""
    rows = [row for state in OutboxState for row in store.outbox(state, 100_000)]
    keys = {row.key for row in rows if row.kind is OutboxKind.CARD and row.channel == f"#{brand.lower()}"}
    return [alert for alert in map(store.alert_by_key, sorted(keys)) if alert is not None]


def _ours(slack: LoopbackSlack, room: str) -> list[dict[str, Any]]:
    return [message for message in slack.messages(room) if message.get("metadata")]


def _kill_again_and_again(
    folder: Path, slack: LoopbackSlack, clock: FastClock, total: int, kills: int, seed: int
) -> dict[str, int]:
    """How many died in which step, and how many left a message half sent."""
    chance = random.Random(seed)
    where: Counter[str] = Counter()
    for _ in range(kills):
        step = chance.choice(_STEPS)
        _run(folder, slack, clock, total, (step, chance.uniform(0.0, _STEPS_LAST[step])))
        where[(folder / "step").read_text() if (folder / "step").exists() else "start"] += 1
        where["half sent"] += _half_sent(folder / "bench.db")
    return dict(where)


def _half_sent(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as reading:
        return bool(reading.execute("SELECT count(*) FROM outbox WHERE state = 'sending'").fetchone()[0])


def _run(folder: Path, slack: LoopbackSlack, clock: FastClock, total: int, death: tuple[str, float] | None) -> None:
    """A worker process: left alone (None), or killed so many real seconds after it began a step."""
    at_step = folder / "step"
    at_step.unlink(missing_ok=True)
    worker = _FORKS.Process(target=work, args=(folder, slack.url, slack.token, clock, total, _TIMEOUT))
    worker.start()
    if death is None:
        worker.join()
        if worker.exitcode != 0:
            raise SystemExit(f"the worker failed with exit code {worker.exitcode}")
        return
    step, seconds = death
    while worker.is_alive() and not (at_step.exists() and at_step.read_text() == step):
        time.sleep(0.002)
    time.sleep(seconds)
    # SIGKILL; one that had nothing left to do may have ended by itself.
    worker.kill()
    worker.join()


def _storm(seed: int) -> Callable[[str, dict[str, Any]], str | None]:
    chance = random.Random(seed)

    def weather(method: str, arguments: dict[str, Any]) -> str | None:  # noqa: ARG001
        at = chance.random()
        for kind, share in _STORM:
            at -= share
            if at < 0:
                return kind
        return None

    return weather


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--scale", type=float, default=10.0)
    parser.add_argument(
        "--seed", type=int, default=7, help="of the instants and the storm; runs of several seeds add up"
    )
    parser.add_argument("--only", default="kills,storm,poison,outage")
    return parser.parse_args()


_FORKS = multiprocessing.get_context("forkserver")

if __name__ == "__main__":
    _FORKS.set_forkserver_preload(["benchmarks.delivery_road"])
    main()
