"""Addresses a crawl must not ask, in every way to write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scrapy import Request

from spiders import safety

UNSAFE = [
    "http://127.0.0.1/", "http://localhost:8000/", "http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/",
    "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25eth0]/",
    "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/", "http://100.100.100.200/",
    "http://metadata.google.internal/", "http://printer.local/", "http://intranet/", "http://0.0.0.0/", "http://224.0.0.1/",
    "file:///etc/passwd", "ftp://a.example/", "data:text/html,x", "gopher://a.example/", "http://user:pass@a.example/",
    "http://a.example:99999/", "http:///x", "http://[::1", "",
]  # fmt: skip


@pytest.fixture(autouse=True)
def without_loopback() -> Iterator[None]:
    safety.allow_loopback(False)
    yield
    safety.allow_loopback(False)


@pytest.mark.parametrize("url", UNSAFE)
def test_an_unsafe_address_is_named(url: str) -> None:
    assert safety.why_unsafe(url)


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=1", "http://8.8.8.8/", "https://пример.рф/", "https://[2606:4700::1111]/"]
)
def test_a_public_address_is_let_through(url: str) -> None:
    assert safety.why_unsafe(url) is None


def test_loopback_is_let_through_by_the_setting_and_the_rest_is_not() -> None:
    safety.allow_loopback(True)
    assert safety.why_unsafe("http://127.0.0.1:8000/") is None
    assert safety.why_unsafe("http://10.0.0.1/") is not None


def test_a_name_that_leads_inside_is_refused_when_it_is_resolved() -> None:
    with pytest.raises(safety.UnsafeAddress, match=r"a\.example leads to 10\.0\.0\.7"):
        safety.GuardedResolver._checked("10.0.0.7", "a.example")
    assert safety.GuardedResolver._checked("93.184.215.14", "a.example") == "93.184.215.14"


def test_keys_do_not_follow_a_redirect_to_another_host() -> None:
    request = Request("https://b.example/", headers={"apikey": "secret", "Accept": "text/html"})
    request.meta["redirect_urls"] = ["https://a.example/"]
    safety.SafetyMiddleware().process_request(request)
    assert "apikey" not in request.headers and "Accept" in request.headers
