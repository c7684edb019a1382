"""What the pages' first readers would wait for is made before they come: what the forecast learns, weeks, charts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from threading import Event

from aiohttp import web

from bot.serve import pages
from storage.errors import StoreError

log = logging.getLogger(__name__)

# What was learned is used for an hour; it is learned again before that is over.
_RENEW_SECONDS = 45 * 60
# The week that runs, and the last one that is over.
_NEWEST = 2


def warming(desk: pages.Desk) -> Callable[[web.Application], AsyncIterator[None]]:
    """For `Application.cleanup_ctx`: the newest pages before the door opens, the rest behind it."""

    async def warmed(_app: web.Application) -> AsyncIterator[None]:
        await asyncio.to_thread(_quietly, lambda: newest(desk))
        over = Event()
        behind = asyncio.create_task(asyncio.to_thread(_quietly, lambda: older(desk, over.is_set)))
        learning = asyncio.create_task(_learning(desk))
        yield
        over.set()
        learning.cancel()
        await behind
        with suppress(asyncio.CancelledError):
            await learning

    return warmed


def newest(desk: pages.Desk) -> None:
    """What the first reader asks for: the week that runs, the last one that is over, and a thread's forecast."""
    desk.forecaster.at(desk.clock())
    for brand, weeks in pages.weeks_of(desk).items():
        for name, _ in weeks[:_NEWEST]:
            pages.one_digest(desk, {"brand": brand, "week": name})


def older(desk: pages.Desk, is_over: Callable[[], bool]) -> None:
    """The other digests that the list of digests names, newest first, until it is over."""
    for brand, weeks in pages.weeks_of(desk).items():
        for name, _ in weeks[_NEWEST:]:
            if is_over():
                return
            pages.one_digest(desk, {"brand": brand, "week": name})


async def _learning(desk: pages.Desk) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        await asyncio.to_thread(_quietly, lambda: desk.forecaster.renewed(desk.clock()))


def _quietly(make: Callable[[], object]) -> None:
    """A database that is away for a moment is told to who asks for a page; there is nobody to tell here."""
    try:
        make()
    except StoreError as error:
        log.info("pages are made when they are asked for why=%s", error)
