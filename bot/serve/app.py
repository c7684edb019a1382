"""The pages' addresses: each asks the store once and is rendered on the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from aiohttp import web

from bot.clock import Clock
from bot.config import Config
from bot.history import LearnedForecaster
from bot.serve import pages
from bot.serve.door import middleware
from bot.serve.warming import warming
from storage.store import Store

Page = Callable[[pages.Desk, dict[str, str]], str]


def build_app(config: Config, store: Store, clock: Clock, token: str | None = None) -> web.Application:
    """Nothing in it writes to the store."""
    desk = pages.Desk(config=config, store=store, clock=clock, forecaster=LearnedForecaster(config, store))
    app = web.Application(middlewares=[middleware(token)])
    app.cleanup_ctx.append(warming(desk))
    for path, page in (
        ("/", pages.open_threads),
        ("/thread/{thread}", pages.one_thread),
        ("/sources", pages.sources),
        ("/digests", pages.digests),
        ("/digests/{brand}/{week}", pages.one_digest),
    ):
        app.router.add_get(path, partial(_answer, desk, page))
    return app


async def _answer(desk: pages.Desk, page: Page, request: web.Request) -> web.Response:
    """Rendered in a thread, so that a slow page holds up no other."""
    try:
        text = await asyncio.to_thread(page, desk, dict(request.match_info) | dict(request.query))
    except LookupError as error:
        return web.Response(status=404, text=pages.missing(desk, str(error)), content_type="text/html")
    return web.Response(text=text, content_type="text/html")
