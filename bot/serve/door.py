"""Who may look: everybody on this machine where the pages are bound to it, else whoever brings the token."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_HEADERS = {
    # Nothing is loaded and nothing runs; the pages can't be framed, cached by others or sniffed.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class BindError(ValueError):
    """The address can't be served; the message says the mend."""


def place_of(bind: str, token: str | None) -> tuple[str, int]:
    """Host and port of "127.0.0.1:8642". Anything but loopback needs a token.

    Raises BindError with the mend.
    """
    host, _, port = bind.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit() or not 0 <= int(port) < 65536:
        raise BindError(f'--bind "{bind}": write an address and a port, such as 127.0.0.1:8642')
    if not is_loopback(host) and not token:
        raise BindError(
            f"--bind {bind} is open to others: set REPWATCH_SERVE_TOKEN, the password the pages then ask for"
        )
    return host, int(port)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def middleware(token: str | None) -> Middleware:
    """Refuses what is not GET, asks for the token where there is one, and puts the headers on every answer."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            return _refused(405, "read-only")
        if not token and not is_loopback((request.host or "").rpartition(":")[0].strip("[]") or request.host):
            # A page of somebody else's that points its own name at this machine (DNS rebinding).
            return _refused(403, "asked for under another name than this machine's")
        if token and not _knows(request, token):
            return _refused(401, "the token is the password", {"WWW-Authenticate": 'Basic realm="repwatch"'})
        answer = await handler(request)
        answer.headers.update(_HEADERS)
        return answer

    return guard


def _knows(request: web.Request, token: str) -> bool:
    """Bearer token, or the password of any user name."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    return kind.lower() in ("basic", "bearer") and hmac.compare_digest(given.encode(), token.encode())


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{why}\n", headers={**_HEADERS, **(headers or {})})
