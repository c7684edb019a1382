"""Where a name leads is checked before anything is asked there, all of it, and stays what it was when checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from spiders.resolver import GuardedResolver
from tests.spiders.played import ROOT, Answer, Site, played
from tests.spiders.played_names import VARIABLE

pytestmark = pytest.mark.usefixtures("without_loopback")


class Reactor(Clock):
    """A reactor whose threads are done at once."""

    def getThreadPool(self) -> Reactor:  # noqa: N802 - Twisted's name
        return self

    def callInThreadWithCallback(self, done: Any, work: Callable[..., Any], *args: Any) -> None:  # noqa: N802
        try:
            done(True, work(*args))
        except OSError as error:
            done(False, Failure(error))  # type: ignore[no-untyped-call]

    def callFromThread(self, work: Callable[..., Any], *args: Any) -> None:  # noqa: N802
        work(*args)


class Receiver:
    def __init__(self) -> None:
        self.addresses: list[tuple[str, int]] = []
        self.is_complete = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        """Nothing to prepare."""

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append((address.host, address.port))

    def resolutionComplete(self) -> None:  # noqa: N802
        self.is_complete = True


def led_to(resolver: GuardedResolver, name: str = "a.example") -> list[tuple[str, int]]:
    receiver = Receiver()
    resolver.resolveHostName(receiver, name, 443)
    assert receiver.is_complete
    return receiver.addresses


LEADS = [
    ("public", ["93.184.215.14"], True),
    ("public in both", ["2606:4700::1111", "93.184.215.14"], True),
    ("private", ["10.0.0.7"], False),
    ("public first, private second", ["93.184.215.14", "10.0.0.7"], False),
    ("public IPv4, unique-local IPv6", ["93.184.215.14", "fd00::1"], False),
    ("link-local", ["fe80::1%eth0"], False),
    ("mapped", ["::ffff:169.254.169.254"], False),
    ("NAT64 of a private one", ["64:ff9b::a00:1"], False),
    ("loopback", ["127.0.0.1"], False),
    ("nowhere", ["0.1.2.3"], False),
    ("no address at all", ["nonsense"], False),
]


@pytest.mark.parametrize(("what", "addresses", "is_let"), LEADS, ids=[case[0] for case in LEADS])
def test_one_private_address_is_enough_to_refuse_a_name(what: str, addresses: list[str], is_let: bool) -> None:
    resolver = GuardedResolver(Reactor(), 5.0, names=lambda _: addresses)
    assert led_to(resolver) == ([(address, 443) for address in addresses] if is_let else [])


def test_a_name_that_changes_its_answer_after_the_check_leads_where_it_led() -> None:
    answers = iter([["93.184.215.14"], ["169.254.169.254"]])
    resolver = GuardedResolver(Reactor(), 5.0, names=lambda _: next(answers))
    assert led_to(resolver) == led_to(resolver) == [("93.184.215.14", 443)]


def test_a_number_is_not_looked_up_and_is_checked_too() -> None:
    resolver = GuardedResolver(Reactor(), 5.0, names=lambda _: pytest.fail("looked up"))
    assert led_to(resolver, "10.0.0.7") == [] and led_to(resolver, "8.8.8.8") == [("8.8.8.8", 443)]


def test_a_name_nobody_knows_leads_nowhere() -> None:
    def unknown(name: str) -> list[str]:
        raise OSError(name)

    assert led_to(GuardedResolver(Reactor(), 5.0, names=unknown)) == []


def scrapy_crawl(site: Site, addresses: list[str], *more: str) -> str:
    """What a crawl of velora.example says, when the name leads to `addresses`."""
    port = site.address.rsplit(":", 1)[1]
    asked = ["brand=Velora", f"base_url=http://velora.example:{port}", *more]
    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "crawl", "discourse", *(part for one in asked for part in ("-a", one)),
            "-s", "TWISTED_DNS_RESOLVER=tests.spiders.played_names.PlayedNames",
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, VARIABLE: json.dumps({"velora.example": addresses})},
    )  # fmt: skip
    return done.stderr


def test_a_public_name_that_leads_inside_is_refused_in_a_crawl_and_the_crawl_says_so() -> None:
    with played(lambda *_: Answer({"latest_posts": []})) as site:
        for addresses in (["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"]):
            said = scrapy_crawl(site, addresses)
            assert "status=blocked" in said and "velora.example leads to" in said and "not a public address" in said
        assert site.asked == []
        assert "status=blocked" not in scrapy_crawl(site, ["127.0.0.1"], "allow_loopback=yes")
    assert site.asked == ["/posts.json"]
