"""What the conductor's work does for real: records, heartbeat, metrics, the past of the schedule."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import pytest

from bot.clock import utc_now
from bot.config import Config
from bot.crawling import CrawlEnd
from bot.demo.loopback_slack import LoopbackSlack
from bot.errors import FailedError
from bot.health import look
from bot.history import timeline_of
from bot.metrics import serving_metrics
from bot.plans import BEGUN, alert_plan, all_routes, fresh_plans, last_runs
from bot.running import ScheduledWork
from bot.schedule import next_digest
from bot.steps import TIDY_EVERY, Steps
from storage.records import AlertState, CountPoint, CrawlStatus, OutboxKind, OutboxState, ThreadTimeline
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in
from tests.storage.samples import DAY, HOUR, NOW, alert, deadline, kept, mention, outbox_row


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path, GOOD.replace('name = "Nordika"', 'name = "Acme"', 1))


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with open_store(config.store.url) as opened:
        yield opened


@pytest.fixture
def work(config: Config, store: Store) -> ScheduledWork:
    return ScheduledWork(config, Steps(config, store, utc_now), utc_now)


def test_a_crawl_that_died_is_recorded_over_the_one_it_began(work: ScheduledWork, store: Store) -> None:
    began = utc_now()
    store.start_crawl("discourse", "discourse", began)
    work.crawl_failed(work.config.entries[0], began, CrawlEnd(code=-9, why="its process died of SIGKILL"))
    (crawl,) = store.crawl_history("discourse")
    assert (crawl.status, crawl.seen) == (CrawlStatus.FAILED, "its process died of SIGKILL")


def test_a_crawl_that_could_not_even_begin_is_recorded_too(work: ScheduledWork, store: Store) -> None:
    store.start_crawl("discourse", "discourse", utc_now() - HOUR)
    work.crawl_failed(work.config.entries[0], utc_now(), CrawlEnd(code=2, why="its process left with code 2"))
    assert [crawl.seen for crawl in store.crawl_history("discourse")] == ["its process left with code 2", "did not end"]


def test_the_first_run_ever_owes_no_digest_for_the_weeks_before(work: ScheduledWork) -> None:
    now = utc_now()
    assert work.last_runs(now).digest_at == now
    assert work.last_runs(now + HOUR).digest_at == now


def test_a_bot_that_was_down_on_monday_sends_the_digest_of_that_week_once(work: ScheduledWork, store: Store) -> None:
    weekly = work.config.digest.weekly
    slot = weekly.next_after(datetime(2026, 11, 17, tzinfo=UTC))
    late = [
        slot + timedelta(days=2),
        slot + timedelta(days=2, minutes=1),
        weekly.next_after(slot) - timedelta(minutes=1),
    ]
    for now in late:
        assert next_digest(weekly, slot - timedelta(days=7), now).due_at == slot, "still owed"
        assert work.digest(now)
    assert digests_sent(store) == ["digest:Acme:2026-W47"]
    assert next_digest(weekly, work.last_runs(late[-1]).digest_at, late[-1]).due_at == weekly.next_after(slot)
    assert work.digest(weekly.next_after(slot) + timedelta(days=15))
    assert digests_sent(store) == ["digest:Acme:2026-W47", "digest:Acme:2026-W50"], "three weeks away: the latest only"


def test_a_digest_that_failed_is_still_owed(work: ScheduledWork, monkeypatch: pytest.MonkeyPatch) -> None:
    weekly = work.config.digest.weekly
    began = datetime(2026, 11, 17, tzinfo=UTC)
    work.steps.store.save_run(BEGUN, began, began, True)
    slot = weekly.next_after(began)
    monkeypatch.setattr(work.steps, "make_digests", lambda *_: 1 // 0)
    assert not work.digest(slot)
    monkeypatch.undo()
    assert next_digest(weekly, work.last_runs(slot).digest_at, slot + HOUR).due_at == slot
    assert work.digest(slot + HOUR)
    assert next_digest(weekly, work.last_runs(slot).digest_at, slot + HOUR).due_at == weekly.next_after(slot)


def digests_sent(store: Store) -> list[str]:
    return sorted(row.key for row in store.outbox() if row.kind is OutboxKind.DIGEST)


def test_one_step_that_fails_does_not_hold_up_the_others_and_is_said_once(
    work: ScheduledWork, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(now: datetime, progress: object = None) -> None:
        raise FailedError("the weights are damaged")

    monkeypatch.setattr(work.steps, "classify", broken)
    assert not work.round(utc_now(), Event())
    assert not work.round(utc_now(), Event())
    told = [record for record in caplog.records if "weights are damaged" in record.getMessage()]
    assert [record.levelname for record in told if record.levelname == "ERROR"] == ["ERROR"]
    assert work.steps.store.last_run("alert", ok=True) is not None
    monkeypatch.undo()
    assert work.round(utc_now(), Event())


def test_a_step_that_failed_is_kept_with_its_reason(config: Config, store: Store) -> None:
    steps = Steps(config, store, utc_now)
    with pytest.raises(ZeroDivisionError):
        steps._recorded("classify", utc_now(), lambda: 1 // 0)
    run = store.last_run("classify")
    assert run is not None and not run.ok and "ZeroDivisionError" in (run.note or "")


def test_without_anything_to_score_the_model_stays_unloaded(config: Config, store: Store) -> None:
    steps = Steps(config, store, utc_now)
    steps.classify(utc_now())
    assert "model" not in vars(steps)


def test_old_calm_texts_go_once_a_day(config: Config, store: Store) -> None:
    now = utc_now()
    kept(store, mention("1", published_at=now - timedelta(days=100)), now=now - timedelta(days=100))
    store.save_sentiments({1: None}, now)
    steps = Steps(config, store, utc_now)
    steps.tidy(now)
    wiped = store.mention(1)
    assert wiped is not None and wiped.text is None
    steps.tidy(now + HOUR)
    first = store.last_run("tidy")
    assert first is not None and first.started_at == now
    steps.tidy(now + TIDY_EVERY)
    again = store.last_run("tidy")
    assert again is not None and again.started_at == now + TIDY_EVERY


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A page on loopback and the paths it was asked for."""
    asked: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(500 if "bad" in self.path else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    served = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}", asked
    served.shutdown()


