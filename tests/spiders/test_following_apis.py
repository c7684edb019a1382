"""As test_following.py, for the sources that are asked by an API with threads of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from storage.records import CrawlStatus
from tests.spiders.walked import NOW, deleted, thread_of, walk

_HOUR = timedelta(hours=1)
_SITE = "https://shop.example.org"


# Lemmy

_LEMMY = "https://lemmy.example.org"


def lemmy_post(comments: int) -> dict[str, Any]:
    post = {"id": 5, "name": "Velora", "ap_id": f"{_LEMMY}/post/5", "published": "2026-09-22T10:00:00Z"}
    return {"post": post, "creator": {"name": "a"}, "counts": {"comments": comments}}


def test_lemmy_asks_the_post_and_its_comments_only_where_it_grew() -> None:
    comment = {"id": 8, "post_id": 5, "content": "ja też", "path": "0.8", "ap_id": f"{_LEMMY}/comment/8"}

    def site(url: str) -> Any:
        if "/comment/list" in url:
            return {"comments": [{"comment": comment, "creator": {"name": "b"}}]}
        count = 1 if "/post?" in url and grown else 0
        return {"post_view": lemmy_post(count)} if "/post?" in url else {"posts": [lemmy_post(0)], "comments": []}

    grown = False
    options = {"instances": (_LEMMY,)}
    first = walk("lemmy", site, options=options)
    followed = (thread_of(first, f"{_LEMMY}/post/5"),)
    assert len(walk("lemmy", site, options=options, after=first, followed=followed).asked) == 3
    grown = True
    assert f"{_LEMMY}/comment/8" in walk("lemmy", site, options=options, after=first, followed=followed).ids


# Bluesky


def sky_post(key: str, replies: int, root: str | None = None) -> dict[str, Any]:
    uri = f"at://did:plc:a/app.bsky.feed.post/{key}"
    above = {"reply": {"root": {"uri": root}, "parent": {"uri": root}}} if root else {}
    record = {"text": f"Velora {key}", "createdAt": "2026-09-22T10:00:00Z", **above}
    author = {"did": "did:plc:a", "handle": "a.example"}
    return {"uri": uri, "author": author, "record": record, "replyCount": replies, "indexedAt": "2026-09-22T10:00:01Z"}


def test_bluesky_logs_in_searches_and_compares_counters() -> None:
    key = {"REPWATCH_BLUESKY_KEY": "me.example:app-password"}
    root = sky_post("r", 0)
    now: dict[str, Any] = {"posts": [root], "thread": None}

    def site(url: str) -> Any:
        if "createSession" in url:
            return {"accessJwt": "jwt", "did": "did:plc:me"}
        if "getPostThread" in url:
            return {"thread": now["thread"]}
        return {"posts": now["posts"] if "getPosts" in url else [root]}

    first = walk("bluesky", site, options={}, secrets=key)
    assert first.ids == {root["uri"]} and not any("app-password" in url for url in first.asked)
    followed = (thread_of(first, root["uri"]),)
    quiet = walk("bluesky", site, options={}, secrets=key, after=first, followed=followed)
    assert len(quiet.asked) == 3
    now["posts"] = [sky_post("r", 1)]
    now["thread"] = {"post": sky_post("r", 1), "replies": [{"post": sky_post("s", 0, root["uri"])}]}
    assert sky_post("s", 0)["uri"] in walk("bluesky", site, options={}, secrets=key, after=first, followed=followed).ids
    now["posts"] = []
    assert deleted(walk("bluesky", site, options={}, secrets=key, after=first, followed=followed)) == {root["uri"]}


def test_bluesky_and_youtube_say_which_key_is_missing() -> None:
    for source in ("bluesky", "youtube"):
        page = walk(source, lambda _: {}, options={}).spider.pages[0]
        assert page.status is CrawlStatus.FAILED and f"REPWATCH_{source.upper()}_KEY" in str(page.detail)


# GitHub


_ISSUE = "https://api.github.com/repos/velora/app/issues/5"


def github_issue(comments: int) -> dict[str, Any]:
    stated = {"id": 1, "number": 5, "title": "Velora crashes", "body": "", "user": {"login": "a", "id": 1}}
    return {**stated, "url": _ISSUE, "created_at": "2026-09-22T10:00:00Z", "comments": comments}


def test_github_reads_comments_of_a_followed_issue_where_the_counter_moved() -> None:
    stated = {"id": 9, "body": "Fixed", "user": {"login": "dev", "id": 2}, "author_association": "MEMBER"}
    comment = {**stated, "issue_url": _ISSUE, "created_at": "2026-09-22T11:00:00Z"}

    def site(url: str) -> Any:
        if url.split("?")[0].endswith("/issues/5/comments"):
            return [comment]
        if url.split("?")[0].endswith("/issues/comments"):
            return []
        return github_issue(grown) if url.split("?")[0].endswith("/issues/5") else [github_issue(grown)]

    grown = 0
    options = {"repos": ("velora/app",), "search": False}
    first = walk("github", site, options=options)
    followed = (thread_of(first, "velora/app#5"),)
    assert len(walk("github", site, options=options, after=first, followed=followed).asked) == 3
    grown = 1
    again = walk("github", site, options=options, after=first, followed=followed)
    assert [m.is_owner_reply for m in again.mentions if m.external_id == "9"] == [True]


def test_github_posts_discussions_with_the_token_out_of_sight() -> None:
    answer = {"data": {"repository": {"discussions": {"nodes": [], "pageInfo": {"hasNextPage": False}}}}}
    options = {"repos": ("velora/app",), "search": False, "discussions": True}
    walked = walk(
        "github",
        lambda url: answer if "graphql" in url else [],
        options=options,
        secrets={"REPWATCH_GITHUB_KEY": "s3cret"},
    )
    request = next(r for r in walked.spider.first_requests() if "graphql" in r.url)
    assert request.method == "POST" and json.loads(request.body)["variables"]["name"] == "app"
    assert not any("s3cret" in url for url in walked.asked)


# YouTube


def youtube_thread(replies: int, shown: int = 0) -> dict[str, Any]:
    def said(name: str, text: str) -> dict[str, Any]:
        return {"id": name, "snippet": {"textOriginal": text, "publishedAt": "2026-09-22T10:00:00Z", "videoId": "v1"}}

    top = "UgxAAAAAAAAAAAAA"
    snippet = {"topLevelComment": said(top, "no delivery"), "totalReplyCount": replies, "videoId": "v1"}
    inside = [said(f"{top}.{n}", "same") for n in range(shown)]
    return {"id": top, "snippet": snippet, "replies": {"comments": inside}}


def test_youtube_keeps_found_videos_and_reads_missing_replies() -> None:
    key = {"REPWATCH_YOUTUBE_KEY": "k3y"}
    video = {"id": {"videoId": "v1"}, "snippet": {"title": "Velora X review", "publishedAt": "2026-09-22T09:00:00Z"}}
    rest = [
        {"id": f"UgxAAAAAAAAAAAAA.{n}", "snippet": {"textOriginal": "r", "parentId": "UgxAAAAAAAAAAAAA"}}
        for n in (0, 1)
    ]
    now = youtube_thread(0)

    def site(url: str) -> Any:
        if "/search" in url:
            return {"kind": "youtube#searchListResponse", "items": [video]}
        if "/comments?" in url:
            return {"kind": "youtube#commentListResponse", "items": rest}
        return {"kind": "youtube#commentThreadListResponse", "items": [now]}

    first = walk("youtube", site, options={}, secrets=key)
    assert first.ids == {"v1", "UgxAAAAAAAAAAAAA"} and not any("k3y" in url for url in first.asked)
    followed = (thread_of(first, "UgxAAAAAAAAAAAAA"),)
    quiet = walk("youtube", site, options={}, secrets=key, after=first, followed=followed, now=NOW + _HOUR)
    assert len(quiet.asked) == 2  # the watched video, the counters; the dear search waits for three hours
    now = youtube_thread(2, shown=1)
    again = walk("youtube", site, options={}, secrets=key, after=first, followed=followed, now=NOW + _HOUR)
    assert {"UgxAAAAAAAAAAAAA.0", "UgxAAAAAAAAAAAAA.1"} <= again.ids


# Stack Exchange


def se_question(activity: int) -> dict[str, Any]:
    stated = {"question_id": 5, "title": "Velora SDK", "body": "<p>help</p>", "creation_date": 1_790_000_000}
    return {**stated, "answer_count": 0, "last_activity_date": activity, "owner": {"user_id": 1, "display_name": "a"}}


def test_stackexchange_asks_questions_and_comments_of_all_followed_in_two_calls() -> None:
    answer = {"answer_id": 6, "question_id": 5, "body": "<p>upgrade</p>", "creation_date": 1_790_000_900}
    comment = {"comment_id": 6, "post_id": 5, "body": "thanks", "creation_date": 1_790_000_950}

    def site(url: str) -> Any:
        if "/answers" in url:
            return {"items": [answer], "has_more": False}
        if "/comments" in url:
            return {"items": [comment] if grown else [], "has_more": False}
        return {"items": [se_question(1_790_000_900 if grown else 1_790_000_000)], "has_more": False}

    grown = False
    key = {"REPWATCH_STACKEXCHANGE_KEY": "k"}
    first = walk("stackexchange", site, options={"sites": ("stackoverflow",)}, secrets=key)
    assert all("key=k" in url for url in first.asked)
    followed = (thread_of(first, "5"),)
    options = {"sites": ("stackoverflow",)}
    assert len(walk("stackexchange", site, options=options, after=first, followed=followed).asked) == 3
    grown = True
    again = walk("stackexchange", site, options=options, after=first, followed=followed)
    assert {"6", "comment-6"} <= again.ids


# WooCommerce


def test_woocommerce_sees_a_withdrawn_review_with_the_shops_key() -> None:
    review = {"id": 3, "review": "bad", "rating": 1, "date_created_gmt": "2026-09-22T10:00:00", "status": "approved"}

    def site(url: str) -> Any:
        return (404, {"code": "woocommerce_rest_review_invalid_id"}, {}) if url.endswith("/reviews/3") else [review]

    options = {"shops": (_SITE,), "own_shops": True}
    key = {"REPWATCH_WOOCOMMERCE_KEY": "ck:cs"}
    first = walk("woocommerce", site, options=options, secrets=key)
    again = walk("woocommerce", site, options=options, secrets=key, after=first, followed=(thread_of(first, "3"),))
    assert deleted(again) == {"3"}
    assert len(walk("woocommerce", site, options=options, after=first).asked) == 1


def test_a_shop_review_that_waits_for_its_moderator_is_not_kept_by_a_crawl() -> None:
    rows = [
        {"id": n, "review": "Velora", "rating": 3, "status": status, "date_created_gmt": "2026-09-20T07:00:00"}
        for n, status in ((1, "approved"), (2, "hold"), (3, "trash"))
    ]
    read = walk("woocommerce", lambda _: rows, options={"shops": ("https://shop.example",)})
    assert {(mention.external_id, mention.deleted) for mention in read.mentions} == {("1", False), ("3", True)}
