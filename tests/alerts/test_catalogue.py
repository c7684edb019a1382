"""Every sentence is there in every language, with the same values and all plural forms its language needs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

import alerts
from alerts.cards.voice import Voice
from alerts.catalogue import LANGUAGES, Phrases, phrases
from alerts.messages import MessageSettings
from alerts.policy import NOTE_CODES
from classifier.model import TOPICS
from classifier.verdict import REASON_CODES

ENGLISH = phrases("en")
OTHERS = [language for language in LANGUAGES if language != "en"]


def values_of(said: Phrases, key: str) -> set[str]:
    entry = said.entry(key)
    forms = [entry] if isinstance(entry, str) else [form for name, form in entry.items() if name != "by"]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing_and_none_is_left_over(language: str) -> None:
    assert phrases(language).keys() == ENGLISH.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_sentences_take_the_same_values_as_the_english_ones(language: str) -> None:
    other = phrases(language)
    wrong = {key for key in ENGLISH if values_of(other, key) != values_of(ENGLISH, key)}
    assert wrong == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_form_whole_numbers_need_is_written(language: str) -> None:
    said, plural = phrases(language), Locale.parse(language).plural_form
    needed = {plural(n) for n in range(1000)} | {"other"}
    lacking = {
        key: needed - set(entry)
        for key in said
        if not isinstance(entry := said.entry(key), str) and not needed <= set(entry)
    }
    assert lacking == {}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1 reply", "2 replies", "5 replies", "21 replies"]),
        ("pl", ["1 odpowiedź", "2 odpowiedzi", "5 odpowiedzi", "21 odpowiedzi"]),
        ("ru", ["1 ответ", "2 ответа", "5 ответов", "21 ответ"]),
        ("ro", ["1 răspuns", "2 răspunsuri", "5 răspunsuri", "21 de răspunsuri"]),
        ("sl", ["1 odgovor", "2 odgovora", "5 odgovorov", "21 odgovorov"]),
    ],
)
def test_numbers_choose_the_form_of_their_language(language: str, said: list[str]) -> None:
    assert [phrases(language).say("card.replies", n=n) for n in (1, 2, 5, 21)] == said


def test_every_key_the_code_names_is_in_the_catalogue() -> None:
    named = set()
    for path in Path(alerts.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        sections = "|".join(sorted({key.split(".")[0] for key in ENGLISH}))
        shape = re.compile(rf"(?:{sections})\.[a-z0-9_]+")
        named |= {text for text in strings if isinstance(text, str) and shape.fullmatch(text)}
    assert len(named) > 60
    assert named - ENGLISH.keys() == set()


@pytest.mark.parametrize("code", [*REASON_CODES, *NOTE_CODES])
def test_every_reason_of_a_rule_has_a_sentence(code: str) -> None:
    assert f"reason.{code}" in ENGLISH


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_a_word(topic: str) -> None:
    assert f"topic.{topic}" in ENGLISH


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_with_its_numbers_reads_as_a_sentence(language: str) -> None:
    voice = Voice(MessageSettings(language=language))
    said = [
        voice.reason("joined", authors=3),
        voice.reason("topic", topic="delivery"),
        voice.reason("rating_low", value=1.0, best=5.0),
        voice.reason("holiday_later", day="2026-12-25", name=""),
        voice.reason("growth_raises_severity", before="medium", after="high", percent=71),
        voice.reason("first_seen_late", minutes=200, percent=40),
        voice.reason("votes_rise", votes=9, more=30),
    ]
    assert all("{" not in sentence and "_" not in sentence for sentence in said)
    assert "delivery" not in said[1] or language == "en"


def test_a_reason_of_a_later_version_shows_as_its_own_words() -> None:
    voice = Voice(MessageSettings())
    assert voice.reason("moon_phase") == "moon phase"
    assert voice.reason("joined") == "joined"
    assert voice.reason("holiday_later", day="next Tuesday", name="x") == "holiday later"


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=f"'xx' is not shipped; there are {', '.join(LANGUAGES)}"):
        phrases("xx")
