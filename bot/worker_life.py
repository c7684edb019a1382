"""How workers know which of them are dead: each holds a lock of the database as long as it lives, and says so.

A killed process loses its connection, and with it the lock, at once; a machine that lost its power some twenty seconds
later. Whoever of the living notices gives the dead one's jobs back. The heartbeat, procrastinate's own, is what is left
where locks tell nothing (a pool between us and the server that keeps connections open): then it takes a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from bot.logs import LOG

# A living worker says so this often, and looks for dead ones.
BEAT = timedelta(seconds=2)
# Without a beat for so long a worker whose lock is free is dead; one that only lost its connection beats sooner.
SILENT_AFTER = timedelta(seconds=6)
# Without a beat for so long it counts as dead whatever its lock says.
DEAD_AFTER = timedelta(seconds=60)

# Where two installations share a database their tables differ, and so do the first halves of their locks.
_TABLE = "'procrastinate_workers'::regclass::oid::bigint::bit(32)::int"
# A worker's lock is its connection's: given the worker's number.
HOLD = f"SELECT pg_try_advisory_lock({_TABLE}, %s::int)"
# No worker has the number 0: this lock is for one looking at a time.
_LOOK_ALONE = f"SELECT pg_try_advisory_xact_lock({_TABLE}, 0)"
_SILENT = (
    "SELECT id, last_heartbeat < now() - %s FROM procrastinate_workers WHERE id <> %s AND last_heartbeat < now() - %s"
)
_IS_FREE = f"SELECT pg_try_advisory_xact_lock({_TABLE}, %s::int)"
_JOBS = """SELECT id, task_name FROM procrastinate_jobs
    WHERE status = 'doing' AND (worker_id IS NULL OR worker_id = ANY(%s)) ORDER BY id"""
_FORGET = "DELETE FROM procrastinate_workers WHERE id = ANY(%s)"
# One that slept too long was struck off: it is entered again, for its jobs name it.
_BEAT = """INSERT INTO procrastinate_workers (id) OVERRIDING SYSTEM VALUE VALUES (%(worker_id)s)
    ON CONFLICT (id) DO UPDATE SET last_heartbeat = now()"""
# The server asks after a silent connection and drops one whose machine is gone.
_KEEPALIVE = """SELECT set_config('tcp_keepalives_idle', '10', false),
    set_config('tcp_keepalives_interval', '3', false), set_config('tcp_keepalives_count', '3', false)"""


class LivingWorkers(JobManager):
    """procrastinate's job manager for workers that hold their lock and take over from those that lost theirs."""

    def __init__(self, connector: Any, conninfo: str) -> None:
        super().__init__(connector)
        self._conninfo = conninfo
        self._held: psycopg.AsyncConnection[Any] | None = None
        self._is_away = False

    async def register_worker(self) -> int:
        """A worker has its lock before it has its first job."""
        worker_id = await super().register_worker()
        await self._hold(worker_id)
        return worker_id

    async def unregister_worker(self, worker_id: int) -> None:
        """Where the database is away nothing is unsaid: the others find it dead."""
        if self._held is not None:
            with suppress(psycopg.Error):
                await self._held.execute(_FORGET, ([worker_id],))
        await self._let_go()

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:  # noqa: ARG002
        """Nobody is struck off without their jobs being given back: that is the first beat's work."""
        return []

    async def update_heartbeat(self, worker_id: int) -> None:
        """Says that it lives, and gives back what the dead held; a database that is away is said once."""
        try:
            await self._hold(worker_id)
            await self.connector.execute_query_async(_BEAT, worker_id=worker_id)
            await self.take_over(worker_id)
        except (psycopg.Error, ConnectorException) as error:
            (LOG.debug if self._is_away else LOG.warning)("no heartbeat: %s", error)
            self._is_away = True
            await self._let_go()
        else:
            self._is_away = False

    async def take_over(self, worker_id: int) -> None:
        """Jobs of workers that were killed or cut off begin again; every step may be repeated."""
        connection = await self._hold(worker_id)
        async with connection.transaction():
            if not await _is_true(connection, _LOOK_ALONE):
                return
            dead = await _dead(connection, worker_id)
            jobs = await (await connection.execute(_JOBS, (dead,))).fetchall()
            for job_id, task in jobs:
                LOG.warning("taking over job=%s %s of a worker that died", job_id, task)
                await self._begin_again(job_id)
            await connection.execute(_FORGET, (dead,))

    async def _begin_again(self, job_id: int) -> None:
        try:
            await self.retry_job_by_id_async(job_id, retry_at=datetime.now(UTC))
        except UniqueViolation:
            # The same one waits already, and can't begin before the dead one lets go of its lock.
            await self.finish_job_by_id_async(job_id, Status.ABORTED, delete_job=True)

    async def _hold(self, worker_id: int) -> psycopg.AsyncConnection[Any]:
        """The connection whose life is ours, with the lock; where an older one of ours has that still, without."""
        if self._held is None or self._held.closed:
            self._held = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            await self._held.execute(_KEEPALIVE)
            await self._held.execute(HOLD, (worker_id,))
        return self._held

    async def _let_go(self) -> None:
        if self._held is not None:
            await self._held.close()
        self._held = None


async def _dead(connection: psycopg.AsyncConnection[Any], worker_id: int) -> Sequence[int]:
    silent = await (await connection.execute(_SILENT, (DEAD_AFTER, worker_id, SILENT_AFTER))).fetchall()
    return [one for one, too_long in silent if too_long or await _is_true(connection, _IS_FREE, one)]


async def _is_true(connection: psycopg.AsyncConnection[Any], question: Any, *given: int) -> bool:
    row = await (await connection.execute(question, given)).fetchone()
    return bool(row and row[0])
