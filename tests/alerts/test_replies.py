"""Reply drafts: in the writer's language, about what went wrong, within the platform's limit, in own words."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from alerts.cards.drafts import LANGUAGES, LIMITS, TemplateError, check_templates, draft_reply
from alerts.messages import MessageSettings
from classifier.model import TOPICS

SIGNED = MessageSettings(signature="Katarzyna Nowak", contact="customer.care@acme-shop.example")


def sentences(language: str) -> dict[str, dict[str, str]]:
    text = files("alerts.replies").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {table: dict(entries) for table, entries in tomllib.loads(text).items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_for_every_topic(language: str) -> None:
    said, english = sentences(language), sentences("en")
    assert {table: set(entries) for table, entries in said.items()} == {t: set(e) for t, e in english.items()}
    assert set(said["sorry"]) == set(said["step"]) == set(TOPICS)


@pytest.mark.parametrize("settings", [SIGNED, MessageSettings()], ids=["signed by a person", "by the team"])
@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_fits_google_plays_350_characters(language: str, topic: str, settings: MessageSettings) -> None:
    draft = draft_reply("Acme Shop", "googleplay", language, (topic,), settings)
    assert draft is not None
    assert (draft.limit, draft.fits) == (350, True), draft.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_fits_the_three_hundred_of_bluesky(language: str) -> None:
    draft = draft_reply("Acme", "bluesky", language, ("delivery",), SIGNED)
    assert draft is not None
    assert draft.fits


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_names_what_went_wrong_and_says_the_next_step(language: str) -> None:
    draft = draft_reply("Acme", "discourse", language, ("delivery", "no_answer"), SIGNED)
    assert draft is not None
    said = sentences(language)
    parts = draft.text.split("\n\n")
    assert parts[1:3] == [said["sorry"]["delivery"], said["step"]["delivery"]]
    assert str(SIGNED.contact) in parts[3]
    assert parts[4] == "Katarzyna Nowak, Acme"


def test_the_writers_language_decides_not_the_teams() -> None:
    draft = draft_reply("Acme", "appstore", "pl-PL", (), replace(SIGNED, language="en"))
    assert draft is not None
    assert draft.language == "pl"
    assert draft.text.startswith("Dzień dobry")


@pytest.mark.parametrize("language", [None, "", "xx", "ja"])
def test_no_draft_is_better_than_one_in_the_wrong_language(language: str | None) -> None:
    assert draft_reply("Acme", "appstore", language, (), SIGNED) is None


def test_an_unknown_topic_takes_the_general_words() -> None:
    own = draft_reply("Acme", "appstore", "en", ("warehouse_fire",), SIGNED)
    general = draft_reply("Acme", "appstore", "en", (), SIGNED)
    assert own == general


@pytest.mark.parametrize("source", sorted(LIMITS))
def test_a_draft_counts_its_characters_against_the_platforms_limit(source: str) -> None:
    draft = draft_reply("Acme", source, "en", ("delivery",), SIGNED)
    assert draft is not None
    assert draft.limit == LIMITS[source]
    assert draft.length == len(draft.text)


def test_a_company_overrides_one_sentence_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[sorry]\ndelivery = "We lost it, and that is on us."\n')
    own = replace(SIGNED, replies_folder=tmp_path)
    draft = draft_reply("Acme", "discourse", "en", ("delivery",), own)
    assert draft is not None
    assert "We lost it, and that is on us." in draft.text
    shipped = draft_reply("Acme", "discourse", "en", ("delivery",), SIGNED)
    assert shipped is not None and draft.text != shipped.text
    assert draft.text.splitlines()[0] == shipped.text.splitlines()[0]


def test_a_brands_own_tone_wins_over_the_companys(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[common]\nthanks = "Hi from all of us."\n')
    brand = tmp_path / "acme-kids"
    brand.mkdir()
    (brand / "en.toml").write_text('[common]\nthanks = "Oh no!"\n')
    own = replace(SIGNED, replies_folder=tmp_path)
    kids, grown_ups = (draft_reply(name, "discourse", "en", (), own) for name in ("Acme Kids", "Acme"))
    assert kids is not None
    assert grown_ups is not None
    assert (kids.text[:5], grown_ups.text[:5]) == ("Oh no", "Hi fr")


def test_a_language_of_the_companys_own_needs_every_sentence(tmp_path: Path) -> None:
    (tmp_path / "cs.toml").write_text('[common]\nthanks = "Dobrý den"\n')
    with pytest.raises(TemplateError, match=r"cs\.toml: \[common\] thanks_short is missing"):
        draft_reply("Acme", "discourse", "cs", (), replace(SIGNED, replies_folder=tmp_path))


def test_the_check_finds_a_language_that_is_not_whole_and_an_empty_folder(tmp_path: Path) -> None:
    assert "no templates there" in check_templates(tmp_path)[0]
    (tmp_path / "cs.toml").write_text('[common]\nthanks = "Dobrý den"\n')
    (tmp_path / "en.toml").write_text('[common]\nthanks = "Hello"\n')
    assert ["thanks_short is missing" in problem for problem in check_templates(tmp_path)] == [True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[common\n", "not valid TOML"),
        ("[comon]\n", r"\[comon\] is unknown; there are \[common\]"),
        ('[sorry]\ndelivery = "Dear {customer}"\n', r"\[sorry\] delivery: only \{brand\}"),
        ("[sorry]\ndelivery = 3\n", "must be a text in quotes"),
    ],
    ids=["broken TOML", "a misspelt table", "a value that is not there", "a number"],
)
def test_a_broken_template_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "en.toml").write_text(text)
    with pytest.raises(TemplateError, match=said):
        draft_reply("Acme", "discourse", "en", (), replace(SIGNED, replies_folder=tmp_path))
    assert len(check_templates(tmp_path)) == 1
