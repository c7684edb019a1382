"""Keeps a crawl on the public web: no private networks, metadata services, other schemes, by name, number or
redirect."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

# The resolver belongs to the process, as the reactor does; so does what it may answer.
_loopback = {"allowed": False}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What a server on another host may see of our headers; keys stay with the host they are for.
_HARMLESS = frozenset(
    {b"accept", b"accept-language", b"accept-encoding", b"user-agent", b"if-none-match", b"if-modified-since"}
)
_LONGEST_URL = 8_000


class UnsafeAddress(IgnoreRequest):
    """An address that leads somewhere a crawl must not go; the message says why."""


def allow_loopback(allowed: bool) -> None:
    """Whether this process may ask addresses on this machine (the demo and tests)."""
    _loopback["allowed"] = allowed


def is_public(address: str) -> bool:
    """Whether an IP address is one anybody could reach; of one that carries another inside, the inner one."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if found.is_loopback:
        return _loopback["allowed"]
    return found.is_global and not found.is_multicast


def why_unsafe(url: str) -> str | None:
    """What is wrong with an address before its name is resolved; None where nothing is."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "not an address"
    if parts.scheme not in ("http", "https"):
        return f"scheme {parts.scheme or 'missing'}: only http and https are asked"
    if not host or len(url) > _LONGEST_URL:
        return "no host" if not host else "address too long"
    if parts.username or parts.password:
        return "a name or password in the address"
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        return f"{host} is not a public address"
    if host.endswith((".internal", ".local", ".localdomain", ".home.arpa")) or (
        "." not in host.rstrip(".") and literal is None
    ):
        is_here = host == "localhost" and _loopback["allowed"]
        return None if is_here else f"{host} is a name of a private network"
    return None


class SafetyMiddleware:
    """Refuses unsafe addresses, redirected ones too, and keeps keys from following a redirect to another host."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SafetyMiddleware:  # noqa: ARG003 - Scrapy's form
        return cls()

    def process_request(self, request: Request) -> None:
        if why := why_unsafe(request.url):
            raise UnsafeAddress(why)
        first = (request.meta.get("redirect_urls") or [request.url])[0]
        if urlsplit(first).netloc != urlsplit(request.url).netloc:
            for name in list(request.headers.keys()):
                if name.lower() not in _HARMLESS:
                    del request.headers[name]


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, and refuses those that lead into a private network; asked at the moment of connecting, so that no
    second answer of a name server can differ from the one that was checked."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        found: Deferred[str] = super().getHostByName(name, timeout)
        found.addCallback(self._checked, name)
        return found

    @staticmethod
    def _checked(address: str, name: str) -> str:
        if not is_public(address):
            raise UnsafeAddress(f"{name} leads to {address}, which is not a public address")
        return address


def _literal(host: str) -> str | None:
    """The IP address a host is written as, in any of the forms systems take (1.2.3.4, 0x7f.1, 2130706433, [::1])."""
    try:
        return str(ipaddress.ip_address(host.split("%")[0]))
    except ValueError:
        pass
    if host.replace(".", "").replace("x", "").replace("X", "").isalnum() and host[:1].isdigit():
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            return None
    return None
