"""The digest's weeks and figures, against hand-made weeks with answers known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.weekly.answers import TeamDeadlines
from alerts.weekly.headline import headline
from alerts.weekly.share import Share
from alerts.weekly.voices import Voices
from alerts.weekly.week import last_full_week, week_holding, week_named
from storage.records import AlertState, CalmThread, CrawlCount, Label
from tests.alerts.weeks_lived import (
    HOUR,
    answer,
    crawls,
    empty,
    figures,
    labelled,
    missed_event,
    rating_change,
    ratings,
    thread,
    told,
    topic,
    turned_round_event,
    voices,
    week_back,
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
    assert found.now.said == Voices()
    assert found.now.said.negative_share.value is None
    assert found.now.answers.rate.value is None
    assert found.before is None
    assert [matter.code for matter in headline(found)] == ["nothing"]


def test_a_silent_week_says_what_waits_all_the_same() -> None:
    found = figures(replace(empty(), alerts=(told(1, answer_by=200),), crawls=(crawls("forum", 10, refused=9),)))
    assert [matter.code for matter in headline(found)] == ["nothing", "open_in_time", "silent"]


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
    found = figures(rows).now
    assert (found.said.mentions, found.said.scored, found.said.negative) == (14, 10, 3)
    assert found.said.net_sentiment == pytest.approx(0.2)
    assert found.by_source["discourse"].mentions == 7
    assert found.by_language["en"].mentions == 7


def test_the_interval_is_wilsons() -> None:
    low, high = Share(part=3, whole=10).interval or (0.0, 0.0)
    # R: binom::binom.wilson(3, 10)
    assert (round(low, 4), round(high, 4)) == (0.1078, 0.6032)
    assert Share(part=0, whole=5).interval == pytest.approx((0.0, 0.4345), abs=1e-4)


def test_ratings_of_all_scales_are_stars_of_five_and_thumbs_are_left_out() -> None:
    rows = replace(empty(), ratings=(ratings(1, 2), ratings(10, 2, best=10), ratings(1, 9, best=1)))
    mean = figures(rows).now.ratings["appstore"]
    assert (mean.stars, mean.ratings) == (3.0, 4)


def test_topics_count_complaints_only_with_their_telling_threads() -> None:
    rows = replace(
        empty(),
        voices=(voices(NEGATIVE, 4),),
        topics=(topic("delivery", 3), topic("delivery", 7, POSITIVE), topic("no_answer", 1)),
        threads=(thread(1, 9, "delivery"), thread(2, 2, "no_answer")),
    )
    before = week_back(1, voices=(voices(NEGATIVE, 1),), topics=(topic("delivery", 1),))
    found = figures(rows, before)
    first, second = found.lists.complaints
    assert (first.topic, first.mentions, second.topic) == ("delivery", 3, "no_answer")
    assert [one.thread_id for one in first.threads] == [1]
    compared = found.compared(lambda week: week.complaints.get("delivery", 0))
    assert (compared.now, compared.before, compared.usual) == (3, 1, 1)


def test_a_topic_without_negative_threads_links_to_where_it_was_said_each_thread_once() -> None:
    def calm(number: int, *topics: str) -> CalmThread:
        return CalmThread(thread_id=number, source="discourse", topics=topics)

    rows = replace(
        empty(),
        voices=(voices(NEGATIVE, 9),),
        topics=(topic("delivery", 6), topic("price", 3)),
        threads=(thread(1, 1, "price"),),
        calm_threads=(calm(2, "delivery", "price"), calm(3, "delivery"), calm(2, "delivery"), calm(1, "price")),
    )
    found = {one.topic: [each.thread_id for each in one.threads] for one in figures(rows).lists.complaints}
    assert found == {"delivery": [2, 3], "price": [1, 2]}


def test_the_rate_is_of_alerts_opened_in_the_week_that_were_not_dismissed() -> None:
    rows = replace(
        empty(),
        alerts=(
            told(1, answered=2, state=AlertState.ANSWERED),
            told(2, answered=10, state=AlertState.REOPENED),
            told(3),
            told(4, state=AlertState.DISMISSED),
            told(5, opened=-30, answered=3, state=AlertState.ANSWERED),
        ),
    )
    found = figures(rows).now.answers
    assert (found.opened, found.answered) == (3, 2)


def test_times_are_of_the_answers_seen_in_the_week_whenever_it_began() -> None:
    found = figures(replace(empty(), answers=(answer(1, 2), answer(2, 10), answer(5, 33, said=-30)))).now.answers
    assert found.median_time == 10 * HOUR
    assert found.p90_time == 33 * HOUR


def test_time_to_answer_in_support_hours_is_the_teams_own() -> None:
    rows = replace(empty(), answers=(answer(1, 20), answer(2, 20, team="night")))
    found = figures(rows, support_time=lambda team, *_: timedelta(hours=8 if team == "support" else 3))
    assert found.now.answers.median_support_time == 3 * HOUR
    assert found.now.answers.p90_support_time == 8 * HOUR
    assert found.now.answers.median_time == 20 * HOUR


def test_deadlines_are_met_or_missed_by_team() -> None:
    rows = replace(
        empty(),
        alerts=(
            told(1, answered=2, state=AlertState.ANSWERED),
            told(2, missed=2, state=AlertState.GROWN),
            told(3, missed=1, team="night", answer_by=200),
            told(4, answer_by=200),
        ),
        events=(missed_event(2), missed_event(2), missed_event(3)),
        answers=(answer(1, 2), answer(2, 30, is_late=True)),
    )
    found = figures(rows).now.answers
    assert (found.met, found.missed) == (1, 2)
    assert found.by_team == {"night": TeamDeadlines(missed=1), "support": TeamDeadlines(met=1, missed=1)}


def test_a_deadline_is_missed_in_the_week_it_passed_in_whenever_it_was_noted() -> None:
    down_since_sunday = told(1, answer_by=160)
    rows = replace(empty(), alerts=(down_since_sunday, told(2, answer_by=170)))
    assert figures(rows).now.answers.missed == 1, "noted by nobody yet"
    noted_on_monday = missed_event(1, noted=2, due=-8)
    rows = replace(empty(), alerts=(told(1, opened=-30, answer_by=200),), events=(noted_on_monday,))
    assert figures(rows).now.answers.missed == 0, "it was of the week before"


def test_a_deadline_noted_as_missed_is_not_where_the_answer_had_come_before_it() -> None:
    in_time = told(1, answered=4, state=AlertState.ANSWERED)
    too_late = told(2, answered=9, state=AlertState.ANSWERED)
    reopened = told(3, answered=1, state=AlertState.REOPENED, answer_by=200)
    events = tuple(missed_event(number, noted=6, due=5) for number in (1, 2, 3))
    found = figures(replace(empty(), alerts=(in_time, too_late, reopened), events=events)).now.answers
    assert found.missed == 2


def test_what_is_still_open_comes_soonest_first() -> None:
    rows = replace(
        empty(),
        alerts=(told(1, answer_by=9), told(2, answer_by=4), told(3, state=AlertState.ANSWERED, answered=2)),
    )
    assert [one.alert.id for one in figures(rows).lists.still_open] == [2, 1]
    assert figures(rows).now.still_open == 2


def test_who_came_round_in_the_week_is_counted_once() -> None:
    events = (turned_round_event(1), turned_round_event(1), missed_event(2))
    found = figures(replace(empty(), alerts=(told(1), told(2)), events=events))
    assert [one.alert.id for one in found.lists.turned_round] == [1]


def test_false_alarms_are_what_people_said_of_texts_each_once() -> None:
    words = ("not_a_complaint", "not_about_us", "negative")
    rows = replace(empty(), labelled=(*(labelled(n, w) for n, w in enumerate(words)), labelled(0, "not_about_us")))
    found = figures(rows)
    assert found.now.false_alarms == 2
    assert [text.mention_id for text in found.lists.false_alarms] == [0, 1]


def test_a_thread_has_grown_when_three_wrote_in_it() -> None:
    rows = replace(empty(), threads=(thread(1, 2), thread(2, 3), thread(3, 12)))
    assert [one.thread_id for one in figures(rows).lists.grown] == [3, 2]


def test_the_usual_is_the_median_of_weeks_in_which_something_was_said() -> None:
    weeks = [
        week_back(back, voices=(voices(NEGATIVE, n),) if n else ()) for back, n in ((4, 0), (3, 1), (2, 4), (1, 10))
    ]
    found = figures(replace(empty(), voices=(voices(NEGATIVE, 2),)), *weeks)
    said = found.compared(lambda week: week.said.mentions)
    assert (said.now, said.before, said.usual) == (2, 10, 4)


def test_lengths_of_time_have_a_usual_too() -> None:
    weeks = [week_back(back, voices=(voices(NEGATIVE, 1),), answers=(answer(1, back),)) for back in (2, 1)]
    found = figures(empty(), *weeks).compared(lambda week: week.answers.median_time)
    assert (found.now, found.before, found.usual) == (None, HOUR, 1.5 * HOUR)


def test_the_week_before_is_none_where_nothing_was_said_in_it() -> None:
    found = figures(empty(), week_back(2, voices=(voices(NEGATIVE, 3),)), week_back(1))
    assert found.before is None
    assert found.usual(lambda week: week.said.mentions) == 3


def test_ratings_rise_by_how_fast_the_answer_came() -> None:
    changes = (
        rating_change(1, 4, answered=3),
        rating_change(2, 3, answered=4),
        rating_change(1, 2, answered=30),
        rating_change(3, 1, answered=None),
        rating_change(3, 2, answered=51, changed=50),
    )
    found = figures(replace(empty(), rating_changes=changes)).now.rating_effects
    assert [(one.within, one.answered, one.ratings, round(one.change, 9)) for one in found] == [
        (4, True, 2, 2.0),
        (None, True, 1, 1.0),
        (None, False, 2, -1.5),
    ]


@pytest.mark.parametrize(
    ("count", "wrong"),
    [
        pytest.param(crawls("forum", 10, new=1), [], id="all is well"),
        pytest.param(crawls("forum", 10, new=1, refused=2), [], id="a fifth refused is borne"),
        pytest.param(crawls("forum", 10, new=1, refused=3), ["is_refused"], id="more than a fifth refused"),
        pytest.param(crawls("forum", 10), ["is_silent"], id="nothing new where there usually is"),
        pytest.param(crawls("forum", 10, new=1, holes=1), ["has_hole"], id="a stretch unread"),
        pytest.param(crawls("forum", 10, new=1, suspicious=1), ["is_suspicious"], id="a suspicious crawl"),
        pytest.param(crawls("other", 10, new=1), ["is_silent"], id="not crawled at all"),
    ],
)
def test_sources_that_need_a_look_are_told(count: CrawlCount, wrong: list[str]) -> None:
    before = week_back(1, voices=(voices(NEGATIVE, 1),), crawls=(crawls("forum", 10, new=3),))
    found = figures(replace(empty(), crawls=(count,)), before, configured=[("discourse", "forum")])
    week = next(one for one in found.lists.sources if one.count.entry == "forum")
    asked = {"is_refused": week.is_refused, "is_silent": week.is_silent, "has_hole": week.count.holes > 0}
    asked["is_suspicious"] = week.count.suspicious > 0
    assert [name for name, is_so in asked.items() if is_so] == wrong
    assert week.needs_a_look is bool(wrong)
    assert week.usual_new == 3


def test_sources_that_need_a_look_are_counted_beside_the_weeks_before() -> None:
    earlier = [
        week_back(3, voices=(voices(NEGATIVE, 1),), crawls=(crawls("forum", new=9), crawls("shop", new=2))),
        week_back(2, voices=(voices(NEGATIVE, 1),), crawls=(crawls("forum", new=0), crawls("shop", new=2))),
        week_back(1, voices=(voices(NEGATIVE, 1),), crawls=(crawls("forum", refused=9), crawls("shop", holes=1))),
    ]
    rows = replace(empty(), crawls=(crawls("forum", new=3), crawls("shop", new=1)))
    found = figures(rows, *earlier, configured=(("discourse", "forum"), ("discourse", "never"))).compared(
        lambda week: week.troubled
    )
    assert (found.now, found.before, found.usual) == (1, 2, 1), "never crawled; refused and a hole; silent"


def test_a_source_that_never_says_much_is_not_silent() -> None:
    (week,) = figures(replace(empty(), crawls=(crawls("quiet", 50),))).lists.sources
    assert not week.needs_a_look


def test_the_headline_says_the_three_things_that_matter_most_in_this_order() -> None:
    rows = replace(
        empty(),
        voices=(voices(NEGATIVE, 30), voices(POSITIVE, 30)),
        topics=(topic("delivery", 20),),
        threads=(thread(1, 31, "delivery"),),
        alerts=(told(1, missed=1), told(2, answered=2, state=AlertState.ANSWERED)),
        events=(missed_event(1),),
        answers=(answer(2, 2),),
    )
    before = week_back(1, voices=(voices(NEGATIVE, 5), voices(POSITIVE, 55)))
    assert [matter.code for matter in headline(figures(rows, before))] == ["negative_up", "missed", "topic"]


def test_a_change_that_may_be_chance_is_no_headline() -> None:
    rows = replace(empty(), voices=(voices(NEGATIVE, 8), voices(POSITIVE, 22)))
    before = week_back(1, voices=(voices(NEGATIVE, 6), voices(POSITIVE, 24)))
    assert [matter.code for matter in headline(figures(rows, before))] == ["calm"]


def test_an_alert_told_and_answered_the_week_before_does_not_count_in_this_one() -> None:
    rows = replace(empty(), alerts=(told(1, opened=-2, answered=-1, state=AlertState.ANSWERED),))
    found = figures(rows).now.answers
    assert (found.opened, found.met) == (0, 0)
