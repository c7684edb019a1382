"""Runs one worker until it is asked to leave; a database that goes away is said once and waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from threading import Event
from typing import Any

import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg_pool import PoolTimeout

from bot.logs import LOG
from bot.worker_life import BEAT

# After SIGTERM a job may go on so long before it is asked to end.
GRACE_SECONDS = 30.0
# Nobody is told of a job that begins again or whose lock became free: it is looked for this often.
_LOOK_SECONDS = 2.0
# How often a database that is away is knocked at, and how long an answer may take.
_KNOCK_SECONDS = 2.0
_ANSWER_SECONDS = 5
_ASKED_SECONDS = 0.2


def run_worker(app: Any, conninfo: str, kinds: Sequence[str], leave: Event, *, at_once: int, wait: bool = True) -> None:
    """Works until `leave` is set, which lets the jobs in hand end; without `wait` until nothing is left to do."""
    # What the engine says in tracebacks of many lines is said here, and by each job, in one.
    for talkative in ("procrastinate", "psycopg"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    while _answers(conninfo, leave):
        try:
            _plan_now(app)
            asyncio.run(_life(app, kinds, leave, at_once=at_once, wait=wait))
            if not wait:
                return
        except (ConnectorException, psycopg.OperationalError, PoolTimeout) as error:
            LOG.debug("cut off", exc_info=error)
        if not leave.is_set():
            LOG.warning("this worker was cut off from the database and begins again")


def _answers(conninfo: str, leave: Event) -> bool:
    """True when the database is there; False when we are asked to leave before it is."""
    is_told = False
    while not leave.is_set():
        try:
            psycopg.connect(conninfo, connect_timeout=_ANSWER_SECONDS).close()
            return True
        except psycopg.OperationalError as error:
            (LOG.debug if is_told else LOG.error)("the database can't be reached, this worker waits for it: %s", error)
            is_told = True
            leave.wait(_KNOCK_SECONDS)
    return False


def _plan_now(app: Any) -> None:
    """The first plan at once, not at the next full minute."""
    with app.open(), suppress(AlreadyEnqueued):
        app.tasks["plan"].configure(queueing_lock="plan").defer(timestamp=0)


async def _life(app: Any, kinds: Sequence[str], leave: Event, *, at_once: int, wait: bool) -> None:
    """The engine's worker, from its opening of the database to the last job in hand."""
    asyncio.get_running_loop().set_exception_handler(_told)
    async with app.open_async():
        working = asyncio.ensure_future(
            app.run_worker_async(
                queues=list(kinds),
                concurrency=at_once,
                wait=wait,
                # How each step ended is kept in the store; a queue of failures would only grow.
                delete_jobs="always",
                shutdown_graceful_timeout=GRACE_SECONDS,
                update_heartbeat_interval=BEAT.total_seconds(),
                fetch_job_polling_interval=_LOOK_SECONDS,
                # They would hide from us who asked it to stop.
                install_signal_handlers=False,
            )
        )
        while not (await asyncio.wait({working}, timeout=_ASKED_SECONDS))[0]:
            if leave.is_set():
                # Cancelled, it lets the jobs in hand end.
                working.cancel()
                break
        with suppress(asyncio.CancelledError):
            await working


def _told(_loop: asyncio.AbstractEventLoop, trouble: dict[str, Any]) -> None:
    """What the engine's own tasks failed of, in one line: a job whose end could not be written begins again."""
    error = trouble.get("exception")
    why = getattr(error, "__cause__", None) or error or trouble["message"]
    LOG.warning("the queue: %s", " ".join(str(why).split()))
