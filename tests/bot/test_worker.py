"""The steps as jobs on PostgreSQL: queued once, one host at a time, taken over from the dead."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest

from bot.__main__ import main
from bot.clock import utc_now
from bot.commands.worker import attending
from bot.config import Config
from bot.demo.loopback_slack import LoopbackSlack
from bot.settings.environment import environment_of
from bot.settings.store import StoreSettings
from bot.worker import KINDS, LeasingStore, install, make_app, run_worker, telling_soon
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in
from tests.storage.conftest import own_schema, postgres_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.postgres

TWO_FORUMS = (
    GOOD + '[[source]]\nname = "discourse"\nbase_url = "https://forum.example"\n[[source]]\nname = "hackernews"\n'
)


@pytest.fixture
def config(tmp_path: Path, postgres_server: str) -> Iterator[Config]:  # noqa: F811
    with own_schema(postgres_server) as address:
        configured = config_in(tmp_path, TWO_FORUMS)
        # A past in which everything was crawled long ago is not needed: what was never crawled is due.
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


def test_a_worker_scores_and_tells_what_waits(config: Config, store: Store) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["classify"].configure(queueing_lock="classify 0").defer()
        app.tasks["alert"].defer()
    run_worker(make_app(config, store, utc_now), [kind for kind in KINDS if kind != "crawl"], at_once=1, wait=False)
    assert {step for step, run in store.last_runs().items() if run.ok} >= {"classify", "alert", "deliver"}


def killed_while_it_did(config: Config, task: str) -> None:
    """A job in the hands of a worker that was not heard of for an hour."""
    with psycopg.connect(config.store.url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
            " WHERE task_name = %s",
            (task,),
        )


async def taken_over(app: Any) -> None:
    async with app.open_async():
        await app.tasks["take over"].func(0)


@pytest.mark.parametrize("waits", [False, True], ids=["alone", "the same waits already"])
def test_a_dead_workers_job_begins_again_once(config: Config, store: Store, waits: bool) -> None:
    app = make_app(config, store, utc_now)
    with app.open():
        app.tasks["alert"].defer()
        app.tasks["crawl"].defer(entry="hackernews")
    for task in ("alert", "crawl"):
        killed_while_it_did(config, task)
    if waits:
        with app.open():
            app.tasks["alert"].defer()
    asyncio.run(taken_over(make_app(config, store, utc_now)))
    assert sorted((job.task_name, job.status) for job in jobs_of(app)) == [("alert", "todo"), ("crawl", "todo")]


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
    free = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{free.getsockname()[1]}"
    free.close()
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
