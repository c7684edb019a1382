"""`repwatch init` over a company's played home page: the whole command, one polite look at each page."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.sites import PlayedSite

ROOT = Path(__file__).parents[2]
PAGES = {
    "/": """<html><head><meta name="apple-itunes-app" content="app-id=640437525">
<link rel="alternate" type="application/atom+xml" href="/all.xml"></head><body>
<a href="/forum/t/welcome/1">Forum</a> <a href="/blog/">Blog</a> <a href="/shop">Shop</a> <a href="/imprint">Imprint</a>
<a href="https://play.google.com/store/apps/details?id=pl.nordika">Android</a></body></html>""",
    "/forum": """<meta name="generator" content="Discourse 3.5">
<meta id="data-discourse-setup" data-base-uri="/forum">""",
    "/blog": '<meta name="generator" content="WordPress 6.9">',
    "/shop": '<script type="application/ld+json">{"@type": "Product", "aggregateRating": {"ratingValue": 4}}</script>',
}


@pytest.fixture
def home() -> Iterator[tuple[str, list[str]]]:
    """A home page with a forum, a blog and a shop; and what was asked for."""
    site, asked = PlayedSite(), []

    def answer(path: str, _query: dict[str, str]) -> tuple[int, str, Any]:
        asked.append(path)
        return (200, "text/html", PAGES[path]) if path in PAGES else (404, "text/plain", "none")

    site.open(answer)
    yield site.address, asked
    site.close()


@pytest.mark.timeout(120)
def test_from_a_home_page_alone_init_finds_what_customers_write_in(home: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = home
    file = tmp_path / "repwatch.toml"
    words = ["init", "--yes", "--loopback", "--brand", "Nordika", "--contact", "a@nordika.example", "--source", address]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", *words, str(file)],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {one.pop("name"): one for one in tomllib.loads(file.read_text("utf-8"))["source"]}
    assert found == {
        "appstore": {"app": "640437525"},
        "googleplay": {"packages": ["pl.nordika"]},
        "rss": {"feeds": [f"{address}/all.xml"]},
        "discourse": {"base_url": f"{address}/forum"},
        "wordpress": {"sites": [address]},
        "schemaorg": {"pages": [f"{address}/shop"]},
    }
    # Each page once, the topic and the imprint never.
    assert sorted(asked) == ["/", "/blog", "/forum", "/shop"]
    written = file.read_text("utf-8")
    assert sum(line.startswith("#") for line in written.splitlines()) > 15, "the file explains itself"
