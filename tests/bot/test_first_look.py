"""`repwatch run` is not silent: it says at once what it will do and for how long, and afterwards what it found."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Config
from bot.first_look import FirstLook
from storage.records import AlertState, Crawl, CrawlStatus, Label
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in
from tests.storage.samples import HOUR, NOW, kept, mention, opened, scored

TWO = GOOD.replace("[[team]]", '[[source]]\nname = "hackernews"\nsince = "2 days"\n\n[[team]]', 1)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path, TWO)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with open_store(config.store.url) as one:
        yield one


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "repwatch")
    return caplog


def crawled(store: Store, entry: str) -> None:
    at = NOW + HOUR
    store.save_crawl(Crawl(source=entry, entry=entry, started_at=at, ended_at=at, status=CrawlStatus.OK, new=20))


def test_it_opens_with_what_how_far_and_how_long(config: Config, store: Store, lines: pytest.LogCaptureFixture) -> None:
    FirstLook(config, store, NOW).opens()
    watching, bounds, quiet = lines.messages
    assert watching.startswith("watching discourse, hackernews for Nordika")
    assert "back to about 30 days ago, at most 20 pages of a list" in bounds and "at most 10 min in all" in bounds
    assert "complaints older than 3 days" in quiet and "one message" in quiet


def test_a_source_at_a_time_then_the_sum_once(config: Config, store: Store, lines: pytest.LogCaptureFixture) -> None:
    look = FirstLook(config, store, NOW)
    one, two = config.entries
    look.begins(one)
    look.begins(two)
    look.ends(one, NOW + timedelta(minutes=1))
    look.told(NOW + timedelta(minutes=2), NOW + timedelta(minutes=2))
    look.ends(two, NOW + timedelta(minutes=3))
    # A round that was already on its way has not seen what the last source brought.
    look.told(NOW + timedelta(minutes=2), NOW + timedelta(minutes=4))
    assert lines.messages == ["first look 1 of 2: reading discourse", "first look 2 of 2: reading hackernews"]

    crawled(store, "discourse")
    crawled(store, "hackernews")
    kept(store, *(mention(str(number), published_at=NOW - HOUR) for number in range(1, 4)))
    scored(store, Label.NEGATIVE)
    for number, why in ((1, "old"), (2, "old"), (3, None)):
        state = AlertState.DISMISSED if why else AlertState.OPEN
        opened(store, number, opened_at=NOW + HOUR, state=state, closed_why=why)
    for minutes in (4, 5):
        look.told(NOW + timedelta(minutes=minutes), NOW + timedelta(minutes=minutes))
    (said,) = lines.messages[2:]
    assert said == (
        "first look done in 4 min: 40 texts read, 2 older complaints listed in one message, 1 thread to answer; "
        "from now on only what is new is told"
    )


def test_a_later_start_says_what_is_watched_and_no_more(
    config: Config, store: Store, lines: pytest.LogCaptureFixture
) -> None:
    crawled(store, "discourse")
    crawled(store, "hackernews")
    look = FirstLook(config, store, NOW)
    look.opens()
    look.begins(config.entries[0])
    look.ends(config.entries[0], NOW)
    look.told(NOW + HOUR, NOW + HOUR)
    assert len(lines.messages) == 1


def test_the_bound_is_every_crawl_at_its_limit(tmp_path: Path, lines: pytest.LogCaptureFixture) -> None:
    entries = "".join(f'[[source]]\nname = "hackernews"\nentry = "e{n}"\n' for n in range(4))
    config = config_in(tmp_path, GOOD.replace("[[team]]", entries + 'time_limit = "20 minutes"\n[[team]]', 1))
    with open_store(config.store.url) as store:
        FirstLook(config, store, NOW).opens()
    # Two at once would be three turns of the longest limit, but four entries share a host.
    assert "at most 1 h 20 min in all" in lines.messages[1]
