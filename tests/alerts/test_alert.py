"""The alert step on a real store: opened once, told once, folded, listed, closed; a second run writes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.alert import alert
from alerts.alert_policy import AlertPolicy, Pause, Route, Rung, Team
from alerts.hours.calendar import Calendar
from alerts.hours.support_hours import SupportHours
from alerts.opening.routing import route_of
from storage.records import AlertState, Mute, OutboxKind, Severity
from storage.store import Store
from tests.alerts.house import House, post
from tests.alerts.told import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    Foreseen,
    forecast,
    local,
    owner,
    plan,
    said,
)


def test_a_negative_thread_is_one_card_with_its_alert(house: House) -> None:
    house.heard(said(1), said(2))
    report = house.tells(plan())
    assert (report.opened, house.kinds()) == (1, Counter({OutboxKind.CARD: 1}))
    row, live = house.rows()[0], house.store.live_alerts(10)[0]
    assert (row.key, row.alert_id, row.channel, row.under) == (live.key, live.id, "C1", None)
    assert row.payload["text"]
    assert row.payload["blocks"]
    assert live.told_replies == 1
    assert [event.what for event in house.store.events_of(live.id or 0)] == ["opened"]


def test_a_card_drawn_again_says_the_numbers_of_the_last_forecast_under_the_kept_deadline(house: House) -> None:
    house.heard(said(1))
    house.tells(plan(forecast(60, milestone=10, milestone_chance=0.9)))
    first = house.store.live_alerts(10)[0]
    later = plan(forecast(180, milestone=50, milestone_chance=0.6))
    # Nothing new was said, so nothing is: the numbers are kept for the next time the card is drawn.
    house.tells(later, NOW + MINUTE)
    assert house.kinds() == Counter({OutboxKind.CARD: 1})
    alert_now = house.store.live_alerts(10)[0]
    assert (alert_now.deadline.milestone, alert_now.deadline.answer_by) == (50, first.deadline.answer_by)
    assert len(house.store.deadlines_of(first.id or 0)) == 1
    house.heard(said(2, NOW + 2 * MINUTE), at=NOW + 3 * MINUTE)
    house.tells(later, NOW + 3 * MINUTE)
    update = next(row for row in house.rows() if row.kind is OutboxKind.UPDATE)
    assert "likely to pass 50 (6 in 10)" in str(update.payload)
    assert "likely to pass 10" not in str(update.payload)


def test_a_team_that_moves_to_another_zone_has_its_open_alerts_fitted_and_told(house: House) -> None:
    house.heard(said(1))
    house.tells(plan(forecast(300)))
    before = house.store.live_alerts(10)[0].deadline
    tokyo = Team(hours=SupportHours(zone=ZoneInfo("Asia/Tokyo")))
    report = house.tells(plan(forecast(300), teams=(tokyo,)), NOW + MINUTE)
    after = house.store.live_alerts(10)[0].deadline
    assert report.events is not None
    assert report.events["hours_changed"] == 1
    assert after.growth_deadline == before.growth_deadline
    assert after.answer_by != before.answer_by
    assert Calendar(tokyo.hours).is_open(after.answer_by)
    assert "the team's support hours were changed" in str(house.rows()[-1].payload)


def test_calm_threads_are_not_told(house: House) -> None:
    house.heard(said(1), mild=["1"])
    assert house.tells(plan()).opened == 0
    assert not house.rows()


def test_the_whole_life_of_a_card(house: House) -> None:
    house.heard(said(1))
    house.tells(plan())
    house.heard(said(2, NOW + 5 * MINUTE), at=NOW + 6 * MINUTE)
    house.tells(plan(), NOW + 6 * MINUTE)
    assert [row.kind for row in house.rows()[1:]] == [OutboxKind.UPDATE, OutboxKind.REPLY]
    house.tells(plan(), NOW + 65 * MINUTE)
    assert house.rows()[-2].kind is OutboxKind.REMINDER
    house.heard(owner(3, NOW + 70 * MINUTE), at=NOW + 72 * MINUTE)
    house.tells(plan(), NOW + 72 * MINUTE)
    assert house.store.live_alerts(10) == []
    closed = house.store.alerts_opened(NOW - DAY)[0]
    assert (closed.state, closed.answered_at) == (AlertState.ANSWERED, NOW + 70 * MINUTE)
    card = house.rows()[0]
    assert all(row.under == card.key for row in house.rows()[1:])


def test_missed_stops_call_the_next_people_in_their_channel(house: House) -> None:
    team = Team(hours=OFFICE, ladder=(Rung(mentions=("S123",)), Rung(mentions=("U900",), channel="C-lead")))
    of = plan(teams=(team,), forecaster=Foreseen(forecast(30)))
    house.heard(said(1))
    house.tells(of)
    for minutes in (31, 62):
        house.heard(said(2 + minutes, NOW + minutes * MINUTE), at=NOW + minutes * MINUTE)
        house.tells(of, NOW + minutes * MINUTE)
    told = [row for row in house.rows() if row.kind is OutboxKind.ESCALATION]
    assert [row.channel for row in told] == ["C1", "C1", "C-lead"]
    assert "<!subteam^S123>" in str(told[0].payload)
    assert "<@U900>" in str(told[1].payload)
    assert (told[1].under is not None, told[2].under) == (True, None)


@pytest.mark.parametrize("severity", Severity, ids=lambda one: one.word)
def test_each_severity_may_have_a_ladder_of_its_own(house: House, severity: Severity) -> None:
    rungs = {one: Rung(mentions=(f"S{one.word.upper()}",)) for one in Severity}
    team = Team(
        hours=OFFICE,
        ladder=(Rung(mentions=("SNOBODY",)),),
        ladder_high=(rungs[Severity.HIGH],),
        ladder_medium=(rungs[Severity.MEDIUM],),
        ladder_low=(rungs[Severity.LOW],),
    )
    house.heard(said(1), severity=severity)
    of = plan(teams=(team,), forecaster=Foreseen(forecast(30)))
    house.tells(of)
    house.tells(of, NOW + 31 * MINUTE)
    [told] = [row for row in house.rows() if row.kind is OutboxKind.ESCALATION]
    assert f"<!subteam^S{severity.word.upper()}>" in str(told.payload)


def test_nothing_calls_people_at_night_unless_it_is_urgent(house: House) -> None:
    evening = local("2026-11-18 16:50")
    of = plan(forecaster=Foreseen(forecast(10)))
    house.heard(said(1, evening), at=evening)
    house.tells(of, evening)
    house.tells(of, local("2026-11-19 20:00"))
    assert house.kinds()[OutboxKind.ESCALATION] == 0
    house.tells(of, local("2026-11-20 09:00"))
    assert house.kinds()[OutboxKind.ESCALATION] == 1


def test_nobody_is_called_in_the_morning_for_what_was_answered_at_night(house: House) -> None:
    evening, night = local("2026-11-18 16:00"), local("2026-11-18 23:00")
    of = plan(forecaster=Foreseen(forecast(50)))
    house.heard(said(1, evening), at=evening)
    house.tells(of, evening)
    house.tells(of, night)
    house.heard(owner(2, night), at=night + HOUR)
    house.tells(of, local("2026-11-19 09:00"))
    assert house.kinds()[OutboxKind.ESCALATION] == 0
    assert not house.store.live_alerts(1)


def test_an_escalation_names_the_moment_that_was_missed_and_the_next_one(house: House) -> None:
    house.heard(said(1))
    house.tells(plan())
    house.tells(plan(), NOW + 2 * HOUR + MINUTE)
    told = next(row for row in house.rows() if row.kind is OutboxKind.ESCALATION)
    assert "13:00" in str(told.payload)
    assert "13:31" in str(told.payload)


def test_high_and_growing_at_night_pages_on_call_at_once(house: House) -> None:
    night = local("2026-11-18 23:00")
    of = plan(teams=(Team(hours=OFFICE, on_call=("U700",)),), forecaster=Foreseen(forecast(60)))
    house.heard(said(1, night), at=night, severity=Severity.HIGH)
    house.tells(of, night)
    page = next(row for row in house.rows() if row.kind is OutboxKind.ESCALATION)
    assert page.not_before is None
    assert "<@U700>" in str(page.payload)


SILENT = [
    ("a muted author", {}, Mute(scope="author", value="id-1", created_at=NOW), "muted"),
    ("a muted source", {}, Mute(scope="source", value="forum", created_at=NOW), "muted"),
    ("a paused brand", {"policy": AlertPolicy(pauses=(Pause(brands=("acme",)),))}, None, "paused"),
    ("a paused source", {"policy": AlertPolicy(pauses=(Pause(sources=("forum",)),))}, None, "paused"),
    ("a competitor", {"competitors": frozenset({"Acme"})}, None, "competitor"),
    ("a severity nobody wants to hear of", {"policy": AlertPolicy(least_severity=Severity.HIGH)}, None, "too_mild"),
    ("no route", {"routes": (Route(channel="C2", brands=("Other",)),)}, None, "no_route"),
]


@pytest.mark.parametrize(("changes", "mute", "why"), [case[1:] for case in SILENT], ids=[case[0] for case in SILENT])
def test_who_is_not_told_and_why(house: House, changes: dict[str, Any], mute: Mute | None, why: str) -> None:
    if mute is not None:
        house.store.save_mute(mute)
    house.heard(said(1))
    assert house.tells(plan(**changes)).passed_over == 1
    assert house.store.passed_over(1) == why
    assert not house.rows()


def test_a_mute_ends_on_its_day_and_the_next_reply_brings_the_thread_up(house: House) -> None:
    house.store.save_mute(Mute(scope="thread", value="1", created_at=NOW, until=NOW + HOUR))
    house.heard(said(1))
    house.tells(plan())
    house.heard(said(2, NOW + 2 * HOUR), at=NOW + 2 * HOUR)
    assert house.tells(plan(), NOW + 2 * HOUR).opened == 1


def test_a_thread_the_owner_answered_before_we_saw_it_is_no_alert(house: House) -> None:
    house.heard(said(1), owner(2, NOW - MINUTE))
    house.tells(plan())
    assert house.store.passed_over(1) == "answered_before"


def test_routes_take_the_first_that_fits(house: House) -> None:
    routes = (
        Route(channel="C-high", least=Severity.HIGH),
        Route(channel="C-pl", languages=("pl",)),
        Route(channel="C1"),
    )
    house.heard(post(1, language="pl-PL"), post(2))
    house.tells(plan(routes=routes))
    house.heard(post(3), severity=Severity.HIGH)
    house.tells(plan(routes=routes))
    assert Counter(row.channel for row in house.rows()) == Counter({"C-pl": 1, "C1": 1, "C-high": 1})


CONDITIONS = [
    ("brand", {"brands": ("acme",)}, {"brands": ("Other",)}),
    ("source", {"sources": ("forum",)}, {"sources": ("reddit",)}),
    ("language", {"languages": ("pl-PL",)}, {"languages": ("ru",)}),
    ("topic", {"topics": ("delivery", "price_value")}, {"topics": ("staff_service",)}),
    ("severity", {"least": Severity.MEDIUM}, {"least": Severity.HIGH}),
]


@pytest.mark.parametrize(("fits", "fits_not"), [case[1:] for case in CONDITIONS], ids=[case[0] for case in CONDITIONS])
def test_each_condition_of_a_route_sends_to_its_channel_workspace_and_people(
    house: House, fits: dict[str, Any], fits_not: dict[str, Any]
) -> None:
    house.heard(said(1, language="pl"), severity=Severity.MEDIUM)
    thread = house.store.thread(1)
    judged = house.store.verdict_of(1)
    assert thread is not None
    assert judged is not None
    verdict = replace(judged, topics=("delivery",))
    routes = (
        Route(channel="C-not", **fits_not),
        Route(channel="C-here", workspace="west", team="night", **fits),
        Route(channel="C1"),
    )
    taken = route_of(thread, verdict, Severity.MEDIUM, routes)
    assert taken is not None
    assert (taken.channel, taken.workspace, taken.team) == ("C-here", "west", "night")


def test_somebody_elses_change_meanwhile_wins(house: House) -> None:
    house.heard(said(1))
    house.tells(plan())
    live = house.store.live_alerts(1)[0]

    class Pressed:
        """The store as it is when a person presses a button in the middle of the step."""

        def __init__(self, store: Store) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        def live_alerts(self, limit: int) -> list[Any]:
            found = self._store.live_alerts(limit)
            done = replace(live, state=AlertState.DISMISSED, closed_why="not_about_us", closed_at=NOW)
            assert self._store.claim_alert(done, AlertState.OPEN)
            return found

    before = len(house.rows())
    alert(Pressed(house.store), plan(), NOW + 3 * HOUR)
    kept = house.store.alert(live.id or 0)
    assert kept is not None
    assert (kept.state, kept.missed, len(house.rows())) == (AlertState.DISMISSED, 0, before)


def test_a_step_that_dies_in_the_middle_leaves_no_half_decision(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 6)))

    class Dying:
        """A store whose third queueing of rows kills the program."""

        def __init__(self, store: Store) -> None:
            self._store, self.left = store, 3

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        def put_outbox(self, rows: Any) -> object:
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt
            return self._store.put_outbox(rows)

    with pytest.raises(KeyboardInterrupt):
        alert(Dying(house.store), plan(), NOW)
    assert len(house.store.live_alerts(10)) == len(house.rows()) == 2
    house.tells(plan())
    assert len(house.store.live_alerts(10)) == len(house.rows()) == 5


def test_some_days_after_an_answer_the_team_is_asked_once_whether_the_customer_is_content(house: House) -> None:
    house.heard(said(1))
    house.tells(plan())
    house.heard(owner(2, NOW + MINUTE), at=NOW + HOUR)
    house.tells(plan(), NOW + HOUR)
    before = house.kinds()[OutboxKind.REMINDER]
    house.tells(plan(), NOW + 3 * DAY + HOUR)
    assert house.kinds()[OutboxKind.REMINDER] == before, "not on a Saturday"
    house.tells(plan(), NOW + 5 * DAY + HOUR)
    house.tells(plan(), NOW + 5 * DAY + 3 * HOUR)
    assert house.kinds()[OutboxKind.REMINDER] == before + 1
