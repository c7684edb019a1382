"""A second crawl of a quiet source asks little; followed threads are asked cheaply and read whole where they grew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.records import CrawlStatus
from tests.spiders.walked import NOW, Walked, deleted, thread_of, walk

_HOUR = timedelta(hours=1)


def statuses(walked: Walked) -> set[CrawlStatus]:
    return {page.status for page in walked.spider.pages}


# Steam


def steam_review(number: int, answer: str | None = None) -> dict[str, Any]:
    review = {
        "recommendationid": str(number),
        "author": {"steamid": "7656119"},
        "language": "polish",
        "review": f"recenzja {number}",
        "voted_up": False,
        "timestamp_created": 1_790_000_000 + number,
        "timestamp_updated": 1_790_000_000 + number,
    }
    return {**review, "developer_response": answer, "timestamp_dev_responded": 1_790_100_000} if answer else review


def steam_site(answered: bool = False) -> Any:
    def site(url: str) -> Any:
        asked = json.loads(url.split("input_json=", 1)[1])
        pages = {
            "*": ([4, 3], "c2"),
            "c2": ([2, 1], "c3"),
            "c3": ([], "c3"),
        }
        numbers, cursor = pages[asked["cursor"]]
        reviews = [steam_review(n, "Dziękujemy" if answered and n == 3 else None) for n in numbers]
        return {"response": {"reviews": reviews, "cursor": cursor, "query_summary": {"total_reviews": 4}}}

    return site


def test_steam_reads_to_the_end_then_one_page() -> None:
    first = walk("steam", steam_site(), options={"apps": ("10",)})
    assert first.ids == {"1", "2", "3", "4"} and len(first.asked) == 3
    second = walk("steam", steam_site(), options={"apps": ("10",)}, after=first, now=NOW + _HOUR)
    assert len(second.asked) == 1


def test_steam_asks_again_where_the_end_came_too_early() -> None:
    turns: list[str] = []

    def site(url: str) -> Any:
        turns.append(url)
        reviews = [] if len(turns) == 2 else [steam_review(9)] if len(turns) == 1 else [steam_review(8)]
        return {"response": {"reviews": reviews, "cursor": f"c{len(turns)}", "query_summary": {"total_reviews": 9}}}

    assert (
        "8"
        in walk(
            "steam",
            lambda url: site(url) if len(turns) < 3 else {"response": {"reviews": []}},
            options={"apps": ("10",)},
        ).ids
    )


def test_steam_finds_the_answer_of_a_followed_review_in_one_list() -> None:
    first = walk("steam", steam_site(), options={"apps": ("10",)})
    again = walk(
        "steam", steam_site(answered=True), options={"apps": ("10",)}, after=first, followed=(thread_of(first, "3"),)
    )
    assert "3:reply" in again.ids
    assert all(m.is_owner_reply for m in again.mentions if m.external_id == "3:reply")


# WordPress

_SITE = "https://blog.example.org"


def wp_comment(number: int, text: str = "Velora nie odpowiada", parent: int = 0, author: int = 0) -> dict[str, Any]:
    return {
        "id": number, "post": 7, "parent": parent, "author": author, "author_name": "Jan", "type": "comment",
        "date_gmt": f"2026-09-2{number % 10}T10:00:00", "content": {"rendered": text},
        "link": f"{_SITE}/wpis/#comment-{number}",
    }  # fmt: skip


def test_wordpress_goes_on_by_pages_and_stops_at_the_known() -> None:
    def site(url: str) -> Any:
        page = 2 if "page=2" in url.split("per_page=100")[1] else 1
        body = [wp_comment(2)] if page == 1 else [wp_comment(1)]
        return 200, body, {"X-WP-TotalPages": "2"}

    first = walk("wordpress", site, options={"sites": (_SITE,)})
    assert first.ids == {"1", "2"} and len(first.asked) == 2
    assert len(walk("wordpress", site, options={"sites": (_SITE,)}, after=first).asked) == 1


def test_wordpress_takes_the_feed_where_the_route_is_closed_and_keeps_the_ids() -> None:
    feed = f"""<?xml version="1.0"?><rss version="2.0"><channel><item><link>{_SITE}/wpis/#comment-2</link>
    <guid>{_SITE}/?p=7#comment-2</guid><description>Velora milczy</description></item></channel></rss>"""

    def site(url: str) -> Any:
        return feed if url.endswith("/comments/feed/") else (401, {"code": "rest_forbidden"}, {})

    found = walk("wordpress", site, options={"sites": (_SITE,)})
    assert [(m.external_id, m.thread_id) for m in found.mentions] == [("2", "7")]
    assert CrawlStatus.BLOCKED not in statuses(found)


