"""The digest's weeks and figures, against hand-made weeks with answers known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.weekly.figures import Voices
from alerts.weekly.headline import headline
from alerts.weekly.share import Share
from alerts.weekly.week import last_full_week, week_holding, week_named
from storage.records import AlertState, Label
from tests.alerts.weeks_lived import (
    HOUR,
    WEEK,
    at,
    empty,
    figures,
    label,
    missed_event,
    ratings,
    thread,
    told,
    topic,
    voices,
)

NEGATIVE, NEUTRAL, POSITIVE = Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE


@pytest.mark.parametrize(
    ("name", "zone", "hours"),
    [
        pytest.param("2026-W47", "Europe/Warsaw", 168, id="a plain week"),
        pytest.param("2026-W13", "Europe/Warsaw", 167, id="the week in which an hour is skipped"),
        pytest.param("2026-W43", "Europe/Warsaw", 169, id="the week in which an hour comes twice"),
        pytest.param("2026-W43", "UTC", 168, id="where no clock is changed"),
    ],
)
def test_a_week_is_as_long_as_its_zone_makes_it(name: str, zone: str, hours: int) -> None:
    week = week_named(name, ZoneInfo(zone))
    assert (week.end - week.start) / HOUR == hours
    assert week.back(1).end == week.start


def test_the_last_full_week_is_over() -> None:
    zone = ZoneInfo("Europe/Warsaw")
    # Sunday 23:30 UTC is Monday already in Warsaw.
    assert last_full_week(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), zone).name == "2026-W47"
    assert last_full_week(datetime(2026, 11, 22, 22, 30, tzinfo=UTC), zone).name == "2026-W46"
    assert week_holding(datetime(2027, 1, 1, 12, tzinfo=UTC), zone).name == "2026-W53"


@pytest.mark.parametrize("name", ["2026-W54", "2026-11-22", "last", "", "2026W"])
def test_what_is_no_week_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="2026-W47"):
        week_named(name, ZoneInfo("UTC"))


def test_an_empty_week_has_figures_too() -> None:
    found = figures(empty())
    assert found.voices == Voices()
    assert found.voices.negative_share.value is None
    assert found.answers.rate.value is None
    assert [matter.code for matter in headline(found)] == ["nothing"]


def test_voices_add_up_over_sources_and_languages() -> None:
    rows = replace(
        empty(),
        voices=(
            voices(NEGATIVE, 3),
            voices(POSITIVE, 5, source="discourse", language="en-GB"),
            voices(NEUTRAL, 2, source="discourse", language="en"),
            voices(None, 4),
        ),
    )
    found = figures(rows)
    assert (found.voices.mentions, found.voices.scored, found.voices.negative) == (14, 10, 3)
    assert found.voices.net_sentiment == pytest.approx(0.2)
    assert found.by_source["discourse"].mentions == 7
    assert found.by_language["en"].mentions == 7


def test_the_interval_is_wilsons() -> None:
    low, high = Share(part=3, whole=10).interval or (0.0, 0.0)
    # R: binom::binom.wilson(3, 10)
    assert (round(low, 4), round(high, 4)) == (0.1078, 0.6032)
    assert Share(part=0, whole=5).interval == pytest.approx((0.0, 0.4345), abs=1e-4)


def test_ratings_of_all_scales_are_stars_of_five_and_thumbs_are_left_out() -> None:
    rows = replace(empty(), ratings=(ratings(1, 2), ratings(10, 2, best=10), ratings(1, 9, best=1)))
    (mean,) = figures(rows).ratings
    assert (mean.stars, mean.ratings) == (3.0, 4)


def test_topics_count_complaints_only_with_their_telling_threads() -> None:
    rows = replace(
        empty(),
        voices=(voices(NEGATIVE, 4),),
        topics=(topic("delivery", 3), topic("delivery", 7, POSITIVE), topic("no_answer", 1)),
        threads=(thread(1, 9, "delivery"), thread(2, 2, "no_answer")),
    )
    before = replace(empty(WEEK.back(1)), topics=(topic("delivery", 1),))
    first, second = figures(rows, before).topics
    assert (first.topic, first.mentions, first.before, first.share.value) == ("delivery", 3, 1, 0.75)
    assert [one.thread_id for one in first.threads] == [1]
    assert second.topic == "no_answer"


def test_answers_count_alerts_opened_in_the_week_that_were_not_dismissed() -> None:
    rows = replace(
        empty(),
        alerts=(
            told(1, said=0, answered=2, state=AlertState.ANSWERED),
            told(2, said=0, answered=10, state=AlertState.ANSWERED),
            told(3),
            told(4, state=AlertState.DISMISSED),
            told(5, opened=-30, answered=3, state=AlertState.ANSWERED),
        ),
    )
    found = figures(rows).answers
    assert (found.opened, found.answered) == (3, 2)
    assert found.median_time == 2 * HOUR
    assert found.p90_time == 10 * HOUR


def test_time_to_answer_in_support_hours_is_the_teams_own() -> None:
    rows = replace(empty(), alerts=(told(1, said=0, answered=20, state=AlertState.ANSWERED),))
    found = figures(rows, support_time=lambda *_: timedelta(hours=8))
    assert found.answers.median_support_time == 8 * HOUR
    assert found.answers.median_time == 20 * HOUR


def test_deadlines_are_met_or_missed_by_team() -> None:
    rows = replace(
        empty(),
        alerts=(
            told(1, answered=2, state=AlertState.ANSWERED),
            told(2, answered=30, state=AlertState.ANSWERED, missed=1),
            told(3, missed=1, team="night"),
            told(4),
        ),
        events=(missed_event(2), missed_event(3)),
    )
    found = figures(rows).answers
    assert (found.met, found.missed) == (1, 2)
    assert found.met_by_team == {"night": (0, 1), "support": (1, 1)}


def test_what_is_still_open_comes_soonest_first() -> None:
    rows = replace(
        empty(),
        alerts=(told(1, answer_by=9), told(2, answer_by=4), told(3, state=AlertState.ANSWERED, answered=2)),
    )
    assert [one.alert.id for one in figures(rows).still_open] == [2, 1]


def test_false_alarms_are_what_people_said_of_cards() -> None:
    rows = replace(empty(), labels=(label("not_a_complaint"), label("not_about_us"), label("negative")))
    assert figures(rows).false_alarms == 2


def test_a_thread_has_grown_when_three_wrote_in_it() -> None:
    rows = replace(empty(), threads=(thread(1, 2), thread(2, 3), thread(3, 12)))
    assert [one.thread_id for one in figures(rows).grown] == [3, 2]


def test_the_usual_is_the_median_of_weeks_with_mentions() -> None:
    weeks = [("2026-W40", Voices()), *((f"2026-W4{n}", Voices(mentions=n, scored=n, negative=1)) for n in (1, 4, 10))]
    found = figures(replace(empty(), voices=(voices(NEGATIVE, 2),)), earlier=weeks)
    assert (found.usual_mentions, found.usual_negative_share) == (4, 0.25)


def test_the_headline_says_three_things_and_missed_deadlines_come_first() -> None:
    rows = replace(
        empty(),
        voices=(voices(NEGATIVE, 30), voices(POSITIVE, 30)),
        topics=(topic("delivery", 20),),
        threads=(thread(1, 31, "delivery"),),
        alerts=(told(1, missed=1), told(2, answered=2, state=AlertState.ANSWERED)),
        events=(missed_event(1),),
    )
    before = replace(empty(WEEK.back(1)), voices=(voices(NEGATIVE, 5), voices(POSITIVE, 55)))
    codes = [matter.code for matter in headline(figures(rows, before))]
    assert len(codes) == 3
    assert set(codes[:2]) == {"negative_up", "missed"}


def test_a_change_that_may_be_chance_is_no_headline() -> None:
    rows = replace(empty(), voices=(voices(NEGATIVE, 8), voices(POSITIVE, 22)))
    before = replace(empty(WEEK.back(1)), voices=(voices(NEGATIVE, 6), voices(POSITIVE, 24)))
    assert [matter.code for matter in headline(figures(rows, before))] == ["calm"]


def test_times_of_the_week_before_are_not_counted_twice() -> None:
    rows = replace(empty(), alerts=(told(1, opened=-2, answered=-1, state=AlertState.ANSWERED),))
    found = figures(rows).answers
    assert (found.opened, found.met) == (0, 0)
    assert at(0) == WEEK.start
