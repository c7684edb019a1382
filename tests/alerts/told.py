"""Threads, forecasts and alerts for the tests of telling, in as few words as a case needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from alerts.alert_policy import AlertPolicy, Route, Team
from alerts.forecast import Forecast
from alerts.growth.outlook import SIZE_EDGES, TIME_GRID, Outlook
from alerts.growth.timeline import Timeline
from alerts.hours.calendar import Calendar
from alerts.hours.support_hours import SupportHours
from alerts.watching.plan import AlertPlan
from alerts.watching.rules import Rules
from storage.records import (
    Alert,
    AlertState,
    Deadline,
    Kind,
    Label,
    Mention,
    Rating,
    Reason,
    Sentiment,
    Severity,
    Thread,
    Verdict,
)

WARSAW = ZoneInfo("Europe/Warsaw")
# A Wednesday, 11:00 in Warsaw: in the middle of support hours.
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

OFFICE = SupportHours(zone=WARSAW)
ALWAYS = SupportHours(zone=WARSAW, always=True)
NIGHT = SupportHours(zone=WARSAW, week={"mon-fri": ("22:00-06:00",)})
SPLIT = SupportHours(zone=WARSAW, week={"mon-fri": ("09:00-13:00", "14:00-17:30")})
LATE_SHIFT = SupportHours(zone=WARSAW, week={"daily": ("16:00-00:00",)})
POLISH = SupportHours(zone=WARSAW, country="PL", closed=frozenset({date(2026, 11, 20)}))


def local(text: str, zone: ZoneInfo = WARSAW) -> datetime:
    """ "2026-11-18 11:00" on the team's clock, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def outlook(*, p_more: float = 0.6) -> Outlook:
    """Growth even in time over 24 h, five more on the whole."""
    sizes = np.zeros(len(SIZE_EDGES))
    sizes[5] = 1.0
    return Outlook(
        shares=np.minimum(1.0, TIME_GRID / DAY.total_seconds()),
        sizes=sizes,
        p_grow_3_24h=p_more,
        p_10_more_24h=0.1,
        p_double=0.3,
    )


def forecast(minutes: float = 120, **changes: Any) -> Forecast:
    """A growing thread with so many minutes from the crawl to its growth deadline."""
    made: dict[str, Any] = {
        "growing": True,
        "deadline_seconds": minutes * 60,
        "deadline_before_clamp": minutes * 60,
        "deadline_share": 0.2,
        "expected_more": 5.0,
        "expected_more_low": 2.0,
        "expected_more_high": 9.0,
        "expected_final": 8.0,
        "p_grow_3_24h": 0.6,
        "p_10_more_24h": 0.1,
        "p_double": 0.3,
        "milestone": 10,
        "milestone_seconds": 7200.0,
        "seen_share": 0.1,
        "basis": "platform_prior",
        "history_threads": 0,
        "reason": "grows",
        "model_version": "toy",
        "dropped": 0,
        "outlook": outlook(),
    }
    return Forecast(**(made | changes))


QUIET = forecast(growing=False, reason="quiet", expected_more=0.4, expected_final=1.0, milestone=None)


class Foreseen:
    """A forecaster that says what the test wants; may change its mind."""

    def __init__(self, says: Forecast) -> None:
        self.says = says

    def forecast(self, timeline: Timeline, age: float) -> Forecast:
        return self.says


def sentiment(label: Label = Label.NEGATIVE, *, unsure: bool = False) -> Sentiment:
    parts = {name: 0.95 if name is label else 0.025 for name in Label}
    return Sentiment(
        label=label,
        negative=parts[Label.NEGATIVE],
        neutral=parts[Label.NEUTRAL],
        positive=parts[Label.POSITIVE],
        model="toy",
        unsure=unsure,
    )


def said(number: int, at: datetime | None = None, **changes: Any) -> Mention:
    """The first text an hour ago; later ones are replies."""
    of_thread = str(changes.pop("of", 1))
    mention = Mention(
        id=number,
        source="forum",
        external_id=str(number),
        thread_id=of_thread,
        kind=Kind.POST if str(number) == of_thread else Kind.COMMENT,
        text=f"words {number}",
        author=f"author {number}",
        author_id=f"id-{number}",
        published_at=at or NOW - HOUR,
        fetched_at=max(at or NOW, NOW) if at else NOW,
        url=f"https://forum.example/{number}",
        brand="Acme",
    )
    return replace(mention, **changes)


def owner(number: int, at: datetime) -> Mention:
    return said(number, at, is_owner_reply=True, kind=Kind.OWNER_RESPONSE, author="Acme Support")


def stars(value: float) -> Rating:
    return Rating(value=value, best=5)


def thread(*mentions: Mention, scored: dict[int, Sentiment] | None = None, **changes: Any) -> Thread:
    said_all = mentions or (said(1),)
    made = Thread(
        id=7,
        source="forum",
        instance="",
        external_id="1",
        brand="Acme",
        first_seen_at=NOW,
        observed_at=max(NOW, *(m.fetched_at or NOW for m in said_all)),
        mentions=said_all,
        sentiments={m.id or 0: sentiment() for m in said_all} if scored is None else scored,
    )
    return replace(made, **changes)


def verdict(severity: Severity = Severity.LOW, *, negative: bool = True, thread_id: int = 7) -> Verdict:
    return Verdict(
        thread_id=thread_id,
        judged_at=NOW,
        is_negative=negative,
        severity=severity,
        score=0.9,
        reasons=(Reason(code="text_negative", numbers={"percent": 95}),),
        topics=("delivery",),
    )


def deadline(answer_by: datetime | None = None, **changes: Any) -> Deadline:
    """With the numbers of `forecast()`."""
    at = answer_by or NOW + 2 * HOUR
    made = Deadline(
        decided_at=NOW,
        growth_deadline=at,
        answer_by=at,
        is_growing=True,
        expected_more=5.0,
        expected_more_low=2.0,
        expected_more_high=9.0,
        expected_final=8.0,
        p_double=0.3,
        p_10_more_24h=0.1,
        milestone=10,
        milestone_at=NOW + 2 * HOUR,
        damage_share=outlook().share_by((at - NOW).total_seconds()),
        basis="platform_prior",
        reason="grows",
    )
    return replace(made, **changes)


def alert(**changes: Any) -> Alert:
    made = Alert(
        id=3,
        thread_id=7,
        brand="Acme",
        team="support",
        key="card-1",
        state=AlertState.OPEN,
        severity=Severity.LOW,
        opened_at=NOW,
        deadline=deadline(),
        channel="C1",
    )
    return replace(made, **changes)


def rules(says: Forecast | None = None, *, hours: SupportHours = OFFICE, team: Team | None = None) -> Rules:
    who = team or Team(hours=hours)
    return Rules(policy=AlertPolicy(), team=who, calendar=Calendar(who.hours), forecaster=Foreseen(says or forecast()))


def plan(says: Forecast | None = None, **changes: Any) -> AlertPlan:
    made: dict[str, Any] = {
        "routes": (Route(channel="C1", team="support"),),
        "teams": (Team(hours=OFFICE),),
        "forecaster": Foreseen(says or forecast()),
    }
    return AlertPlan(**(made | changes))
