"""Looks names up, and refuses those that lead into a private network. The addresses that were checked are the ones
connected to, so that no second answer of a name server can differ from the first."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from scrapy.crawler import Crawler
from scrapy.resolver import HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHostnameResolver
from twisted.internet.threads import deferToThreadPool
from zope.interface import implementer  # type: ignore[import-untyped]

from spiders.safety import check_found

# A name's addresses, IPv4 or IPv6, in the order to try them; OSError where there are none.
LookUp = Callable[[str], list[str]]


def look_up(name: str) -> list[str]:
    """Every address of a name, as this machine can reach them."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except OSError:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@implementer(IHostnameResolver)
class GuardedResolver:
    """The reactor's only way from a name to an address."""

    def __init__(self, reactor: Any, timeout: float, names: LookUp = look_up) -> None:
        self._reactor = reactor
        self._timeout = timeout
        self._names = names
        # Looked up once in a crawl: a name that changes its answer meanwhile changes nothing.
        self._known: dict[str, list[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        return cls(reactor, crawler.settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803, ARG002
    ) -> HostResolution:
        """Tells the receiver the addresses; none where there are none, or one of them is not public."""
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)

        def tell(found: list[str]) -> None:
            self._known[hostName] = found
            for address in [] if check_found(hostName, found) else found:
                place = _place(address, portNumber)
                if addressTypes is None or isinstance(place, tuple(addressTypes)):
                    resolutionReceiver.addressResolved(place)

        asked = self._ask(hostName)
        asked.addCallback(tell)
        # What can't be looked up has no addresses; the endpoint says so in its own words.
        asked.addErrback(lambda _: None)
        asked.addCallback(lambda _: resolutionReceiver.resolutionComplete())
        return resolution

    def _ask(self, name: str) -> Deferred[list[str]]:
        found = [name] if _is_address(name) else self._known.get(name)
        if found is not None:
            known: Deferred[list[str]] = Deferred()
            known.callback(found)
            return known
        asked = deferToThreadPool(self._reactor, self._reactor.getThreadPool(), self._names, name)
        asked.addTimeout(self._timeout, self._reactor)
        return asked


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def _place(address: str, port: int) -> IPv4Address | IPv6Address:
    return IPv6Address("TCP", address, port) if ":" in address else IPv4Address("TCP", address, port)
