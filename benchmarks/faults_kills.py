"""The whole road in a process killed at random instants, and what is wrong with it afterwards."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alerts.slack import SlackChannel
from benchmarks.delivery_road import BATCH, BRANDS, START, FastClock, is_negative, mentions, walk
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import OutboxState, Thread
from storage.store import Store, open_store

# Where a kill should fall, and how long (real seconds) after that step began at the latest.
_STEPS = (("collect", 0.05), ("classify", 0.1), ("alert", 0.25), ("deliver", 1.2), ("deliver", 1.2))
_TIMEOUT = 0.5
_PATIENCE = 120.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["benchmarks.faults_kills"])


@dataclass(slots=True)
class Outcome:
    """What is wrong after all (everything empty: nothing), and where the kills fell."""

    mentions: int
    kills: int
    killed_while: Counter[str] = field(default_factory=Counter)
    half_sent: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    cards: int = 0
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.left)


@dataclass(slots=True)
class _Scene:
    url: str
    folder: Path
    slack: LoopbackSlack
    clock: FastClock
    chance: random.Random
    outcome: Outcome


def killed(
    url: str,
    total: int,
    kills: int,
    *,
    scale: float = 10.0,
    seed: int = 8,
    longest: float = float("inf"),
    tell: Callable[[str, Outcome], object] = lambda when, outcome: None,  # noqa: ARG005
) -> Outcome:
    """`total` mentions come in little by little while the program is killed `kills` times; then it is left alone.

    Where the kills would take longer than `longest` seconds it is left alone earlier; the outcome counts those made.
    """
    began = time.monotonic()
    clock = FastClock(began, scale)
    with tempfile.TemporaryDirectory() as name, LoopbackSlack(clock.seconds) as slack:
        for brand in BRANDS:
            slack.workspace.add_room(brand.lower())
        outcome = Outcome(mentions=total, kills=kills)
        scene = _Scene(url, Path(name), slack, clock, random.Random(seed), outcome)
        for number in range(kills):
            if time.monotonic() - began > longest:
                outcome.kills = number
                break
            _kill_once(scene, released=_released(total, number + 1, kills))
            tell(f"kill {number + 1} of {kills}", outcome)
        _start(scene, total, is_patient=False).join()
        with open_store(url, clock=clock.now) as store:
            _look(store, slack, outcome)
        outcome.seconds = time.monotonic() - began
        return outcome


def work(url: str, step: Path, slack: tuple[str, str], clock: FastClock, total: int, is_patient: bool) -> None:
    """A program's whole life: until it is killed, or (not patient) until nothing waits any more."""
    channel = SlackChannel.open(slack[1], slack[0], timeout=_TIMEOUT)
    with open_store(url, clock=clock.now) as store:
        while walk(store, channel, clock, total, step.write_text) or is_patient:
            clock.sleep(0.5)


def _released(total: int, number: int, kills: int) -> int:
    """How many mentions there are to collect by then: whole pages, as the road reads them."""
    pages = -(-total * number // (kills * BATCH))
    return min(total, pages * BATCH)


def _start(scene: _Scene, total: int, *, is_patient: bool) -> Any:
    slack = (scene.slack.url, scene.slack.token)
    process = FORKS.Process(target=work, args=(scene.url, _step(scene), slack, scene.clock, total, is_patient))
    process.start()
    return process


def _kill_once(scene: _Scene, released: int) -> None:
    wanted, latest = scene.chance.choice(_STEPS)
    _step(scene).write_text("start")
    process = _start(scene, released, is_patient=True)
    until = time.monotonic() + _PATIENCE
    while process.is_alive() and _step(scene).read_text() != wanted and time.monotonic() < until:
        time.sleep(0.002)
    time.sleep(scene.chance.uniform(0.0, latest))
    if not process.is_alive():
        raise SystemExit(f"the program ended by itself with exit code {process.exitcode}")
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    scene.outcome.killed_while[_step(scene).read_text() or wanted] += 1
    with open_store(scene.url) as store:
        scene.outcome.half_sent += bool(store.outbox(OutboxState.SENDING, 1))


def _step(scene: _Scene) -> Path:
    return scene.folder / "step"


def _look(store: Store, slack: LoopbackSlack, outcome: Outcome) -> None:
    keys = Counter(slack.keys())
    outcome.doubled += [key for key, times in keys.items() if times > 1]
    said = {str(m["metadata"]["event_payload"]["key"]): m for b in BRANDS for m in slack.messages(b.lower())}
    listed = str([message["blocks"] for message in said.values()])
    for number in range(outcome.mentions):
        root = next(mentions(number, 1, START))
        thread = store.find_thread(root.source, root.thread_id, instance=root.instance, brand=root.brand)
        if thread is None:
            outcome.lost.append(f"mention r{number}")
            continue
        _look_at(store, thread, number, outcome)
        if is_negative(number):
            _look_for_card(store, thread, said, listed, outcome)
    states = store.outbox_counts()
    waiting = {state.value: states[state] for state in OutboxState if states.get(state) and state not in _FINE}
    unscored, to_judge = len(store.unscored_mentions(1000)), len(store.threads_to_judge(1000))
    outcome.left = waiting | ({"unscored": unscored} if unscored else {}) | ({"to judge": to_judge} if to_judge else {})


_FINE = (OutboxState.SENT, OutboxState.DROPPED)


def _look_at(store: Store, thread: Thread, number: int, outcome: Outcome) -> None:
    ids = [m.external_id for m in thread.mentions]
    outcome.doubled += [f"mention {name}" for name, times in Counter(ids).items() if times > 1]
    scored = [m for m in thread.mentions if not m.is_owner_reply]
    outcome.lost += [f"sentiment of {m.external_id}" for m in scored if thread.sentiment_of(m) is None]
    verdict = store.verdict_of(thread.id)
    if verdict is None:
        outcome.lost.append(f"verdict of r{number}")
    elif verdict.is_negative != is_negative(number):
        outcome.wrong.append(f"verdict of r{number}")


def _look_for_card(store: Store, thread: Thread, said: dict[str, Any], listed: str, outcome: Outcome) -> None:
    """Exactly one card, which shows the alert's state; or its place in a list; or the owner was faster than we."""
    alert = store.alert_of(thread.id)
    if alert is None:
        if not thread.has_owner_response:
            outcome.lost.append(f"alert of {thread.external_id}")
    elif alert.key in said:
        outcome.cards += 1
        if f"({alert.state})" not in said[alert.key]["text"]:
            outcome.wrong.append(f"card of {thread.external_id} does not show {alert.state}")
    elif not any(f"{url}'" in listed for url in {thread.url, *(m.url for m in thread.mentions if m.is_root)}):
        outcome.lost.append(f"card of {thread.external_id}")
