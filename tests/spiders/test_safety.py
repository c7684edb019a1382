"""Addresses a crawl must not ask, in every way to write them."""

from __future__ import annotations

import pytest
from scrapy import Request

from spiders import safety

pytestmark = pytest.mark.usefixtures("without_loopback")

UNSAFE = [
    "http://127.0.0.1/", "http://localhost:8000/", "http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/",
    "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25eth0]/",
    "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/", "http://100.100.100.200/",
    "http://[::ffff:a9fe:a9fe]/", "http://[::10.0.0.1]/", "http://[::]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[64:ff9b::169.254.169.254]/", "http://[64:ff9b:1::1]/", "http://[2001:db8::1]/", "http://[ff02::1]/", "http://[2002:a9fe:a9fe::]/",
    "http://0x7f000001/", "http://017700000001/", "http://0xA9.0xFE.0xA9.0xFE/", "http://127.0.1/", "http://0/", "http://127.0.0.1./",
    "http://198.18.0.1/", "http://192.0.2.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://168.63.129.16/",
    "http://localhost./", "http://metadata.google.internal./",
    "http://metadata.google.internal/", "http://printer.local/", "http://intranet/", "http://0.0.0.0/", "http://224.0.0.1/",
    "file:///etc/passwd", "ftp://a.example/", "data:text/html,x", "gopher://a.example/", "http://user:pass@a.example/",
    "http://a.example:99999/", "http:///x", "http://[::1", "",
]  # fmt: skip


@pytest.mark.parametrize("url", UNSAFE)
def test_an_unsafe_address_is_named(url: str) -> None:
    assert safety.why_unsafe(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x?y=1",
        "http://8.8.8.8/",
        "https://пример.рф/",
        "https://[2606:4700::1111]/",
        "https://1.fm/",
        "https://[64:ff9b::808:808]/",
        "https://[::ffff:8.8.8.8]/",
        "https://a.example./",
    ],
)
def test_a_public_address_is_let_through(url: str) -> None:
    assert safety.why_unsafe(url) is None


@pytest.mark.parametrize("url", ["http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１６９.254.169.254/"])
def test_figures_of_other_scripts_are_the_figures_they_mean(url: str) -> None:
    assert safety.why_unsafe(Request(url).url)


def test_loopback_is_let_through_by_the_setting_and_the_rest_is_not() -> None:
    safety.allow_loopback(True)
    assert safety.why_unsafe("http://127.0.0.1:8000/") is None
    assert safety.why_unsafe("http://10.0.0.1/") is not None


def test_keys_do_not_follow_a_redirect_to_another_host() -> None:
    request = Request("https://b.example/", headers={"apikey": "secret", "Accept": "text/html"})
    request.meta["redirect_urls"] = ["https://a.example/"]
    safety.SafetyMiddleware().process_request(request)
    assert "apikey" not in request.headers and "Accept" in request.headers
