"""Hand-made weeks whose answers are known, for the digest's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.weekly.figures import Figures, figures_of
from alerts.weekly.week import Week, week_named
from storage.records import (
    Alert,
    AlertEvent,
    AlertState,
    Deadline,
    HumanLabel,
    Label,
    NegativeThread,
    Rating,
    RatingCount,
    Severity,
    TopicCount,
    VoiceCount,
    WeekAlert,
    WeekRows,
)

WARSAW = ZoneInfo("Europe/Warsaw")
WEEK = week_named("2026-W47", WARSAW)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    """So many hours into the week."""
    return WEEK.start + hours * HOUR


def voices(label: Label | None, mentions: int, *, source: str = "appstore", language: str = "pl") -> VoiceCount:
    return VoiceCount(source=source, language=language, label=label, mentions=mentions)


def told(
    number: int,
    *,
    opened: float = 1,
    said: float = 0,
    answered: float | None = None,
    state: AlertState = AlertState.OPEN,
    answer_by: float = 5,
    missed: int = 0,
    team: str = "support",
    title: str | None = "Paczka zaginęła",
) -> WeekAlert:
    """An alert; all times in hours into the week."""
    deadline = Deadline(decided_at=at(opened), growth_deadline=at(answer_by), answer_by=at(answer_by), is_growing=True)
    alert = Alert(
        id=number,
        thread_id=number,
        brand="Velora",
        team=team,
        key=f"k{number}",
        state=state,
        severity=Severity.MEDIUM,
        opened_at=at(opened),
        deadline=deadline,
        missed=missed,
        answered_at=None if answered is None else at(answered),
    )
    return WeekAlert(
        alert=alert,
        source="discourse",
        created_at=at(said),
        first_seen_at=at(opened),
        url=f"https://forum.example/t/{number}",
        title=title,
    )


def thread(number: int, said_in_week: int, *topics: str, title: str = "Zgubiona paczka") -> NegativeThread:
    return NegativeThread(
        thread_id=number,
        source="discourse",
        created_at=at(0),
        first_seen_at=at(1),
        severity=Severity.MEDIUM,
        score=0.9,
        said_in_week=said_in_week,
        said=said_in_week,
        topics=topics,
        url=f"https://forum.example/t/{number}",
        title=title,
    )


def missed_event(number: int) -> AlertEvent:
    return AlertEvent(alert_id=number, at=at(6), what="missed")


def label(word: str) -> HumanLabel:
    return HumanLabel(mention_id=1, label=word, at=at(3))


def ratings(stars: float, mentions: int, *, best: float = 5) -> RatingCount:
    return RatingCount(source="appstore", rating=Rating(value=stars, best=best), mentions=mentions)


def topic(name: str, mentions: int, tone: Label = Label.NEGATIVE) -> TopicCount:
    return TopicCount(topics=(name,), label=tone, mentions=mentions)


def empty(week: Week = WEEK) -> WeekRows:
    return WeekRows(brand="Velora", start=week.start, end=week.end)


def figures(rows: WeekRows, before: WeekRows | None = None, **more: object) -> Figures:
    """The week's figures; support works round the clock unless `more` says otherwise."""
    given: dict[str, object] = {
        "name": WEEK.name,
        "earlier": [],
        "share_of_voice": {},
        "crawls": [],
        "support_time": lambda _team, start, end: end - start,
        **more,
    }
    return figures_of(rows, before or empty(WEEK.back(1)), **given)  # type: ignore[arg-type]


def now() -> datetime:
    return datetime(2026, 11, 23, 8, tzinfo=UTC)
