"""What every test may use: the shared recordings' folder, and a network that reaches loopback only."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is; whatever else the profile asks for (CI has its own) stays.
settings.register_profile("patient", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("patient")

_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Where recorded responses and labelled texts lie; tests that need them skip, by name, where they are absent."""
    folder = Path(os.environ.get("REPWATCH_SHARED", "../shared")).resolve()
    if not (folder / "fixtures").is_dir():
        pytest.skip("REPWATCH_SHARED: no recordings there")
    return folder


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that reaches for the outside fails at once instead of hanging or leaking."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            raise OSError(f"tests reach loopback only, not {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
