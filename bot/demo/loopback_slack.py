"""A Slack on loopback for tests, demo and benchmarks: keeps Slack's limits and pace, and fails on order.

with LoopbackSlack() as slack:
    room = slack.workspace.add_room("support")
    slack.fail("chat.postMessage", "accept_drop")      # the next post arrives, its answer does not
    SlackChannel.open(slack.token, slack.url).send("#support", payload, key="k")
    slack.messages("support")
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo.loopback_slack_api import answer
from bot.demo.loopback_slack_rules import Pacer
from bot.demo.loopback_slack_socket import PlayedSockets
from bot.demo.loopback_slack_state import Message, PlayedWorkspace

# Ways to fail. "accept_…" does the work first and then loses the answer.
FAULTS = ("429", "500", "503", "drop", "timeout", "html", "slow", "accept_drop", "accept_timeout", "accept_500")


@dataclass(slots=True)
class _Order:
    """An order to fail: a method's next calls that `when` is true of."""

    method: str
    kind: str
    times: int
    when: Callable[[dict[str, Any]], bool]
    seconds: float


class LoopbackSlack:
    """Runs in a thread of its own from `start()` to `stop()`, or as a context manager.

    `now` gives its time in seconds since 1970; hand in the clock of whoever calls it, so that both share one scale.
    """

    def __init__(self, now: Callable[[], float] = time.time, *, is_paced: bool = True, port: int = 0) -> None:
        self.workspace = PlayedWorkspace(now)
        self.sockets = PlayedSockets(self.workspace)
        # (method, arguments) of every call that came in, answered or not.
        self.calls: list[tuple[str, dict[str, Any]]] = []
        # Asked at every call: a kind of FAULTS, "error:<code>" or None. For storms of random failures.
        self.weather: Callable[[str, dict[str, Any]], str | None] = _fair
        self._orders: list[_Order] = []
        self._pacer = Pacer(now)
        self._is_paced = is_paced
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True, name="loopback-slack")
        self._ready = threading.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """For SLACK_API_URL."""
        return f"{self._base}/api/"

    @property
    def token(self) -> str:
        return self.workspace.token

    def fail(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        when: Callable[[dict[str, Any]], bool] = bool,
        seconds: float = 1.0,
    ) -> None:
        """The next `times` calls fail so: a kind of FAULTS, or "error:<Slack's code>".

        `seconds`: Retry-After, or how slow.
        """
        self._orders.append(_Order(method, kind, times, when, seconds))

    def messages(self, room: str) -> list[Message]:
        """What stands in a channel, threads included, in order."""
        found = self.workspace.room(room)
        return found.in_order if found else []

    def keys(self) -> list[str]:
        """Our keys of all messages in all channels, as often as they stand there."""
        every = (message for room in self.workspace.rooms.values() for message in room.in_order)
        return [str(m["metadata"]["event_payload"].get("key")) for m in every if m.get("metadata")]

    def react(self, room: str, ts: str, emoji: str, user: str) -> None:
        """A person's reaction on a message."""
        found = self.workspace.room(room)
        if found is None:
            raise KeyError(room)
        reactions = found.messages[ts].setdefault("reactions", [])
        entry = next((r for r in reactions if r["name"] == emoji), None)
        if entry is None:
            entry = {"name": emoji, "users": [], "count": 0}
            reactions.append(entry)
        entry["users"].append(user)
        entry["count"] += 1

    def say(self, room: str, user: str, text: str, *, under: str) -> str:
        """A person writes in the thread of a message; gives the ts."""
        found = self.workspace.room(room)
        if found is None:
            raise KeyError(room)
        ts = self.workspace.next_ts()
        found.messages[ts] = {"type": "message", "user": user, "ts": ts, "thread_ts": under, "text": text}
        return ts

    def press(self, user: str, room: str, ts: str, action: dict[str, Any], *, team: str | None = None) -> float | None:
        """A person presses; seconds until our program acknowledged it over Socket Mode, None if it never did."""
        found = self.workspace.room(room)
        payload = self.sockets.block_action(user, found.id if found else room, ts, action, team)
        return self.deliver(payload).result(timeout=30)

    def deliver(self, payload: dict[str, Any]) -> Future[float | None]:
        """An interaction on its way over Socket Mode; its result is as `press` gives it."""
        return asyncio.run_coroutine_threadsafe(self.sockets.deliver(payload), self._loop)

    def hang_up(self) -> None:
        """Closes every socket, as Slack does every few hours."""
        asyncio.run_coroutine_threadsafe(self.sockets.hang_up(), self._loop).result(timeout=5)

    def start(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _open(self) -> None:
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/link/", self.sockets.connect)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self._base = f"http://127.0.0.1:{port}"

    async def _close(self) -> None:
        await self.sockets.hang_up()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        kind, seconds = self._fault(method, arguments)
        if kind in ("429", "500", "503", "drop", "timeout", "html") or kind.startswith("error:"):
            return await self._failed(request, kind, seconds)
        if kind == "slow":
            await asyncio.sleep(seconds)
        wait = self._pacer.refusal(method, str(arguments.get("channel", ""))) if self._is_paced else None
        if wait is not None:
            return _too_fast(wait)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        said = answer(self.workspace, method, token, arguments, self._base)
        if kind.startswith("accept_"):
            return await self._failed(request, kind.removeprefix("accept_"), seconds)
        return web.json_response(said, headers={"x-oauth-scopes": ",".join(self.workspace.scopes)})

    def _fault(self, method: str, arguments: dict[str, Any]) -> tuple[str, float]:
        for order in self._orders:
            if order.times > 0 and order.method in (method, "*") and order.when(arguments):
                order.times -= 1
                return order.kind, order.seconds
        return self.weather(method, arguments) or "", 1.0

    async def _failed(self, request: web.Request, kind: str, seconds: float) -> web.StreamResponse:
        if kind.startswith("error:"):
            return web.json_response({"ok": False, "error": kind.removeprefix("error:")})
        if kind == "429":
            return _too_fast(seconds)
        if kind == "html":
            return web.Response(text="<html>gateway</html>", content_type="text/html")
        if kind in ("500", "503"):
            return web.json_response({"ok": False, "error": "internal_error"}, status=int(kind))
        if kind == "timeout":
            while request.transport is not None and not request.transport.is_closing():
                await asyncio.sleep(0.05)
        elif request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        file.content = await request.read()
        return web.Response(text="OK")


def _fair(method: str, arguments: dict[str, Any]) -> str | None:  # noqa: ARG001
    return None


async def _arguments(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    # slack_sdk calls every body JSON, also the empty one beside a query.
    if text.startswith("{"):
        return dict(json.loads(text))
    given: dict[str, Any] = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
    for name in ("blocks", "attachments", "metadata"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given


def _too_fast(seconds: float) -> web.Response:
    headers = {"Retry-After": f"{max(1, round(seconds))}"}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
