"""Keeps a crawl on the public web: no private networks, metadata services, other schemes, by name, number or
redirect. Names are looked up in `spiders/resolver.py`."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

# The resolver belongs to the process, as the reactor does; so does what it may answer.
_loopback = {"allowed": False}
# Names whose last lookup led inside, and why; told in place of "name not found".
_refused: dict[str, str] = {}
# IPv4 addresses are written inside these: NAT64 and the old "compatible" form (RFC 6052, RFC 4291).
_CARRIERS = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
# All of IPv6 that was ever given to the public; site-local, local NAT64 and what comes next lie outside.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# Answers inside Azure only, with credentials, though it is a public number.
_SERVICES = frozenset({ipaddress.IPv4Address("168.63.129.16")})
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
        inner = _inside(found)
        if inner is not None:
            return is_public(str(inner))
    if found.is_loopback:
        return _loopback["allowed"]
    if isinstance(found, ipaddress.IPv6Address) and found not in _PUBLIC_V6:
        return False
    return found.is_global and not found.is_multicast and found not in _SERVICES


def check_found(name: str, addresses: list[str]) -> str | None:
    """Why a name must not be asked, by all the addresses it leads to; None where it may.

    One private address among public ones is enough: whoever answers so chooses which of them is asked.
    """
    inside = next((address for address in addresses if not is_public(address)), None)
    _refused.pop(name, None)
    if inside is None:
        return None
    _refused[name] = f"{name} leads to {inside}, which is not a public address"
    return _refused[name]


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
    host = host.rstrip(".")
    literal = _literal(host)
    if literal is not None and not is_public(literal):
        return f"{host} is not a public address"
    if host.endswith((".internal", ".local", ".localdomain", ".home.arpa")) or ("." not in host and literal is None):
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

    def process_exception(self, request: Request, exception: Exception) -> None:
        # Twisted knows no other word for a refused name than "not found".
        if why := _refused.get(urlsplit(request.url).hostname or ""):
            raise UnsafeAddress(why) from exception


def _inside(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address an IPv6 one carries: mapped, 6to4, Teredo, NAT64, compatible."""
    if any(found in carrier for carrier in _CARRIERS) and int(found) > 1:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)


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
