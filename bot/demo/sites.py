"""A loopback web server that plays one of the demo's sites; each site has a port of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = Callable[[str, dict[str, str]], tuple[int, str, Any]]


class PlayedSite:
    """A site on a free loopback port; `answer` is set once its address is known."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def open(self, answer: Answer) -> None:
        """Begin to serve; `answer(path, query)` gives status, content type and a text or JSON-able body."""
        self._server.answer = answer  # type: ignore[attr-defined] # the handler reads it from its server
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/robots.txt":
            self._send(200, "text/plain", "User-agent: *\nAllow: /\n")
            return
        query: dict[str, str] = {}
        for name, value in parse_qsl(address.query):
            # A name that is given twice (id[]=1&id[]=2) comes as "1,2".
            query[name] = f"{query[name]},{value}" if name in query else value
        status, content_type, body = self.server.answer(address.path, query)  # type: ignore[attr-defined]
        self._send(status, content_type, body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))

    def _send(self, status: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The demo prints what matters; a line for each request does not."""
