"""How long README's first steps take on this machine, and what `repwatch run` uses on a quiet day; prints both tables.

    python -m benchmarks.first_steps [--steps clone,install,demo,init,check,run,quiet] [--minutes 10] [--write]

Everything happens in a clone of its own: the program that is measured is the one it installs (without `install`, this
one). Sites and Slack are played on loopback. Run it on an idle machine: the load at the start stands in the heading.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.first_steps_used import Used, cpu_of, resident_of
from bot.demo.clock import DemoClock
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.played_appstore import PlayedAppStore
from bot.demo.sites import PlayedSite
from bot.demo.story import Line, read_story

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
STEPS = ("clone", "install", "demo", "init", "check", "run", "quiet")
SITES, REVIEWS, YEARS = 3, 100, 3
LONGEST = 900.0
CONFIG = """
[bot]
contact = "https://velora.example/bot"
[[brand]]
name = "Velora"
[crawl]
allow_loopback = true
[slack]
channel = "#reviews"
"""
SOURCE = """
[[source]]
name = "appstore"
entry = "{entry}"
every = "5 minutes"
since = "1200 days"
app = "640000001"
stores = ["it"]
base_url = "{address}"
"""


@dataclass(slots=True)
class Trial:
    """One walk: where it happens, with which program, and what was measured."""

    folder: Path
    program: list[str]
    environment: dict[str, str]
    sites: list[str]
    slack: LoopbackSlack
    minutes: float

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def log(self) -> Path:
        return self.folder / "said.log"

    def took(self, command: Sequence[str | Path], where: Path | None = None) -> Used:
        """Seconds by the clock and of processor time; a command that fails ends the trial."""
        began, before = time.monotonic(), _children()
        with self.log.open("ab") as log:
            subprocess.run(command, cwd=where or self.folder, env=self.environment, check=True, stdout=log, stderr=log)
        return Used(seconds=time.monotonic() - began, cpu=_children() - before)


def main() -> None:
    given = _arguments()
    lines = [_where(), "", "| step | took | processor time | most memory |", "|---|---|---|---|"]
    with _trial(given) as trial:
        print("\n".join(lines), flush=True)
        for name in given.steps.split(","):
            used = _MEASURED[name](trial)
            lines.append(f"| {_SAID[name]} | {used.seconds:.1f} s | {used.cpu:.1f} s | {used.in_megabytes} |")
            print(lines[-1], flush=True)
    if given.write:
        README.write_text(with_steps(README.read_text("utf-8"), "\n".join(lines)), "utf-8")


def with_steps(readme: str, table: str) -> str:
    """README with this table between its marks."""
    begin, end = (f"<!-- first steps: {word} -->\n" for word in ("begin", "end"))
    before, rest = readme.split(begin)
    return f"{before}{begin}{table}\n{end}{rest.split(end)[1]}"


def _where() -> str:
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    load = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start"
    return f"{datetime.now(UTC):%d %B %Y}, {system}, Python {platform.python_version()}, {load}."


def _clone(trial: Trial) -> Used:
    return trial.took(["git", "clone", "--quiet", ROOT, trial.clone])


def _install(trial: Trial) -> Used:
    used = trial.took(["make", ".venv/installed"], trial.clone)
    trial.program = [str(trial.clone / ".venv/bin/repwatch")]
    trial.environment.pop("PYTHONPATH", None)
    return used


def _demo(trial: Trial) -> Used:
    return trial.took([*trial.program, "demo"])


def _init(trial: Trial) -> Used:
    answers = ["--brand", "Velora", "--source", f"{trial.sites[0]}/", "--source", "hackernews", "--channel", "#reviews"]
    return trial.took([*trial.program, "init", "--yes", "--loopback", *answers, "asked.toml"])


def _check(trial: Trial) -> Used:
    return trial.took([*trial.program, "check", "--no-sources", "--config", _configured(trial, "checked")])


def _run(trial: Trial) -> Used:
    """Until the first card of its own is in the channel."""
    command = [*trial.program, "run", "--config", str(_configured(trial, "first"))]
    return _watched(trial, command, lambda: "Answer by" in str(trial.slack.messages("reviews")), timedelta(0))


def _quiet(trial: Trial) -> Used:
    """The minutes after the first look: nothing new comes."""
    command = [*trial.program, "run", "--config", str(_configured(trial, "quiet"))]
    said = len(trial.slack.messages("reviews"))
    return _watched(
        trial, command, lambda: len(trial.slack.messages("reviews")) > said + 1, timedelta(minutes=trial.minutes)
    )


def _watched(trial: Trial, command: list[str], is_there: Callable[[], bool], after: timedelta) -> Used:
    """From the start until it is there; with `after`, only the time after that. Memory is that of all its processes."""
    began, most, log = time.monotonic(), 0, trial.log.open("ab")
    with subprocess.Popen(command, cwd=trial.folder, env=trial.environment, stderr=log) as running:
        before, until = 0.0, began + LONGEST
        while running.poll() is None and time.monotonic() < until:
            most = max(most, resident_of(running.pid))
            if is_there():
                if not after or before:
                    break
                before, began = cpu_of(running.pid), time.monotonic()
                until, is_there = began + after.total_seconds(), lambda: False
            time.sleep(0.2)
        used = Used(seconds=time.monotonic() - began, cpu=cpu_of(running.pid) - before, memory=most)
        if running.poll() is not None or not (before or is_there()):
            sys.exit(f"it never came so far: see {trial.log} (--keep DIR keeps it)")
        running.send_signal(signal.SIGTERM)
    return used


def _configured(trial: Trial, name: str) -> Path:
    """A configuration of the played sources, with a database of its own."""
    folder = trial.folder / name
    folder.mkdir(exist_ok=True)
    entries = [SOURCE.format(entry=f"store{n}", address=address) for n, address in enumerate(trial.sites)]
    (folder / "repwatch.toml").write_text(CONFIG + "".join(entries), "utf-8")
    return folder / "repwatch.toml"


def _reviews(seed: int) -> tuple[Line, ...]:
    """Years of them, one in three a complaint; the newest of the first site is a fresh one."""
    texts = [review for review in read_story().reviews if review.store == "it"]
    fresh = [-5.0] if seed == 0 else []
    ages = [*fresh, *(-1440.0 * (4 + n * 365 * YEARS / REVIEWS) for n in range(REVIEWS))]
    angry = next(review for review in texts if (review.rating or 5) <= 2)
    kind = next((review for review in texts if (review.rating or 0) >= 4), angry)
    return tuple(
        Line(
            id=f"{9_300_000_000 + seed * 1000 + n}", author=f"buyer{seed}x{n}", at=at, store="it", title="Velora",
            text=(angry if at > -10 or n % 3 == 0 else kind).text, rating=1 if at > -10 or n % 3 == 0 else 5,
        )
        for n, at in enumerate(ages)
    )  # fmt: skip


@contextmanager
def _trial(given: argparse.Namespace) -> Iterator[Trial]:
    with ExitStack() as doors:
        folder = given.keep or Path(doors.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        slack = doors.enter_context(LoopbackSlack())
        slack.workspace.add_room("reviews")
        clock, sites = DemoClock(start=datetime.now(UTC)), [PlayedSite() for _ in range(SITES)]
        for seed, site in enumerate(sites):
            site.open(PlayedAppStore(_reviews(seed), clock, site.address).answer)
            doors.callback(site.close)
        plain = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SLACK_APP_TOKEN")}
        ours = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.url, "PYTHONPATH": str(ROOT)}
        program = [sys.executable, "-P", "-m", "bot"]
        yield Trial(folder, program, plain | ours, [site.address for site in sites], slack, given.minutes)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


_MEASURED = {
    "clone": _clone,
    "install": _install,
    "demo": _demo,
    "init": _init,
    "check": _check,
    "run": _run,
    "quiet": _quiet,
}
_SAID = {
    "clone": "`git clone`",
    "install": "install (`make .venv/installed`)",
    "demo": "`repwatch demo`",
    "init": "`repwatch init` with its answers given",
    "check": "`repwatch check --no-sources`",
    "run": f"`repwatch run` to its first card ({SITES} sources, {SITES * REVIEWS} reviews of {YEARS} years)",
    "quiet": "`repwatch run`, nothing new, crawled every five minutes",
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", default=",".join(STEPS), help=f"of {','.join(STEPS)} (default: all)")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="of the quiet day (default: 10)")
    parser.add_argument("--write", action="store_true", help="also write the table into README.md")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where it happens, and is left (default: taken away)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
