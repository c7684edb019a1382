"""What is said of a crawl or request that did not come to its end."""

from __future__ import annotations

import pytest
from scrapy.exceptions import IgnoreRequest
from twisted.internet import error as network

from spiders.lost import why_ended, why_lost


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("closespider_timeout", "ended at its time limit"),
        ("closespider_pagecount", "ended at its limit of requests"),
        ("a signal", "ended by a signal"),
    ],
)
def test_how_a_crawl_ended(reason: str, said: str) -> None:
    assert why_ended(reason) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IgnoreRequest("max redirections reached"), "redirects without end"),
        (network.TimeoutError(), "no whole answer within the time of one request"),  # type: ignore[no-untyped-call]
        (network.ConnectionRefusedError(), "ConnectionRefusedError: Connection was refused"),  # type: ignore[no-untyped-call]
        (KeyError(), "KeyError"),
    ],
)
def test_why_a_request_was_lost(error: BaseException, said: str) -> None:
    assert why_lost(error).startswith(said)
