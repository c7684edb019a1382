"""The crawl step on a played site: kept once, gap-free, followed, refused where it must be."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.store import open_store
from tests.spiders.played import ROOT, Answer, Site, crawled, played

HOST = "127.0.0.1"


def post(number: int, topic: int = 1, place: int = 1, text: str = "Velora is slow", **more: Any) -> dict[str, Any]:
    day, hour = 1 + number // 24 % 19, number % 24
    at = f"2026-11-{day:02d}T{hour:02d}:00:00Z"
    return {
        "id": number, "topic_id": topic, "post_number": place, "post_type": 1, "username": f"user{number}",
        "user_id": number,
        "created_at": at, "updated_at": at, "version": 1, "cooked": f"<p>{text}</p>", "topic_title": f"Topic {topic}",
        "topic_slug": f"t{topic}", "reply_to_post_number": None, "reply_count": 0, **more,
    }  # fmt: skip


def forum(posts: list[dict[str, Any]], page: int = 5) -> Any:
    """A firehose of posts, newest first, `page` at a time, and the topics they belong to."""

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path.startswith("/posts.json"):
            before = int(path.split("before=")[1]) if "before=" in path else 10**9
            shown = sorted((p for p in posts if p["id"] <= before), key=lambda p: -p["id"])
            return Answer({"latest_posts": shown[:page]})
        if path.startswith("/latest.json"):
            topics = sorted({p["topic_id"] for p in posts})
            return Answer({"topic_list": {"topics": [_row(posts, topic) for topic in topics]}})
        if path.startswith("/t/"):
            topic = int(path.removeprefix("/t/").split(".")[0])
            mine = [p for p in posts if p["topic_id"] == topic]
            stream = {"posts": mine, "stream": [p["id"] for p in mine]}
            return Answer({"id": topic, "title": f"Topic {topic}", "slug": f"t{topic}", "post_stream": stream})
        return Answer({}, 404)

    return answer


def _row(posts: list[dict[str, Any]], topic: int) -> dict[str, Any]:
    mine = [p for p in posts if p["topic_id"] == topic]
    return {"id": topic, "posts_count": len(mine), "last_posted_at": max(p["created_at"] for p in mine)}


def plan(site: Site, **more: Any) -> dict[str, Any]:
    return {"source": "discourse", "options": {"base_url": site.address}, **more}


def test_a_second_crawl_with_nothing_new_asks_once_and_keeps_nothing_twice(tmp_path: Path) -> None:
    posts = [post(n, topic=n) for n in range(1, 13)]
    with played(forum(posts)) as site:
        [first] = crawled(tmp_path, plan(site))
        asked, site.asked = site.asked, []
        [second] = crawled(tmp_path, plan(site))
    assert (first["status"], first["new"], len(asked)) == ("ok", 12, 3)
    assert (second["status"], second["new"], second["edited"], site.asked) == ("ok", 0, 0, ["/posts.json"])


def test_what_a_page_cap_cut_off_is_a_hole_that_the_next_crawl_fills(tmp_path: Path) -> None:
    posts = [post(n, topic=n) for n in range(1, 31)]
    with played(forum(posts)) as site:
        [first] = crawled(tmp_path, plan(site), page_cap=3)
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            [hole] = store.open_holes("discourse")
        [second] = crawled(tmp_path, plan(site), page_cap=3)
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            left = store.open_holes("discourse")
    assert (first["new"], first["suspicious"]) == (15, True) and "not read yet" in first["seen"]
    assert hole.where["why"] == "page cap" and "before=15" in str(hole.where["url"])
    assert second["new"] == 15 and left == []


def test_an_error_in_the_middle_leaves_the_watermark_and_a_hole_until_the_list_is_read_through(tmp_path: Path) -> None:
    posts = [post(n, topic=n) for n in range(1, 13)]
    whole = forum(posts)
    is_broken = [True]

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if "before=" in path and is_broken[0]:
            return Answer(b"<html><title>Maintenance</title></html>", headers={"Content-Type": "text/html"})
        return whole(path, headers)  # type: ignore[no-any-return]

    with played(answer) as site:
        [first] = crawled(tmp_path, plan(site))
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            cursor, holes = store.cursor("discourse"), store.open_holes("discourse")
        is_broken[0] = False
        [second] = crawled(tmp_path, plan(site))
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            left = store.open_holes("discourse")
    assert first["status"] == "changed" and first["new"] == 5
    assert "posts" not in cursor and len(holes) == 1
    assert second["new"] == 7 and left == []


def test_only_threads_that_name_the_brand_are_kept_with_all_their_replies(tmp_path: Path) -> None:
    posts = [
        post(1, topic=1, text="Velora lost my parcel"),
        post(2, topic=1, place=2, text="mine too"),
        post(3, topic=2, text="the weather"),
        post(4, topic=2, place=2, text="I like rain"),
    ]
    with played(forum(posts)) as site:
        [done] = crawled(tmp_path, plan(site))
    with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
        thread = store.find_thread("discourse", "1", instance=HOST)
    assert done["mentions"] == 2 and "2 without the brand's name" in done["seen"]
    assert thread is not None and [m.text for m in thread.mentions] == ["Velora lost my parcel", "mine too"]


def test_a_followed_thread_brings_new_replies_the_owners_answer_edits_and_deletions(tmp_path: Path) -> None:
    posts = [post(1, text="Velora lost my parcel"), post(2, place=2, text="mine too"), post(3, place=3, text="spam")]
    with played(forum(posts)) as site:
        crawled(tmp_path, plan(site))
        # The replies below are older than what the newest page shows by then, so only the visit can bring them.
        later = [post(n, topic=n, text="weather") for n in range(50, 60)]
        told = [
            {
                **posts[0],
                "version": 2,
                "updated_at": "2026-11-19T00:00:00Z",
                "cooked": "<p>Velora lost it. Edit: found!</p>",
            },
            posts[1],
            post(45, place=4, text="We are sorry", staff=True),
        ]
        site.answer, site.asked = forum([*told, *later]), []
        [done] = crawled(tmp_path, plan(site, follow=["1"], instance=HOST))
    with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
        thread = store.find_thread("discourse", "1", instance=HOST)
    assert thread is not None and done["status"] == "ok"
    assert [path for path in site.asked if path.startswith(("/latest", "/t/"))] == ["/latest.json", "/t/1.json"]
    assert [(m.external_id, m.deleted, m.is_owner_reply) for m in thread.mentions] == [
        ("1", False, False), ("2", False, False), ("3", True, False), ("45", False, True)
    ]  # fmt: skip
    assert thread.mentions[0].edited_at is not None and thread.mentions[2].text is None


def test_a_quiet_followed_thread_costs_one_question(tmp_path: Path) -> None:
    posts = [post(1, text="Velora lost my parcel"), post(2, place=2, text="mine too")]
    with played(forum(posts)) as site:
        crawled(tmp_path, plan(site))
        site.asked = []
        crawled(tmp_path, plan(site, follow=["1"], instance=HOST))
    assert site.asked == ["/posts.json", "/latest.json"]


def test_silence_where_there_was_talk_is_suspicious_and_does_not_become_usual(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
        store.save_cursor("discourse", {"rows": [5, 6, 5]})
    with played(forum([])) as site:
        [silent] = crawled(tmp_path, plan(site))
        [still] = crawled(tmp_path, plan(site))
    assert (silent["status"], silent["suspicious"]) == ("empty", True) and "usually" in silent["seen"]
    assert still["suspicious"]


def test_a_wall_is_blocked_and_says_what_was_seen(tmp_path: Path) -> None:
    wall = b"<html><head><title>Just a moment...</title></head><body></body></html>"
    with played(lambda *_: Answer(wall, headers={"Content-Type": "text/html"})) as site:
        [done] = crawled(tmp_path, plan(site))
    assert done["status"] == "blocked" and "Just a moment" in done["seen"]


def test_a_site_that_asks_to_wait_is_waited_for_and_asked_again(tmp_path: Path) -> None:
    whole, asked = forum([post(1)]), [0]

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        asked[0] += 1
        limited = {"errors": ["slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 1}}
        return Answer(limited, 429) if asked[0] == 1 else whole(path, headers)

    with played(answer) as site:
        [done] = crawled(tmp_path, plan(site))
    assert done["status"] == "ok" and done["new"] == 1


def test_a_long_wait_parks_the_host_for_later_crawls(tmp_path: Path) -> None:
    limited = Answer({"errors": ["later"]}, 429, {"Retry-After": "3600"})
    with played(lambda *_: limited) as site:
        [first] = crawled(tmp_path, plan(site))
        asked, site.asked = site.asked, []
        [second] = crawled(tmp_path, plan(site))
    assert (first["status"], second["status"], len(asked), site.asked) == ("blocked", "blocked", 1, [])
    assert "come back after" in second["seen"]


def test_pages_obey_robots_txt_and_say_so_unless_the_operator_gives_a_reason(tmp_path: Path) -> None:
    said = {"@type": "Review", "author": "Ola", "reviewBody": "Slow", "datePublished": "2026-11-01"}
    review = f'<script type="application/ld+json">{json.dumps(said)}</script>'.encode()

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /private\n", headers={"Content-Type": "text/plain"})
        fresh = headers.get("If-None-Match") == '"a1"'
        return Answer(
            b"" if fresh else b"<html>" + review, 304 if fresh else 200, {"Content-Type": "text/html", "ETag": '"a1"'}
        )

    with played(answer) as site:
        page = {"source": "schemaorg", "options": {"pages": [site.address + "/private/p"]}}
        [refused] = crawled(tmp_path, page)
        asked, site.asked = site.asked, []
        [allowed] = crawled(tmp_path, {**page, "ignore_robots_because": "our own shop"})
        [again] = crawled(tmp_path, {**page, "ignore_robots_because": "our own shop"})
    assert refused["status"] == "blocked" and "robots.txt" in refused["seen"] and asked == ["/robots.txt"]
    assert allowed["new"] == 1 and site.headers[-1]["User-Agent"].startswith("repwatch/")
    assert (again["status"], again["suspicious"], again["seen"]) == ("ok", False, None)
    assert site.asked == ["/private/p", "/private/p"]


def test_a_redirect_into_the_private_network_is_not_followed(tmp_path: Path) -> None:
    aim = "http://169.254.169.254/latest/meta-data"
    with played(lambda *_: Answer(b"", 302, {"Location": aim})) as site:
        [done] = crawled(tmp_path, plan(site))
    assert done["status"] == "blocked" and "not a public address" in done["seen"]


def test_loopback_is_refused_without_the_setting_by_name_and_by_number(tmp_path: Path) -> None:
    with played(forum([post(1)])) as site:
        port = site.address.rsplit(":", 1)[1]
        plans = [
            {"source": "discourse", "entry": host, "options": {"base_url": f"http://{host}:{port}"}}
            for host in (HOST, "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]")
        ]
        done = crawled(tmp_path, *plans, allow_loopback=False, api_delay=0.0)
    assert [one["status"] for one in done] == ["blocked"] * 6 and site.asked == []


def test_the_daily_budget_of_a_host_holds_over_crawls(tmp_path: Path) -> None:
    posts = [post(n, topic=n) for n in range(1, 31)]
    with played(forum(posts)) as site:
        [first] = crawled(tmp_path, plan(site), requests_per_day=2)
        [second] = crawled(tmp_path, plan(site), requests_per_day=2)
    assert len(site.asked) == 2 and first["new"] == 10
    assert first["status"] == second["status"] == "blocked" and "daily budget of 2" in second["seen"]


def test_a_source_that_cannot_begin_is_a_failed_crawl_and_the_others_go_on(tmp_path: Path) -> None:
    with played(forum([post(1)])) as site:
        done = crawled(
            tmp_path, {"source": "nosuch"}, {"source": "trustpilot", "options": {"domain": "x.example"}}, plan(site)
        )
    assert [one["status"] for one in done] == ["failed", "failed", "ok"]
    assert 'no source "nosuch"' in done[0]["seen"] and "REPWATCH_TRUSTPILOT_KEY" in done[1]["seen"]


def test_a_body_over_the_limit_and_a_list_that_goes_round_cost_only_their_own_crawl(tmp_path: Path) -> None:
    page = forum([post(n, topic=n) for n in range(11, 16)])("/posts.json", {})
    with played(lambda *_: page) as site:
        [round_about] = crawled(tmp_path, plan(site))
        site.answer = lambda *_: Answer(b'{"latest_posts": "' + b"a" * 300_000 + b'"}')
        [fat] = crawled(tmp_path, plan(site, entry="fat"), body_limit=100_000)
    assert round_about["new"] == 5 and round_about["requests"] == 2
    assert fat["status"] == "failed"


def test_scrapy_crawl_exports_sorted_mentions_without_a_database(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    posts = [post(1, text="Velora lost my parcel"), post(2, topic=2, text="the weather")]
    with played(forum(posts)) as site:
        asked = ["brand=Velora", f"base_url={site.address}", "allow_loopback=yes", "contact=https://us.example/bot"]
        arguments = [part for one in asked for part in ("-a", one)]
        command = [sys.executable, "-m", "scrapy", "crawl", "discourse", *arguments, "-O", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    [line] = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert (line["external_id"], line["brand"], line["published_at"]) == ("1", "Velora", "2026-11-01T01:00:00Z")
    assert line["language"] is None and line["instance"] == HOST
    assert "us.example/bot" in site.headers[0]["User-Agent"]


def test_an_unpacked_bomb_costs_only_its_own_crawl(tmp_path: Path) -> None:
    bomb = Answer(gzip.compress(b"[" + b" " * 30_000_000 + b"]"), headers={"Content-Encoding": "gzip"})
    with played(lambda *_: bomb) as site:
        [done] = crawled(tmp_path, plan(site), body_limit=1_000_000)
    assert done["status"] == "failed" and done["mentions"] == 0


def test_a_site_that_hangs_is_left_at_the_time_limit_with_what_was_read(tmp_path: Path) -> None:
    whole, let_go = forum([post(n, topic=n) for n in range(1, 13)]), threading.Event()

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if "before=" in path:
            let_go.wait(90)
        return whole(path, headers)  # type: ignore[no-any-return]

    with played(answer) as site:
        [done] = crawled(tmp_path, plan(site), time_limit=6.0)
        let_go.set()
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            cursor, holes = store.cursor("discourse"), store.open_holes("discourse")
    assert done["new"] == 5 and done["suspicious"] and "ended at its time limit" in done["seen"]
    assert "posts" not in cursor and len(holes) == 1


def test_a_crawl_ends_at_its_most_mentions_and_the_rest_is_a_hole(tmp_path: Path) -> None:
    with played(forum([post(n, topic=n) for n in range(1, 13)])) as site:
        [done] = crawled(tmp_path, plan(site), mention_cap=10)
        with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
            cursor, holes = store.cursor("discourse"), store.open_holes("discourse")
    assert done["new"] == 10 and done["suspicious"] and "ended by mention_cap" in done["seen"]
    assert "posts" not in cursor and len(holes) == 1
