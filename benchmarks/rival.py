"""obsei 1.1.1 and repwatch on the same texts, a Slack on loopback and the same faults; one table.

    python -m benchmarks.rival [--texts 5000] [--runs 3] [--crawl 5000] [--scenes speed,killed,refused,limited]
        [--venv FOLDER]

Makes obsei its own virtual environment (pip and a package index are needed once). Each has its own door to Slack: obsei
posts to an incoming webhook, repwatch through the Web API; both doors lead to this process, count what arrived by the
text's own number, and fail in the same way. Neither uses a model: obsei has none offline. obsei may post everything
(max_messages is raised from 20, at which it leaves the rest out). repwatch's clock is made a thousand times as fast,
because it keeps Slack's pace of a post a second; obsei keeps none.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.growth import crawl_rate
from bot.demo.loopback_slack import LoopbackSlack

VERSION = "1.1.1"
_WORDS = [
    "parcel",
    "late",
    "broken",
    "refund",
    "phone",
    "nobody",
    "shop",
    "price",
    "app",
    "crash",
    "waiting",
    "angry",
    "invoice",
    "queue",
    "manual",
]
_MARK = re.compile(r"number (\d+):")
_OBSEI = """version: 1
store: {path: obsei.duckdb, unencrypted: true}
pipelines:
  - name: feedback
    sources:
      - key: sample
        type: csv
        config: {path: feedback.csv, fields: {text: comment, id: id, created_at: date, rating: rating}}
    sinks:
      - type: slack
        config: {max_rating: 2, max_messages: 1000}
