"""How long a site asks to wait, what a host's day allows, and when a crawl departs from its past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Response

from spiders.budget import Budget, BudgetSpent
from spiders.patience import seconds_to_wait
from spiders.suspicion import departs, remembered

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

WAITS = [
    ("Retry-After in seconds", 429, {"Retry-After": "17"}, b"", 17.0),
    ("Retry-After as a date", 503, {"Retry-After": "Sun, 22 Nov 2026 12:01:00 GMT"}, b"", 60.0),
    ("Discourse's own field", 429, {}, b'{"extras": {"wait_seconds": 39}}', 39.0),
    ("Mastodon's reset is a time", 429, {"X-RateLimit-Reset": "2026-11-22T12:05:00.000Z"}, b"", 300.0),
    ("GitHub's reset is seconds since 1970", 429, {"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, b"", 90.0),
    ("the draft's reset is seconds from now", 429, {"RateLimit-Reset": "12"}, b"", 12.0),
    ("the last request of a window", 200, {"X-RateLimit-Remaining": "0", "RateLimit-Reset": "5"}, b"{}", 5.0),
    ("requests left", 200, {"X-RateLimit-Remaining": "7", "RateLimit-Reset": "5"}, b"{}", None),
    ("Stack Exchange's backoff in a good answer", 200, {}, b'{"items": [], "backoff": 10}', 10.0),
    ("nothing said", 429, {}, b"", None),
    ("nonsense", 429, {"Retry-After": "soon"}, b"[[[", None),
]


@pytest.mark.parametrize(("why", "status", "headers", "body", "seconds"), WAITS, ids=[case[0] for case in WAITS])
def test_a_site_is_taken_at_its_word(
    why: str, status: int, headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    assert seconds_to_wait(Response("https://a.example/", status=status, headers=headers, body=body), NOW) == seconds


def test_a_hosts_day_is_shared_by_crawls_and_begins_anew() -> None:
    kept = {"day": "2026-11-22", "used": {"a.example": 2}}
    budget = Budget(kept, NOW, per_day=3)
    budget.spend("a.example")
    with pytest.raises(BudgetSpent, match=r"daily budget of 3 requests to a\.example"):
        budget.spend("a.example")
    budget.spend("b.example")
    assert budget.merged({"day": "2026-11-22", "used": {"a.example": 5}})["used"] == {"a.example": 6, "b.example": 1}
    assert Budget(kept, NOW + timedelta(days=1), per_day=3).merged({})["used"] == {}


def test_a_parked_host_is_left_alone_until_its_time() -> None:
    budget = Budget({}, NOW, per_day=100)
    budget.park("a.example", 3600)
    kept = budget.merged({})
    with pytest.raises(BudgetSpent, match="come back after 2026-11-22 13:00"):
        Budget(kept, NOW + timedelta(minutes=30), per_day=100).spend("a.example")
    Budget(kept, NOW + timedelta(minutes=61), per_day=100).spend("a.example")


PASTS = [
    ("nothing where there usually is something", 0, 0, [20, 21, 19], False, 0, "nothing where there usually are 20"),
    ("nothing, but the site said not modified", 0, 0, [20, 21, 19], True, 0, None),
    ("nothing, and never much", 0, 0, [0, 1, 0], False, 0, None),
    ("too short a past", 0, 0, [20], False, 0, None),
    ("a third unreadable", 10, 5, [10], False, 0, "5 of 15 could not be read"),
    ("one of many unreadable", 50, 1, [50], False, 0, None),
    ("a stretch not read", 50, 0, [50], False, 1, "1 stretch not read yet"),
]


@pytest.mark.parametrize(("why", "rows", "skipped", "past", "same", "holes", "said"), PASTS, ids=[c[0] for c in PASTS])
def test_a_crawl_departs_from_its_past(
    why: str, rows: int, skipped: int, past: list[int], same: bool, holes: int, said: str | None
) -> None:
    assert departs(rows, skipped, past, unchanged=same, holes=holes) == said


def test_silence_does_not_become_usual() -> None:
    assert remembered(0, [5, 6], unchanged=False) == [5, 6]
    assert remembered(7, [5, 6], unchanged=False) == [5, 6, 7]
