"""A site on loopback that answers as a test says, and a crawl of it in a process of its own (a reactor starts once)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Answer:
    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Site:
    """`answer(path with query, headers)` decides; `asked` is what came in, in order."""

    answer: Callable[[str, Mapping[str, str]], Answer]
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    address: str = ""


@contextmanager
def played(answer: Callable[[str, Mapping[str, str]], Answer]) -> Iterator[Site]:
    site = Site(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.headers.append(dict(self.headers))
            said = site.answer(self.path, dict(self.headers))
            self.send_response(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.raw)))
            # A crawl at its time limit does not wait for the rest.
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(said.raw)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def crawled(folder: Path, *plans: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    """Crawls the plans (source, entry, terms, options …) into folder/repwatch.db; the Crawl of each, as a dict."""
    asked = {
        "url": f"sqlite:///{folder / 'repwatch.db'}",
        "plans": plans,
        "settings": {"allow_loopback": True, **settings},
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.spiders.one_crawl"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=90,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads(done.stdout))