@pytest.mark.parametrize("path", ["/beat", "/bad"], ids=["it is called", "one that fails stops nothing"])
def test_the_heartbeat(path: str, work: ScheduledWork, server: tuple[str, list[str]]) -> None:
    address, asked = server
    work.config = replace(work.config, bot=replace(work.config.bot, heartbeat=address + path))
    work.good_round()
    assert asked == [path]


def test_prometheus_reads_the_figures_on_loopback(config: Config, store: Store) -> None:
    store.save_run("classify", NOW, NOW, True)
    store.start_crawl("discourse", "discourse", NOW)
    free = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = free.server_port
    free.server_close()
    with serving_metrics(f"127.0.0.1:{port}", lambda: look(config, store, NOW)):
        text = urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    assert "repwatch_open_alerts 0.0" in text
    assert 'repwatch_step_last_good_timestamp_seconds{step="classify"}' in text
    assert 'repwatch_crawl_status{entry="discourse",status="failed"} 1.0' in text


def test_what_no_route_takes_goes_to_the_channel_of_slack(tmp_path: Path) -> None:
    text = GOOD + '[[route]]\nchannel = "#ru"\nlanguages = ["ru"]\n'
    routes = all_routes(config_in(tmp_path, text))
    assert [(route.channel, route.team, route.languages) for route in routes] == [
        ("#ru", "support", ("ru",)),
        ("#complaints", "support", ()),
    ]


def test_competitors_are_never_alerted(tmp_path: Path) -> None:
    from alerts.forecast import Forecaster

    config = config_in(tmp_path, GOOD + '[[brand]]\nname = "Rival"\ncompetitor = true\n')
    assert alert_plan(config, Forecaster()).competitors == {"Rival"}