def test_wordpress_reads_a_followed_post_whole() -> None:
    everything = [wp_comment(2), wp_comment(1)]
    first = walk("wordpress", lambda _: everything, options={"sites": (_SITE,)})

    def later(url: str) -> Any:
        return [wp_comment(3, "Hej, piszemy do Ciebie", 2, 5), wp_comment(2)] if "post=7" in url else everything

    options = {"sites": (_SITE,), "owner_ids": ("5",)}
    again = walk("wordpress", later, options=options, after=first, followed=(thread_of(first, "7"),))
    assert len(again.asked) == 2
    assert deleted(again) == {"1"}
    assert any(m.is_owner_reply for m in again.mentions)


# Reddit


def reddit_post(comments: int, text: str = "Velora stinks") -> dict[str, Any]:
    stated = {"id": "abc", "name": "t3_abc", "title": "Help", "selftext": text, "author": "x", "created_utc": 1.79e9}
    return {"kind": "t3", "data": {**stated, "num_comments": comments, "permalink": "/r/a/comments/abc/h/"}}


def reddit_comment(name: str, **more: Any) -> dict[str, Any]:
    stated = {"id": name, "name": f"t1_{name}", "link_id": "t3_abc", "parent_id": "t3_abc", "body": f"me too {name}"}
    return {"kind": "t1", "data": {**stated, "author": "y", "created_utc": 1.79e9 + 60, "replies": "", **more}}


def reddit_list(*children: Any) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": None, "children": list(children)}}


def test_reddit_with_a_key_asks_counters_first_and_opens_what_is_folded() -> None:
    key = {"REPWATCH_REDDIT_KEY": "client:s3cret"}

    def quiet_site(url: str) -> Any:
        return {"access_token": "t0ken"} if "access_token" in url else reddit_list(reddit_post(0))

    first = walk("reddit", quiet_site, options={}, secrets=key)
    followed = (thread_of(first, "t3_abc"),)
    quiet = walk("reddit", quiet_site, options={}, secrets=key, after=first, followed=followed)
    assert [url.split("?")[0].rsplit("/", 1)[1] for url in quiet.asked] == ["access_token", "search", "info"]
    assert not any("s3cret" in url or "t0ken" in url for url in quiet.asked)

    def grown(url: str) -> Any:
        if "access_token" in url:
            return quiet_site(url)
        if "morechildren" in url:
            return {"json": {"data": {"things": [reddit_comment("c2")]}}}
        if "/comments/abc" in url:
            stub = {"kind": "more", "data": {"children": ["c2"], "parent_id": "t3_abc"}}
            return [reddit_list(reddit_post(2)), reddit_list(reddit_comment("c1"), stub)]
        return reddit_list(reddit_post(2))

    again = walk("reddit", grown, options={}, secrets=key, after=first, followed=followed)
    assert {"t1_c1", "t1_c2"} <= again.ids


def reddit_feed(*names: str) -> str:
    entries = "".join(
        "<entry><author><name>/u/a</name></author>"
        f"<content type='html'>&lt;div class='md'&gt;Velora {n}&lt;/div&gt;</content>"
        f"<id>{n}</id><link href='https://www.reddit.com/r/a/comments/abc/h/{n[3:]}/'/>"
        f"<updated>2026-09-22T10:00:0{i}+00:00</updated><title>/u/a on Help</title></entry>"
        for i, n in enumerate(names)
    )
    return f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>"


