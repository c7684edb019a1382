"""The pages: read-only, escaped, behind their door, and true to the store."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

import alerts
from alerts.catalogue import LANGUAGES, phrases
from bot.config import Config, load_config
from bot.serve.app import build_app
from bot.serve.door import BindError, place_of
from storage.records import (
    Alert,
    AlertEvent,
    AlertState,
    Crawl,
    CrawlStatus,
    Deadline,
    Kind,
    Label,
    Mention,
    Rating,
    Sentiment,
    Severity,
    Verdict,
)
from storage.store import Store, open_store
from tests.storage.conftest import statements

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> & 601 234 567 \u202e"
TOML = """\
[[brand]]
name = "Velora"

[[source]]
name = "discourse"
base_url = "https://forum.example"

[slack]
channel = "#reviews"
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "repwatch.toml").write_text(TOML, "utf-8")
    return load_config(tmp_path / "repwatch.toml", {})


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with open_store(config.store.url, clock=lambda: NOW) as opened:
        yield opened


def said(number: int, text: str, *, root: str | None = None, hours_ago: float = 2) -> Mention:
    return Mention(
        source="discourse",
        instance="forum.example",
        external_id=str(number),
        thread_id=root or str(number),
        kind=Kind.COMMENT if root else Kind.POST,
        text=text,
        title=None if root else HOSTILE,
        author="<script>alert(2)</script>",
        author_id=f"u{number}",
        url=f"https://forum.example/t/{number}" if number % 2 else "javascript:alert(1)",
        rating=Rating(value=1, best=5),
        published_at=NOW - timedelta(hours=hours_ago),
        brand="Velora",
    )


TONE = Sentiment(label=Label.NEGATIVE, negative=0.9, neutral=0.05, positive=0.05, model="m", topics=("delivery",))


def alert_of(thread: int) -> Alert:
    """Open, and five minutes overdue."""
    deadline = Deadline(
        decided_at=NOW, growth_deadline=NOW + timedelta(hours=1), answer_by=NOW - timedelta(minutes=5), is_growing=True
    )
    return Alert(thread_id=thread, brand="Velora", team="support", key=f"k{thread}", state=AlertState.OPEN,
                 severity=Severity.HIGH, opened_at=NOW, deadline=deadline, channel="#reviews")  # fmt: skip


def fill(store: Store) -> int:
    """One alerted thread with hostile texts; its number."""
    store.save_mentions([said(1, HOSTILE), said(2, "Same here", root="1", hours_ago=1)], NOW)
    store.save_sentiments({m.id or 0: TONE for m in store.unscored_mentions(10)}, NOW)
    (thread,) = store.threads_to_judge(10)
    store.save_verdicts([Verdict(thread_id=thread.id, judged_at=NOW, is_negative=True, severity=Severity.HIGH)])
    store.open_alert(alert_of(thread.id))
    return thread.id


def get(
    config: Config, store: Store, path: str, *, token: str | None = None, method: str = "GET", **headers: str
) -> tuple[int, str]:
    async def ask() -> tuple[int, str]:
        app = build_app(config, store, lambda: NOW, token)
        async with TestClient(TestServer(app)) as client:
            answer = await client.request(method, path, headers=headers)
            assert answer.status != 200 or "default-src 'none'" in answer.headers["Content-Security-Policy"]
            return answer.status, await answer.text()

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["/", "/sources", "/digests", "/digests/Velora/2026-W46"])
def test_an_empty_store_has_pages_too(config: Config, store: Store, path: str) -> None:
    status, text = get(config, store, path)
    assert status == 200
    assert "<h1>" in text


def test_open_threads_come_with_their_countdown(config: Config, store: Store) -> None:
    number = fill(store)
    status, text = get(config, store, "/")
    assert status == 200
    assert f'href="/thread/{number}"' in text
    assert "overdue by 5 minutes" in text
    assert "High" in text


def test_the_countdown_is_made_anew_only_for_who_asks(config: Config, store: Store) -> None:
    assert 'http-equiv="refresh"' not in get(config, store, "/")[1]
    assert '<meta http-equiv="refresh" content="60">' in get(config, store, "/?refresh=1")[1]


