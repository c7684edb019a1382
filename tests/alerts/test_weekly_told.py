"""The digest's message and page: within Slack's limits, escaped, self-contained, in every language."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

import pytest

from alerts.cards.card import MessageSettings
from alerts.cards.voice import Voice
from alerts.catalogue import LANGUAGES
from alerts.weekly.charts import charts_of
from alerts.weekly.figures import Figures
from alerts.weekly.message import digest_message
from alerts.weekly.page import digest_page
from alerts.weekly.table_file import digest_csv
from alerts.weekly.words import DigestWords
from storage.records import AlertState, Label
from tests.alerts.payload_check import checked
from tests.alerts.weeks_lived import (
    answer,
    crawls,
    empty,
    figures,
    labelled,
    missed_event,
    now,
    rating_change,
    ratings,
    thread,
    told,
    topic,
    turned_round_event,
    voices,
    week_back,
)

HOSTILE = "<script>alert(1)</script> <!channel> <http://evil.example|safe> =cmd() \u202e\"'& 601 234 567"


def busy_week() -> Figures:
    rows = replace(
        empty(),
        voices=(voices(Label.NEGATIVE, 30), voices(Label.POSITIVE, 20, language="sl"), voices(None, 2, source="steam")),
        ratings=(ratings(2, 30),),
        topics=(topic("delivery", 12), topic("billing_refund", 7)),
        threads=(thread(1, 31, "delivery", title=HOSTILE), thread(2, 4, "delivery")),
        alerts=(
            told(1, title=HOSTILE),
            told(2, answered=2, state=AlertState.ANSWERED),
            told(3, missed=1),
            *(told(number, title=HOSTILE * 20) for number in range(10, 90)),
        ),
        events=(missed_event(3), turned_round_event(2)),
        answers=(answer(2, 2),),
        rating_changes=(rating_change(1, 4, answered=3),),
        labelled=(labelled(5, "not_a_complaint", HOSTILE),),
        unsure=tuple(labelled(number, "negative", f"{number} {HOSTILE}") for number in range(60, 80)),
        crawls=(crawls("=forum", 10, refused=9), crawls("shop", 10, new=4)),
        said={"Velora": 52, "=Rival": 40},
    )
    weeks = [
        week_back(back, voices=(voices(Label.NEGATIVE, back), voices(Label.POSITIVE, 46 - back)), said={"Velora": 46})
        for back in range(6, 0, -1)
    ]
    return figures(rows, *weeks, week_back(1, voices=(voices(Label.NEGATIVE, 5), voices(Label.POSITIVE, 45))))


def settings(language: str) -> MessageSettings:
    return MessageSettings(language=language, zone="Europe/Warsaw")


# The week's days, a share, a negative number, a large one and a moment, as each language writes them.
FORMS = {
    "en": ("16 – 22 Nov 2026", "63%", "−0.37", "1,234", "22 Nov, 10:00 CET"),
    "pl": ("16–22 lis 2026", "63%", "−0,37", "1 234", "22 lis, 10:00 CET"),
    "ro": ("16–22 nov. 2026", "63 %", "−0,37", "1.234", "22 nov., 10:00 CET"),
    "ru": ("16—22 нояб. 2026 г.", "63 %", "−0,37", "1 234", "22 нояб., 10:00 CET"),
    "sl": ("16.–22. nov. 2026", "63 %", "−0,37", "1.234", "22. nov., 10:00 CET"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_dates_have_the_languages_own_form(language: str) -> None:
    say = DigestWords(Voice(settings(language)))
    moment = say.voice.when_written(datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert (say.span(busy_week()), say.percent(0.63), say.net(-0.37), say.number(1234), moment) == FORMS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_keeps_slacks_limits_in_every_language(language: str) -> None:
    checked(digest_message(busy_week(), settings(language)))


@lru_cache
def page(language: str = "en") -> str:
    week = busy_week()
    return digest_page(week, charts_of(week, DigestWords(Voice(settings(language)))), settings(language), now())


def test_the_page_is_self_contained_and_runs_nothing() -> None:
    text = page()
    assert len(text.encode()) < 1_000_000
    assert "<script" not in text.lower()
    assert "Content-Security-Policy" in text
    assert "default-src 'none'" in text
    # Only links a person may click lead out of the page; nothing is loaded.
    assert not re.search(r"<(?:img|link|iframe|object|embed|source)\b", text)
    assert not re.search(r"url\((?!#)", text)


def test_foreign_text_is_escaped_masked_and_without_direction_tricks() -> None:
    text = page()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\u202e" not in text
    assert "601 234 567" not in text


def test_hostile_names_are_only_names() -> None:
    brand, team = "<img src=x onerror=alert(1)>", "<b>team</b>"
    rows = replace(
        empty(),
        brand=brand,
        voices=(voices(Label.NEGATIVE, 3, source="<i>source", language="<u>"),),
        topics=(topic("<s>topic", 3),),
        alerts=(told(1, team=team), told(2, team="night")),
        crawls=(crawls("<em>entry", 10, refused=9),),
        said={brand: 3, "<q>rival": 1},
    )
    week = figures(rows)
    text = digest_page(week, charts_of(week, DigestWords(Voice(settings("en")))), settings("en"), now())
    assert not re.search(r"<(?:img|b|i|u|s|em|q)[ >]", text)
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    checked(digest_message(week, settings("en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language(language: str) -> None:
    text = page(language)
    assert f'<html lang="{language}">' in text
    assert "digest." not in re.sub(r"digest-|docs/\S+", "", text)


def test_every_list_of_doubt_is_there_with_links() -> None:
    text = page()
    for name in ("unsure", "false_alarms", "turned", "effect", "teams", "sources", "voice", "open", "grown", "topics"):
        assert f'<h2 id="{name}">' in text
    assert 'href="https://forum.example/t/60"' in text
    assert 'href="https://forum.example/t/5"' in text
    assert "often refused" in text


def test_what_is_cut_is_said() -> None:
    assert "The first 50 of 82." in page()


def test_charts_are_pictures_with_words() -> None:
    week = busy_week()
    charts = charts_of(week, DigestWords(Voice(settings("en"))))
    assert [chart.name for chart in charts] == ["tone", "topics"]
    for chart in charts:
        assert chart.png.startswith(b"\x89PNG")
        assert chart.svg.startswith("<svg")
        assert "<script" not in chart.svg
        assert chart.text in page()


def test_the_same_figures_give_the_same_page() -> None:
    assert page() == page.__wrapped__("en")


def test_the_csv_holds_the_figures_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(digest_csv(busy_week()))))
    said = {"section": "all", "name": "Velora", "figure": "mentions", "value": "52"}
    assert said | {"week_before": "50", "usual": "46"} in rows
    median = {"section": "answers", "name": "Velora", "figure": "median_minutes", "value": "120.0"}
    assert median | {"week_before": "", "usual": ""} in rows
    assert any(row["name"] == "'=Rival" for row in rows)
    for row in rows:
        assert not any(str(cell).startswith(("=", "+", "@")) for cell in row.values())
