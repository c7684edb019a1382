"""What the work costs as the store grows: crawl to store, a quiet round, pages and lists, bytes; side by side.

    python -m benchmarks.growth [--only crawl table digests] [--small 10000] [--large 1000000] [--crawl 5000]

Threads of five, texts of 200 letters, a hundred live alerts; the large store is the small one's past copied again and
again, each copy a week further back, and one more holds all of it in one week, for the digest. The crawl reads a played
forum on loopback, politeness delays off, without the model.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from alerts.weekly.week import Week, last_full_week
from benchmarks.growth_store import NOW, fill, grow, house, in_one_week, size_of, weeks_back
from bot.commands import threads as threads_command
from bot.history import LearnedForecaster
from bot.running import ScheduledWork
from bot.serve import pages
from storage.store import open_store
from tests.spiders.played import Answer, crawled, played

_PER_PAGE = 50


def main() -> int:
    given = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "crawl" in given.only:
            rate = crawl_rate(folder, given.crawl)
            print(
                f"crawl to store: {given.crawl} mentions, {rate[0]:.0f} a second "
                f"({rate[1]:.0f} with the process's start), {rate[2]:.0f} a second of one core's own time"
            )
        small = folder / "small.db"
        _say(f"making a store of {given.small}")
        fill(small, given.small)
        if "table" in given.only:
            _table(given, small, folder)
        if "digests" in given.only:
            _digests(given, small, folder)
    return 0


def _table(given: argparse.Namespace, small: Path, folder: Path) -> None:
    large = folder / "large.db"
    shutil.copy(small, large)
    grow(large, given.small, given.large, _say)
    costs = {file: measured(file, folder, given.rounds) for file in (small, large)}
    _print_table(given, costs[small], costs[large])
    print(f"\nbytes a mention: {size_of(small) / given.small:.0f} and {size_of(large) / given.large:.0f}")


def _digests(given: argparse.Namespace, small: Path, folder: Path) -> None:
    """A digest reads its week and up to eight before it: in a small and a large store, and where one week holds all."""
    scenes = (
        ("ten weeks", 10 * given.small, weeks_back),
        (f"{given.large // given.small} weeks", given.large, weeks_back),
        ("one week", given.large, in_one_week),
    )
    for name, many, moments in scenes:
        file = folder / "digest.db"
        shutil.copy(small, file)
        grow(file, given.small, many, _say, moments)
        first, again = digest_seconds(file, folder)
        said = f"{first:.2f} s of processor time, {again:.2f} s made again by the same process"
        print(f"\ndigest where {name} hold {many:,} mentions: {said}", flush=True)


def crawl_rate(folder: Path, many: int) -> tuple[float, float, float]:
    """Mentions a second: of the crawl itself, of its whole process, and of the CPU time that process used."""
    posts = [_post(number) for number in range(many, 0, -1)]

    def answer(path: str, _headers: object) -> Answer:
        before = int(path.split("before=")[1]) if "before=" in path else many
        shown = posts[many - before : many - before + _PER_PAGE] if before > 0 else []
        return Answer({"latest_posts": shown})

    _say(f"crawling {many}")
    # An installation's first start makes the tables, and its first crawl the bytecode; a crawl finds both.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    open_store(str(folder / "repwatch.db")).close()
    with played(answer) as site:
        plan = {"source": "discourse", "options": {"base_url": site.address}, "now": "2026-11-20T12:00:00Z"}
        with tempfile.TemporaryDirectory() as first:
            crawled(Path(first), plan, page_cap=1)
        began, used = time.monotonic(), _cpu_of_children()
        [done] = crawled(folder, plan, page_cap=many, mention_cap=many + 1, requests_per_day=many, time_limit=600)
        whole = time.monotonic() - began
    if done["new"] != many:
        raise SystemExit(f"the crawl kept {done['new']} of {many}: {done['seen']}")
    return many / _took(done), many / whole, many / (_cpu_of_children() - used)


def _cpu_of_children() -> float:
    """Seconds; unlike the clock's they do not count what else the machine is doing."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _took(done: dict[str, Any]) -> float:
    return (datetime.fromisoformat(done["ended_at"]) - datetime.fromisoformat(done["started_at"])).total_seconds()


