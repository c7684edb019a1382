"""HTML, BBCode and entities become what a reader sees; other people's words and hidden parts go."""

from __future__ import annotations

import time

import pytest

from spiders.text import bbcode_to_text, html_to_text, plain, tidy

HTML = [
    ("paragraphs and entities", "<p>a &amp; b</p><p>c</p>", "a & b\n\nc"),
    ("unclosed paragraphs", "one<p>two<p>three", "one\ntwo\n\nthree"),
    ("a line break", "a<br>b", "a\nb"),
    ("a Discourse quote", '<aside class="quote"><blockquote>theirs</blockquote></aside><p>mine</p>', "mine"),
    ("a blockquote", "<blockquote>theirs</blockquote>mine", "mine"),
    (
        "Mastodon's hidden link parts",
        '<span class="invisible">https://</span>a.example<span class="invisible">/b</span>',
        "a.example",
    ),
    ("custom emoji as title", '<img class="emoji" title=":x:" alt=":x:"> hi', ":x: hi"),
    ("scripts and styles", "<style>a{}</style><script>x()</script>text", "text"),
    ("what is not displayed", '<div style="display: none">no</div><p hidden>no</p>yes', "yes"),
    ("comments", "a<!-- secret -->b", "ab"),
    ("list rows", "<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ("words after a block", "<details><summary>Log</summary>it fails</details>ever", "Log\nit fails\never"),
    ("blocks inside blocks", "<div><div>a</div></div><div>b</div>c", "a\nb\nc"),
    ("cells of a table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("an emoji's sign, not its description", '<img class="smilie smilie--emoji" alt="🙂" title="Smile"> hi', "🙂 hi"),
    ("nothing", "<p> </p>", None),
    ("broken markup", "<p><b>a<i", "a"),
    ("control characters", "a\x00b\x1bc", "a b c"),
]


@pytest.mark.parametrize(("why", "markup", "text"), HTML, ids=[case[0] for case in HTML])
def test_html_becomes_plain_text(why: str, markup: str, text: str | None) -> None:
    assert html_to_text(markup) == text


BBCODE = [
    ("tags", "[b]bold[/b] [url=https://a.example]link[/url]", "bold link"),
    ("a quote in a quote", "[quote=x]a[quote]b[/quote]c[/quote]mine", "mine"),
    ("a list", "[list][*]a[*]b[/list]", "a\nb"),
    ("an unknown tag stays", "[sic] yes", "[sic] yes"),
    ("entities", "a &amp; b", "a & b"),
]


@pytest.mark.parametrize(("why", "markup", "text"), BBCODE, ids=[case[0] for case in BBCODE])
def test_bbcode_becomes_plain_text(why: str, markup: str, text: str) -> None:
    assert bbcode_to_text(markup) == text


def test_plain_leaves_a_smaller_sign_alone() -> None:
    assert plain("3 < 5 and 7 > 2") == "3 < 5 and 7 > 2"
    assert plain("Tom &amp; Jerry") == "Tom & Jerry"
    assert plain(None) is None and plain("  ") is None


def test_a_quote_is_kept_only_where_nothing_else_is_said() -> None:
    assert plain("<blockquote>Never again</blockquote>") == "Never again"
    assert plain("<blockquote>Never again</blockquote><p>Me too</p>") == "Me too"


def test_space_is_tidied_and_letters_are_composed() -> None:
    assert tidy("a\u00a0 b\r\n\r\n\r\n\r\nz\u0307") == "a b\n\nż"


def test_deep_and_long_markup_ends_soon() -> None:
    began = time.monotonic()
    html_to_text("<div>" * 60_000 + "x")
    bbcode_to_text("[quote]" * 60_000)
    html_to_text("&#" * 100_000)
    assert time.monotonic() - began < 10
