"""When a source needs a look, and that it is said once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from alerts.cards.card import MessageSettings
from alerts.opening.source_health import tell_health, trouble_of, troubles_of
from storage.records import Crawl, CrawlStatus, Hole, OutboxRow
from tests.alerts.payload_check import checked, shown

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
OK, EMPTY, FAILED, BLOCKED = CrawlStatus.OK, CrawlStatus.EMPTY, CrawlStatus.FAILED, CrawlStatus.BLOCKED


def crawl(hours_ago: float, status: CrawlStatus = OK, *, mentions: int = 20, new: int = 1, odd: bool = False) -> Crawl:
    at = NOW - timedelta(hours=hours_ago)
    return Crawl(
        source="rss",
        entry="news",
        started_at=at,
        ended_at=at,
        status=status,
        mentions=mentions,
        new=new,
        suspicious=odd,
    )


def hole(hours_ago: float) -> Hole:
    return Hole(
        source="rss", entry="news", where={"url": "https://x.example"}, noticed_at=NOW - timedelta(hours=hours_ago)
    )


@pytest.mark.parametrize(
    ("history", "holes", "code"),
    [
        pytest.param([crawl(1)], [], None, id="all is well"),
        pytest.param([crawl(1, FAILED), crawl(2)], [], None, id="one failure is weather"),
        pytest.param(
            [crawl(1, FAILED), crawl(2, FAILED), crawl(3, FAILED), crawl(4)], [], "failed", id="three in a row"
        ),
        pytest.param([crawl(1, BLOCKED), crawl(2, BLOCKED), crawl(3)], [], "blocked", id="turned away twice"),
        pytest.param([crawl(1, BLOCKED)], [], "blocked", id="turned away at the first try"),
        pytest.param(
            [crawl(1, EMPTY, mentions=0, odd=True), crawl(2), crawl(3)], [], "empty", id="empty where it was not"
        ),
        pytest.param([crawl(1, EMPTY, mentions=0), crawl(2, EMPTY, mentions=0)], [], None, id="empty as ever"),
        pytest.param([crawl(1, mentions=2, odd=True), crawl(2), crawl(3)], [], "fewer", id="far fewer than usual"),
        pytest.param([crawl(1, new=0), *(crawl(n) for n in range(30, 37))], [], "silent", id="silent longer than ever"),
        pytest.param([crawl(1, new=0), *(crawl(40 * n) for n in range(1, 8))], [], None, id="as silent as usual"),
        pytest.param([crawl(1)], [hole(2)], None, id="a fresh hole"),
        pytest.param([crawl(1)], [hole(30)], "hole", id="a hole that stays"),
    ],
)
def test_trouble(history: list[Crawl], holes: list[Hole], code: str | None) -> None:
    found = trouble_of(history, holes, NOW)
    assert (found.code if found else None) == code


def test_a_crawl_that_is_just_running_is_no_trouble_and_one_that_died_is() -> None:
    store = Kept()
    store.history = [crawl(0.1, FAILED)]
    assert troubles_of(store, NOW) == []
    store.history = [crawl(0.1, FAILED), crawl(1, BLOCKED), crawl(2, BLOCKED)]
    assert [trouble.code for trouble in troubles_of(store, NOW)] == ["blocked"]
    store.history = [crawl(0.6, FAILED)]
    assert [trouble.code for trouble in troubles_of(store, NOW)] == ["failed"]


class Kept:
    """A store with one troubled source."""

    def __init__(self) -> None:
        self.rows: dict[str, OutboxRow] = {}
        self.history = [crawl(1, BLOCKED), crawl(2, BLOCKED)]

    def last_crawls(self) -> dict[str, Crawl]:
        return {"news": self.history[0]}

    def crawl_history(self, entry: str, limit: int) -> list[Crawl]:
        return self.history[:limit]

    def open_holes(self) -> list[Hole]:
        return []

    def outbox_row(self, key: str) -> OutboxRow | None:
        return self.rows.get(key)

    def put_outbox(self, rows: Sequence[OutboxRow]) -> None:
        self.rows |= {row.key: row for row in rows}


def test_one_card_a_day_in_the_teams_own_day() -> None:
    store, words = Kept(), MessageSettings(zone="Europe/Warsaw")
    assert tell_health(store, "#ops", "", words, NOW)
    assert not tell_health(store, "#ops", "", words, NOW + timedelta(hours=12))
    assert tell_health(store, "#ops", "", words, NOW + timedelta(hours=14))
    said = [shown(checked(dict(row.payload))) for row in store.rows.values()]
    assert ["the site turns us away" in one for one in said] == [True, True]


def test_nothing_is_said_while_all_is_well() -> None:
    store = Kept()
    store.history = [crawl(1)]
    assert not tell_health(store, "#ops", "", MessageSettings(), NOW)
    assert store.rows == {}