"""

Fault = Callable[[int, int], int | None]
"""(how many calls so far, the text's number) → an HTTP status to fail with, or None."""


@dataclass(slots=True)
class Figures:
    """What one scene came to."""

    seconds: list[float] = field(default_factory=list)
    # Of processor time, which counts nothing else that the machine did meanwhile.
    own_seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    runs: int = 0
    arrived: Counter[int] = field(default_factory=Counter)


def main() -> int:
    given = _arguments()
    with tempfile.TemporaryDirectory() as name:
        obsei = _installed(given.venv or Path(name) / "venv")
        wanted = given.scenes.split(",")
        print("| scene | program | seconds | texts/s | texts/s of own processor time | peak MB | runs | should arrive "
              "| arrived | lost | doubled |\n|" + " --- |" * 11)  # fmt: skip
        rival = None
        for scene in wanted:
            for program in ("obsei", "repwatch"):
                folder = Path(tempfile.mkdtemp(dir=name))
                bad = _write_texts(folder, given.texts if scene == "speed" else given.texts // 5)
                _say(f"{scene}: {program}")
                figures = _SCENES[scene](program, folder, obsei, given.runs)
                # What is refused for ever is not to arrive.
                due = bad - {_POISON} if scene == "refused" else bad
                _print_row(scene, program, figures, due, given.texts if scene == "speed" else given.texts // 5)
                if (scene, program) == ("speed", "obsei"):
                    rival = figures
        if rival is not None:
            _print_crawl(given.texts, given.crawl, given.runs, rival)
    return 0


def _print_crawl(texts: int, many: int, runs: int, rival: Figures) -> None:
    """Our first half by itself, from the page of a site to the store, beside the rival's whole road in this run."""
    rates = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            rates.append(crawl_rate(Path(folder), many))
    clock, own = (statistics.median(rate[which] for rate in rates) for which in (1, 2))
    print(f"\nrepwatch, crawl to store, {many} mentions: {clock:.0f} a second, {own:.0f} of own processor time")
    by_clock = clock * statistics.median(rival.seconds) / texts
    by_own = own * statistics.median(rival.own_seconds) / texts
    print(f"against obsei's whole road in this run: {by_clock:.1f} times by the clock, {by_own:.1f} in processor time")


def _print_row(scene: str, program: str, figures: Figures, bad: set[int], texts: int) -> None:
    seconds = statistics.median(figures.seconds)
    lost = len(bad - set(figures.arrived))
    doubled = sum(times - 1 for times in figures.arrived.values())
    own = statistics.median(figures.own_seconds)
    rates = (f"{texts / seconds:.0f}", f"{texts / own:.0f}") if scene == "speed" else ("", "")
    cells = (scene, program, f"{seconds:.1f}", *rates, f"{figures.peak_mb:.0f}", figures.runs, len(bad))
    print("| " + " | ".join(map(str, (*cells, len(figures.arrived), lost, doubled))) + " |", flush=True)


def _speed(program: str, folder: Path, obsei: Path, runs: int) -> Figures:
    figures = Figures()
    for _ in range(runs):
        for kept in (*folder.glob("ours.db*"), *folder.glob("obsei.duckdb*"), *folder.glob("began")):
            kept.unlink()
        figures.arrived = Counter()
        with _sink(lambda calls, number: None) as sink:  # noqa: ARG005
            _run(program, folder, obsei, sink, figures)
            figures.arrived = sink.arrived
    return figures


def _killed(program: str, folder: Path, obsei: Path, _runs: int) -> Figures:
    """Three times killed while it posts, then run to the end."""
    figures, chance = Figures(), random.Random(5)
    with _sink(lambda calls, number: None) as sink:  # noqa: ARG005
        for _ in range(3):
            aim = len(sink.arrived) + chance.randrange(20, 60)
            _run(program, folder, obsei, sink, figures, until=lambda aim=aim: len(sink.arrived) >= aim)  # type: ignore[misc]
        _run(program, folder, obsei, sink, figures)
        figures.arrived = sink.arrived
    return figures


def _refused(program: str, folder: Path, obsei: Path, _runs: int) -> Figures:
    """One text that Slack refuses for ever; five runs. It should not arrive, all others should, once."""
    figures = Figures()
    with _sink(lambda calls, number: 400 if number == _POISON else None) as sink:  # noqa: ARG005
        for _ in range(5):
            _run(program, folder, obsei, sink, figures)
        figures.arrived = sink.arrived
    return figures


def _limited(program: str, folder: Path, obsei: Path, _runs: int) -> Figures:
    """Slack says 429, wait a second, to each seventieth call; five runs."""
    figures = Figures()
    with _sink(lambda calls, number: 429 if calls % 70 == 69 else None) as sink:  # noqa: ARG005
        for _ in range(5):
            _run(program, folder, obsei, sink, figures)
        figures.arrived = sink.arrived
    return figures


_POISON = 41
_SCENES = {"speed": _speed, "killed": _killed, "refused": _refused, "limited": _limited}


def _run(
    program: str, folder: Path, obsei: Path, sink: _Sink, figures: Figures, until: Callable[[], bool] | None = None
) -> None:
    """One run to its end, or killed when `until` says so."""
    began = time.monotonic()
    environment = {**os.environ, "SLACK_WEBHOOK_URL": sink.hook, "HOME": str(folder), "OMP_NUM_THREADS": "1"}
    ours = [sys.executable, "-m", "benchmarks.rival_ours", str(folder), sink.slack.url, sink.slack.token]
    command = [str(obsei), "run"] if program == "obsei" else ours
    where = folder if program == "obsei" else Path.cwd()
    with (folder / "said.txt").open("ab") as said:
        running = subprocess.Popen(command, cwd=where, env=environment, stdout=said, stderr=said)
    if until is not None:
        while running.poll() is None and not until():
            time.sleep(0.005)
        running.kill()
    _, ended, used = os.wait4(running.pid, 0) if running.returncode is None else (0, 0, None)
    running.returncode = 0
    if program == "repwatch" and until is None and ended:
        raise SystemExit((folder / "said.txt").read_text()[-2000:])
    figures.runs += 1
    if until is None:
        figures.seconds.append(time.monotonic() - began)
    if used is not None:
        if until is None:
            figures.own_seconds.append(used.ru_utime + used.ru_stime)
        figures.peak_mb = max(figures.peak_mb, used.ru_maxrss / 1024)


@dataclass(slots=True)
class _Sink:
    """Both doors to Slack, with the same faults; what arrived, by the text's number."""

    slack: LoopbackSlack
    fault: Fault
    hook: str = ""
    calls: int = 0
    cards: Counter[int] = field(default_factory=Counter)
    listed: set[int] = field(default_factory=set)

    @property
    def arrived(self) -> Counter[int]:
        """Cards by the text's number. A line of a list is no card: it counts, once, where there is none."""
        return Counter(dict.fromkeys(self.listed, 1) | dict(self.cards))

    def webhook(self, text: str) -> int:
        """obsei's door: the HTTP status of the answer."""
        status = self._failing(text)
        if status is None:
            self.cards.update(_named(text))
        return status or 200

    def web_api(self, method: str, arguments: dict[str, Any]) -> str | None:
        """repwatch's door: LoopbackSlack's word for a fault."""
        if method != "chat.postMessage":
            return None
        status = self._failing(str(arguments))
        if status is None:
            named = _named(str(arguments.get("blocks")))
            # What waited while Slack was away is listed, and what is still open then gets its card.
            is_list = len(named) > 1 or "thread_ts" in arguments
            (self.listed if is_list else self.cards).update(named)
        return {None: None, 400: "error:invalid_blocks", 429: "429"}[status]

    def _failing(self, text: str) -> int | None:
        self.calls += 1
        found = _MARK.search(text)
        return self.fault(self.calls, int(found[1]) if found else -1)


def _named(text: str) -> set[int]:
    return set(map(int, _MARK.findall(text)))


@contextmanager
def _sink(fault: Fault) -> Iterator[_Sink]:
    with LoopbackSlack(is_paced=False) as slack:
        sink = _Sink(slack, fault)
        slack.workspace.add_room("feedback")
        slack.weather = sink.web_api
        server = ThreadingHTTPServer(("127.0.0.1", 0), _webhook_of(sink))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sink.hook = f"http://127.0.0.1:{server.server_address[1]}/hook"
        yield sink
    server.shutdown()
    server.server_close()


def _webhook_of(sink: _Sink) -> type[BaseHTTPRequestHandler]:
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(sink.webhook(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Hook


def _write_texts(folder: Path, many: int) -> set[int]:
    """feedback.csv; the numbers of the texts with two stars and less, three of ten."""
    bad = set()
    with (folder / "feedback.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "comment", "date", "rating"))
        for number in range(many):
            words = random.Random(number).choices(_WORDS, k=14)
            stars = 1 if number % 10 < 3 else 5
            rows.writerow((f"r{number}", f"number {number}: {' '.join(words)}.", "2026-11-24T08:50:00", stars))
            if stars == 1:
                bad.add(number)
    (folder / "obsei.yaml").write_text(_OBSEI, encoding="utf-8")
    return bad


def _installed(folder: Path) -> Path:
    program = folder / "bin" / "obsei"
    if not program.exists():
        _say(f"installing obsei {VERSION}")
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", f"obsei=={VERSION}"], check=True)
    return program


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=5000, help="in the scene speed; a fifth of it in the others")
    parser.add_argument("--runs", type=int, default=3, help="of the scene speed; its median is shown")
    parser.add_argument(
        "--crawl", type=int, default=5000, help="mentions of the crawl that is set beside the scene speed"
    )
    parser.add_argument("--scenes", default="speed,killed,refused,limited")
    parser.add_argument("--venv", type=Path, help="where obsei is or shall be installed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
