"""What every test may use, and what none may see: the outside, the environment it is started in, others' secrets."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot import logs
from tests.recordings import SHARED

# How long an example takes says how busy the machine is; whatever else the profile asks for (CI has its own) stays.
settings.register_profile("patient", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("patient")

# What would turn a test's installation into that of whoever runs the tests; ours are what tells the tests how to run.
_THEIRS, _OURS = (
    ("DATABASE_URL", "SLACK_", "REPWATCH_", "NO_COLOR", "FORCE_COLOR"),
    ("REPWATCH_SHARED", "REPWATCH_WRITE"),
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Where recorded responses and labelled texts lie; tests that need them skip, by name, where they are absent."""
    if not (SHARED / "fixtures").is_dir():
        pytest.skip("REPWATCH_SHARED: no recordings there")
    return SHARED


@pytest.fixture(autouse=True, scope="session")
def plain_environment() -> Iterator[None]:
    """Taken out of the process itself, so that programs a test starts do not see it either."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(_THEIRS) and name not in _OURS]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def no_others_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test keeps secret would be masked in the lines of the next."""
    monkeypatch.setattr(logs, "_secrets", set())


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Who reaches for the outside fails at once instead of hanging or leaking."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if _is_outside(address):
            raise OSError(f"tests reach loopback only, not {address[0]}")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        return errno.ENETUNREACH if _is_outside(address) else connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        yield


def _is_outside(address: Any) -> bool:
    """A path is a socket on this machine; a name is loopback only if it is that one, whatever it begins with."""
    if not isinstance(address, tuple) or address[0] == "localhost":
        return False
    try:
        return not ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return True
