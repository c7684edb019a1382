"""Threads with a live alert are asked the cheapest question first, source by source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.store import open_store
from tests.spiders.played import Answer, crawled, played

HOST = "127.0.0.1"
ROOT_URI = "https://pol.social/users/ola/statuses/100"


def toot(local: str, text: str, *, answers: str | None = None, uri: str | None = None, **more: Any) -> dict[str, Any]:
    name = more.pop("name", "ola")
    return {
        "id": local, "uri": uri or f"https://pol.social/users/{name}/statuses/{local}",
        "url": f"https://pol.social/@{name}/{local}",
        "created_at": "2026-11-18T10:00:00.000Z", "in_reply_to_id": answers, "visibility": "public", "language": "pl",
        "content": f"<p>{text}</p>", "spoiler_text": "", "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
        "edited_at": None, "reblog": None, "account": {"id": name, "acct": name,
        "url": f"https://pol.social/@{name}"}, **more,
    }  # fmt: skip


class Mastodon:
    """A server with one tag, whose threads can grow."""

    def __init__(self, *, knows_many: bool = True) -> None:
        self.root = toot("100", "Velora lost my parcel")
        self.replies: list[dict[str, Any]] = []
        self.knows_many = knows_many
        self.is_gone = False

    def __call__(self, path: str, headers: Mapping[str, str]) -> Answer:
        missing = Answer({"error": "Record not found"}, 404)
        if path.startswith("/api/v1/timelines/tag/"):
            return Answer([] if self.is_gone else [self.root, toot("90", "rain", visibility="private")])
        if self.is_gone or (path.startswith("/api/v1/statuses?") and not self.knows_many):
            return missing
        if path.startswith("/api/v1/statuses?"):
            return Answer([self.root])
        if path == "/api/v1/statuses/100":
            return Answer(self.root)
        if path == "/api/v1/statuses/100/context":
            return Answer({"ancestors": [], "descendants": self.replies})
        return missing


def plan(site: Any, **more: Any) -> dict[str, Any]:
    return {
        "source": "mastodon",
        "options": {"instances": [site.address], "tags": ["velora"]},
        "instance": HOST,
        **more,
    }


def kept(folder: Path, source: str, name: str, instance: str = HOST) -> list[tuple[str, str | None, bool, bool]]:
    with open_store(f"sqlite:///{folder / 'repwatch.db'}") as store:
        thread = store.find_thread(source, name, instance=instance)
    assert thread is not None
    return [(m.external_id.rsplit("/", 1)[-1], m.text, m.deleted, m.is_owner_reply) for m in thread.mentions]


def test_mastodon_reads_a_thread_only_when_its_counter_moved_and_sees_the_owner(tmp_path: Path) -> None:
    server = Mastodon()
    with played(server) as site:
        crawled(tmp_path, plan(site))
        site.asked = []
        crawled(tmp_path, plan(site, follow=[ROOT_URI]))
        quiet, site.asked = site.asked, []
        server.root = {**server.root, "replies_count": 2}
        server.replies = [
            toot("101", "ja też", answers="100", name="jan"),
            toot("102", "Sprawdzamy", answers="100", name="velora"),
        ]
        crawled(tmp_path, plan(site, follow=[ROOT_URI], accounts=["@velora"]))
    many = "/api/v1/statuses?id%5B%5D=100"
    assert quiet == ["/api/v1/timelines/tag/velora?limit=40", many]
    assert "/api/v1/statuses/100/context" in site.asked
    assert [(text, owner) for _, text, _, owner in kept(tmp_path, "mastodon", ROOT_URI)] == [
        ("Velora lost my parcel", False), ("ja też", False), ("Sprawdzamy", True)
    ]  # fmt: skip


def test_an_older_mastodon_server_is_asked_one_by_one_and_a_deleted_thread_is_wiped(tmp_path: Path) -> None:
    server = Mastodon(knows_many=False)
    with played(server) as site:
        crawled(tmp_path, plan(site))
        server.root = {**server.root, "replies_count": 1}
        server.replies = [toot("101", "ja też", answers="100", name="jan")]
        [grown] = crawled(tmp_path, plan(site, follow=[ROOT_URI]))
        server.is_gone = True
        [gone] = crawled(tmp_path, plan(site, follow=[ROOT_URI]))
    assert (grown["status"], gone["status"]) == ("ok", "empty")
    first, second = kept(tmp_path, "mastodon", ROOT_URI)
    assert first == ("100", None, True, False)
    assert second[1] == "ja też"


def test_a_reply_that_names_the_brand_is_told_with_the_thread_it_stands_in(tmp_path: Path) -> None:
    server = Mastodon()
    reply = toot("201", "Velora again", answers="200", name="jan")

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path.startswith("/api/v1/timelines/tag/"):
            return Answer([reply])
        if path == "/api/v1/statuses/201/context":
            return Answer({"ancestors": [toot("200", "who lost a parcel?")], "descendants": []})
        return server(path, headers)

    with played(answer) as site:
        [done] = crawled(tmp_path, plan(site))
    assert done["mentions"] == 1
    assert [row[0] for row in kept(tmp_path, "mastodon", "https://pol.social/users/ola/statuses/200")] == ["201"]


def story(comments: int) -> dict[str, Any]:
    return {
        "objectID": "1", "story_id": 1, "title": "Velora is down", "author": "mkr", "points": 3,
        "num_comments": comments,         "created_at_i": 1794960000, "_tags": ["story"],
    }  # fmt: skip


def test_hacker_news_asks_for_all_counters_at_once_and_reads_only_grown_stories(tmp_path: Path) -> None:
    now = [story(0)]
    comment = {
        "id": 2,
        "type": "comment",
        "author": "velora_ceo",
        "text": "We are back",
        "parent_id": 1,
        "story_id": 1,
        "children": [],
    }

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path.startswith("/api/v1/items/1"):
            whole = {"id": 1, "type": "story", "author": "mkr", "title": "Velora is down", "created_at_i": 1794960000}
            return Answer({**whole, "children": [{**comment, "created_at_i": 1794960600, "children": []}]})
        return Answer({"hits": now, "nbPages": 1})

    plan = {"source": "hackernews", "accounts": ["velora_ceo"]}
    with played(answer) as site:
        plan["options"] = {"search_url": site.address}  # type: ignore[assignment]
        crawled(tmp_path, plan)
        site.asked = []
        crawled(tmp_path, {**plan, "follow": ["1"]})
        quiet, site.asked = site.asked, []
        now[0] = story(1)
        crawled(tmp_path, {**plan, "follow": ["1"]})
    assert [path.split("?")[0] for path in quiet] == ["/api/v1/search_by_date", "/api/v1/search"]
    assert [path.split("?")[0] for path in site.asked][-1] == "/api/v1/items/1"
    assert kept(tmp_path, "hackernews", "1", "") == [("1", None, False, False), ("2", "We are back", False, True)]


def test_trustpilot_sends_its_key_as_a_header_and_never_in_an_address(tmp_path: Path) -> None:
    review = {
        "id": "r1",
        "stars": 1,
        "text": "Slow",
        "createdAt": "2026-11-10T10:00:00Z",
        "consumer": {"displayName": "Ola"},
    }

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if headers.get("Apikey", headers.get("apikey")) != "k3y":
            return Answer({"message": "no key"}, 401)
        if "/find" in path:
            return Answer({"id": "u1", "name": {"identifying": "velora.example"}, "numberOfReviews": {"total": 7}})
        return Answer({"reviews": [review]})

    with played(answer) as site:
        options = {"domain": "velora.example", "api_url": site.address}
        [done] = crawled(
            tmp_path, {"source": "trustpilot", "options": options, "secrets": {"REPWATCH_TRUSTPILOT_KEY": "k3y"}}
        )
    assert (done["status"], done["new"]) == ("ok", 1)
    assert not any("k3y" in path for path in site.asked)