def test_a_threads_page_shows_its_texts_harmless(config: Config, store: Store) -> None:
    status, text = get(config, store, f"/thread/{fill(store)}")
    assert status == 200
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "601 234 567" not in text
    assert "javascript:" not in text
    assert "<svg" in text
    assert "answer by" in text.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/thread/999",
        "/thread/x",
        f"/thread/{'9' * 40}",
        "/digests/Nobody/2026-W46",
        "/digests/Velora/yesterday",
        "/nothing",
    ],
)
def test_what_is_not_there_is_404(config: Config, store: Store, path: str) -> None:
    assert get(config, store, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(config: Config, store: Store, method: str) -> None:
    assert get(config, store, "/", method=method)[0] == 405


def test_looking_writes_nothing(config: Config, store: Store) -> None:
    number = fill(store)
    for path in ("/", f"/thread/{number}", "/sources", "/digests", "/digests/Velora/2026-W47"):
        assert get(config, store, path)[0] == 200
    assert store.digests() == []
    assert store.events_of(store.live_alerts(1)[0].id or 0) == []


@pytest.mark.parametrize("path", ["/", "/sources", "/digests", "/digests/Velora/2026-W47", "/thread/1"])
def test_a_page_asks_no_more_of_a_larger_store(config: Config, store: Store, path: str) -> None:
    fill(store)
    few = _asked(config, path)
    more = [said(n, f"Lost parcel {n}", hours_ago=n) for n in range(10, 60)]
    store.save_mentions(more, NOW)
    store.save_sentiments({m.id or 0: TONE for m in store.unscored_mentions(100)}, NOW)
    threads = store.threads_to_judge(100)
    store.save_verdicts(
        [Verdict(thread_id=one.id, judged_at=NOW, is_negative=True, severity=Severity.LOW) for one in threads]
    )
    for one in threads:
        store.open_alert(alert_of(one.id))
    assert 0 < _asked(config, path) <= few


def _asked(config: Config, path: str) -> int:
    """Statements of one look; by a store that was just opened, for one remembers the weeks it has seen."""
    with open_store(config.store.url, clock=lambda: NOW) as fresh, statements(fresh) as sent:
        assert get(config, fresh, path)[0] == 200
    return len(sent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_the_languages_of_the_digest(config: Config, store: Store, language: str) -> None:
    number = fill(store)
    spoken = replace(config, digest=replace(config.digest, language=language))
    for path in ("/", f"/thread/{number}", "/sources", "/digests", "/thread/999"):
        text = get(spoken, store, path)[1]
        assert f'<html lang="{language}">' in text
        assert phrases(language).say("serve.skip") in text
        assert "serve." not in text


def test_the_timeline_says_what_happened_and_what_is_foreseen(config: Config, store: Store) -> None:
    number = fill(store)
    alert = store.live_alerts(1)[0]
    store.note(AlertEvent(alert_id=alert.id or 0, at=NOW - timedelta(minutes=4), what="missed"))
    text = get(config, store, f"/thread/{number}")[1]
    assert "1 reply so far." in text
    assert "answer by 18 Nov" in text
    assert "missed" in text


GONE = replace(said(1, "", hours_ago=240), deleted=True)
PRAISE = replace(TONE, label=Label.POSITIVE)


def told_in_time(store: Store, thread: int) -> None:
    """The week before last's alert, answered within an hour."""
    alert = store.alert_of(thread)
    assert alert is not None
    at = alert.opened_at + timedelta(minutes=30)
    store.save_alert(replace(alert, state=AlertState.ANSWERED, answered_at=at, closed_at=at))
    store.note(AlertEvent(alert_id=alert.id or 0, at=at, what="answered", numbers={"minutes": 30}))


@pytest.mark.parametrize(
    ("change", "figure", "before", "now"),
    [
        pytest.param(lambda s: s.save_mentions([said(9, "late", hours_ago=240)], NOW), "mentions", "2", "3", id="late"),
        pytest.param(lambda s: told_in_time(s, 1), "deadlines", None, "1", id="an answer seen late"),
        pytest.param(lambda s: s.save_mentions([GONE], NOW), "mentions", "2", "1", id="deleted"),
        pytest.param(lambda s: s.forget_author("discourse", "u1", NOW), "mentions", "2", "1", id="forgotten"),
        pytest.param(lambda s: s.save_sentiments({1: PRAISE}, NOW), "negative", "100%", "50%", id="read anew"),
    ],
)
def test_what_changed_in_an_earlier_week_shows(
    config: Config, store: Store, change: Callable[[Store], object], figure: str, before: str | None, now: str
) -> None:
    """The page of the week that is over, which stands beside the one before it; both were looked at already."""
    store.save_crawl(Crawl(source="discourse", entry="discourse", started_at=NOW - timedelta(days=21),
                           ended_at=NOW - timedelta(days=21), status=CrawlStatus.OK))  # fmt: skip
    store.save_mentions([said(1, "Bad", hours_ago=240), said(2, "Same here", root="1", hours_ago=239)], NOW)
    store.save_mentions([said(3, "Bad again", hours_ago=90)], NOW)
    store.save_sentiments({m.id or 0: TONE for m in store.unscored_mentions(10)}, NOW)
    opened = NOW - timedelta(hours=239)
    deadline = replace(alert_of(1).deadline, decided_at=opened, answer_by=opened + timedelta(hours=1),
                       growth_deadline=opened + timedelta(hours=1))  # fmt: skip
    store.open_alert(replace(alert_of(1), opened_at=opened, deadline=deadline))

    async def ask() -> tuple[str, str]:
        app = build_app(config, store, lambda: NOW)
        async with TestClient(TestServer(app)) as client:
            pages = []
            for doing in (lambda _: None, change):
                doing(store)
                pages.append(await (await client.get("/digests/Velora/2026-W46")).text())
            return pages[0], pages[1]

    first, second = asyncio.run(ask())
    assert _week_before(first, figure) == before
    assert _week_before(second, figure) == now


def _week_before(page: str, figure: str) -> str | None:
    """The cell beside this week's, of the row of that figure; None where there is no such row."""
    name = re.escape(phrases("en").say(f"digest.row.{figure}"))
    found = re.search(
        rf'scope="row">{name}</th>(?:<td.*?<span>(.*?)</span></td>)(?:<td.*?<span>(.*?)</span></td>)', page
    )
    return found[2] if found else None


def test_what_happened_is_said_in_the_language_of_the_pages(config: Config, store: Store) -> None:
    number = fill(store)
    alert = store.live_alerts(1)[0]
    for minutes, what in enumerate(("opened", "missed", "something_newer")):
        store.note(AlertEvent(alert_id=alert.id or 0, at=NOW + timedelta(minutes=minutes), what=what))
    spoken = replace(config, digest=replace(config.digest, language="sl"))
    text = get(spoken, store, f"/thread/{number}")[1]
    words = re.findall(r'<li><span class="soft">(.*?)</span> (.*?)</li>', text)
    assert words == [
        ("18. nov., 12:00 UTC", "sporočeno ekipi"),
        ("18. nov., 12:01 UTC", "rok zamujen"),
        ("18. nov., 12:02 UTC", "something newer"),
    ]


def test_every_event_has_its_words() -> None:
    noted = {"taken", "snoozed", "muted", "dismissed", "moved", "lifted"}
    for path in Path(alerts.__file__).parent.rglob("*.py"):
        noted |= set(re.findall(r'with_event\(\s*"([a-z_]+)"', path.read_text("utf-8")))
    assert {"opened", "answered", "missed", "own_card"} <= noted
    assert {what for what in noted if f"serve.event.{what}" not in phrases("en")} == set()


def test_another_name_for_this_machine_is_refused(config: Config, store: Store) -> None:
    assert get(config, store, "/", Host="evil.example:8642")[0] == 403
    assert get(config, store, "/", Host="localhost:8642")[0] == 200


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param(None, 401, id="no token"),
        pytest.param("Bearer wrong", 401, id="a wrong token"),
        pytest.param("Bearer s3cret", 200, id="as a bearer"),
        pytest.param(basic("s3cret"), 200, id="as a password"),
        pytest.param("Basic !!!", 401, id="no base64"),
    ],
)
def test_the_token_is_asked_for(config: Config, store: Store, header: str | None, status: int) -> None:
    headers = {"Authorization": header} if header else {}
    assert get(config, store, "/", token="s3cret", **headers)[0] == status


def test_other_addresses_than_loopback_need_a_token() -> None:
    assert place_of("127.0.0.1:8642", None) == ("127.0.0.1", 8642)
    assert place_of("0.0.0.0:80", "t") == ("0.0.0.0", 80)  # noqa: S104 - with a token it may
    for bind, said in (("0.0.0.0:80", "_TOKEN"), ("8642x", "such as"), ("127.0.0.1:99999", "such as")):
        with pytest.raises(BindError, match=said):
            place_of(bind, None)
