"""While nothing happens `repwatch run` says one line an hour; what happens is said at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from alerts.alert import AlertReport
from alerts.delivery import DeliveryReport
from bot.quiet import QuietHours
from bot.running import ScheduledWork
from bot.steps import Steps
from classifier.classify import ClassifyReport
from storage.records import Crawl, CrawlStatus
from storage.store import open_store
from tests.bot.configured import config_in
from tests.storage.samples import NOW

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Step:
    is_quiet: bool


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for name in ("repwatch", "alerts", "classifier"):
        caplog.set_level(logging.INFO, name)
    return caplog


def test_an_hour_of_rounds_is_one_line(lines: pytest.LogCaptureFixture) -> None:
    quiet = QuietHours(NOW)
    for minute in range(1, 121):
        quiet.hears(Step(is_quiet=minute != 7))
        quiet.hears(Step(is_quiet=True))
        if minute % 10 == 0:
            quiet.crawled()
        quiet.ends_round(NOW + minute * MINUTE)
    assert lines.messages == [
        "at work for 1 h 00 min: 6 crawls, 60 rounds, 59 of them with nothing to do",
        "at work for 1 h 00 min: 6 crawls, 60 rounds, 60 of them with nothing to do",
    ]


def test_rounds_over_an_empty_store_say_nothing_for_an_hour(tmp_path: Path, lines: pytest.LogCaptureFixture) -> None:
    config, clock = config_in(tmp_path), [NOW]
    with open_store(config.store.url) as store:
        work = ScheduledWork(config, Steps(config, store, lambda: clock[0]), lambda: clock[0])
        stop = Event()
        for minute in range(1, 61):
            clock[0] = NOW + minute * MINUTE
            assert work.round(clock[0], stop)
    (said,) = lines.messages
    assert said == "at work for 1 h 00 min: 0 crawls, 60 rounds, 60 of them with nothing to do"


REPORTS = {
    "a text was read": ClassifyReport(scored=1),
    "a text waits for memory": ClassifyReport(no_memory=1),
    "a thread was judged": ClassifyReport(judged=1),
    "an alert was opened": AlertReport(opened=1),
    "one was listed as old": AlertReport(old=1),
    "a deadline moved": AlertReport(looked_at=3, changed=1),
    "a card was sent": DeliveryReport(sent=1),
    "one was edited": DeliveryReport(edited=1),
    "Slack refused one": DeliveryReport(dead=1),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_step_that_did_something_is_not_quiet(report: ClassifyReport | AlertReport | DeliveryReport) -> None:
    assert not report.is_quiet


def test_steps_that_did_nothing_are_quiet() -> None:
    assert ClassifyReport().is_quiet and AlertReport(looked_at=9).is_quiet and DeliveryReport().is_quiet


def test_a_crawl_is_quiet_where_it_went_well_and_brought_nothing() -> None:
    crawl = Crawl(source="rss", entry="rss", started_at=NOW, ended_at=NOW, status=CrawlStatus.OK, mentions=20)
    assert crawl.is_quiet and replace(crawl, status=CrawlStatus.EMPTY).is_quiet
    for loud in ({"new": 1}, {"edited": 1}, {"skipped": 1}, {"suspicious": True}, {"status": CrawlStatus.BLOCKED}):
        assert not replace(crawl, **loud).is_quiet
