"""Public holidays of a country and region, named in the language the team reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Protocol

# Countries whose own calendars name their holidays in a language we speak. Only there can a shared feast be found by
# name: of Poland's calendar there is no Romanian translation, but Romania keeps New Year's Day too.
_HOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"pl": ("PL",), "ro": ("RO", "MD"), "ru": ("RU", "BY"), "sl": ("SI",)}
)
_ENGLISH = "en_US"


class Days(Protocol):
    """Days to names; None for a day like any other."""

    def get(self, day: date, /) -> str | None: ...


@cache
def named_holidays(country: str, region: str | None, language: str) -> HolidayNames:
    """The public holidays of `country` (ISO 3166) in `language`; else in the country's own, else in English.

    Always with a language: without one the package asks the machine's locale, and the same card would read differently
    on two machines. Raises ValueError for a country or region of which no holidays are known.
    """
    import holidays  # half a second, so only where a country is configured

    try:
        known = holidays.country_holidays(country.upper(), subdiv=region)
    except NotImplementedError as error:
        raise ValueError(
            f'hours.country "{country}", region "{region}": no public holidays are known ({error})'
        ) from error
    own, spoken = known.default_language, _spoken(known.default_language, known.supported_languages, language)
    if spoken is not None:
        return HolidayNames(_calendar(country, region, spoken))
    homes = [(_calendar(home, None, _ENGLISH), _calendar(home, None, language)) for home in _HOMES.get(language, ())]
    return HolidayNames(_calendar(country, region, own), _calendar(country, region, _ENGLISH), homes)


class HolidayNames:
    """Day to name. Of a calendar nobody translated, a feast the language's own country keeps too is named as there."""

    def __init__(self, own: Days, english: Days | None = None, homes: Sequence[tuple[Days, Days]] = ()) -> None:
        """`english`: the same calendar in English; `homes`: of each country its calendar in English and in its own."""
        self._own, self._english, self._homes = own, english, homes

    def get(self, day: date, /) -> str | None:
        """The name, without brackets, since sentences put it in brackets; None for a day like any other."""
        name = self._own.get(day)
        if name is None:
            return None
        # The same day and the same English name: the same feast, whatever else a "National Day" may be elsewhere.
        english = self._english.get(day) if self._english is not None else None
        same = (said.get(day) for there, said in self._homes if there.get(day) == english)
        return next(filter(None, same), name).replace(" (", ", ").replace(")", "")


def _spoken(own: str | None, supported: tuple[str, ...], language: str) -> str | None:
    """The package's name of the language where the country's calendar has it: British holidays in British English."""
    codes = (own or _ENGLISH, *supported)
    return next((code for code in codes if code.split("_")[0] == language), None)


@cache
def _calendar(country: str, region: str | None, language: str | None) -> Days:
    """Filled a year at a time as it is asked."""
    import holidays

    return holidays.country_holidays(country.upper(), subdiv=region, language=language or _ENGLISH)
