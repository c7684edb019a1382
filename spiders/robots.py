"""robots.txt as RFC 9309 reads it: missing (4xx) allows everything, unreachable (5xx, no answer) allows nothing."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from spiders.safety import UnsafeAddress

# Scrapy logs a lost robots.txt with its whole stack; here the crawl's record says it in a line.
logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)


class HostLost(Exception):  # noqa: N818 - what happened, not whose fault it is
    """The host did not answer when it was asked for its robots.txt, so nothing else was asked of it."""


class Unreachable(RobotParser):
    """Stands for a robots.txt that exists, perhaps, and could not be read: nothing is allowed until it can be."""

    def __init__(self, why: str, has_answered: bool = True) -> None:
        self.why = why
        self.has_answered = has_answered

    @classmethod
    def from_crawler(cls, crawler: object, robotstxt_body: bytes) -> Unreachable:  # noqa: ARG003 - Scrapy's form
        return cls("robots.txt could not be read")

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002 - Scrapy's form
        return False


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, which takes every unreadable robots.txt for one that allows everything, set right.

    The question is asked anew by every crawl, so that a host is left alone no longer than its robots.txt is lost.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._settle(netloc, Unreachable(_why(netloc, f"HTTP {response.status}")))
            return
        is_there = 200 <= response.status < 300
        # The page that says "not found" is no rule, whatever is written on it.
        await super()._parse_robots(response if is_there else response.replace(body=b""), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        # Endless redirects count as missing (RFC 9309, 2.3.1.2); a spent budget refuses the page itself, in its words.
        is_missing = isinstance(exc, IgnoreRequest) and not isinstance(exc, UnsafeAddress)
        why, is_ours = _why(netloc, str(exc)[:120] or type(exc).__name__), isinstance(exc, UnsafeAddress)
        self._settle(netloc, None if is_missing else Unreachable(why, has_answered=is_ours))

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, Unreachable):
            raise IgnoreRequest(rp.why) if rp.has_answered else HostLost(rp.why)
        super().process_request_2(rp, request)

    def _settle(self, netloc: str, found: RobotParser | None) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = found
        if isinstance(waiting, Deferred):
            waiting.callback(found)


def _why(netloc: str, said: str) -> str:
    host = urlsplit(f"//{netloc}").hostname or netloc
    return f"robots.txt of {host} can't be read ({said}); until it can be, no page there is asked"
