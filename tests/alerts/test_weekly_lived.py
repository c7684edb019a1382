"""The digest of weeks lived through a real store: made again it says the same, sent once, each brand by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.cards.card import MessageSettings
from alerts.digest import DigestPlan, digest, made_digest, send_digest
from alerts.weekly.numbers import WeekNumbers
from alerts.weekly.week import week_named
from storage.records import Alert, AlertEvent, AlertState, Crawl, CrawlStatus, Label
from storage.store import Store, open_store
from tests.alerts.told import stars
from tests.alerts.weeks_lived import WARSAW
from tests.storage.samples import alert, judged, mention, scored

# The week whose last Sunday has 25 hours in Warsaw: it ends an hour later than it would in summer time.
WEEK = week_named("2026-W43", WARSAW)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY_AFTER = WEEK.end + 9 * HOUR
PLAN = DigestPlan(
    brand="Acme",
    channel="#digest",
    messages=MessageSettings(zone="Europe/Warsaw"),
    calendars={},
    competitors=("Rival",),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "repwatch.db"), clock=lambda: MONDAY_AFTER) as opened:
        yield opened


def watched(store: Store, since: datetime) -> None:
    store.save_crawl(Crawl(source="hackernews", entry="hn", started_at=since, ended_at=since, status=CrawlStatus.OK))


def lived(store: Store) -> Alert:
    """Two weeks: one text in the first; five in the second, one of them alerted, one a rival's; the alert."""
    watched(store, WEEK.start - 7 * DAY)
    said = [
        mention("0", published_at=WEEK.start - HOUR),
        mention("1", published_at=WEEK.start, rating=stars(1)),
        mention("2", published_at=WEEK.end - HOUR / 2),
        mention("3", published_at=WEEK.end),
        mention("4", published_at=WEEK.start + DAY, brand="Rival"),
        mention("5", published_at=WEEK.start + DAY, is_owner_reply=True),
        mention("6", published_at=WEEK.start + DAY, deleted=True),
    ]
    store.save_mentions(said, WEEK.end)
    scored(store, Label.NEGATIVE, WEEK.end)
    judged(store, WEEK.end)
    thread = store.find_thread("hackernews", "1", brand="Acme")
    assert thread is not None
    told = store.open_alert(replace(alert(thread.id), opened_at=WEEK.start + HOUR))
    assert told is not None
    store.note(AlertEvent(alert_id=told.id or 0, at=told.opened_at, what="opened"))
    return told


def happened(store: Store, told: Alert, what: str, at: datetime, **changes: object) -> Alert:
    store.note(AlertEvent(alert_id=told.id or 0, at=at, what=what))
    return store.save_alert(replace(told, **changes))  # type: ignore[arg-type]


def numbers(store: Store) -> WeekNumbers:
    return made_digest(store, PLAN, WEEK, MONDAY_AFTER).figures.now


def test_a_week_across_the_clock_change_holds_its_twenty_fifth_hour(store: Store) -> None:
    lived(store)
    found = made_digest(store, PLAN, WEEK, MONDAY_AFTER).figures
    assert found.now.said.mentions == 2
    assert found.compared(lambda week: week.said.mentions).before == 1
    assert found.now.share_of_voice == {"Acme": 2, "Rival": 1}


def test_each_brand_has_its_own_figures(store: Store) -> None:
    lived(store)
    rival = made_digest(store, replace(PLAN, brand="Rival", competitors=()), WEEK, MONDAY_AFTER).figures
    assert (rival.now.said.mentions, rival.lists.alerts, rival.now.share_of_voice) == (1, (), {})


def test_what_became_of_alerts_later_changes_nothing_of_the_week(store: Store) -> None:
    told = lived(store)
    told = happened(store, told, "missed", WEEK.start + DAY, missed=1)
    before = made_digest(store, PLAN, WEEK, MONDAY_AFTER)
    assert (before.figures.now.still_open, before.figures.now.answers.missed) == (1, 1)
    closed = {"state": AlertState.ANSWERED, "answered_at": WEEK.end + DAY, "closed_at": WEEK.end + DAY}
    told = happened(store, told, "answered", WEEK.end + DAY, **closed)
    told = happened(store, told, "reopened", WEEK.end + 2 * DAY, state=AlertState.REOPENED, closed_at=None, missed=0)
    happened(store, told, "dismissed", WEEK.end + 3 * DAY, state=AlertState.DISMISSED, closed_at=WEEK.end + 3 * DAY)
    again = made_digest(store, PLAN, WEEK, MONDAY_AFTER)
    assert again.figures.now == before.figures.now
    assert (again.page, again.csv) == (before.page, before.csv)