def test_a_crawl_plan_carries_what_the_entry_says(config: Config) -> None:
    (plan,) = fresh_plans(config, config.entries, NOW)
    assert (plan.entry, plan.options["base_url"]) == ("discourse", "https://forum.example")
    assert plan.since == NOW - timedelta(days=30)
    assert plan.settings.contact == "https://nordika.example/bot"


def test_the_past_of_the_schedule_is_read_from_the_store(config: Config, store: Store) -> None:
    store.start_crawl("discourse", "discourse", NOW)
    past = last_runs(config, store, NOW)
    assert set(past.crawls) == {"discourse"} and past.digest_at is None


def timeline(**more: Any) -> ThreadTimeline:
    fields: dict[str, Any] = {
        "thread_id": 1, "source": "discourse", "instance": "forum.example", "created_at": NOW,
        "first_seen_at": NOW + HOUR, "observed_at": NOW + 3 * HOUR,
    }  # fmt: skip
    return ThreadTimeline(**(fields | more))


def test_a_finished_thread_becomes_seconds_since_its_creation() -> None:
    known = timeline_of(timeline(reply_times=(NOW + HOUR, NOW + 2 * HOUR), answered_at=NOW + HOUR))
    assert known.events == (3600.0, 7200.0)
    assert (known.community, known.first_seen_age, known.answered_at) == ("forum.example", 3600.0, 3600.0)


def test_a_counter_that_saw_more_than_the_times_is_spread() -> None:
    known = timeline_of(timeline(counts=(CountPoint(observed_at=NOW + HOUR, replies=2),)))
    assert known.events == (900.0, 2700.0)


def test_a_source_that_keeps_failing_is_told_once_a_day(config: Config, store: Store) -> None:
    for hours in (3, 2, 1):
        store.start_crawl("discourse", "discourse", NOW - hours * HOUR)
    steps = Steps(config, store, lambda: NOW)
    steps.alert(NOW)
    steps.alert(NOW + HOUR)
    (row,) = store.outbox(OutboxState.PENDING)
    assert (row.kind, row.channel) == (OutboxKind.HEALTH, "#complaints")
    steps.alert(NOW + DAY)
    assert [row.kind for row in store.outbox(OutboxState.PENDING)] == [OutboxKind.HEALTH] * 2


def test_the_channels_of_slack_reach_the_alert_plan(tmp_path: Path) -> None:
    from alerts.forecast import Forecaster

    text = GOOD.replace("[slack]", '[slack]\nthanks_channel = "#praise"\nreview_channel = "#labels"')
    policy = alert_plan(config_in(tmp_path, text), Forecaster()).policy
    assert (policy.thanks_channel, policy.review_channel) == ("#praise", "#labels")


def test_reactions_are_read_with_every_round_where_there_is_no_app_token(tmp_path: Path) -> None:
    with LoopbackSlack(is_paced=False) as slack:
        text = GOOD.replace('name = "Nordika"', 'name = "Acme"', 1)
        config = config_in(tmp_path, text, {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.url})
        room = slack.workspace.add_room("complaints")
        ada = slack.workspace.add_person("Ada", room)
        with open_store(config.store.url) as opened:
            steps, now = Steps(config, opened, utc_now), utc_now()
            [thread] = kept(opened, mention(published_at=now), now=now)
            told = opened.open_alert(
                alert(thread, channel="#complaints", opened_at=now, deadline=deadline(now + 2 * HOUR))
            )
            assert told is not None
            opened.put_outbox([outbox_row(told.key, channel="#complaints", created_at=now)])
            steps.deliver()
            slack.react("complaints", opened.card_ts(told.key) or "", "eyes", ada)
            assert ScheduledWork(config, steps, utc_now).tell(utc_now(), Event())
            kept_alert = opened.alert_by_key(told.key)
            assert kept_alert is not None
            assert (kept_alert.state, kept_alert.taken_by) == (AlertState.TAKEN, ada)
