"""Every command README names, run for real and in its order: a stranger's first hour on a played forum and Slack."""

from __future__ import annotations

import io
import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from alerts.slack import SCOPES
from bot.__main__ import main
from bot.card_text import card_text
from bot.demo.clock import DemoClock
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.played_forum import PlayedForum
from bot.demo.sites import PlayedSite
from bot.demo.story import read_story
from tests.faults.proxy import free_port
from tests.rooms import ROOT
from tests.test_readme import commands_named

HOME = '<html><head><meta name="generator" content="Discourse 3.5"></head><body>Velora</body></html>'
# What happened on the forum up to now, in minutes.
PLAYED = 60.0
LONGEST = 240.0


@dataclass(slots=True)
class Said:
    """What one command printed, and its exit code."""

    code: int
    out: str


@dataclass(slots=True)
class Installation:
    """A folder of its own, the played forum and Slack, and what each command said there."""

    folder: Path
    forum: str
    slack: LoopbackSlack
    said: dict[str, Said] = field(default_factory=dict)

    def here(self, *words: str, typed: str = "") -> Said:
        """In this process, as the command line's own entry does."""
        out = io.StringIO()
        stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(typed.encode()))
        try:
            with redirect_stdout(out), redirect_stderr(out):
                code = main(words)
        finally:
            sys.stdin = stdin
        return Said(code, out.getvalue())

    def apart(self, *words: str, until: Callable[[str], bool] | None = None) -> Said:
        """In a process of its own: to its end, or until something is there to see and SIGTERM."""
        command = [sys.executable, "-P", "-m", "bot", *words]
        began, out = time.monotonic(), ""
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
            assert running.stdout is not None
            try:
                while until and running.poll() is None and time.monotonic() - began < LONGEST and not until(out):
                    if select.select([running.stdout], [], [], 0.1)[0]:
                        out += running.stdout.readline()
                # Also where it was never seen: what was said instead is then what the test shows.
                if until:
                    running.terminate()
                rest, _ = running.communicate(timeout=LONGEST)
            finally:
                running.kill()
        return Said(running.returncode, out + rest)


def _init(home: Installation) -> Said:
    asked = (
        "--brand",
        "Velora",
        "--source",
        home.forum,
        "--channel",
        "#reviews",
        "--contact",
        "https://velora.example",
    )
    said = home.apart("init", "--yes", "--loopback", *asked)
    file = home.folder / "repwatch.toml"
    file.write_text(file.read_text("utf-8") + "\n[crawl]\nallow_loopback = true\n", "utf-8")
    return said


def _run(home: Installation) -> Said:
    """Until the first card is in the channel; what it says is shown too."""
    said = home.apart("run", until=lambda _: "Answer by" in _channel(home))
    return Said(said.code, said.out + _channel(home))


def _channel(home: Installation) -> str:
    return "\n".join(map(card_text, home.slack.messages("reviews")))


def _serve(home: Installation) -> Said:
    pages: list[str] = []

    def looked(out: str) -> bool:
        if found := re.search(r"http://\S+", out):
            with urlopen(found[0], timeout=20) as answer:  # noqa: S310 - our own loopback page
                pages.append(answer.read().decode())
        return bool(pages)

    said = home.apart("serve", "--bind", f"127.0.0.1:{free_port()}", until=looked)
    return Said(said.code, said.out + "".join(pages))


def _evaluate(home: Installation) -> Said:
    rows = [
        {"text": "Never again, my money is gone.", "label": "negative", "lang": "en", "set": "own"},
        {"text": "Wonderful, thank you!", "label": "positive", "lang": "en", "set": "own"},
    ]
    file = home.folder / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return home.here("evaluate", str(file))


def _forecast(home: Installation) -> Said:
    timeline = {"id": "1", "source": "reddit", "created_at": 1_700_000_000, "events": [60, 300, 900, 2000]}
    return home.here("forecast", "--age", "3600", typed=json.dumps(timeline) + "\n")


def _parse(home: Installation) -> Said:
    file = ROOT / "tests/recorded/hackernews/search_story_and_comment.json"
    return home.here("parse", "hackernews", str(file))


def _forget(home: Installation) -> Said:
    return home.here("forget", "--source", "discourse", "--author", "quietstorm", "--yes")


def _restore(home: Installation) -> Said:
    return home.here("restore", "copy.db")


@dataclass(frozen=True, slots=True)
class Step:
    """One command: how it is run, and what must be seen; `code` where a refusal is the right answer."""

    run: Callable[[Installation], Said]
    wanted: str
    code: int = 0


def plainly(*words: str) -> Callable[[Installation], Said]:
    return lambda home: home.here(*words)


