"""The steps as procrastinate jobs in the installation's own PostgreSQL, for any number of processes and machines.

A source is queued once (its name is the queueing lock), a host read by one at a time (its name is the lock). Mentions
and threads are leased, so that several workers score side by side; alerts and delivery are one worker's at a time. The
living take over the jobs of one that died (`worker_life.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from bot.logs import LOG
from bot.running import ScheduledWork
from bot.schedule import due_jobs, host_of
from bot.steps import Steps

if TYPE_CHECKING:
    from bot.config import Config
    from storage.store import Store

KINDS = ("crawl", "classify", "alert")
# So many jobs may score at once over all workers; one more than there are workers costs only an empty look.
SCORERS = 4
# What a dead scorer held waits so long; a batch takes seconds, and one that takes longer is only scored twice.
LEASE = timedelta(minutes=2)
# The queue waits so long for a connection; then it counts as cut off and begins again.
_PATIENCE_SECONDS = 5.0


class LeasingStore:
    """The store for one of several scorers: what it hands out is nobody else's until the lease ends."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def unscored_mentions(self, limit: int) -> Any:
        return self._store.unscored_mentions(limit, lease=LEASE)

    def threads_to_judge(self, limit: int) -> Any:
        return self._store.threads_to_judge(limit, lease=LEASE)


def make_app(config: Config, store: Store, clock: Clock) -> Any:
    """The procrastinate app with our jobs. Its tables lie beside ours; `install` makes them."""
    import procrastinate

    from bot.worker_life import LivingWorkers

    conninfo = conninfo_of(config.store.url)
    connector = procrastinate.PsycopgConnector(conninfo=conninfo, timeout=_PATIENCE_SECONDS)
    app = procrastinate.App(connector=connector)
    # Before the jobs, which keep it.
    app.job_manager = LivingWorkers(app.connector, conninfo)
    _Jobs(app, config, store, clock).register()
    return app


def install(config: Config) -> None:
    """Makes procrastinate's tables where they are missing; of two workers that start together one does it."""
    import procrastinate
    from procrastinate.exceptions import ConnectorException

    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo_of(config.store.url)))
    with app.open():
        if app.check_connection():
            return
        try:
            app.schema_manager.apply_schema()
        except ConnectorException:
            if not app.check_connection():
                raise
        LOG.info("made the tables of the job queue")


@contextmanager
def telling_soon(config: Config) -> Iterator[Callable[[], None]]:
    """Gives what queues the alert step, from any thread: somebody pressed a button, and the card should change."""
    import procrastinate
    from procrastinate.exceptions import AlreadyEnqueued

    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo_of(config.store.url)))

    def soon() -> None:
        with suppress(AlreadyEnqueued):
            app.configure_task("alert", queue="alert", lock="alert", queueing_lock="alert").defer()

    with app.open():
        yield soon


def conninfo_of(url: str) -> str:
    """The same address, as libpq wants it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1).replace("postgres://", "postgresql://", 1)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """The worker's wish to leave, as the steps ask for it."""

    context: Any

    def is_set(self) -> bool:
        return bool(self.context.should_abort())


class _Jobs:
    """What a worker can be asked to do; each job is a step that may be repeated."""

    def __init__(self, app: Any, config: Config, store: Store, clock: Clock) -> None:
        self.app = app
        self.config = config
        self.clock = clock
        self.work = ScheduledWork(config, Steps(config, store, clock), clock)
        self.scoring = Steps(config, LeasingStore(store), clock)  # type: ignore[arg-type]

    def register(self) -> None:
        task, every_minute = self._task, self.app.periodic(cron="* * * * *")
        self.crawl = task(self._crawl, name="crawl", queue="crawl", pass_context=True)
        self.classify = task(self._classify, name="classify", queue="classify")
        self.tell = task(
            self._tell, name="alert", queue="alert", lock="alert", queueing_lock="alert", pass_context=True
        )
        self.digest = task(self._digest, name="digest", queue="alert", lock="alert", queueing_lock="digest")
        every_minute(task(self._plan, name="plan", queue="alert", queueing_lock="plan"))

    def _task(self, act: Callable[..., None], *, name: str, **how: Any) -> Any:
        """A job that fails is one line, said once; what it left is planned again within a minute."""

        def tried(*given: Any, **named: Any) -> None:
            self.work.tried(f"job {name}", lambda: act(*given, **named))

        return self.app.task(tried, name=name, **how)

    def _plan(self, timestamp: int) -> None:  # noqa: ARG002 - periodic jobs are told their minute
        """Queues what is due. The engine runs this once a minute, whoever of the workers that is."""
        now = self.clock()
        by_name = {entry.name: entry for entry in self.config.entries}
        for job in due_jobs(self.config.entries, self.config.weekly, self.work.last_runs(now), now):
            if job.is_crawl:
                lock = f"host {host_of(by_name[job.name])}"
                self._defer(self.crawl, f"crawl {job.name}", {"entry": job.name}, lock=lock)
            else:
                self._defer(self.digest, "digest", {})
        self._after_crawl()

    def _crawl(self, context: Any, entry: str) -> None:
        wanted = next((one for one in self.config.entries if one.name == entry), None)
        if wanted is None or wanted.paused:
            return
        started_at = self.clock()
        end = self.work.crawl(wanted, _Leaving(context))
        if end.why:
            self.work.crawl_failed(wanted, started_at, end)
        self._after_crawl()

    def _after_crawl(self) -> None:
        for number in range(SCORERS):
            self._defer(self.classify, f"classify {number}", {})
        self._defer(self.tell, "alert", {})

    def _classify(self) -> None:
        done = self.scoring.classify(self.clock())
        if done.judged:
            self._defer(self.tell, "alert", {})

    def _tell(self, context: Any) -> None:
        if self.work.tell(self.clock(), _Leaving(context)):
            self.work.good_round()

    def _digest(self) -> None:
        self.work.digest(self.clock())

    def _defer(self, task: Any, queueing_lock: str, arguments: dict[str, str], lock: str | None = None) -> None:
        """Queued unless it waits already."""
        from procrastinate.exceptions import AlreadyEnqueued

        more = {"lock": lock} if lock else {}
        with suppress(AlreadyEnqueued):
            task.configure(queueing_lock=queueing_lock, **more).defer(**arguments)
