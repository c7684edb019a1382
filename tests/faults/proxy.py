"""A door to a server that can be shut: what is connected is cut off, what comes is refused."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class Door:
    """Listens on loopback and hands everything on to (host, port); `shut()` and `open()` as often as wanted."""

    def __init__(self, host: str, port: int) -> None:
        self._aim = (host, port)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = _listening(0)
        self.port: int = self._listener.getsockname()[1]
        self._accepting(self._listener)

    def shut(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for pair in self._pairs:
            for one in pair:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def open(self) -> None:
        self._listener = _listening(self.port)
        self._accepting(self._listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self.shut()

    def _accepting(self, listener: socket.socket) -> None:
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                came, _ = listener.accept()
            except OSError:
                return
            pair = (came, socket.create_connection(self._aim))
            self._pairs.append(pair)
            threading.Thread(target=_hand_on, args=pair, daemon=True).start()


def free_port() -> int:
    """A port of this machine nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    return number


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def _hand_on(one: socket.socket, other: socket.socket) -> None:
    """Both ways until either ends."""
    with one, other, selectors.DefaultSelector() as ready, suppress(OSError):
        ready.register(one, selectors.EVENT_READ, other)
        ready.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in ready.select():
                said = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not said:
                    return
                key.data.sendall(said)
