"""Which language a text is in."""

from __future__ import annotations

import pytest

from classifier.language import LanguageFinder, primary_subtag
from classifier.model import ModelError


@pytest.fixture(scope="module")
def finder() -> LanguageFinder:
    return LanguageFinder()


TAGS = [
    ("pl", "pl"),
    ("pt-BR", "pt"),
    ("EN_us", "en"),
    ("nb", "no"),
    ("zh-Hant-TW", "zh"),
    ("fil", "tl"),
    ("min", "min"),
]
NO_TAGS = ["", "und", "mul", None, "polski", "x", "123", "*"]


@pytest.mark.parametrize(("tag", "code"), TAGS)
def test_a_stated_tag_is_believed(finder: LanguageFinder, tag: str, code: str) -> None:
    assert primary_subtag(tag) == code
    assert finder.find("whatever the text says", tag) == code


@pytest.mark.parametrize("tag", NO_TAGS)
def test_what_is_no_tag_is_not_believed(tag: str | None) -> None:
    assert primary_subtag(tag) is None


FOUND = [
    ("pl", "Nie polecam tego sklepu nikomu."),
    ("ru", "Никому не рекомендую этот магазин."),
    ("ro", "Nu recomand nimănui acest magazin."),
    ("sl", "Te trgovine ne priporočam nikomur."),
    ("en", "I would not recommend this shop to anyone."),
    ("uk", "Нікому не раджу цей магазин, дуже погано."),
    ("bg", "Не препоръчвам този магазин на никого, много лошо обслужване."),
    ("sk", "Tento obchod nikomu neodporúčam."),
    ("th", "ไม่แนะนำร้านนี้เลย"),
]


@pytest.mark.parametrize(("code", "text"), FOUND)
def test_a_plain_sentence_is_found(finder: LanguageFinder, code: str, text: str) -> None:
    assert finder.find(text) == code


@pytest.mark.parametrize("text", ["", "123", "😡😡", "...", "ok"])
def test_nothing_is_said_where_nothing_says_so(finder: LanguageFinder, text: str) -> None:
    assert finder.find(text) is None


def test_a_restricted_finder_answers_with_what_it_may() -> None:
    finder = LanguageFinder(["sl", "en"])
    assert finder.find("Ne preporučujem ovu trgovinu nikome.") == "sl"


def test_an_unknown_language_in_the_settings_is_named() -> None:
    with pytest.raises(ModelError, match=r"\[model\] languages: xx can't be told apart"):
        LanguageFinder(["pl", "xx"])
