"""SIGTERM in the middle of a crawl: what was read is kept, nothing is skipped by the next crawl, and it ends soon."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.store import open_store
from tests.spiders.played import ROOT, Answer, Site, crawled, played
from tests.spiders.test_crawl import forum, plan, post

# Far more than the grace, and far less than the hanging answer or a timeout of ours would take.
_SOON = 45.0


def signalled(folder: Path, reached: threading.Event, *plans: dict[str, Any]) -> list[dict[str, Any]]:
    """The crawls of a process that gets SIGTERM when the played site was `reached`."""
    asked = {"url": f"sqlite:///{folder / 'repwatch.db'}", "plans": plans, "settings": {"allow_loopback": True}}
    command = [sys.executable, "-m", "tests.spiders.one_crawl"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, cwd=ROOT) as running:
        assert running.stdin
        running.stdin.write(json.dumps(asked))
        running.stdin.close()
        running.stdin = None
        assert reached.wait(60), "the crawl never came to the page that hangs"
        running.send_signal(signal.SIGTERM)
        try:
            out, err = running.communicate(timeout=_SOON)
        finally:
            running.kill()
    assert running.returncode == 0, err[-3000:]
    return list(json.loads(out))


def test_a_signal_in_the_middle_of_a_list_keeps_the_watermark_and_the_next_crawl_reads_the_rest(tmp_path: Path) -> None:
    whole = forum([post(n, topic=n) for n in range(1, 13)])
    reached, let_go = threading.Event(), threading.Event()

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if "before=" in path and not let_go.is_set():
            reached.set()
            let_go.wait(60)
        return whole(path, headers)  # type: ignore[no-any-return]

    with played(answer) as site:
        cut, unbegun = signalled(tmp_path, reached, plan(site), plan(site, entry="second"))
        let_go.set()
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            cursor, holes = store.cursor("discourse"), store.open_holes("discourse")
        [again] = crawled(tmp_path, plan(site))
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            left = store.open_holes("discourse")
    assert cut["new"] == 5 and cut["suspicious"] and "ended by" in cut["seen"]
    assert "posts" not in cursor and [hole.where["chain"] for hole in holes] == ["posts"]
    assert unbegun["status"] == "failed" and unbegun["seen"] == "ended by a signal before it began"
    assert (again["status"], again["new"], left) == ("ok", 7, [])


def test_a_signal_while_a_host_is_waited_for_ends_the_wait(tmp_path: Path) -> None:
    asked_to_wait, reached = threading.Event(), threading.Event()

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer({}, 404)
        if path == "/later.xml":
            asked_to_wait.set()
            return Answer({}, 429, {"Retry-After": "100"})
        asked_to_wait.wait(60)
        # The third feed of the other host: by then the crawl has long read what the first one said.
        if path == "/3.xml":
            reached.set()
        return Answer(b"<rss><channel></channel></rss>", headers={"Content-Type": "application/rss+xml"})

    with played(answer) as site:
        other = site.address.replace("127.0.0.1", "localhost")
        feeds = [f"{site.address}/later.xml", *(f"{other}/{number}.xml" for number in (1, 2, 3))]
        [cut] = signalled(tmp_path, reached, {"source": "rss", "options": {"feeds": feeds}})
    assert "ended by a signal" in cut["seen"] and site.asked.count("/later.xml") == 1


def test_a_crawl_that_was_ended_before_its_first_answer_is_asked_again(tmp_path: Path) -> None:
    reached, let_go = threading.Event(), threading.Event()
    whole = forum([post(1)])

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        reached.set()
        let_go.wait(60)
        return whole(path, headers)  # type: ignore[no-any-return]

    site: Site
    with played(answer) as site:
        [cut] = signalled(tmp_path, reached, plan(site))
        let_go.set()
        [again] = crawled(tmp_path, plan(site))
    assert cut["status"] == "failed" and "ended by" in cut["seen"]
    assert again["new"] == 1