# In the order of a first hour. A key is what README says, without its placeholders.
ROAD: dict[str, Step] = {
    "demo": Step(plainly("demo", "--out", "played"), r"The same round once more.*\n\s+0 messages sent"),
    "init": Step(_init, r'discourse \(base_url "http://127\.0\.0\.1:\d+"\).*"chat:write"'),
    "check": Step(
        lambda home: home.apart("check"), r"ok\s+model.*ok\s+source: discourse.*Everything is ready: repwatch run"
    ),
    "check --no-sources": Step(plainly("check", "--no-sources"), r"ok\s+model.*Everything is ready"),
    "run": Step(_run, r"first look.*stopping after the step in hand.*Answer by"),
    "crawl": Step(lambda home: home.apart("crawl"), r"discourse\s+ok"),
    "classify": Step(plainly("classify"), r"scored"),
    "alert --dry-run": Step(plainly("alert", "--dry-run"), r"→ #?reviews|Nothing would be sent\."),
    "digest --html": Step(plainly("digest", "--html", "week.html"), r"week\.html"),
    "threads --overdue": Step(plainly("threads", "--overdue"), r"overdue \S+|Nothing is overdue\."),
    "status": Step(plainly("status"), r"discourse"),
    "outbox": Step(plainly("outbox"), r"reviews|Nothing waits and nothing was refused\."),
    "mutes": Step(plainly("mutes"), r"Nobody and nothing is muted"),
    "mutes --end": Step(plainly("mutes", "--end", "3"), r"3 is not among the mutes in force; repwatch mutes", code=1),
    "explain": Step(plainly("explain", "discourse:4103"), r"verdict: negative"),
    "serve": Step(_serve, r"<html.*Velora"),
    "score": Step(lambda home: home.here("score", typed="Nigdy więcej!\n"), r"negative"),
    "evaluate": Step(_evaluate, r"own"),
    "forecast --age": Step(_forecast, r"deadline_seconds"),
    "backtest": Step(plainly("backtest"), r"judged again"),
    "label": Step(plainly("label"), r"0 labels kept\.|The model was sure of everything\."),
    "parse": Step(_parse, r"status=ok mentions=\d+"),
    "backup": Step(plainly("backup", "copy.db"), r"copy\.db.*mentions"),
    "export --source --author": Step(plainly("export", "--source", "discourse", "--author", "quietstorm"), r"charged"),
    "forget --source --author": Step(_forget, r"mentions"),
    "restore": Step(_restore, r"before-restore"),
    "worker": Step(plainly("worker"), r"workers need PostgreSQL.*use repwatch run", code=1),
    "train": Step(plainly("train", "--data", "none", "--work", "work"), r"none", code=1),
    "completion": Step(plainly("completion", "bash"), r"complete .*repwatch"),
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Every command of README has been run, each after the one before it."""
    clock = DemoClock(start=datetime.now(UTC) - timedelta(minutes=PLAYED), minute=PLAYED)
    forum, site, folder = PlayedForum(read_story().topics, clock, 1e9, 1e9), PlayedSite(), tmp_path_factory.mktemp("f")
    site.open(lambda path, query: (200, "text/html", HOME) if path == "/" else forum.answer(path, query))
    with LoopbackSlack() as slack, pytest.MonkeyPatch.context() as patch:
        slack.workspace.add_room("reviews")
        # No more than the printed manifest asks for.
        slack.workspace.scopes = list(SCOPES)
        patch.chdir(folder)
        for name, value in _surroundings(slack).items():
            patch.setenv(name, value)
        home = Installation(folder, site.address, slack)
        for name, step in ROAD.items():
            home.said[name] = step.run(home)
        yield home
    site.close()


def _surroundings(slack: LoopbackSlack) -> dict[str, str]:
    """What the played Slack needs; nothing of this machine's own configuration."""
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_API_URL": slack.url,
        "SLACK_APP_TOKEN": "",
        "DATABASE_URL": "",
        "REPWATCH_CONFIG": "",
    }


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ROAD)
def test_the_command_does_what_readme_says(name: str, lived: Installation) -> None:
    said = lived.said[name]
    assert said.code == ROAD[name].code, said.out
    assert re.search(ROAD[name].wanted, said.out, re.DOTALL), said.out


@pytest.mark.timeout(600)
def test_three_commands_and_a_token_lead_to_a_card_and_forget_takes_it_back(lived: Installation) -> None:
    """Nothing was typed but init's answers, and the setting that lets a crawl stay on this machine."""
    assert [lived.said[name].code for name in ("init", "check", "run")] == [0, 0, 0]
    assert "quietstorm" in lived.said["run"].out and "Reply draft" in lived.said["run"].out
    assert "quietstorm" not in _channel(lived) and "Removed at the author's request" in _channel(lived)


@pytest.mark.parametrize("command", commands_named())
def test_every_command_in_readme_stands_on_the_road(command: str) -> None:
    words = key_of(command.split()[1:])
    there = [key for key in ROAD if f"{key} ".startswith(f"{words} ")]
    assert there, f"README names {command}: run it in ROAD too"


def key_of(words: Sequence[str]) -> str:
    """The command and its flags, without what is filled in."""
    return " ".join([words[0], *(word for word in words[1:] if word.startswith("--"))])


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_would_do_it(target: str) -> None:
    """The demo itself is run above, and `make test` is what runs this."""
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"demo": "repwatch demo", "test": "pytest"}[target] in done.stdout
