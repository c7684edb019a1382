"""`repwatch init`: what addresses and pages lead to, and a written file the program itself accepts."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.config import load_config
from bot.setup.answers import Answers
from bot.setup.finding import Found, found_by_address, found_on_page, merged, pages_beside
from bot.setup.page_signs import signs_of
from bot.setup.written import toml_of
from spiders.registry import source_class

ADDRESSES = {
    "an app in a storefront": (
        "https://apps.apple.com/pl/app/nordika/id640437525?mt=8", "appstore", {"app": "640437525", "stores": ("pl",)}),
    "an app without a storefront": ("https://itunes.apple.com/app/id640437525", "appstore", {"app": "640437525"}),
    "an app for Android": (
        "https://play.google.com/store/apps/details?id=pl.nordika&hl=pl", "googleplay", {"packages": ("pl.nordika",)}),
    "a game": ("https://store.steampowered.com/app/440/TF/", "steam", {"apps": ("440",)}),
    "a subreddit": ("https://www.reddit.com/r/Nordika/", "reddit", {"subreddits": ("Nordika",)}),
    "a repository": ("https://github.com/nordika/app/issues", "github", {"repos": ("nordika/app",)}),
    "a company on Trustpilot": (
        "https://pl.trustpilot.com/review/nordika.example", "trustpilot", {"domain": "nordika.example"}),
    "an account on Bluesky": ("https://bsky.app/profile/a.example", "bluesky", {"accounts": ("a.example",)}),
    "an account on Mastodon": ("https://mastodon.example/@nordika", "mastodon", {"instances": ("mastodon.example",)}),
    "a feed by its ending": ("https://blog.example/all.rss", "rss", {"feeds": ("https://blog.example/all.rss",)}),
}  # fmt: skip


@pytest.mark.parametrize(("url", "source", "options"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_an_address_that_names_a_source(url: str, source: str, options: dict[str, object]) -> None:
    assert found_by_address(url) == Found(source=source, options=options, why=url)  # type: ignore[arg-type]


@pytest.mark.parametrize(("_url", "source", "options"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_what_is_found_is_an_option_of_the_source(_url: str, source: str, options: dict[str, object]) -> None:
    assert set(options) <= {option.name for option in source_class(source).options}


PLAIN = {
    "a home page": "https://nordika.example/",
    "a video channel with an @": "https://www.youtube.com/@nordika",
    "an app store without an app": "https://apps.apple.com/pl/charts",
    "a page about sponsors": "https://github.com/sponsors/nordika",
    "a broken app address": "https://play.google.com/store/apps/details?id=a;rm",
}


@pytest.mark.parametrize("url", PLAIN.values(), ids=PLAIN.keys())
def test_an_address_that_names_none(url: str) -> None:
    assert found_by_address(url) is None


HOME = """<!doctype html><html lang="pl"><head>
<meta name="generator" content="WordPress 6.9"><meta name="generator" content="WooCommerce 9.1">
<meta name="apple-itunes-app" content="app-id=640437525, app-argument=x">
<link rel="alternate" type="application/rss+xml" href="/feed/">
<link rel="me" href="https://mastodon.example/@nordika">
<script type="application/ld+json">{"@type": "Product", "aggregateRating": {"ratingValue": 4}}</script>
</head><body><a href="https://www.reddit.com/r/nordika">r</a><a href="javascript:alert(1)">x</a>
<a href="http://[broken">y</a></body></html>"""


def test_a_home_page_shows_its_system_feeds_reviews_and_places() -> None:
    url = "https://nordika.example/start"
    found = {one.source: one.options for one in found_on_page(url, signs_of(url, HOME))}
    assert found == {
        "wordpress": {"sites": ("https://nordika.example",)},
        "woocommerce": {"shops": ("https://nordika.example",)},
        "schemaorg": {"pages": (url,)},
        "rss": {"feeds": ("https://nordika.example/feed/",)},
        "appstore": {"app": "640437525"},
        "mastodon": {"instances": ("mastodon.example",)},
        "reddit": {"subreddits": ("nordika",)},
    }


def test_a_discourse_forum_is_known_by_its_generator() -> None:
    html = '<meta name="generator" content="Discourse 3.5 - https://github.com/discourse/discourse">'
    found = found_on_page("https://forum.example/latest", signs_of("https://forum.example/latest", html))
    assert found[0].options == {"base_url": "https://forum.example"}


def test_microdata_counts_as_reviews() -> None:
    assert signs_of("https://a.example", '<div itemscope itemtype="https://schema.org/Review">').has_reviews


HOSTILE = {
    "nothing": "",
    "bytes": "\x00\xff<<<>>>&#99999999;",
    "an endless tag": "<a href='" + "x" * 100_000,
    "a broken declaration": "<![foo[ <a href=/x>",
    "a hundred thousand links": "<a href=/x>" * 100_000,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_page_is_only_a_page_without_signs(html: str) -> None:
    assert found_on_page("https://a.example/", signs_of("https://a.example/", html)) == []


BESIDE = {
    "a forum of its own host": ("https://community.nordika.example/t/9", ["https://community.nordika.example/"]),
    "a folder": ("/Blog/2026/a", ["https://nordika.example/blog"]),
    "a page of no such kind": ("/imprint", []),
    "somebody else's forum": ("https://forum.example/nordika.example", []),
    "a host that only ends alike": ("https://forum.othernordika.example/", []),
    "an address that is none": ("https://[broken/forum", []),
}


@pytest.mark.parametrize(("link", "read"), BESIDE.values(), ids=BESIDE.keys())
def test_which_pages_of_its_own_a_home_page_leads_to(link: str, read: list[str]) -> None:
    url = "https://www.nordika.example/"
    html = f'<a href="{link.replace("/Blog", "https://nordika.example/Blog")}">x</a>'
    assert pages_beside(url, signs_of(url, html)) == read


def test_of_many_pages_beside_four_are_read() -> None:
    url, names = "https://a.example/", ("forum", "blog", "shop", "news", "help", "store")
    html = "".join(f'<a href="/{name}/{n}">x</a>' for name in names for n in range(50))
    assert pages_beside(url, signs_of(url, html)) == [f"https://a.example/{name}" for name in names[:4]]


def test_lists_of_one_source_are_joined_and_places_kept_apart() -> None:
    forums = [Found(source="discourse", options={"base_url": f"https://{name}.example"}) for name in "ab"]
    feeds = [Found(source="rss", options={"feeds": (name, "c")}) for name in "ab"]
    assert merged([*forums, *feeds, *forums]) == [*forums, Found(source="rss", options={"feeds": ("a", "c", "b")})]


def test_odd_names_are_written_as_they_are() -> None:
    brand = 'Nordika "Plus" \\ ąę\x7f'
    answers = Answers(brand=brand, terms=(brand,), sources=(), channel="#a", zone="UTC", language="en", contact=None)
    assert tomllib.loads(toml_of(answers, {}))["brand"][0]["name"] == brand


ASKED = ["init", "--yes", "--brand", "Nordika", "--channel", "reviews", "--zone", "Europe/Warsaw"]


def test_what_is_written_is_accepted_by_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "repwatch.toml"
    forum = "discourse:base_url=https://forum.example,own_forum=true"
    assert main([*ASKED, str(file), "--source", forum, "--language", "pl"]) == 0
    config = load_config(file, {})
    assert config.slack.channel == "#reviews"
    (entry,) = config.entries
    assert entry.options == {"base_url": "https://forum.example", "own_forum": True}
    said = capsys.readouterr().out
    assert "Can be added by the brand's name alone: --source hackernews, --source reddit, --source mastodon" in said
    assert '"chat:write"' in said and '"socket_mode_enabled": true' in said
    # What comes next can be typed as it stands.
    assert "/invite @repwatch in #reviews." in said
    assert "export SLACK_BOT_TOKEN=" in said and said.rstrip().endswith("repwatch check")


def test_with_no_place_named_the_places_that_need_the_name_alone_are_watched(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.toml"
    assert main([*ASKED, str(file), "--contact", "bot@nordika.example"]) == 0
    config = load_config(file, {})
    assert [entry.source for entry in config.entries] == ["hackernews", "reddit", "mastodon"]
    assert config.bot.contact == "bot@nordika.example"


def test_an_existing_file_is_never_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text("mine")
    assert main([*ASKED, str(file)]) == 1
    assert file.read_text() == "mine" and "--overwrite" in capsys.readouterr().err
    assert main([*ASKED, str(file), "--overwrite"]) == 0
    assert (tmp_path / "repwatch.toml.before").read_text() == "mine"


WRONG = {
    "no brand and nobody to ask": (["init", "--yes"], 2, "--brand"),
    "a source nobody knows": ([*ASKED, "x.toml", "--source", "redit"], 2, 'did you mean "reddit"?'),
    "an option nobody knows": (
        [*ASKED, "x.toml", "--source", "discourse:url=https://a.example"],
        2,
        "has no option url",
    ),
    "a zone that does not exist": ([*ASKED[:-1], "Europe/Warsow", "x.toml"], 1, "nothing was written"),
    "a contact that is neither mail nor page": (
        [*ASKED, "x.toml", "--contact", "me"],
        2,
        '--contact "me" is none; write a mail address or a page',
    ),
    "a contact that would end the User-Agent's line": (
        [*ASKED, "x.toml", "--contact", "a@b.example\r\nX: 1"],
        2,
        "none",
    ),
    "a channel with a space": (
        ["init", "--yes", "--brand", "N1", "--channel", "a b", "x.toml"],
        1,
        "nothing was written",
    ),
}


@pytest.mark.parametrize(("words", "code", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_writes_nothing(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_one_slip_is_asked_again_not_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(
        ["", "Nordika", "", "", "me", "", "", "one", "1 2 3", "9", "1 3", "Warsaw", "Europe/Warsaw", "polski", "pl"]
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: next(said))
    assert main(["init", str(tmp_path / "repwatch.toml")]) == 0
    written = tomllib.loads((tmp_path / "repwatch.toml").read_text(encoding="utf-8"))
    assert (written["bot"]["zone"], written["bot"]["language"]) == ("Europe/Warsaw", "pl")
    assert [source["name"] for source in written["source"]] == ["reddit"]
    assert next(said, None) is None