def _post(number: int) -> dict[str, Any]:
    return {
        "id": number, "topic_id": number, "post_number": 1, "post_type": 1, "username": f"user{number}",
        "user_id": number, "created_at": "2026-11-19T12:00:00Z", "updated_at": "2026-11-19T12:00:00Z", "version": 1,
        "cooked": f"<p>Velora lost parcel {number}. {'Nobody answers the phone. ' * 7}</p>",
        "topic_title": f"Topic {number}", "topic_slug": f"t{number}", "reply_to_post_number": None, "reply_count": 0,
    }  # fmt: skip


def measured(file: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of processor time, the median of several; a process's first round, which also learns, by itself."""
    _say(f"measuring {file.name}")
    with house(file, folder) as (config, store, work):
        learned = LearnedForecaster(config, store)
        desk = pages.Desk(config=config, store=store, clock=lambda: NOW, forecaster=learned)
        first = _milliseconds(lambda: work.round(NOW, Event()))
        number, week = iter(range(1, 10_000)), last_full_week(NOW, config.digest.weekly.zone)
        costs = {
            "quiet round": lambda: work.round(NOW + next(number) * timedelta(minutes=1), Event()),
            "alert step": lambda: work.steps.alert(NOW + timedelta(minutes=1)),
            "digest of a week": lambda: work.steps.make_digests(week, NOW),
            "plan (what is due)": lambda: work.last_runs(NOW),
            "threads": lambda: threads_command.run(_asked(config)),
            "serve: open threads": lambda: pages.open_threads(desk, {}),
            "serve: one thread": lambda: pages.one_thread(desk, {"thread": "1"}),
            "serve: sources": lambda: pages.sources(desk, {}),
            "serve: digests": lambda: pages.digests(desk, {}),
            "serve: a digest": lambda: pages.one_digest(desk, {"brand": "Nordika", "week": "2026-W46"}),
        }
        medians = {name: _median(act, rounds) for name, act in costs.items()}
        return {"first round of a process": first} | medians


def digest_seconds(file: Path, folder: Path) -> tuple[float, float]:
    """Of processor time: computed and kept, charts and page made, nothing sent; first by a process that has read no
    week yet (the median of three), then again by the same one."""
    firsts = []
    for _ in range(3):
        with house(file, folder) as (config, _, work):
            week = last_full_week(NOW, config.digest.weekly.zone)

            def make(work: ScheduledWork = work, week: Week = week) -> int:
                [(_, made)] = work.steps.make_digests(week, NOW)
                for chart in made.charts:
                    _ = chart.png
                return made.figures.now.said.mentions

            firsts.append(_milliseconds(make))
            _say(f"{make()} mentions in the digest")
            again = _milliseconds(make)
    return statistics.median(firsts) / 1000, again / 1000


def _asked(config: Any) -> argparse.Namespace:
    return argparse.Namespace(config=config.file, overdue=False, brand=None, json=True)


def _median(act: Callable[[], object], rounds: int) -> float:
    act()
    return statistics.median(_milliseconds(act) for _ in range(rounds))


def _milliseconds(act: Callable[[], object]) -> float:
    # Not the clock's: another program on the machine would be counted too.
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        act()
    return (time.process_time() - began) * 1000


def _print_table(given: argparse.Namespace, small: dict[str, float], large: dict[str, float]) -> None:
    heads = ("milliseconds of processor time", f"{given.small:,} mentions", f"{given.large:,} mentions", "ratio")
    print(f"\n| {' | '.join(heads)} |\n|" + " --- |" * len(heads))
    for name, cost in small.items():
        print(f"| {name} | {cost:.1f} | {large[name]:.1f} | {large[name] / cost:.2f} |")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("crawl", "table", "digests")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, help="these parts (default: all)")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--crawl", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
