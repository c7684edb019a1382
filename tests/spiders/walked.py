"""A crawl without network or reactor: requests are answered by a function, and the spider goes on as Scrapy lets it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from scrapy import Request
from scrapy.http import TextResponse

from spiders.base import MentionSpider
from spiders.plan import CrawlPlan
from spiders.registry import source_class
from storage.records import Brand, Mention, Thread

NOW = datetime(2026, 9, 23, 12, tzinfo=UTC)
# What a played site says: a body alone, or status, body and headers.
Said = Any
Site = Callable[[str], Said]
_MOST = 60


@dataclass
class Walked:
    spider: MentionSpider
    mentions: list[Mention]
    asked: list[str]

    @property
    def ids(self) -> set[str]:
        return {mention.external_id for mention in self.mentions}


def walk(
    source: str,
    site: Site,
    *,
    options: Mapping[str, Any],
    after: Walked | None = None,
    followed: tuple[Thread, ...] = (),
    secrets: Mapping[str, str] | None = None,
    accounts: tuple[str, ...] = (),
    now: datetime = NOW,
    ended_after: int = _MOST,
) -> Walked:
    """One crawl of a played site; `after` an earlier one it goes on from that one's cursor. `ended_after` so many
    requests it is ended from outside."""
    plan = CrawlPlan(
        source=source,
        entry=source,
        now=now,
        brands=(Brand(name="Velora", terms=("Velora",), accounts={"*": accounts}),),
        options=options,
        cursor=json.loads(json.dumps(after.spider.cursor)) if after else {},
        followed=followed,
        secrets=secrets or {},
    )
    spider = source_class(source)(plan)
    waiting: deque[Request] = deque(asyncio.run(_begun(spider)))
    done = Walked(spider, [], [])
    while waiting and len(done.asked) < ended_after:
        request = waiting.popleft()
        done.asked.append(unquote(request.url))
        assert len(done.asked) < _MOST or ended_after < _MOST, f"endless: {done.asked[-3:]}"
        for result in spider.collect(_response(request, site(unquote(request.url)))):
            if isinstance(result, Request):
                waiting.append(result)
            elif isinstance(result, Mention):
                done.mentions.append(result)
    return done


async def _begun(spider: MentionSpider) -> list[Request]:
    return [request async for request in spider.start()]


def thread_of(walked: Walked, thread_id: str) -> Thread:
    """What was read of a thread, as the store would hand it back."""
    inside = tuple(m for m in walked.mentions if m.thread_id == thread_id)
    assert inside, f"nothing of {thread_id} was read"
    ordered = tuple(sorted(inside, key=lambda m: (not m.is_root, m.external_id)))
    return Thread(
        id=1,
        source=inside[0].source,
        instance=inside[0].instance,
        external_id=thread_id,
        brand="Velora",
        first_seen_at=NOW,
        observed_at=NOW,
        mentions=ordered,
        url=ordered[0].url,
    )


def deleted(walked: Walked) -> set[str]:
    """Whose texts the crawl says are gone."""
    return {mention.external_id for mention in walked.mentions if mention.deleted}


def service_account() -> str:
    """A key file as Google gives one, with a key of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return json.dumps({"type": "service_account", "client_email": "bot@velora.example", "private_key": pem})


def _response(request: Request, said: Said) -> TextResponse:
    status, body, headers = said if isinstance(said, tuple) else (200, said, {})
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return TextResponse(request.url, status=status, headers=headers, body=raw, request=request, encoding="utf-8")
