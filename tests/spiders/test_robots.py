"""robots.txt that is missing allows everything; one that can't be read allows nothing, and the crawl says why."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.spiders.played import Answer, Site, crawled, played

PAGE = b'<html><script type="application/ld+json">{"@type": "Review", "reviewBody": "Slow"}</script>'
RULES = b"User-agent: *\nDisallow: /\n"
# What robots.txt answers (status, body) and what becomes of the page.
CASES = {
    "missing": (404, RULES, "ok"),
    "gone": (410, b"", "ok"),
    "forbidden": (403, b"", "ok"),
    "broken": (500, b"", "blocked"),
    "forbids": (200, RULES, "blocked"),
    "a page, no rules": (200, b"<!DOCTYPE html><html><body>Shop</body></html>", "ok"),
    # The last: a host that asks for a pause gets it.
    "in repair": (503, b"", "blocked"),
}


def _shop(status: int, body: bytes) -> Site:
    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(body, status, {"Content-Type": "text/plain"})
        return Answer(PAGE, headers={"Content-Type": "text/html"})

    return Site(answer)


def test_a_missing_robots_txt_allows_everything_and_an_unreadable_one_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sites = {name: stack.enter_context(played(_shop(*case[:2]).answer)) for name, case in CASES.items()}
        plans = [
            {"source": "schemaorg", "entry": name, "options": {"pages": [f"{site.address}/p"]}}
            for name, site in sites.items()
        ]
        # The host in repair is not waited for: its pause is longer than this crawl.
        done = {one["entry"]: one for one in crawled(tmp_path, *plans, time_limit=30)}
    assert {name: one["status"] for name, one in done.items()} == {name: case[2] for name, case in CASES.items()}
    asked = {name for name, site in sites.items() if "/p" in site.asked}
    assert asked == {name for name, case in CASES.items() if case[2] == "ok"}
    assert (
        "robots.txt of 127.0.0.1 can't be read (HTTP 500); until it can be, no page there is asked"
        in done["broken"]["seen"]
    )
    assert "HTTP 503" in done["in repair"]["seen"] and "Forbidden by robots.txt" in done["forbids"]["seen"]


def test_a_host_that_does_not_answer_for_its_robots_txt_has_failed_and_is_not_asked_further(tmp_path: Path) -> None:
    with played(lambda *_: Answer()) as site:
        address = site.address
    [done] = crawled(tmp_path, {"source": "schemaorg", "options": {"pages": [f"{address}/p"]}})
    assert done["status"] == "failed" and "robots.txt of 127.0.0.1 can't be read" in done["seen"]


def test_a_robots_txt_that_leads_into_a_private_network_allows_nothing(tmp_path: Path) -> None:
    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        return Answer(b"", 302, {"Location": "http://10.0.0.1/robots.txt"}) if path == "/robots.txt" else Answer(PAGE)

    with played(answer) as site:
        [done] = crawled(tmp_path, {"source": "schemaorg", "options": {"pages": [f"{site.address}/p"]}})
    assert done["status"] == "blocked" and "not a public address" in done["seen"] and site.asked == ["/robots.txt"]
