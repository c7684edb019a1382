"""The steps as jobs on PostgreSQL: queued once, one host at a time, taken over from the dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.__main__ import main
from bot.clock import utc_now
from bot.commands.worker import attending
from bot.config import Config
from bot.demo.loopback_slack import LoopbackSlack
from bot.settings.environment import environment_of
from bot.settings.store import StoreSettings
from bot.worker import KINDS, LeasingStore, conninfo_of, install, make_app, telling_soon
from bot.worker_life import HOLD
from bot.worker_loop import run_worker
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in
from tests.faults.proxy import Door, free_port
from tests.storage.conftest import own_schema, postgres_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.postgres

TWO_FORUMS = (
    GOOD + '[[source]]\nname = "discourse"\nbase_url = "https://forum.example"\n[[source]]\nname = "hackernews"\n'
)


@pytest.fixture
def config(tmp_path: Path, postgres_server: str) -> Iterator[Config]:  # noqa: F811
    with own_schema(postgres_server) as address:
        configured = config_in(tmp_path, TWO_FORUMS)
        yield replace(configured, store=StoreSettings(url=address))


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with open_store(config.store.url) as opened:
        install(config)
        yield opened


def jobs_of(app: Any) -> list[Any]:
    with app.open():
        return list(app.job_manager.list_jobs())


def test_making_the_tables_twice_is_making_them_once(config: Config, store: Store) -> None:
    install(config)


def test_what_is_due_is_queued_once_however_often_it_is_planned(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["plan"].func(0)
        app.tasks["plan"].func(60)
    crawls = [job for job in jobs_of(app) if job.task_name == "crawl"]
    assert sorted(job.queueing_lock for job in crawls) == ["crawl discourse", "crawl discourse-2", "crawl hackernews"]


def test_two_entries_of_one_host_share_a_lock(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["plan"].func(0)
    locks = {job.task_kwargs["entry"]: job.lock for job in jobs_of(app) if job.task_name == "crawl"}
    assert locks["discourse"] == locks["discourse-2"] == "host forum.example"
    assert locks["hackernews"] == "host hackernews"


def test_a_worker_does_what_is_queued_and_delivers_after_it_tells(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["classify"].configure(queueing_lock="classify 0").defer()
        app.tasks["alert"].defer()
    kinds = [kind for kind in KINDS if kind != "crawl"]
    run_worker(make_app(config, store, utc_now), conninfo_of(config.store.url), kinds, Event(), at_once=1, wait=False)
    assert {step for step, run in store.last_runs().items() if run.ok} >= {"classify", "alert", "deliver"}


def plain(config: Config) -> psycopg.Connection[Any]:
    return psycopg.connect(conninfo_of(config.store.url), autocommit=True)


def in_the_hands_of_a_worker(config: Config, task: str, silent_for: str) -> int:
    """A job in the hands of a worker that was not heard of for so long; the worker's number."""
    with plain(config) as connection:
        worker = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            (silent_for,),
        ).fetchone()
        assert worker
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name = %s", (worker[0], task)
        )
        return int(worker[0])


def hold(connection: psycopg.Connection[Any], worker: int) -> None:
    """The lock a living worker has."""
    connection.execute(HOLD, (worker,))


async def one_beat(app: Any) -> None:
    async with app.open_async():
        number = await app.job_manager.register_worker()
        await app.job_manager.update_heartbeat(number)
        await app.job_manager.unregister_worker(number)


def looked_at(config: Config, store: Store) -> list[tuple[str, str]]:
    """The jobs after another worker's beat."""
    asyncio.run(one_beat(make_app(config, store, utc_now)))
    return sorted((job.task_name, job.status) for job in jobs_of(make_app(config, store, utc_now)))


@pytest.mark.parametrize("waits", [False, True], ids=["alone", "the same waits already"])
def test_a_dead_workers_job_begins_again_once(config: Config, store: Store, waits: bool) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["alert"].defer()
        app.tasks["crawl"].defer(entry="hackernews")
    for task in ("alert", "crawl"):
        in_the_hands_of_a_worker(config, task, "10 seconds")
    if waits:
        with app.open():
            app.tasks["alert"].defer()
    assert looked_at(config, store) == [("alert", "todo"), ("crawl", "todo")]


