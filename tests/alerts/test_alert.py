"""The alert step on a real store: opened once, told once, folded, listed, closed; a second run writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.alert import AlertReport, alert
from alerts.alert_policy import AlertPolicy, GatherPolicy, Pause, Route, Rung, Team
from alerts.plan import AlertPlan
from storage.records import (
    AlertState,
    Kind,
    Label,
    Mention,
    Mute,
    OutboxKind,
    OutboxRow,
    OutboxState,
    Reason,
    Sentiment,
    Severity,
    Verdict,
)
from storage.store import Store, open_store
from tests.alerts.told import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    QUIET,
    Foreseen,
    forecast,
    local,
    owner,
    plan,
    said,
    sentiment,
    stars,
)


class House:
    """A store, and the steps that come before telling, each in one word."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def heard(
        self, *mentions: Mention, at: datetime = NOW, severity: Severity = Severity.LOW, mild: Sequence[str] = ()
    ) -> None:
        """Crawled, scored (angry, unless its id is among the mild) and judged."""
        self.store.save_mentions([replace(m, id=None, fetched_at=at) for m in mentions], at)
        scored: dict[int, Sentiment | None] = {
            m.id or 0: sentiment(Label.POSITIVE if m.external_id in mild else Label.NEGATIVE)
            for m in self.store.unscored_mentions(10_000)
        }
        self.store.save_sentiments(scored, at)
        self.store.save_verdicts(
            Verdict(
                thread_id=t.id,
                judged_at=at,
                is_negative=t.external_id not in mild,
                severity=severity,
                score=0.9,
                reasons=(Reason(code="text_negative", numbers={"percent": 95}),),
                thread_version=t.version,
            )
            for t in self.store.threads_to_judge(10_000)
        )

    def rows(self) -> list[OutboxRow]:
        return sorted((row for state in OutboxState for row in self.store.outbox(state)), key=lambda row: row.id or 0)

    def kinds(self) -> Counter[OutboxKind]:
        return Counter(row.kind for row in self.rows())

    def tells(self, of: AlertPlan, at: datetime = NOW) -> AlertReport:
        """Runs the step, and again: the second run must write nothing at all."""
        report = alert(self.store, of, at)
        before = (self.rows(), self.store.live_alerts(10_000))
        alert(self.store, of, at)
        assert (self.rows(), self.store.live_alerts(10_000)) == before
        return report


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_store(str(tmp_path / "repwatch.db")) as store:
        yield House(store)


def post(number: int, at: datetime | None = None, **changes: Any) -> Mention:
    """A thread of its own, with words of its own."""
    of = {
        "of": number,
        "text": f"Number {number} waits since Monday for box {number * 7} and nobody in shop {number} knows",
    }
    return said(number, at, **(of | changes))


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


# The past.


def test_the_past_is_listed_once_and_not_alerted(house: House) -> None:
    of = plan(forecaster=Foreseen(QUIET))
    old = [post(n, NOW - 10 * DAY) for n in range(1, 61)]
    house.heard(*old, post(100))
    report = house.tells(of)
    assert (report.opened, report.old) == (1, 60)
    assert house.kinds()[OutboxKind.CARD] == 1
    first, *rest = [row for row in house.rows() if row.kind is not OutboxKind.CARD]
    assert first.kind is OutboxKind.ROLLUP
    assert all(row.under == first.key for row in rest)
    shown = str([row.payload for row in house.rows()])
    assert all(f"forum.example/{n}" in shown for n in range(1, 61))
    house.heard(said(500, NOW + HOUR, of=1), at=NOW + HOUR)
    house.tells(of, NOW + HOUR)
    assert house.kinds()[OutboxKind.ROLLUP] == 1


def test_an_old_thread_that_still_grows_is_alerted(house: House) -> None:
    house.heard(said(1, NOW - 10 * DAY))
    assert house.tells(plan()).opened == 1


# Gathered.

POSTED = "The parcel is three weeks late and nobody at all answers my messages about it"


def test_the_same_text_at_several_places_is_one_card_with_all_of_them(house: House) -> None:
    house.heard(
        said(1, text=POSTED, url="https://forum.example/1"),
        said(2, of=2, text=f"{POSTED}!", source="reddit", url="https://reddit.example/2"),
        said(3, of=3, text=POSTED.upper(), source="mastodon", instance="m.example", url="https://m.example/3"),
    )
    report = house.tells(plan())
    assert (report.opened, report.gathered) == (1, 2)
    assert house.kinds() == Counter({OutboxKind.CARD: 1, OutboxKind.UPDATE: 1})
    update = str(house.rows()[-1].payload)
    assert sum(url in update for url in ("forum.example/1", "reddit.example/2", "m.example/3")) == 3


def test_a_cross_post_found_later_joins_the_card_that_is_there(house: House) -> None:
    house.heard(said(1, text=POSTED))
    house.tells(plan())
    house.heard(said(2, of=2, text=POSTED, source="reddit"), at=NOW + HOUR)
    report = house.tells(plan(), NOW + HOUR)
    assert (report.opened, report.gathered) == (0, 1)
    lead, other = sorted(house.store.live_alerts(10), key=lambda live: live.id or 0)
    assert other.carried_by == lead.key


ALIKE = [
    ("other words", "Cancelled twice, no refund, and the driver was rude to my mother", 2),
    ("the same words of another person at the same place", POSTED, 2),
]


@pytest.mark.parametrize(("text", "opened"), [case[1:] for case in ALIKE], ids=[case[0] for case in ALIKE])
def test_what_is_no_cross_post(house: House, text: str, opened: int) -> None:
    house.heard(said(1, text=POSTED), said(2, of=2, text=text))
    assert house.tells(plan()).opened == opened


