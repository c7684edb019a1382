"""What the network gets to read of a text."""

from __future__ import annotations

import pytest

from classifier.reading import LONGEST, prepare, wants_score

CASES = [
    pytest.param("see https://a.example/x?y=1 now", "see http now", id="a link becomes a word"),
    pytest.param("WWW.shop.example is down", "http is down", id="a link without its scheme too"),
    pytest.param("@bank_pl help", "@user help", id="a handle becomes @user"),
    pytest.param("thanks @a@social.example!", "thanks @user!", id="a fediverse handle too"),
    pytest.param("write to me@shop.example", "write to me@shop.example", id="a mail address is no handle"),
    pytest.param("sooooooo bad!!!!!!!!", "sooo bad!!!", id="long runs shrink"),
    pytest.param("aaa !!!", "aaa !!!", id="short runs stay"),
    pytest.param("a\x00b\u202ec\u200bd", "a b c d", id="control and direction marks become blanks"),
    pytest.param("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", id="the joiner of a family emoji stays"),
    pytest.param("  two \n\n lines ", "two lines", id="one kind of blank"),
    pytest.param("e\u0301", "é", id="letters are composed"),
    pytest.param("\ud800x", "x", id="a lone surrogate goes"),
    pytest.param("z\u0334\u0335\u0336\u0337\u0338", "z\u0334\u0335\u0336", id="zalgo keeps three marks"),
    pytest.param("ที่นี่", "ที่นี่", id="Thai vowels and tones stay"),
    pytest.param("", "", id="nothing stays nothing"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_prepare(text: str, expected: str) -> None:
    assert prepare(text) == expected


def test_preparing_twice_changes_nothing_more() -> None:
    for case in CASES:
        once = prepare(str(case.values[0]))
        assert prepare(once) == once


def test_of_a_huge_text_both_ends_are_kept() -> None:
    read = prepare("begin " + "lorem ipsum " * 50_000 + " end")
    assert len(read) <= LONGEST + 1
    assert read.startswith("begin") and read.endswith("end")


@pytest.mark.parametrize(
    ("prepared", "wanted"),
    [
        ("http", False),
        ("@user http", False),
        ("5/10!", False),
        ("👍", True),
        ("no", True),
        ("悪い", True),
        ("", False),
    ],
)
def test_wants_score(prepared: str, wanted: bool) -> None:
    assert wants_score(prepared) is wanted
