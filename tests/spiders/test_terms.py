"""Does the text name the brand: borders in every script, inflected forms, exclusions, required context."""

from __future__ import annotations

import pytest

from spiders.terms import BrandTerms
from storage.records import Brand

CASES = [
    ("the plain name", "Allegro", "Allegro lost my parcel", None, True),
    ("without regard to case", "Allegro", "ALLEGRO!!", None, True),
    ("Polish genitive", "Allegro", "nie polecam Allegra", "pl", True),
    ("Polish instrumental", "Allegro", "jestem rozczarowany Allegrem", None, True),
    ("Polish locative", "Allegro", "kupiłem na Allegrze", "pl", True),
    ("a medicine of like name in English is not a form", "Allegro", "Allegra helps with hay fever", "en", False),
    ("a longer word", "Allegro", "an allegretto in D", None, False),
    ("the end of a longer word", "Allegro", "suballegro", None, False),
    ("a hashtag of two words", "Allegro", "#AllegroFail", None, True),
    ("a hashtag", "Allegro", "#allegro", None, True),
    ("a handle", "Allegro", "@allegro why?", None, True),
    ("a domain", "Allegro", "see allegro.pl", None, True),
    ("a number makes another name", "Allegro", "Allegro2 is out", None, False),
    ("a Cyrillic ending on a Latin name", "Allegro", "в Allegroе всё плохо", "ru", True),
    ("between Chinese characters", "Allegro", "这个Allegro很慢", "zh", True),
    ("Polish feminine dative with its change of sound", "Velora", "w Velorze bez zmian", "pl", True),
    ("Romanian article", "eMAG", "eMAG-ul nu răspunde", "ro", True),
    ("Romanian genitive, joined", "eMAG", "serviciul emagului", "ro", True),
    ("Romanian feminine genitive", "Dacia", "service-ul Daciei", "ro", True),
    ("Slovene genitive with j", "Mercator", "pri vodstvu Mercatorja", "sl", True),
    ("Russian prepositional", "Озон", "заказал на Озоне", "ru", True),
    ("a Russian adjective is another word", "Озон", "озоновый слой", "ru", False),
    ("the softened Polish locative", "InPost", "w InPoście znów kolejka", "pl", True),
    ("Biedronka in the locative", "Biedronka", "w Biedronce", "pl", True),
    ("several words, the last one inflected", "Bank Velora", "klient Banku Velora i Bank Velory", "pl", True),
    ("several words over a line break", "Bank Velora", "Bank\nVelora", None, True),
    ("an exact term is not inflected", "=Allegro", "na Allegrze", "pl", False),
    ("a name in Japanese needs no border", "楽天", "昨日楽天で買った", "ja", True),
    ("a name in Thai needs no border", "ซีพี", "ร้านซีพีดีมาก", "th", True),
    ("a combining mark goes on with the word", "Velo", "Velo\u0301ra", None, False),
    ("a short name stays as written", "Ola", "Oli nie ma", "pl", False),
    ("a short name stands", "Ola", "Ola!", "pl", True),
]


@pytest.mark.parametrize(("why", "term", "text", "language", "named"), CASES, ids=[case[0] for case in CASES])
def test_a_text_names_the_brand(why: str, term: str, text: str, language: str | None, named: bool) -> None:
    assert BrandTerms(Brand(name=term, terms=(term,))).named_in(text, language=language) is named


def orange() -> BrandTerms:
    return BrandTerms(Brand(name="Orange", exclude=("orange juice",), require=("internet", "telefon")))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Orange: internet nie działa", True),
        ("Orange nie działa", False),
        ("orange juice and internet", False),
        ("orange juice, but Orange telefonu nie naprawi", True),
    ],
)
def test_an_excluded_phrase_hides_its_term_and_context_is_asked_for(text: str, named: bool) -> None:
    assert orange().named_in(text) is named