def test_short_words_are_written_the_same_by_chance(house: House) -> None:
    house.heard(said(1, text="Does not work."), said(2, of=2, text="Does not work.", source="reddit"))
    assert house.tells(plan()).opened == 2


def review(number: int, at: datetime | None = None, **changes: Any) -> Mention:
    text = {"text": f"Worst shop in town, they stole my money and laughed{'!' * (number % 3)}"}
    base = {"of": number, "source": "trustpilot", "kind": Kind.REVIEW, "rating": stars(1)}
    return said(number, at or NOW - number * MINUTE, **(base | text | changes))


def test_near_equal_bad_reviews_of_new_authors_in_an_hour_are_one_campaign_card(house: House) -> None:
    house.heard(*(review(n) for n in range(1, 41)))
    report = house.tells(plan())
    assert (report.opened, report.gathered) == (0, 40)
    lists = house.rows()
    assert lists[0].kind is OutboxKind.ROLLUP
    assert lists[0].key.startswith("campaign-")
    assert all(f"forum.example/{n}" in str([row.payload for row in lists]) for n in range(1, 41))


def test_a_campaign_that_goes_on_grows_on_the_same_card(house: House) -> None:
    house.heard(*(review(n) for n in range(1, 8)))
    house.tells(plan())
    later = NOW + 20 * MINUTE
    house.heard(*(review(n, later) for n in range(50, 60)), at=later)
    house.tells(plan(), later)
    keys = {live.carried_by for live in house.store.live_alerts(100)}
    assert len(keys) == 1
    assert Counter(row.kind for row in house.rows())[OutboxKind.ROLLUP] == 1
    update = [row for row in house.rows() if row.kind is OutboxKind.UPDATE][-1]
    assert update.under == house.rows()[0].key


NO_CAMPAIGN: list[tuple[str, Callable[[int], Mention]]] = [
    ("over a day", lambda n: review(n, NOW - n * HOUR)),
    ("of good reviews", lambda n: review(n, rating=stars(5))),
    ("of one author", lambda n: review(n, author_id="same")),
    ("of different words", lambda n: review(n, text=f"Words {n} about order {n}, lost {n} days, {n} calls, {n} mails")),
]


@pytest.mark.parametrize("one", [case[1] for case in NO_CAMPAIGN], ids=[case[0] for case in NO_CAMPAIGN])
def test_what_is_no_campaign(house: House, one: Callable[[int], Mention]) -> None:
    house.heard(*(one(n) for n in range(1, 9)))
    house.tells(plan())
    assert not any(row.key.startswith("campaign-") for row in house.rows())


def test_authors_who_wrote_before_make_no_campaign(house: House) -> None:
    earlier = [post(100 + n, author_id=f"id-{n}", source="trustpilot") for n in range(1, 9)]
    house.heard(*earlier, mild=[m.external_id for m in earlier])
    house.heard(*(review(n) for n in range(1, 9)))
    house.tells(plan())
    assert not any(row.key.startswith("campaign-") for row in house.rows())


def test_a_burst_folds_into_one_roll_up_that_lists_every_item_with_its_link(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 151)))
    report = house.tells(plan())
    assert (report.opened, report.gathered) == (10, 140)
    assert house.kinds()[OutboxKind.CARD] == 10
    assert house.kinds()[OutboxKind.ROLLUP] == 1
    shown = str([row.payload for row in house.rows()])
    assert all(f"forum.example/{n}'" in shown for n in range(1, 151))


def test_the_most_severe_of_a_burst_keep_cards_of_their_own(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 31)))
    house.heard(*(post(n) for n in range(31, 36)), severity=Severity.HIGH)
    house.tells(plan())
    own = [live for live in house.store.live_alerts(100) if live.carried_by is None]
    assert Counter(live.severity for live in own) == Counter({Severity.HIGH: 5, Severity.LOW: 5})


def test_a_burst_that_goes_on_joins_the_same_roll_up(house: House) -> None:
    house.heard(*(post(n) for n in range(1, 16)))
    house.tells(plan())
    later = NOW + 5 * MINUTE
    house.heard(*(post(n, later) for n in range(21, 26)), at=later)
    assert house.tells(plan(), later).gathered == 5
    assert house.kinds()[OutboxKind.ROLLUP] == 1
    calm = NOW + 30 * MINUTE
    house.heard(post(40, calm), at=calm)
    assert house.tells(plan(), calm).opened == 1


def test_a_trickle_after_a_full_channel_never_gives_more_than_one_card_over_the_limit(house: House) -> None:
    of = plan(policy=AlertPolicy(gather=GatherPolicy(burst_cards=3)))
    for n in range(1, 10):
        house.heard(post(n), at=NOW + n * MINUTE)
        house.tells(of, NOW + n * MINUTE)
    assert house.kinds()[OutboxKind.CARD] == 4
    assert len(house.store.live_alerts(100)) == 9


def test_a_list_reminds_and_escalates_once_for_all_its_alerts_and_is_drawn_again(house: House) -> None:
    house.heard(*(review(n) for n in range(1, 21)))
    house.tells(plan())
    house.heard(replace(owner(900, NOW + HOUR), thread_id="3", source="trustpilot"), at=NOW + HOUR)
    house.tells(plan(), NOW + HOUR)
    assert [row.kind for row in house.rows()][-1] is OutboxKind.UPDATE
    house.tells(plan(), NOW + 2 * HOUR + MINUTE)
    assert house.kinds()[OutboxKind.ESCALATION] == 1
    assert house.kinds()[OutboxKind.REMINDER] <= 1


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
