"""The whole road, played on made-up sites and on real recordings: spiders, store, model, forecast, Slack client."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path

import pytest

from bot.card_text import card_text
from bot.config import load_config
from bot.demo.recorded import ROADS, run_recorded
from bot.demo.run import run_demo
from storage.records import Alert, AlertState, OutboxKind, OutboxState, Thread
from storage.store import Store, open_store

# Whichever test comes first waits for the whole demo.
pytestmark = pytest.mark.timeout(420)

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    assert run_demo(out, TODAY) == 0
    return out


def kept(out: Path) -> Store:
    return open_store(load_config(out / "repwatch.toml", {}).store.url)


def told_of(store: Store, source: str, external_id: str) -> tuple[Thread, Alert]:
    """The alert of one played thread."""
    alerts = store.alerts_opened(datetime(2026, 1, 1, tzinfo=UTC))
    threads = {thread.id: thread for thread in store.threads([alert.thread_id for alert in alerts])}
    return next(
        (threads[alert.thread_id], alert)
        for alert in alerts
        if threads[alert.thread_id].source == source and external_id in threads[alert.thread_id].external_id
    )


def test_the_owners_answer_closes_the_card(played: Path) -> None:
    with kept(played) as store:
        thread, alert = told_of(store, "discourse", "4101")
        assert alert.state is AlertState.ANSWERED
        assert thread.has_owner_response
        # The brand answered at 09:33; that is when the clock stopped, not when the crawl saw it.
        assert alert.answered_at == datetime(2026, 11, 17, 9, 33, tzinfo=UTC)
        assert alert.turned_round_at is not None


def test_a_thread_left_alone_is_missed_and_told_to_the_next_people(played: Path) -> None:
    with kept(played) as store:
        _, alert = told_of(store, "discourse", "4103")
        assert alert.missed >= 1
        events = [event.what for event in store.events_of(alert.id or 0)]
        assert "missed" in events
        kinds = Counter(row.kind for row in store.outbox(OutboxState.SENT, 1000) if row.alert_id == alert.id)
        assert kinds[OutboxKind.REMINDER] >= 1
        assert kinds[OutboxKind.ESCALATION] >= 1


def test_every_state_an_alert_can_have_is_played(played: Path) -> None:
    with kept(played) as store:
        alerts = store.alerts_opened(datetime(2026, 1, 1, tzinfo=UTC))
        happened = {event.what for alert in alerts for event in store.events_of(alert.id or 0)}
        states = {alert.state for alert in alerts}
    assert happened >= {
        "opened", "reminded", "missed", "escalated", "moved", "taken", "snoozed", "woke", "answered", "turned_round",
        "dismissed", "reopened", "grown",
    }  # fmt: skip
    assert states >= {AlertState.OPEN, AlertState.ANSWERED, AlertState.GROWN, AlertState.DISMISSED, AlertState.REOPENED}


def test_ten_languages_are_read(played: Path) -> None:
    with kept(played) as store:
        week = store.week_of("Velora", datetime(2026, 11, 1, tzinfo=UTC), TODAY)
    languages = {(voice.language or "").split("-")[0] for voice in week.voices}
    assert languages >= {"pl", "en", "ru", "sl", "de", "es", "fr", "it", "ro", "uk"}


def test_a_rating_that_rose_is_a_customer_who_came_round(played: Path) -> None:
    with kept(played) as store:
        thread, alert = told_of(store, "appstore", "9100000001")
        root = thread.root
        assert root is not None
        assert root.rating is not None
        assert root.rating.value == 4
        assert alert.turned_round_at is not None


def test_a_deleted_reply_keeps_no_text(played: Path) -> None:
    with kept(played) as store:
        thread, _ = told_of(store, "mastodon", "113500000000000301")
        gone = [mention for mention in thread.mentions if mention.deleted]
        assert gone, "the story takes one reply back"
        assert all(mention.text is None and mention.author is None for mention in gone)


def test_everything_was_sent_and_nothing_was_refused(played: Path) -> None:
    with kept(played) as store:
        assert store.outbox(OutboxState.DEAD, 10) == []
        assert store.outbox(OutboxState.UNKNOWN, 10) == []
        assert store.outbox(OutboxState.PENDING, 10) == []
        kinds = {row.kind for row in store.outbox(OutboxState.SENT, 1000)}
        assert kinds >= {OutboxKind.CARD, OutboxKind.UPDATE, OutboxKind.DIGEST, OutboxKind.UPLOAD}


def test_praise_and_questions_open_no_card(played: Path) -> None:
    with kept(played) as store:
        alerted = {alert.thread_id for alert in store.alerts_opened(datetime(2026, 1, 1, tzinfo=UTC))}
        calm = [store.named_threads(name) for name in ("4102", "9100000002", "9100000005")]
        assert [len(found) for found in calm] == [1, 1, 1], "they were read"
        assert not alerted & {number for found in calm for number in found}


def test_the_weeks_digest_is_there_for_a_manager(played: Path) -> None:
    page = (played / "digest.html").read_text("utf-8")
    assert "Velora: week 2026-W47" in page
    assert "What matters this week" in page


def test_readmes_picture_can_be_drawn_again_from_what_the_demo_sends(played: Path) -> None:
    drawing = run_path(str(Path(__file__).parents[2] / "docs" / "pictures" / "draw_card.py"))
    with kept(played) as store:
        cards = [row.payload for row in store.outbox(OutboxState.SENT, 1000) if row.kind is OutboxKind.CARD]
    pages = [drawing["page"](card) for card in cards]
    assert sum(drawing["AUTHOR"] in page for page in pages) == 1
    # Slack's own marks are all read: nothing of them is left over for the reader.
    assert not [page for page in pages if "!date" in page or "|Original" in page]
    assert not [found for page in pages for found in re.findall(r":[a-z]+_?[a-z]*:", page)]


@pytest.mark.shared
def test_real_recordings_end_as_cards_a_person_would_agree_with(shared: Path, tmp_path: Path) -> None:
    arrived = run_recorded(shared / "fixtures", tmp_path, ROADS)
    cards = {source: [card_text(message) for message in messages] for source, messages in arrived.items()}

    # A one-star review of a recipe: about its page, in English, low on stars.
    (recipe,) = [card for card in cards["schemaorg"] if "★☆☆☆☆" in card]
    assert "TASTE OF HOME" in recipe
    assert "Language: English" in recipe
    assert "/recipes/sauerbraten/" in recipe

    # The newest review of an airline's app: cannot be used; everything older is one quiet summary.
    (airline,) = [card for card in cards["appstore"] if "★★★☆☆" in card]
    assert "QANTAS" in airline
    assert "itunes.apple.com" in airline
    # One phone shows a certificate error: about the app, no matter of safety, and nothing to run for.
    assert "🟡 LOW" in airline
    assert "Language: English" in airline
    assert sum("FOUND IN THE PAST" in card for card in cards["appstore"]) == 1

    # Twenty Italian reviews of four and five stars, and a test post: nothing to tell.
    assert cards["trustpilot"] == []
    assert cards["mastodon"] == []

    # A coding question on a developers' forum is no complaint.
    assert cards["discourse"] == []
