"""Hand-made weeks whose answers are known, for the digest's tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.weekly.figures import Figures, figures_of
from alerts.weekly.week import Week, week_named
from storage.records import (
    Alert,
    AlertEvent,
    AlertState,
    AnswerSeen,
    CrawlCount,
    Deadline,
    HumanLabel,
    Label,
    NegativeThread,
    Rating,
    RatingChange,
    RatingCount,
    Severity,
    TopicCount,
    VoiceCount,
    WeekAlert,
    WeekRows,
    WeekText,
)
from tests.alerts.told import stars

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


def missed_event(number: int, *, noted: float = 6, due: float | None = None) -> AlertEvent:
    """Times in hours into the week; `due`: when it had passed."""
    numbers = {} if due is None else {"due": at(due).isoformat()}
    return AlertEvent(alert_id=number, at=at(noted), what="missed", numbers=numbers)


def answer(number: int, after: float, *, said: float = 0, is_late: bool = False, team: str = "support") -> AnswerSeen:
    """An answer so many hours after the thread's first text."""
    return AnswerSeen(alert_id=number, team=team, began=at(said), answered_at=at(said + after), is_late=is_late)


def turned_round_event(number: int) -> AlertEvent:
    return AlertEvent(alert_id=number, at=at(9), what="turned_round")


def labelled(number: int, word: str, text: str = "Nie działa") -> WeekText:
    return WeekText(
        mention_id=number,
        thread_id=number,
        source="discourse",
        text=text,
        url=f"https://forum.example/t/{number}",
        label=Label.NEGATIVE,
        confidence=0.7,
        word=HumanLabel(mention_id=number, label=word, at=at(3)),
    )


def rating_change(before: float, after: float, answered: float | None, changed: float = 50) -> RatingChange:
    """A review of the week's first hour; times in hours into the week."""
    return RatingChange(
        mention_id=1,
        thread_id=1,
        source="appstore",
        changed_at=at(changed),
        before=stars(before),
        after=stars(after),
        began=at(0),
        answered_at=None if answered is None else at(answered),
    )


def crawls(entry: str, many: int = 10, **more: int) -> CrawlCount:
    return CrawlCount(source="discourse", entry=entry, crawls=many, **more)


def week_back(weeks: int, rows: WeekRows | None = None, **more: object) -> tuple[str, WeekRows]:
    """A week before, with its name and these rows."""
    week = WEEK.back(weeks)
    return week.name, replace(rows or empty(week), start=week.start, end=week.end, **more)  # type: ignore[arg-type]


def ratings(value: float, mentions: int, *, best: float = 5) -> RatingCount:
    return RatingCount(source="appstore", rating=Rating(value=value, best=best), mentions=mentions)


def topic(name: str, mentions: int, tone: Label = Label.NEGATIVE) -> TopicCount:
    return TopicCount(topics=(name,), label=tone, mentions=mentions)


def empty(week: Week = WEEK) -> WeekRows:
    return WeekRows(brand="Velora", start=week.start, end=week.end)


def figures(rows: WeekRows, *earlier: tuple[str, WeekRows], **more: object) -> Figures:
    """The week's figures; support works round the clock unless `more` says otherwise."""
    given: dict[str, object] = {"name": WEEK.name, "support_time": lambda _team, start, end: end - start, **more}
    return figures_of(_sized(rows), [(name, _sized(one)) for name, one in earlier], **given)  # type: ignore[arg-type]


def _sized(rows: WeekRows) -> WeekRows:
    """With the sizes of the threads in it, as the store counts them."""
    return rows if rows.thread_sizes else replace(rows, thread_sizes=Counter(one.said_in_week for one in rows.threads))


def now() -> datetime:
    return datetime(2026, 11, 23, 8, tzinfo=UTC)
