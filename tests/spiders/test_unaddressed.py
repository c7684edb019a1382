"""A saved file nobody noted the address of: null for what only the address would tell, never a made-up one."""

from __future__ import annotations

import json

import pytest

from spiders.lines import mention_line
from spiders.parse import parse_saved
from spiders.registry import source_class
from spiders.unaddressed import NOT_GIVEN, own_address
from tests.spiders.test_recorded import CASES, Case, addressed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_made_up_is_shown_without_an_address(case: Case) -> None:
    parsed = parse_saved(case.source, case.body.read_bytes(), follow=True)
    assert len(parsed.mentions) == len(addressed(case).mentions)
    home = source_class(case.source).home
    lines = [mention_line(mention) for mention in parsed.mentions]
    assert NOT_GIVEN not in json.dumps([lines, parsed.requests, [s.page for s in parsed.snapshots]])
    assert not [line for line in lines if line["url"] == home or line["instance"] == "example.org"]
    assert all(line["external_id"] and "None" not in str(line["external_id"]) for line in lines)


PAGES = [
    ("canonical", b'<head><link href="https://shop.example/p/1" rel="canonical"></head>', "https://shop.example/p/1"),
    ("og:url", b"<meta property='og:url' content='https://shop.example/p/1?a=1&amp;b=2'>", "https://shop.example/p/1?a=1&b=2"),
    ("Atom", b'<feed><link rel="self" href="https://a.example/feed"/><entry/></feed>', "https://a.example/feed"),
    ("RSS", b"<rss><channel><title>x</title><link> https://b.example/ </link><item/></channel></rss>", "https://b.example/"),
    ("only an entry's", b'<feed><entry><link rel="self" href="https://a.example/1"/></entry></feed>', None),
    ("a style sheet", b'<link rel="stylesheet" href="https://cdn.example/a.css">', None),
    ("a relative one", b'<link rel="canonical" href="/p/1">', None),
    ("JSON", b'{"url": "https://a.example/"}', None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "address"), PAGES, ids=[case[0] for case in PAGES])
def test_a_body_may_say_its_own_address(what: str, body: bytes, address: str | None) -> None:
    assert own_address(body) == address


def test_a_page_that_names_itself_keeps_its_instance_and_link() -> None:
    body = b"""<html><head><link rel="canonical" href="https://shop.example/p/1"></head><body>
      <script type="application/ld+json">{"@type": "Review", "reviewBody": "It hums.", "author": "Ana"}</script>"""
    line = mention_line(parse_saved("schemaorg", body).mentions[0])
    assert (line["instance"], line["url"]) == ("shop.example", "https://shop.example/p/1")
    assert mention_line(parse_saved("schemaorg", body.replace(b"canonical", b"next")).mentions[0])["url"] is None


def test_a_given_address_wins() -> None:
    body = b"""<link rel="canonical" href="https://a.example/">
      <script type="application/ld+json">{"@type": "Review", "name": "So"}</script>"""
    assert parse_saved("schemaorg", body, "https://b.example/x").mentions[0].url == "https://b.example/x"
