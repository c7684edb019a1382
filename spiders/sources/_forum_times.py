"""Times as forums show them: in the board's language, order and zone ("Heute, 10:22", "26/10/13, 03:48 pm")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import available_timezones

from lxml.etree import _Element as Element
from scrapy.http import TextResponse

from spiders.sources._forum_pages import shown
from spiders.times import Moment, spoken

_HOUR = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?\b)?"
_FIGURES = re.compile(rf"\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{2,4}}(?:[\s,.–-]+{_HOUR})?", re.IGNORECASE)
_DAYS = (
    "heute|gestern|today|yesterday|dzisiaj|dziś|wczoraj|сегодня|вчера|aujourd'hui|hier|azi|astăzi|ieri|danes|včeraj|"
    "oggi|hoy|ayer"
)
_RELATIVE = re.compile(rf"\b(?:{_DAYS})\b[\s,]*{_HOUR}", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"^(\d{4})[./-](\d{1,2})[./-](\d{1,2})[\s,.–-]*")
# "Пн 06 май 2013, 15:22", "Sat Oct 26, 2013 3:48 pm".
_WORDED = re.compile(
    rf"(?:[^\W\d]{{2,12}}\.?,?\s+)?(?:\d{{1,2}}\.?\s+[^\W\d]{{3,12}}\.?,?|[^\W\d]{{3,12}}\.?\s+\d{{1,2}},)\s+\d{{4}}"
    rf"[\s,–-]+{_HOUR}",
    re.IGNORECASE,
)
# The little word before an hour, which says nothing.
_AT = re.compile(r"\s*\b(?:um|at|o godz\.?|o|в|ob|à|la|alle|a las)\s+(?=\d{1,2}:\d{2})", re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT|WEZ|ГМТ)\s*(?:([+-])\s*(\d{1,2})(?::?(\d{2}))?)?(?!\w)")
# phpBB translates the name of its zone: "Europa/Berlin".
_CONTINENTS = {"Europa": "Europe", "Европа": "Europe", "Evropa": "Europe", "Asien": "Asia", "Azja": "Asia",
               "Amerika": "America", "Ameryka": "America", "Afrika": "Africa"}  # fmt: skip
_LANGUAGES = frozenset({"en", "pl", "ru", "ro", "sl", "uk", "cs", "sk", "hr", "bg", "hu", "de", "fr", "es", "it"})
# How many words may stand before a date: "Beitrag von", "am".
_WORDS_BEFORE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How one page writes its times."""

    zone: str
    order: str
    languages: tuple[str, ...]
    now: datetime

    def read(self, words: str | None) -> Moment | None:
        """The time named somewhere in a line of words; None where none is understood."""
        line = _AT.sub(" ", (words or "").rsplit("»", 1)[-1]).strip(" •|-–,#")
        if found := _RELATIVE.search(line) or _FIGURES.search(line):
            return self._spoken(_YEAR_FIRST.sub(r"\1-\2-\3 ", found[0]).strip())
        if worded := _WORDED.search(line):
            at = self._spoken(worded[0]) or self._spoken(worded[0].split(" ", 1)[-1])
            if at:
                return at
        if not re.search(r"\d", line):
            return None
        parts = line.split(" ")
        tails = [" ".join(parts[at:]) for at in range(min(_WORDS_BEFORE, len(parts)))]
        # A subject may stand before it: "Re: Velora X2   Sat 26 Oct 2013 - 15:48".
        tails += [" ".join(parts[-words:]) for words in (6, 5, 4) if len(parts) - words >= _WORDS_BEFORE]
        return next((at for tail in tails if (at := self._spoken(tail))), None)

    def anywhere(self, text: str | None) -> Moment | None:
        """The first day with an hour in a longer text: for skins that mark their dates with nothing."""
        found = (one for rule in (_RELATIVE, _FIGURES) for one in rule.finditer(text or "") if ":" in one[0])
        return next((at for one in found if (at := self.read(one[0]))), None)

    def _spoken(self, text: str) -> Moment | None:
        return spoken(text, zone=self.zone, order=self.order, languages=self.languages, now=self.now)


def clock_of(
    response: TextResponse, root: Element, dates: list[str], *, zone: str | None, order: str | None, now: datetime
) -> Clock:
    """The page's clock: what the operator says, else what the page says of itself."""
    language = (root.xpath("string(/html/@lang)") or "").lower()
    short = language[:2]
    return Clock(
        zone=zone or _stated_zone(root) or "UTC",
        order=order or _order(dates, language),
        languages=tuple(dict.fromkeys((short, "en"))) if short in _LANGUAGES else (),
        now=_served_at(response) or now,
    )


def _order(dates: list[str], language: str) -> str:
    """Day first, unless a date on the page shows otherwise, or an English page leaves it open."""
    figures = [re.match(r"(\d{1,2})[./-](\d{1,2})[./-]\d", found[0]) for d in dates if (found := _FIGURES.search(d))]
    if any(found and int(found[1]) > 12 for found in figures):
        return "DMY"
    if any(found and int(found[2]) > 12 for found in figures):
        return "MDY"
    return "MDY" if language.startswith("en") and not language.startswith(("en-gb", "en-au", "en-nz")) else "DMY"


def _stated_zone(root: Element) -> str | None:
    """phpBB and vBulletin name their zone at the foot of the page."""
    titled = root.xpath("//*[@title][starts-with(normalize-space(.),'UTC')]")[:3]
    for element in titled:
        continent, _, rest = (element.get("title") or "").partition("/")
        name = f"{_CONTINENTS.get(continent, continent)}/{rest}"
        if rest and name in available_timezones():
            return name
    feet = root.xpath(
        "//*[@id='footer_time' or contains(@class,'footer_time') or contains(@class,'rightside')"
        " or contains(@class,'timezone') or contains(@class,'smallfont')][contains(.,'UTC') or contains(.,'GMT')"
        " or contains(.,'WEZ')]"
    )
    found = next((match for foot in [*titled, *feet[-5:]] if (match := _OFFSET.search(shown(foot) or ""))), None)
    if found is None:
        return None
    hours = int(found[2] or 0)
    # POSIX counts the other way round: Etc/GMT-2 is two hours before Greenwich.
    return f"Etc/GMT{'-' if found[1] == '+' else '+'}{hours}" if 0 < hours <= 12 else "UTC"


def _served_at(response: TextResponse) -> datetime | None:
    """When the page was served, which "today" is counted from."""
    stated = (response.headers.get("Date") or b"").decode("latin-1")
    try:
        at = parsedate_to_datetime(stated) if stated else None
    except (ValueError, TypeError):
        return None
    return at.astimezone(UTC) if at and at.tzinfo else None