def test_a_deadline_that_passed_while_the_bot_was_down_is_of_that_week_before_and_after_it_is_noted(
    store: Store,
) -> None:
    told = lived(store)
    passing = replace(told.deadline, growth_deadline=WEEK.end - 2 * HOUR, answer_by=WEEK.end - HOUR)
    told = store.save_alert(replace(told, deadline=replace(passing, decided_at=told.opened_at)))
    before = numbers(store)
    assert (before.answers.missed, before.still_open) == (1, 1)
    due = {"due": told.deadline.passes_at.isoformat()}
    store.note(AlertEvent(alert_id=told.id or 0, at=MONDAY_AFTER, what="missed", numbers=due))
    next_stop = replace(told.deadline, decided_at=MONDAY_AFTER, answer_by=MONDAY_AFTER + 20 * DAY)
    store.save_alert(replace(told, missed=1, deadline=next_stop))
    assert numbers(store) == before
    next_week = made_digest(store, PLAN, week_named("2026-W44", WARSAW), MONDAY_AFTER + 7 * DAY).figures.now
    assert next_week.answers.missed == 0


def test_an_alert_reopened_in_the_week_is_open_and_its_answer_counts(store: Store) -> None:
    told = lived(store)
    closed = {"state": AlertState.ANSWERED, "answered_at": WEEK.start + DAY, "closed_at": WEEK.start + DAY}
    told = happened(store, told, "answered", WEEK.start + DAY, **closed)
    happened(store, told, "reopened", WEEK.start + 2 * DAY, state=AlertState.REOPENED, closed_at=None)
    found = numbers(store)
    assert (found.answers.opened, found.answers.answered, found.answers.met, found.still_open) == (1, 1, 1, 1)
    assert found.answers.median_time == DAY


def test_a_text_deleted_since_counts_no_longer_and_an_edit_keeps_its_week(store: Store) -> None:
    lived(store)
    gone = mention("2", published_at=WEEK.end - HOUR / 2, deleted=True, text=None)
    better = mention("1", published_at=WEEK.start, rating=stars(4), text="Mended")
    store.save_mentions([gone, better], WEEK.end - HOUR / 4)
    found = numbers(store)
    assert (found.said.mentions, found.said.scored) == (1, 0), "the edited text waits to be read again"
    (effect,) = found.rating_effects
    assert (effect.answered, effect.ratings, round(effect.change, 9)) == (False, 1, 3.0)


def test_what_a_first_look_found_of_the_time_before_is_no_usual_week(store: Store) -> None:
    store.save_mentions([mention("0", published_at=WEEK.start - HOUR), mention("1", published_at=WEEK.start)], WEEK.end)
    watched(store, WEEK.start + HOUR)
    found = made_digest(store, PLAN, WEEK, MONDAY_AFTER).figures
    assert (found.now.said.mentions, found.earlier) == (1, ())


def test_a_week_is_sent_once_and_made_as_often_as_one_likes(store: Store) -> None:
    lived(store)
    first = digest(store, PLAN, WEEK, MONDAY_AFTER)
    assert send_digest(store, PLAN, first, MONDAY_AFTER)
    again = digest(store, PLAN, WEEK, MONDAY_AFTER + DAY)
    assert not send_digest(store, PLAN, again, MONDAY_AFTER + DAY)
    names = [row.payload.get("filename") for row in store.outbox() if row.payload.get("filename")]
    assert sorted(str(name) for name in names) == [
        "digest-2026-W43-tone.png", "digest-2026-W43-topics.png", "digest-2026-W43.csv", "digest-2026-W43.html",
    ]  # fmt: skip
    assert again.figures == first.figures


def test_nothing_at_all_is_a_digest_too(store: Store) -> None:
    made = digest(store, PLAN, WEEK, datetime(2026, 10, 26, 8, tzinfo=UTC))
    assert made.figures.now == replace(WeekNumbers(), share_of_voice={"Acme": 0, "Rival": 0})
    assert "Nobody said anything about Acme this week." in made.page
