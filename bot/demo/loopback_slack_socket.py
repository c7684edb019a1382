"""Socket Mode of the loopback Slack: envelopes that must be acknowledged within 3 s, redelivered where they are not."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.loopback_slack_state import PlayedWorkspace

_ACKNOWLEDGE_WITHIN = 3.0
_DELIVERIES = 3


class PlayedSockets:
    """The open connections and what waits for an acknowledgement."""

    def __init__(self, workspace: PlayedWorkspace) -> None:
        self._workspace = workspace
        # Seconds an envelope waits for its acknowledgement; tests that count redeliveries have less patience.
        self.acknowledge_within = _ACKNOWLEDGE_WITHIN
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[None]] = {}

    @property
    def count(self) -> int:
        return len(self._open)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        self._open.append(socket)
        hello = {"type": "hello", "num_connections": len(self._open), "connection_info": {"app_id": "A0LOOPBACK"}}
        await socket.send_json(hello)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            if socket in self._open:
                self._open.remove(socket)
        return socket

    async def deliver(self, payload: dict[str, Any]) -> float | None:
        """Seconds until the acknowledgement; None if three deliveries stayed without one."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for attempt in range(_DELIVERIES):
            envelope = str(uuid.uuid4())
            future: asyncio.Future[None] = loop.create_future()
            self._waiting[envelope] = future
            await self._send(envelope, payload, attempt)
            try:
                await asyncio.wait_for(future, self.acknowledge_within)
                return loop.time() - began
            except TimeoutError:
                self._waiting.pop(envelope, None)
        return None

    async def hang_up(self) -> None:
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()

    def block_action(
        self, user: str, channel: str, ts: str, action: dict[str, Any], team: str | None
    ) -> dict[str, Any]:
        """An interaction as Slack words it; `team` is the person's own workspace in a shared channel."""
        home = self._workspace.team_id
        return {
            "type": "block_actions",
            "user": {"id": user, "username": self._workspace.people.get(user, user), "team_id": team or home},
            "team": {"id": home, "domain": "loopback"},
            "api_app_id": "A0LOOPBACK",
            "container": {"type": "message", "message_ts": ts, "channel_id": channel},
            "channel": {"id": channel, "name": "played"},
            "message": {"ts": ts, "bot_id": self._workspace.bot_id},
            "trigger_id": uuid.uuid4().hex,
            "actions": [{"action_ts": f"{self._workspace.now():.6f}", **action}],
        }

    async def _send(self, envelope: str, payload: dict[str, Any], attempt: int) -> None:
        if not self._open:
            return
        body = {
            "envelope_id": envelope,
            "type": "interactive",
            "payload": payload,
            "accepts_response_payload": False,
            "retry_attempt": attempt,
        }
        await self._open[0].send_json(body)

    def _acknowledged(self, text: str) -> None:
        try:
            envelope = json.loads(text).get("envelope_id")
        except (ValueError, AttributeError):
            return
        future = self._waiting.pop(str(envelope), None)
        if future is not None and not future.done():
            future.set_result(None)
