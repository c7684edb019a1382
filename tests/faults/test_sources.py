"""Sources that waste our time: each costs only its own crawl, which ends soon and says what it saw.

A site that hangs, a body over the limit and an unpacked bomb: tests/spiders/test_crawl.py.
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.spiders.played import Answer, crawled, played

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def speaking(say: Callable[[Any], None]) -> Iterator[str]:
    """A server that does whatever it likes with the socket once it was asked."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            with suppress(OSError):
                say(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def forum_at(address: str) -> dict[str, Any]:
    return {"source": "discourse", "options": {"base_url": address}}


def test_a_source_that_drips_is_left_at_the_time_limit(tmp_path: Path) -> None:
    def drip(connection: Any) -> None:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.2)

    began = time.monotonic()
    with speaking(drip) as address:
        [done] = crawled(tmp_path, forum_at(address), time_limit=3.0)
    assert done["status"] == "failed" and done["mentions"] == 0 and done["seen"]
    assert time.monotonic() - began < 30


def test_a_body_without_an_end_is_cut_at_the_limit(tmp_path: Path) -> None:
    sent = [0]

    def pour(connection: Any) -> None:
        connection.sendall(HEAD + b"Connection: close\r\n\r\n[")
        while True:
            connection.sendall(b" " * 65536)
            sent[0] += 65536

    with speaking(pour) as address:
        [done] = crawled(tmp_path, forum_at(address), body_limit=1_000_000, time_limit=60.0)
    assert done["status"] == "failed" and done["seen"]
    assert sent[0] < 40_000_000, "it stops listening soon after the limit, however much the other still wants to say"


def test_a_source_that_redirects_for_ever_is_asked_a_handful_of_times(tmp_path: Path) -> None:
    number = [0]

    def onward(*_: object) -> Answer:
        number[0] += 1
        return Answer(b"", 302, {"Location": f"/posts.json?hop={number[0]}"})

    with played(onward) as site:
        [done] = crawled(tmp_path, forum_at(site.address))
    assert done["status"] in ("failed", "blocked") and done["mentions"] == 0 and done["seen"]
    assert len(site.asked) <= 8