def test_a_worker_that_holds_its_lock_or_was_heard_keeps_its_jobs(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["alert"].defer()
        app.tasks["crawl"].defer(entry="hackernews")
    slow = in_the_hands_of_a_worker(config, "alert", "40 seconds")
    in_the_hands_of_a_worker(config, "crawl", "1 second")
    with plain(config) as connection:
        hold(connection, slow)
        assert looked_at(config, store) == [("alert", "doing"), ("crawl", "doing")]


def test_a_worker_silent_for_a_minute_is_dead_whatever_its_lock_says(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["alert"].defer()
    frozen = in_the_hands_of_a_worker(config, "alert", "61 seconds")
    with plain(config) as connection:
        hold(connection, frozen)
        assert looked_at(config, store) == [("alert", "todo")]


def test_a_job_nobody_holds_begins_again(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["alert"].defer()
    in_the_hands_of_a_worker(config, "alert", "1 second")
    with plain(config) as connection:
        connection.execute("DELETE FROM procrastinate_workers")
    assert looked_at(config, store) == [("alert", "todo")]


def test_a_worker_has_its_lock_from_its_first_moment_to_its_last(config: Config, store: Store) -> None:
    async def is_free(number: int) -> bool:
        with plain(config) as connection:
            row = connection.execute(HOLD, (number,)).fetchone()
        return bool(row and row[0])

    async def lived() -> list[bool]:
        app = make_app(config, store, utc_now)
        async with app.open_async():
            number = await app.job_manager.register_worker()
            during = await is_free(number)
            await app.job_manager.unregister_worker(number)
            return [during, await is_free(number)]

    assert asyncio.run(lived()) == [False, True]


def test_a_worker_that_was_struck_off_is_entered_again(config: Config, store: Store) -> None:
    async def slept() -> int:
        app = make_app(config, store, utc_now)
        async with app.open_async():
            number = int(await app.job_manager.register_worker())
            with plain(config) as connection:
                connection.execute("DELETE FROM procrastinate_workers")
            await app.job_manager.update_heartbeat(number)
            with plain(config) as connection:
                known = connection.execute("SELECT id FROM procrastinate_workers").fetchall()
            assert known == [(number,)]
            return number

    assert asyncio.run(slept())


@pytest.fixture
def door(postgres_server: str) -> Iterator[Door]:  # noqa: F811
    server = make_url(postgres_server)
    with Door(server.host or "127.0.0.1", server.port or 5432) as opened:
        yield opened


def until(what: Callable[[], bool]) -> None:
    """Half a minute at most."""
    for _ in range(600):
        if what():
            return
        Event().wait(0.05)
    raise AssertionError("it did not come to pass")


def test_a_worker_waits_for_a_database_that_is_away(
    config: Config, store: Store, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so once, ends no process, and does what comes afterwards."""
    through = make_url(config.store.url).set(host="127.0.0.1", port=door.port).render_as_string(False)
    reached = replace(config, store=StoreSettings(url=through))
    leave = Event()

    def is_told() -> bool:
        return bool(store.last_runs().get("alert"))

    with open_store(through) as far, ThreadPoolExecutor(1) as pool:
        app = make_app(reached, far, utc_now)
        ended = pool.submit(run_worker, app, conninfo_of(through), ["alert"], leave, at_once=1)
        try:
            until(is_told)
            door.shut()
            until(lambda: "can't be reached, this worker waits for it" in caplog.text)
            before = store.last_runs()["alert"].ended_at
            door.open()
            until(lambda: store.last_runs()["alert"].ended_at > before)
            assert not ended.done()
        finally:
            leave.set()
        ended.result(60)
    assert caplog.text.count("this worker waits for it") == 1
    assert "Traceback" not in caplog.text


def test_a_press_queues_the_alert_step_once(config: Config, store: Store) -> None:
    with telling_soon(config) as soon:
        soon()
        soon()
    assert [job.task_name for job in jobs_of(make_app(config, store, utc_now))] == ["alert"]


def test_a_worker_that_alerts_hears_presses(config: Config, store: Store) -> None:
    with LoopbackSlack() as slack:
        room = slack.workspace.add_room("complaints")
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.workspace.app_token}
        reached = replace(config, environment=environment_of({**tokens, "SLACK_API_URL": slack.url}))
        with attending(reached, store, ["crawl"]):
            assert slack.press("U1", room.name, "1.0", {"action_id": "x"}) is None
        with attending(reached, store, ["alert"]):
            assert slack.press("U1", room.name, "1.0", {"action_id": "x"}) is not None


def test_one_worker_of_a_machine_serves_the_figures(config: Config, store: Store) -> None:
    address = f"127.0.0.1:{free_port()}"
    shown = replace(config, bot=replace(config.bot, metrics=address))
    with attending(shown, store, ["crawl"]), attending(shown, store, ["crawl"]):
        text = urlopen(f"http://{address}/metrics").read().decode()
    assert "repwatch_open_alerts 0.0" in text


def test_two_scorers_are_never_handed_the_same_text(config: Config, store: Store) -> None:
    from tests.storage.samples import mention

    store.save_mentions([mention(external_id=str(number)) for number in range(10)], utc_now())
    one, other = LeasingStore(store), LeasingStore(store)
    first = {mention.id for mention in one.unscored_mentions(6)}
    second = {mention.id for mention in other.unscored_mentions(6)}
    assert len(first) == 6 and len(second) == 4 and not first & second


def test_on_sqlite_a_worker_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text(GOOD)
    assert main(["worker", "--config", str(file)]) == 1
    assert "PostgreSQL" in capsys.readouterr().err
