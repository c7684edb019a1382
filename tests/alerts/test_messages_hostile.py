"""Foreign text can't call people, hide links, change formatting or break a message, whatever it is made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.cards.links import host_of, safe_url
from alerts.cards.text import clean, escaped, shortened, slack_length
from alerts.messages import (
    Card,
    alert_message,
    reply_lines_message,
    review_list_messages,
    rollup_messages,
    thanks_message,
)
from tests.alerts.payload_check import checked, text_objects
from tests.alerts.slack_support import ENGLISH, card, mention, thread

HOSTILE = {
    "a call to everybody": "<!channel> <!here> <!everyone> @channel @here",
    "a mention of a person": "<@U0123456> <!subteam^S0123456>",
    "a masked link": "<https://evil.example|https://bank.example> [safe](https://evil.example)",
    "a date token": "<!date^0^{date}^https://evil.example|now>",
    "stars": "*bold* _slanted_ ~struck~ `code` ```block```",
    "a quote": "> quoted\n>>> all of it",
    "entities, once and twice escaped": "&lt;!channel&gt; &amp;lt;!channel&amp;gt; &amp;amp;",
    "a bidi override": "refund \u202e\u2066gpj.exe\u2069\u202c now \u200f\u200e",
    "three thousand combining marks": "Z" + "\u0336\u0300" * 1500 + " end",
    "forty emoji": "😡" * 40 + "👨‍👩‍👧‍👦🏳️‍🌈",
    "control characters": "a\x00b\x07c\x1b[31mred\x1b[0m\x7f\u0085d",
    "zero-width and tags": "in\u200bvis\u2060ible\ufeff \U000e0041\U000e0042",
    "lone surrogates": "broken \ud83d end",
    "a very long word": "A" * 50_000,
    "very many lines": "line\n" * 5_000,
    "only spaces": " \t\n \u00a0 ",
    "a block of JSON": '{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}',
    "a format field": "{brand} {0} {when.__class__} %s",
    "a slash command": "/remind #support buy milk",
}
PLACES: dict[str, Callable[[str], Card]] = {
    "text": lambda text: card(root=mention(1, text=text)),
    "title": lambda text: card(root=mention(1, title=text)),
    "author": lambda text: card(root=mention(1, author=text)),
    "language": lambda text: card(root=mention(1, language=text)),
    "instance": lambda text: card(thread=thread(mention(1, instance=text))),
    "address": lambda text: card(root=mention(1, url=f"https://forum.acme.example/{text}")),
    "brand": lambda text: card(brand=text),
    "topic": lambda text: replace(card(), verdict=replace(_verdict(), topics=(text,))),
}


def _verdict() -> Any:
    verdict = card().verdict
    assert verdict is not None
    return verdict


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", PLACES)
def test_a_card_stays_harmless(place: str, text: str) -> None:
    harmless(checked(alert_message(PLACES[place](text), ENGLISH)))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_lists_and_replies_stay_harmless(text: str) -> None:
    nasty = mention(2, text=text, author=text, title=text)
    harmless(checked(reply_lines_message(card(), [nasty] * 7, ENGLISH)))
    harmless(checked(thanks_message(nasty, ENGLISH)))
    for payload in (
        *review_list_messages([nasty] * 3, ENGLISH),
        *rollup_messages([card(root=nasty)] * 3, ENGLISH, key="r"),
    ):
        harmless(checked(_distinct(payload)))


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=400), author=st.text(max_size=60))
def test_any_text_makes_a_message_slack_takes(text: str, author: str) -> None:
    harmless(checked(alert_message(card(root=mention(1, text=text, author=author, title=text[:80])), ENGLISH)))


def harmless(payload: dict[str, Any]) -> None:
    """Whatever may be active holds our own words only: calls, links and formatting come from us."""
    for kind, node in text_objects(payload):
        text = node["text"]
        assert not any(unicodedata.category(char) in ("Cs", "Co", "Cn") for char in text)
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\u200b\ufeff")
        if kind == "mrkdwn":
            assert node["verbatim"] is True
            active = text.replace("<!date^", "").replace("<https://", "").replace("<http://", "")
            assert "<" not in active, text
        if kind == "link":
            assert node["text"] == host_of(node["url"])
    assert "<" not in payload["text"]


def _distinct(payload: dict[str, Any]) -> dict[str, Any]:
    """The test lists one mention thrice; real ones have block ids of their own."""
    for number, block in enumerate(payload["blocks"]):
        if "block_id" in block:
            block["block_id"] += f":{number}"
    return payload


def test_foreign_text_is_shown_letter_by_letter_in_a_quote() -> None:
    text = "*not bold* <!channel> &amp;lt; `x`"
    payload = checked(alert_message(card(root=mention(1, text=text)), ENGLISH))
    holders = [node for kind, node in text_objects(payload) if text in node["text"]]
    assert [node["type"] for node in holders] == ["text"]


def test_a_brand_with_stars_and_brackets_keeps_its_formatting_to_itself() -> None:
    assert escaped("*A* <b> `c` _d_ ~e~ & f") == "∗A∗ &lt;b&gt; ˋcˋ \uff3fd\uff3f ∼e∼ &amp; f"


@pytest.mark.parametrize(
    ("url", "shown_as"),
    [
        ("https://user:pass@evil.example/x", "https://evil.example/x"),
        ("https://аррle.example/", "https://xn--le-6kc8da.example/"),
        ("http://a.example:8080/ä?q=ö|<x>#ü", "http://a.example:8080/%C3%A4?q=%C3%B6%7C%3Cx%3E#%C3%BC"),
        ("https://a.example/100%25", "https://a.example/100%25"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.example/x", None),
        ("https:///nohost", None),
        ("https://a b.example/", None),
        ("https://a.example/\u202egpj", "https://a.example/%E2%80%AEgpj"),
        ("https://[::1", None),
        ("//a.example/x", None),
        ("https://a.example/" + "x" * 4000, None),
        (None, None),
    ],
    ids=str,
)
def test_only_web_addresses_are_linked_and_by_their_real_host(url: str | None, shown_as: str | None) -> None:
    assert safe_url(url) == shown_as


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("cafe\u0301", "cafe\u0301"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("Việt Nam", "Việt Nam"),
        ("क्षि", "क्षि"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("a\r\nb\rc\n\n\n\nd", "a\nb\nc\n\nd"),
        ("  two   blanks\t ", "two blanks"),
    ],
    ids=["an accent", "pointed Hebrew", "Vietnamese", "Devanagari", "a family emoji", "line ends", "blanks"],
)
def test_honest_text_stays_what_it_is(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_marks_are_capped_at_four_on_a_letter() -> None:
    assert clean("Z" + "\u0336" * 3000 + "a") == "Z" + "\u0336" * 4 + "a"


@pytest.mark.parametrize("limit", [5, 20, 50, 200])
@given(text=st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_shortening_never_exceeds_its_limit(limit: int, text: str) -> None:
    cut, was_cut = shortened(text, limit)
    assert slack_length(cut) <= limit
    assert was_cut == (slack_length(text) > limit)
