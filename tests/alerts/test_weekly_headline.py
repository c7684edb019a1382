"""The paragraph on top of the digest: what matters most, and why, in words that are true of the week."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.cards.card import MessageSettings
from alerts.cards.voice import Voice
from alerts.catalogue import LANGUAGES, phrases
from alerts.weekly.figures import Figures
from alerts.weekly.headline import headline
from alerts.weekly.words import DigestWords
from storage.records import AlertState, Label
from tests.alerts.weeks_lived import (
    answer,
    crawls,
    empty,
    figures,
    missed_event,
    ratings,
    thread,
    told,
    topic,
    turned_round_event,
    voices,
    week_back,
)

NEGATIVE, POSITIVE = Label.NEGATIVE, Label.POSITIVE


def paragraph(found: Figures, language: str = "en") -> str:
    return DigestWords(Voice(MessageSettings(language=language, zone="Europe/Warsaw"))).paragraph(found)


def codes(found: Figures) -> dict[str, str | None]:
    return {matter.code: matter.why.code if matter.why else None for matter in headline(found)}


def bad_week() -> Figures:
    rows = replace(
        empty(),
        voices=(voices(NEGATIVE, 30), voices(POSITIVE, 30)),
        topics=(topic("delivery", 20), topic("price", 6)),
        threads=(thread(1, 9, "delivery"),),
        alerts=(told(1), told(2, answered=2, state=AlertState.ANSWERED)),
        events=(missed_event(1),),
        answers=(answer(2, 2),),
    )
    before = week_back(1, voices=(voices(NEGATIVE, 5), voices(POSITIVE, 55)), topics=(topic("price", 4),))
    return figures(rows, before)


def test_a_bad_week_in_one_paragraph() -> None:
    assert paragraph(bad_week()) == (
        "60 texts about Velora, 30 of them negative. "
        "The share of negative texts rose from 8% to 50% (30 of 60). Above all: delivery, 20 (week before: 0). "
        "1 of 2 answer deadlines was missed. "
        "First complaint: delivery, 20 of 30 negative texts (week before: 0). Most telling: “Zgubiona paczka”."
    )


def test_the_first_week_is_compared_with_nothing() -> None:
    rows = replace(empty(), voices=(voices(NEGATIVE, 4),), topics=(topic("delivery", 3),))
    assert paragraph(figures(rows)) == (
        "4 texts about Velora, 4 of them negative. First complaint: delivery, 3 of 4 negative texts."
    )


def test_the_team_that_missed_most_is_named_where_there_are_several() -> None:
    alerts = (told(1), told(2), told(3, team="night"), told(4, answered=1, state=AlertState.ANSWERED))
    rows = replace(empty(), voices=(voices(NEGATIVE, 4),), alerts=alerts, answers=(answer(4, 1),))
    found = figures(rows)
    assert codes(found)["missed"] == "team"
    assert "3 of 4 answer deadlines were missed. Most of them were support's: 2 of 3." in paragraph(found)


def test_slower_answers_are_the_reason_for_missed_deadlines() -> None:
    rows = replace(empty(), voices=(voices(NEGATIVE, 4),), alerts=(told(1),), answers=(answer(4, 5),))
    earlier = week_back(1, voices=(voices(NEGATIVE, 4),), answers=(answer(9, 2),))
    assert "Half of the answers took longer than 5 hours (usual: 2 hours)." in paragraph(figures(rows, earlier))


@pytest.mark.parametrize(
    ("mentions", "said"),
    [
        pytest.param(90, "That is 1.8 times as much as usual (100; usual: 55). Above all on Discourse: 90 (usual: 45).",
                     id="more"),
        pytest.param(5, "Less was said than usual: 15 texts instead of 55. Above all on Discourse: 5 (usual: 45).",
                     id="less"),
    ],
)  # fmt: skip
def test_the_source_that_moved_most_is_named(mentions: int, said: str) -> None:
    def said_in(many: int) -> tuple[object, ...]:
        return voices(POSITIVE, 10), voices(POSITIVE, many, source="discourse")

    rows = replace(empty(), voices=said_in(mentions))  # type: ignore[arg-type]
    assert said in paragraph(figures(rows, week_back(1, voices=said_in(45))))


def test_how_early_the_liveliest_thread_was_seen_and_answered_is_said() -> None:
    rows = replace(empty(), voices=(voices(NEGATIVE, 9),), threads=(thread(1, 9),))
    assert "drew 9 texts this week: “Zgubiona paczka”. We saw it 60 minutes after its first text; it has no" in (
        paragraph(figures(rows))
    )
    told_in_time = told(1, answered=3, state=AlertState.ANSWERED)
    found = paragraph(figures(replace(rows, alerts=(told_in_time,))))
    assert "We saw it 60 minutes after its first text, and answered after 3 hours." in found


@pytest.mark.parametrize(
    ("deadlines", "said"),
    [
        pytest.param((5, 7), "2 threads still wait for an answer, all past their deadline. Longest overdue, since "
                     "16 Nov, 05:00 CET: “Paczka zaginęła”.", id="all late"),
        pytest.param((5, 200), "2 threads still wait for an answer, 1 of them past the deadline. Longest", id="one"),
        pytest.param((199, 200), "2 threads wait for an answer, all still in time. The next deadline, "
                     "24 Nov, 07:00 CET: “Paczka zaginęła”.", id="none late"),
    ],
)  # fmt: skip
def test_what_waits_is_said_with_the_first_of_it(deadlines: tuple[float, float], said: str) -> None:
    waiting = tuple(told(number, answer_by=by) for number, by in enumerate(deadlines, 1))
    assert said in paragraph(figures(replace(empty(), voices=(voices(POSITIVE, 4),), alerts=waiting)))


def test_blind_sources_are_named_with_what_is_wrong() -> None:
    rows = replace(empty(), voices=(voices(POSITIVE, 4),), crawls=(crawls("forum", 10, refused=9),))
    assert "Some sources need a look: forum (often refused)." in paragraph(figures(rows))


def test_a_week_of_complaints_that_ask_for_no_answer_is_not_called_calm() -> None:
    assert codes(figures(replace(empty(), voices=(voices(NEGATIVE, 5), voices(POSITIVE, 4))))) == {"quiet": None}
    assert codes(figures(replace(empty(), voices=(voices(NEGATIVE, 1), voices(POSITIVE, 4))))) == {"calm": None}


def weeks() -> list[Figures]:
    """Weeks that make every rule speak."""
    many = replace(empty(), voices=(voices(POSITIVE, 4),))
    stars = week_back(1, voices=(voices(POSITIVE, 40),), ratings=(ratings(4, 30),))
    late = tuple(told(number) for number in range(1, 4))
    met = (answer(1, 2), answer(2, 2))
    angry = week_back(1, voices=(voices(NEGATIVE, 30), voices(POSITIVE, 30)))
    return [
        bad_week(),
        figures(empty()),
        figures(many),
        figures(replace(many, voices=(voices(NEGATIVE, 9),))),
        figures(replace(many, alerts=late)),
        figures(replace(many, alerts=late[:1])),
        figures(replace(many, alerts=(told(1, answer_by=200),), answers=met[:1])),
        figures(replace(many, answers=met, events=(turned_round_event(5),), alerts=(told(5, answer_by=300),))),
        figures(replace(many, ratings=(ratings(2, 30),)), stars),
        figures(replace(many, voices=(voices(POSITIVE, 40),), ratings=(ratings(5, 30),)), stars),
        figures(replace(many, voices=(voices(POSITIVE, 90), voices(POSITIVE, 9, source="steam"))), stars),
        figures(replace(many, voices=(voices(NEGATIVE, 5), voices(POSITIVE, 55))), angry),
        figures(replace(many, alerts=(told(1), told(2, answer_by=200)))),
        figures(replace(many, crawls=(crawls("forum", 10, refused=9),))),
        figures(replace(many, threads=(thread(1, 9),))),
        figures(replace(many, voices=(voices(NEGATIVE, 4),), topics=(topic("delivery", 3),))),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_speaks_every_language(language: str) -> None:
    said = [paragraph(week, language) for week in weeks()]
    assert not any(re.search(r"[{}]|digest\.|None", text) for text in said)
    spoken = {matter.code for week in weeks() for matter in headline(week)}
    written = {key.split(".")[2] for key in phrases("en") if key.startswith("digest.matter.")}
    assert spoken == written


@pytest.mark.parametrize(
    ("negative", "positive", "said"),
    [(1, 0, "1 text about Velora, and it is negative."), (0, 12, "12 texts about Velora, none of them negative.")],
)
def test_few_texts_are_said_as_people_say_them(negative: int, positive: int, said: str) -> None:
    rows = replace(empty(), voices=(voices(NEGATIVE, negative), voices(POSITIVE, positive)))
    assert paragraph(figures(rows)).startswith(said)


def test_times_rest_on_so_many_answers() -> None:
    say = DigestWords(Voice(MessageSettings()))
    assert say.time_of(timedelta(hours=2), 1) == "2 hours (1 answer)"
