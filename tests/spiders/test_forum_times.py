"""Times as boards show them, in their own words, order and zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import html as lxml_html
from scrapy.http import HtmlResponse

from spiders.sources._forum_times import Clock, clock_of

_NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
_CASES = [
    ("Last edited by Bob on Mon May 06, 2013 3:22 pm, edited 2 times", "MDY", "en", "2013-05-06T15:22"),
    ("2013.05.06. 15:22", "DMY", "hu", "2013-05-06T15:22"),
    ("Sujet: Re: Velora X2 Sam 26 Oct 2013 - 15:48", "DMY", "fr", "2013-10-26T15:48"),
    ("Zuletzt von lupa am 26/10/13, 03:48 pm bearbeitet", "DMY", "de", "2013-10-26T15:48"),
    ("Ostatnio zmieniony 15 sie 2012, o 09:20 przez kasia", "DMY", "pl", "2012-08-15T09:20"),
    ("Heute um 10:22", "DMY", "de", "2024-05-06T10:22"),
    ("» Yesterday, 10:22 PM", "MDY", "en", "2024-05-05T22:22"),
    ("Wczoraj, 10:22", "DMY", "pl", "2024-05-05T10:22"),
    ("Вт май 07, 2013 9:05 pm", "DMY", "ru", "2013-05-07T21:05"),
    ("Pon Maj 06, 2013 3:22 pm", "DMY", "sl", "2013-05-06T15:22"),
    ("Dum Iun 16, 2013 9:10 am", "DMY", "ro", "2013-06-16T09:10"),
    ("March 12th, 2012, 10:22 PM", "MDY", "en", "2012-03-12T22:22"),
    ("05-04-2013 03:48 PM", "MDY", "en", "2013-05-04T15:48"),
    ("05-04-2013 15:48", "DMY", "de", "2013-04-05T15:48"),
    ("Vor 5 Minuten", "DMY", "de", "2024-05-06T11:55"),
    ("Reklama", "DMY", "pl", None),
]


@pytest.mark.parametrize(("words", "order", "language", "wanted"), _CASES, ids=[case[0] for case in _CASES])
def test_a_board_s_words_are_read(words: str, order: str, language: str, wanted: str | None) -> None:
    read = Clock(zone="UTC", order=order, languages=(language, "en"), now=_NOW).read(words)
    assert (read.at.isoformat()[:16] if read else None) == wanted


@pytest.mark.parametrize(
    ("foot", "wanted"),
    [
        ('<span title="Europa/Warszawa">UTC+02:00</span>', "Etc/GMT-2"),
        (
            '<li class="rightside">All times are <span title="Europe/Ljubljana">UTC+02:00</span></li>',
            "Europe/Ljubljana",
        ),
        ('<div id="footer_time">Alle Zeitangaben in WEZ +1. Es ist jetzt 12:40 Uhr.</div>', "Etc/GMT-1"),
        ('<div class="smallfont">All times are GMT -5. The time now is 03:11 PM.</div>', "Etc/GMT+5"),
        ('<li class="rightside">All times are UTC</li>', "UTC"),
        ("<p>no word of it</p>", "UTC"),
    ],
)
def test_a_page_says_its_zone_at_its_foot(foot: str, wanted: str) -> None:
    root = lxml_html.fromstring(f'<html lang="de"><body>{foot}</body></html>').getroottree().getroot()
    clock = clock_of(HtmlResponse("https://a.example/"), root, [], zone=None, order=None, now=_NOW)
    assert clock.zone == wanted


def test_the_order_of_days_and_months_is_told_by_the_dates_of_the_page() -> None:
    response, root = HtmlResponse("https://a.example/"), lxml_html.fromstring('<html lang="en-US"><body/></html>')
    orders = [
        clock_of(response, root, dates, zone=None, order=None, now=_NOW).order
        for dates in (["05/04/13, 10:00", "26/05/13, 10:00"], ["05/04/13, 10:00", "05/26/13, 10:00"], ["05/04/13"])
    ]
    assert orders == ["DMY", "MDY", "MDY"]
