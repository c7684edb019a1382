"""Buttons over Socket Mode: our own outgoing connection, every click acknowledged before any work is done."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from datetime import datetime

from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from alerts.cards.press import Press
from alerts.cards.pressed import press_of
from alerts.delivering.slack_calls import web_client

LOG = logging.getLogger("repwatch.buttons")


class Buttons:
    """Listens to one workspace's clicks from `start()` to `stop()`; each press goes to `on_press`, one at a time.

    slack_sdk connects again by itself when Slack closes the connection, as it does every few hours. A press whose
    work fails is logged and lost: the card stays as it was and the person can press again.
    """

    def __init__(
        self,
        app_token: str,
        workspace: str,
        on_press: Callable[[Press], None],
        now: Callable[[], datetime],
        *,
        base_url: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._workspace = workspace
        self._on_press = on_press
        self._now = now
        self._waiting: queue.Queue[Press | None] = queue.Queue()
        quiet = logging.getLogger("repwatch.slack_sdk")
        self._client = SocketModeClient(
            app_token=app_token,
            web_client=web_client(app_token, base_url, timeout),
            logger=quiet,
            ping_interval=10,
        )
        self._client.socket_mode_request_listeners.append(self._received)
        self._worker = threading.Thread(target=self._work, daemon=True, name=f"buttons-{workspace or 'default'}")

    def start(self) -> None:
        """Connects; raises whatever Slack answers to a wrong app token, so that it can be said at once."""
        self._worker.start()
        self._client.connect()

    def stop(self) -> None:
        """Closes the connection; presses already acknowledged are still worked through."""
        self._client.close()
        self._waiting.put(None)
        self._worker.join(10)

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected()

    def _received(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        # Slack waits three seconds for this and sends the click again without it; the database may take longer.
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        if request.type != "interactive":
            return
        press = press_of(request.payload, self._workspace, self._now())
        if press is not None:
            self._waiting.put(press)

    def _work(self) -> None:
        while (press := self._waiting.get()) is not None:
            try:
                self._on_press(press)
            except Exception:
                LOG.exception("a press of %s failed", press.act)