def test_reddit_without_a_key_notices_a_gap_in_the_feed() -> None:
    options = {"search": True}
    first = walk("reddit", lambda _: reddit_feed("t3_abc"), options=options)
    assert not first.spider.holes
    later = walk("reddit", lambda _: reddit_feed("t3_def", "t3_ghi"), options=options, after=first)
    assert [hole.where["why"] for hole in later.spider.holes] == ["no known entry is left among the newest 25"]


# RSS


def rss_feed(replies: int, ttl: str = "") -> str:
    return f"""<?xml version="1.0"?><rss version="2.0" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
    xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>{ttl}<item><title>Velora</title><guid>{_SITE}/?p=7</guid>
    <link>{_SITE}/wpis/</link><wfw:commentRss>{_SITE}/wpis/feed/</wfw:commentRss><slash:comments>{replies}</slash:comments>
    </item></channel></rss>"""


def test_rss_asks_conditionally_and_reads_comments_where_the_counter_moved() -> None:
    options = {"feeds": (f"{_SITE}/feed/",)}
    first = walk("rss", lambda _: (200, rss_feed(0), {"ETag": '"1"'}), options=options)
    quiet = walk("rss", lambda _: (304, "", {}), options=options, after=first)
    assert len(quiet.asked) == 1 and statuses(quiet) == {CrawlStatus.OK}
    assert first.spider.cursor["etags"] == quiet.spider.cursor["etags"]
    comment = f"""<?xml version="1.0"?><rss version="2.0"><channel><item><guid>{_SITE}/?p=7#comment-1</guid>
    <description>U mnie też</description></item></channel></rss>"""

    def grown(url: str) -> str:
        return comment if url.endswith("/wpis/feed/") else rss_feed(1)

    followed = (thread_of(first, f"{_SITE}/?p=7"),)
    again = walk("rss", grown, options=options, after=first, followed=followed)
    assert f"{_SITE}/?p=7#comment-1" in again.ids


def test_rss_leaves_a_feed_alone_as_long_as_it_asks() -> None:
    options = {"feeds": (f"{_SITE}/feed/",)}
    first = walk("rss", lambda _: rss_feed(0, "<ttl>60</ttl>"), options=options)
    soon = walk("rss", lambda _: rss_feed(0), options=options, after=first, now=NOW + timedelta(minutes=30))
    assert not soon.asked and statuses(soon) == {CrawlStatus.OK}
    assert len(walk("rss", lambda _: rss_feed(0), options=options, after=first, now=NOW + _HOUR).asked) == 1


def test_rss_says_a_feed_is_empty_that_was_not_and_stops_one_that_is_gone() -> None:
    options = {"feeds": (f"{_SITE}/feed/",)}
    first = walk("rss", lambda _: rss_feed(0), options=options)
    empty = walk("rss", lambda _: "<rss version='2.0'><channel></channel></rss>", options=options, after=first)
    assert [page.detail for page in empty.spider.pages] == ["no entries where there were some"]
    gone = walk("rss", lambda _: (410, "", {}), options=options, after=first)
    assert statuses(gone) == {CrawlStatus.FAILED}
    assert not walk("rss", lambda _: rss_feed(0), options=options, after=gone).asked


def test_an_error_in_the_middle_keeps_the_watermark_and_leaves_a_hole() -> None:
    first = walk("steam", steam_site(), options={"apps": ("10",)})
    old = replace(first, spider=first.spider)
    old.spider.cursor["recent:10"] = {"watermark": "2026-01-01T00:00:00+00:00", "ids": []}

    def broken(url: str) -> Any:
        return (500, "", {}) if '"cursor":"c2"' in url else steam_site()(url)

    cut = walk("steam", broken, options={"apps": ("10",)}, after=old)
    assert cut.spider.holes and cut.spider.cursor["recent:10"] == old.spider.cursor["recent:10"]
