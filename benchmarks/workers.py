"""Workers on PostgreSQL: four of them, one killed with -9 every few seconds; and how much one, two and four carry.

    python -m benchmarks.workers [--texts 200000] [--model shipped|fast] [--scenes killed,speed] [--every 5]
        [--speed-texts 20000] [--postgres URL]

`repwatch worker` processes on a schema of their own (made and dropped again on --postgres, TEST_DATABASE_URL or the
local server), a Slack on loopback with Slack's own pace. `fast` is a model of one layer with random weights in the
shipped format, named by `[model] weights`: what is left is the program and the database. A worker has one model thread.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.workers_town import BRANDS, Town, Waiting, counted, found_town, waiting
from bot.demo.loopback_slack import LoopbackSlack
from bot.worker import conninfo_of
from tests.classifier.toy import toy_weights
from tests.storage.conftest import own_schema

_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
_LOOK_EVERY = 0.5
# Seconds after the last text: what dead workers held is taken over, at worst a minute later (bot/worker_life.py).
_PATIENCE = 600.0
_COLUMNS = ("model", "workers", "mentions", "killed", "seconds", "sentiments", "verdicts", "cards", "lost", "doubled")


@dataclass(slots=True)
class Crew:
    """Worker processes; one that is killed is followed by another."""

    town: Town
    slack: LoopbackSlack
    at_once: int
    said: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0

    def hire(self, many: int) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": self.town.url,
            "SLACK_API_URL": self.slack.url,
            "SLACK_BOT_TOKEN": self.slack.token,
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "bot", "worker", "--config", str(self.town.config)]
        with self.said.open("ab") as said:
            self.running += [
                subprocess.Popen([*command, "--at-once", str(self.at_once)], env=environment, stdout=said, stderr=said)
                for _ in range(many)
            ]

    def kill_one(self, chance: random.Random) -> None:
        victim = self.running.pop(chance.randrange(len(self.running)))
        if victim.poll() is not None:
            raise SystemExit(f"a worker ended by itself:\n{self.said.read_text()[-3000:]}")
        victim.kill()
        victim.wait()
        self.killed += 1
        self.hire(1)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody is left behind, however the benchmark ended."""
        for worker in self.running:
            worker.kill()
            worker.wait()

    def send_home(self) -> None:
        """As a machine is shut down: SIGTERM, and each must end well; one that had not begun ends by the signal."""
        for worker in self.running:
            worker.send_signal(signal.SIGTERM)
        codes = [worker.wait(timeout=90) for worker in self.running]
        if set(codes) - {0, -signal.SIGTERM}:
            raise SystemExit(f"workers ended with {codes}:\n{self.said.read_text()[-3000:]}")
        self.running = []


def main() -> int:
    given = _arguments()
    scenes = given.scenes.split(",")
    is_clean = True
    if "killed" in scenes:
        is_clean = _killed(given)
    if "speed" in scenes:
        _speed(given)
    return 0 if is_clean else 1


def _killed(given: argparse.Namespace) -> bool:
    """Four workers lose one of them every few seconds until nothing is left to do but what dead ones hold."""
    with _town(given, given.texts) as (town, slack, folder):
        began, chance = time.monotonic(), random.Random(given.seed)
        with (
            Crew(town, slack, 2, folder / "said.txt") as crew,
            psycopg.connect(conninfo_of(town.url), autocommit=True) as connection,
        ):
            crew.hire(4)
            _kill_while_there_is_work(crew, connection, chance, given.every, began)
            left = _wait_for_nothing(connection)
            crew.send_home()
        seconds = time.monotonic() - began
        found = counted(town, slack)
    figures = (given.model, 4, given.texts, crew.killed, round(seconds))
    print("| " + " | ".join((*_COLUMNS, "wrong", "left behind")) + " |\n|" + " --- |" * (len(_COLUMNS) + 2))
    print("| " + " | ".join(map(str, (*figures, *found.values(), _left(left)))) + " |", flush=True)
    return left.is_nothing and not (found["lost"] or found["doubled"] or found["wrong"])


def _kill_while_there_is_work(
    crew: Crew, connection: psycopg.Connection[tuple[int, ...]], chance: random.Random, every: float, began: float
) -> None:
    while (left := waiting(connection)).unscored or left.to_judge or left.to_tell:
        time.sleep(chance.uniform(0.5, 1.5) * every)
        crew.kill_one(chance)
        _say(f"{time.monotonic() - began:.0f} s, killed {crew.killed}, waiting: {_left(left)}")
        if time.monotonic() - began > 3600:
            raise SystemExit("not done within an hour")


def _wait_for_nothing(connection: psycopg.Connection[tuple[int, ...]]) -> Waiting:
    until = time.monotonic() + _PATIENCE
    while not (left := waiting(connection)).is_nothing and time.monotonic() < until:
        time.sleep(_LOOK_EVERY)
    return left


def _left(left: Waiting) -> str:
    parts = {name: getattr(left, name) for name in ("unscored", "to_judge", "to_tell", "jobs", "leases")}
    return ", ".join(f"{name} {many}" for name, many in parts.items() if many) or "nothing"


def _speed(given: argparse.Namespace) -> None:
    """Texts a second from the first kept to the last judged, workers of one job at a time; side by side."""
    print("\n| model | workers | texts | texts/s scored and judged | times one worker |\n|" + " --- |" * 5)
    first = None
    for workers in map(int, given.workers.split(",")):
        with _town(given, given.speed_texts) as (town, slack, folder), Crew(town, slack, 1, folder / "said") as crew:
            crew.hire(workers)
            rate = _rate(town)
            crew.send_home()
        first = first or rate
        print(f"| {given.model} | {workers} | {given.speed_texts} | {rate:.0f} | {rate / first:.2f} |", flush=True)


def _rate(town: Town) -> float:
    with psycopg.connect(conninfo_of(town.url), autocommit=True) as connection:
        while (left := waiting(connection)).unscored == town.many:
            time.sleep(_LOOK_EVERY / 5)
        began, already = time.monotonic(), town.many - left.unscored
        while (left := waiting(connection)).unscored or left.to_judge:
            time.sleep(_LOOK_EVERY)
            _say(_left(left))
        return (town.many - already) / (time.monotonic() - began)


@contextmanager
def _town(given: argparse.Namespace, many: int) -> Iterator[tuple[Town, LoopbackSlack, Path]]:
    with ExitStack() as open_things:
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory()))
        slack = open_things.enter_context(LoopbackSlack())
        for number in range(BRANDS):
            slack.workspace.add_room(f"b{number}")
        url = open_things.enter_context(own_schema(given.postgres))
        _say(f"keeping {many} mentions")
        weights = toy_weights(folder / "weights") if given.model == "fast" else None
        town = found_town(url, folder, many, weights)
        yield town, slack, folder


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=200_000, help="in the scene killed")
    parser.add_argument("--model", choices=("shipped", "fast"), default="shipped")
    parser.add_argument("--scenes", default="killed,speed")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two kills, on average")
    parser.add_argument("--speed-texts", type=int, default=20_000, help="in the scene speed")
    parser.add_argument("--workers", default="1,2,4", help="how many side by side in the scene speed")
    parser.add_argument("--postgres", metavar="URL", default=os.environ.get("TEST_DATABASE_URL", _SERVER))
    parser.add_argument("--seed", type=int, default=8)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
