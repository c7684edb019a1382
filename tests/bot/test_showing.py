"""What a person sees: plain tables, lengths, cards as text; hostile text stays text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.card_text import card_text
from bot.show import Styled, columns, length, moment, print_table

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")

LENGTHS = {
    "seconds": (timedelta(seconds=40), "40 s"),
    "minutes": (timedelta(minutes=5, seconds=59), "5 min"),
    "hours": (timedelta(hours=2, minutes=5), "2 h 05 min"),
    "days": (timedelta(days=3, hours=4), "3 d 4 h"),
    "the past": (timedelta(minutes=-5), "5 min"),
}


@pytest.mark.parametrize(("span", "said"), LENGTHS.values(), ids=LENGTHS.keys())
def test_lengths(span: timedelta, said: str) -> None:
    assert length(span) == said


MOMENTS = {
    "today is a clock time": (NOW, "13:00"),
    "another day has its date": (NOW - timedelta(days=1), "Tue 24 Nov 13:00"),
    "never": (None, "never"),
    "today by the reader's zone": (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "00:30"),
}


@pytest.mark.parametrize(("at", "said"), MOMENTS.values(), ids=MOMENTS.keys())
def test_moments(at: datetime | None, said: str) -> None:
    assert moment(at, WARSAW, NOW) == said


def test_a_table_is_plain_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(columns("name", "n>"), [("a", 1), (Styled("b\x1b[31m\nc", "red"), 10)])
    assert capsys.readouterr().out == "name           n\na              1\nb\\x1b[31m\\nc  10\n"


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(columns("name"), [], empty="Nothing.")
    assert capsys.readouterr().out == "Nothing.\n"


BLOCKS = {
    "a header": ({"type": "header", "text": {"type": "plain_text", "text": "High"}}, "HIGH"),
    "a date in words": ({"type": "section", "text": {"text": "by <!date^17640720^{time}|13:00 CET>"}}, "by 13:00 CET"),
    "a date without words": ({"type": "section", "text": {"text": "<!date^0^{time}|>"}}, "1970-01-01 00:00 UTC"),
    "a link": ({"type": "section", "text": {"text": "<https://a.example|Open>"}}, "Open (https://a.example)"),
    "the three escapes": ({"type": "section", "text": {"text": "&lt;!channel&gt; &amp;amp;"}}, "<!channel> &amp;"),
    "fields": ({"type": "section", "fields": [{"text": "a"}, {"text": "b"}]}, "b"),
    "buttons": ({"type": "actions", "elements": [{"type": "button", "text": {"text": "Taken"}}]}, "[Taken]"),
    "a quote": (
        {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": "bad"}]}]},
        "▏ bad"),
    "an escape sequence in a review": ({"type": "section", "text": {"text": "x\x1b[2Jy"}}, "x\\x1b[2Jy"),
}  # fmt: skip


@pytest.mark.parametrize(("block", "line"), BLOCKS.values(), ids=BLOCKS.keys())
def test_a_card_as_text(block: dict[str, object], line: str) -> None:
    assert f"│ {line}" in card_text({"blocks": [block]}).splitlines()


def test_a_coloured_card_keeps_its_blocks_in_an_attachment() -> None:
    block = {"type": "section", "text": {"text": "inside"}}
    assert "│ inside" in card_text({"attachments": [{"color": "#f00", "blocks": [block]}]}, heading="card")


def test_a_message_without_blocks_is_its_text() -> None:
    assert "│ only text" in card_text({"text": "only text"})
