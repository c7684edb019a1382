"""A holiday that moves a deadline is named as its team reads, wherever the team is and whatever machine it runs on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from alerts.cards.card import MessageSettings
from alerts.cards.voice import Voice
from alerts.hours.answer_by import answer_by
from alerts.hours.calendar import Calendar
from alerts.hours.holiday_names import named_holidays
from alerts.hours.support_hours import SupportHours
from tests.alerts.decided import POLICY
from tests.alerts.told import WARSAW, local
from tests.bot.configured import GOOD, config_in

POLAND = SupportHours(zone=WARSAW, country="PL")

SENTENCES = {
    "en": "25 Dec 2026 is a holiday (Christmas Day), so it is due after it",
    "pl": "25 gru 2026 to święto (Boże Narodzenie, pierwszy dzień), więc termin jest po nim",
    "ro": "25 dec. 2026 este sărbătoare (Crăciunul), așa că termenul este după",
    # Russia keeps no 25 December and nobody translated Poland's calendar: the name the country itself uses.
    "ru": "25 дек. 2026 г. — праздник (Boże Narodzenie, pierwszy dzień), поэтому срок после него",
    "sl": "25. dec. 2026 je praznik (božič), zato je rok po njem",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_holiday_that_moves_a_deadline_by_days_says_why_in_the_teams_language(language: str) -> None:
    """Found on Thursday evening before Christmas, due at night: Friday is a holiday, then comes the weekend."""
    team = Calendar(replace(POLAND, language=language))
    found = answer_by(local("2026-12-25 02:00"), local("2026-12-24 18:00"), team, POLICY, can_page=False)
    assert found.at == local("2026-12-28 09:30")
    voice = Voice(MessageSettings(language=language))
    assert SENTENCES[language] in [voice.reason(note.code, **note.numbers) for note in found.notes]


NAMED = [
    ("at home", "RO", "ro", date(2026, 12, 1), "Ziua Națională a României"),
    ("at home in Slovenia", "SI", "sl", date(2026, 2, 8), "Prešernov dan, slovenski kulturni praznik"),
    ("at home in Russia", "RU", "ru", date(2026, 6, 12), "День России"),
    ("a feast the reader's country keeps on that day", "DE", "pl", date(2026, 4, 6), "Poniedziałek Wielkanocny"),
    ("one of a second country of the language", "PL", "ru", date(2026, 1, 1), "Новый год"),
    ("one only this country keeps: as it is called there", "PL", "ro", date(2026, 11, 11), "Narodowe Święto"),
    ("the same feast on another day is another", "RO", "pl", date(2026, 4, 13), "Paștele"),
    ("English where it is spoken", "GB", "en", date(2026, 12, 25), "Christmas Day"),
    ("English elsewhere", "SI", "en", date(2026, 1, 1), "New Year's Day"),
]


@pytest.mark.parametrize(
    ("country", "language", "day", "name"), [case[1:] for case in NAMED], ids=[case[0] for case in NAMED]
)
def test_a_holiday_is_named(country: str, language: str, day: date, name: str) -> None:
    found = named_holidays(country, None, language).get(day)
    assert found is not None
    assert found.startswith(name)


def test_a_day_like_any_other_has_no_name_in_any_language() -> None:
    assert named_holidays("PL", None, "ro").get(date(2026, 11, 12)) is None


@pytest.mark.parametrize(("machine", "country"), [("en_US", "LV"), ("de", "LT")])
def test_the_machines_own_locale_names_no_holiday(machine: str, country: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left to itself the package asks the environment. (Countries of no other test: names are kept.)"""
    monkeypatch.setenv("LANGUAGE", machine)
    own = {"LV": "Jāņu diena", "LT": "Rasos ir Joninių diena"}[country]
    assert named_holidays(country, None, "pl").get(date(2026, 6, 24)) == own
    assert named_holidays(country, None, "en").get(date(2026, 1, 1)) == "New Year's Day"


@pytest.mark.parametrize(
    ("of_the_team", "name"), [("", "Boże Narodzenie, pierwszy dzień"), ('language = "sl"\n', "božič")]
)
def test_the_names_follow_the_language_of_the_teams_cards(of_the_team: str, name: str, tmp_path: Path) -> None:
    config = config_in(tmp_path, GOOD.replace('holidays = "PL"\n', f'holidays = "PL"\n{of_the_team}'))
    assert config.teams[0].hours.public_holidays().get(date(2026, 12, 25)) == name
