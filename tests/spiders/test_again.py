"""A thread whose reading failed is read at the next crawl, though its counter says nothing new; closed ones rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spiders.again import OWED
from spiders.following import CLOSED
from spiders.sources import hackernews
from storage.records import Thread
from tests.spiders.walked import NOW, Walked, deleted, thread_of, walk

_HOUR = timedelta(hours=1)
_DOWN: Any = (500, "down", {})


def hn_story(comments: int) -> dict[str, Any]:
    return {
        "objectID": "1", "story_id": 1, "title": "Velora is down", "author": "mkr", "points": 3,
        "num_comments": comments, "created_at_i": 1_790_000_000, "_tags": ["story"],
    }  # fmt: skip


def hn_tree(with_comment: bool = True) -> dict[str, Any]:
    comment = {"id": 2, "type": "comment", "author": "ola", "text": "Still down", "parent_id": 1, "story_id": 1}
    whole = {"id": 1, "type": "story", "author": "mkr", "title": "Velora is down", "created_at_i": 1_790_000_000}
    return {**whole, "children": [{**comment, "created_at_i": 1_790_000_600, "children": []}] if with_comment else []}


def hn(comments: int, whole: Any) -> Any:
    return lambda url: whole if "/items/" in url else {"hits": [hn_story(comments)], "nbPages": 1}


def with_root(thread: Thread, replies: int) -> Thread:
    """As the store has it after a crawl that saw the counter."""
    return replace(thread, mentions=tuple(replace(m, reply_count=replies) for m in thread.mentions))


def test_a_thread_that_failed_is_asked_again_though_its_counter_stands_still() -> None:
    first = walk("hackernews", hn(0, hn_tree(False)), options={})
    followed = thread_of(first, "1")
    broken = walk("hackernews", hn(1, _DOWN), options={}, after=first, followed=(followed,), now=NOW + _HOUR)
    assert "2" not in broken.ids
    known = with_root(followed, 1)
    healed = walk("hackernews", hn(1, hn_tree()), options={}, after=broken, followed=(known,), now=NOW + 2 * _HOUR)
    assert "2" in healed.ids
    quiet = walk("hackernews", hn(1, hn_tree()), options={}, after=healed, followed=(known,), now=NOW + 3 * _HOUR)
    assert not any("/items/" in url for url in quiet.asked)


def test_replies_that_were_there_when_a_search_found_the_thread_are_read_once() -> None:
    first = walk("hackernews", hn(1, hn_tree()), options={})
    found = thread_of(first, "1")
    assert found.root is not None and found.root.reply_count == 1 and "2" not in first.ids
    second = walk("hackernews", hn(1, hn_tree()), options={}, after=first, followed=(found,), now=NOW + _HOUR)
    assert "2" in second.ids, "its counter stands still, and nobody has read the reply"
    third = walk("hackernews", hn(1, hn_tree()), options={}, after=second, followed=(found,), now=NOW + 2 * _HOUR)
    assert not any("/items/" in url for url in third.asked)


def test_what_never_answers_is_given_up_after_three_more_crawls() -> None:
    done = walk("hackernews", hn(0, hn_tree(False)), options={})
    followed = thread_of(done, "1")
    asked = []
    for turn in range(6):
        done = walk("hackernews", hn(1, _DOWN), options={}, after=done, followed=(followed,), now=NOW + turn * _HOUR)
        followed = with_root(followed, 1)
        asked.append(sum("/items/" in url for url in done.asked))
    assert asked == [1, 1, 1, 1, 0, 0]
    assert done.spider.cursor[OWED] == {}


def test_a_crawl_ended_from_outside_still_owes_what_it_had_not_sent() -> None:
    first = walk("hackernews", hn(0, hn_tree(False)), options={})
    followed = (thread_of(first, "1"),)
    ended = walk("hackernews", hn(1, hn_tree()), options={}, after=first, followed=followed, ended_after=2)
    assert not any("/items/" in url for url in ended.asked)
    known = (with_root(followed[0], 1),)
    assert "2" in walk("hackernews", hn(1, hn_tree()), options={}, after=ended, followed=known).ids


def test_a_body_larger_than_is_read_says_nothing_of_what_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    first = walk("hackernews", hn(0, hn_tree(False)), options={})
    first = walk("hackernews", hn(1, hn_tree()), options={}, after=first, followed=(thread_of(first, "1"),))
    followed = (thread_of(first, "1"),)
    grown = hn_tree()
    grown["children"] = [{**grown["children"][0], "id": 3}]
    seen = walk("hackernews", hn(2, grown), options={}, after=first, followed=followed)
    assert deleted(seen) == {"2"}
    grown["children"].append(hn_tree()["children"][0])
    monkeypatch.setattr(hackernews, "_MOST_ITEMS", 2)
    assert not deleted(walk("hackernews", hn(2, grown), options={}, after=first, followed=followed))


# Mastodon: a reply that names the brand is told with its thread, or it would be lost.

_TOOTS = {"instances": ("https://pol.social",), "tags": ("velora",)}


def toot(local: str, text: str, answers: str | None = None) -> dict[str, Any]:
    name = f"https://pol.social/users/ola/statuses/{local}"
    said = {"id": local, "uri": name, "url": name, "content": f"<p>{text}</p>", "in_reply_to_id": answers}
    more = {"created_at": "2026-09-22T10:00:00Z", "replies_count": 0, "account": {"id": "1", "acct": "ola"}}
    return {**said, **more, "visibility": "public"}


def mastodon(context: Any) -> Any:
    reply = toot("201", "Velora again", "200")

    def site(url: str) -> Any:
        if "/context" in url:
            return context
        return reply if url.endswith("/statuses/201") else [reply]

    return site


def test_a_reply_is_not_lost_with_the_thread_around_it() -> None:
    whole = {"ancestors": [toot("200", "who lost a parcel?")], "descendants": []}
    broken = walk("mastodon", mastodon(_DOWN), options=_TOOTS)
    assert broken.ids == set()
    healed = walk("mastodon", mastodon(whole), options=_TOOTS, after=broken, now=NOW + _HOUR)
    # The first post does not name the brand: it places the reply, and is not told.
    assert [(m.external_id[-3:], (m.thread_id or "")[-3:]) for m in healed.mentions] == [("201", "200")]
    quiet = walk("mastodon", mastodon(whole), options=_TOOTS, after=healed, now=NOW + 2 * _HOUR)
    assert len(quiet.asked) == 1


@pytest.mark.parametrize("key", [None, "me.example:password"])
def test_a_bluesky_thread_is_owed_with_a_key_and_without(key: str | None) -> None:
    root = {"uri": "at://did:plc:v/app.bsky.feed.post/1", "author": {"did": "did:plc:v", "handle": "velora.example"},
            "record": {"text": "Velora X2 is here", "createdAt": "2026-09-22T10:00:00Z"}, "replyCount": 1,
            "indexedAt": "2026-09-22T10:00:01Z"}  # fmt: skip
    named = {"root": {"uri": root["uri"]}, "parent": {"uri": root["uri"]}}
    reply = {**root, "uri": "at://did:plc:v/app.bsky.feed.post/2", "replyCount": 0,
             "record": {"text": "Mine broke", "createdAt": "2026-09-22T11:00:00Z", "reply": named}}  # fmt: skip
    tree = {"thread": {"post": root, "replies": [{"post": reply}]}}

    def site(is_up: bool) -> Any:
        answers = {"getPostThread": tree if is_up else _DOWN, "createSession": {"accessJwt": "t"}}
        lists = {"getAuthorFeed": {"feed": [{"post": root}]}, "searchPosts": {"posts": []}}
        return lambda url: next(said for part, said in {**answers, **lists}.items() if part in url)

    given: dict[str, Any] = {"options": {"accounts": ("velora.example",)}, "accounts": ("did:plc:v",)}
    given["secrets"] = {"REPWATCH_BLUESKY_KEY": key} if key else {}
    broken = walk("bluesky", site(False), **given)
    healed = walk("bluesky", site(True), after=broken, now=NOW + _HOUR, **given)
    assert (reply["uri"] in broken.ids, reply["uri"] in healed.ids) == (False, True)
    assert sum("getPostThread" in url for url in healed.asked) == 1


def test_replies_that_a_server_still_fetches_are_asked_for_once_more() -> None:
    whole = {"ancestors": [toot("200", "who lost a parcel?")], "descendants": []}
    fetching = (200, whole, {"Mastodon-Async-Refresh": 'id="abc", retry=5, result_count=0'})
    done = walk("mastodon", mastodon(fetching), options=_TOOTS)
    contexts = []
    for turn in range(1, 4):
        done = walk("mastodon", mastodon(fetching), options=_TOOTS, after=done, now=NOW + turn * _HOUR)
        contexts.append(sum("/context" in url for url in done.asked))
    assert contexts == [1, 0, 0]


def test_a_new_thread_of_a_board_is_opened_at_the_next_crawl_where_it_failed() -> None:
    board = """<html id="XF"><body><div class="structItem structItem--thread"><div class="structItem-title">
    <a href="/threads/velora.7/">Velora</a></div><time class="structItem-latestDate"
    datetime="2026-09-22T10:00:00+0200"></time></div></body></html>"""
    thread = """<html id="XF"><body><h1 class="p-title-value">Velora</h1>
    <article class="message" data-content="post-70" data-author="ola"><div class="message-attribution">
    <time datetime="2026-09-22T10:00:00+0200"></time></div><div class="message-body"><div class="bbWrapper">Broken
    </div></div></article></body></html>"""
    options = {"pages": ("https://board.example/forums/phones.4/",)}
    broken = walk("forum", lambda url: _DOWN if "threads" in url else board, options=options)
    healed = walk("forum", lambda url: thread if "threads" in url else board, options=options, after=broken)
    assert (broken.ids, healed.ids) == (set(), {"70"})


# Closed at their source.


def closed(walked: Walked) -> object:
    return walked.spider.cursor.get(CLOSED)


def test_a_closed_discourse_topic_is_read_once_more_and_then_left_alone() -> None:
    options = {"base_url": "https://forum.example", "own_forum": True}
    post = {"id": 9, "post_number": 1, "topic_id": 5, "topic_title": "Velora", "cooked": "<p>Broken</p>",
            "username": "ola", "created_at": "2026-09-22T10:00:00Z"}  # fmt: skip
    topic = {"post_stream": {"posts": [post], "stream": [9]}, "id": 5, "title": "Velora", "closed": True}
    listed = {"id": 5, "posts_count": 1, "last_posted_at": "2026-09-22T10:00:00Z"}

    def site(is_closed: bool, is_listed: bool = True) -> Any:
        rows = [{**listed, "closed": is_closed}] if is_listed else []
        answers = {"/posts.json": {"latest_posts": [post]}, "/latest.json": {"topic_list": {"topics": rows}}}
        return lambda url: next((body for path, body in answers.items() if path in url), topic)

    first = walk("discourse", site(False), options=options)
    followed = (thread_of(first, "5"),)
    sunk = walk("discourse", site(False, is_listed=False), options=options, after=first, followed=followed)
    assert [url.rsplit("/", 1)[1] for url in sunk.asked] == ["posts.json", "latest.json", "5.json"]
    assert closed(sunk) == ["forum.example 5"]
    rests = walk("discourse", site(True), options=options, after=sunk, followed=followed)
    assert [url.rsplit("/", 1)[1] for url in rests.asked] == ["posts.json"]


def reddit_post(comments: int, **more: Any) -> dict[str, Any]:
    stated = {"id": "abc", "name": "t3_abc", "title": "Velora", "selftext": "no", "author": "x", "created_utc": 1.79e9}
    return {"kind": "t3", "data": {**stated, "num_comments": comments, "permalink": "/r/a/comments/abc/h/", **more}}


@pytest.mark.parametrize("word", ["locked", "archived"])
def test_a_reddit_thread_nobody_may_answer_is_visited_no_more(word: str) -> None:
    def site(url: str) -> Any:
        if "access_token" in url:
            return {"access_token": "t"}
        more = {word: True} if "/api/info" in url else {}
        return {"kind": "Listing", "data": {"after": None, "children": [reddit_post(0, **more)]}}

    key = {"REPWATCH_REDDIT_KEY": "a:b"}
    first = walk("reddit", site, options={}, secrets=key)
    followed = (thread_of(first, "t3_abc"),)
    second = walk("reddit", site, options={}, secrets=key, after=first, followed=followed)
    third = walk("reddit", site, options={}, secrets=key, after=second, followed=followed)
    assert [sum("/api/info" in url for url in one.asked) for one in (first, second, third)] == [0, 1, 0]


def test_a_locked_github_issue_is_visited_no_more_and_a_closed_one_is() -> None:
    def site(**more: Any) -> Any:
        issue = {"id": 1, "title": "Velora", "html_url": "https://github.com/a/b/issues/5", "comments": 0,
                 "created_at": "2026-09-22T10:00:00Z", "user": {"login": "x", "id": 2}, "body": "no"}  # fmt: skip
        return lambda url: {**issue, **more} if url.endswith("/issues/5") else {"total_count": 1, "items": [issue]}

    def visits(**more: Any) -> list[int]:
        first = walk("github", site(), options={})
        followed = (thread_of(first, "a/b#5"),)
        second = walk("github", site(**more), options={}, after=first, followed=followed)
        third = walk("github", site(**more), options={}, after=second, followed=followed)
        return [sum(url.endswith("/issues/5") for url in one.asked) for one in (second, third)]

    assert visits(locked=True, state="closed") == [1, 0]
    assert visits(locked=False, state="closed") == [1, 1]


def test_a_locked_lemmy_post_is_visited_no_more_until_it_is_opened() -> None:
    base = "https://lemmy.example"
    post = {"id": 5, "name": "Velora", "ap_id": f"{base}/post/5", "published": "2026-09-22T10:00:00Z"}

    def site(is_locked: bool) -> Any:
        view = {"post": {**post, "locked": is_locked}, "creator": {"name": "a"}, "counts": {"comments": 0}}
        return lambda url: {"post_view": view} if "/post?" in url else {"posts": [view], "comments": []}

    options = {"instances": (base,)}
    done = walk("lemmy", site(False), options=options)
    followed = (thread_of(done, f"{base}/post/5"),)
    visits = []
    for is_locked in (True, True, False, False):
        done = walk("lemmy", site(is_locked), options=options, after=done, followed=followed)
        visits.append(sum("/post?" in url for url in done.asked))
    # The search shows it locked before the visit would; and open again likewise.
    assert visits == [1, 0, 0, 1]


def test_a_locked_question_is_visited_no_more() -> None:
    question = {"question_id": 7, "title": "Velora", "body": "<p>no</p>", "answer_count": 0,
                "creation_date": 1_790_000_000, "last_activity_date": 1_790_000_000}  # fmt: skip

    def site(url: str) -> Any:
        if "/comments" in url:
            return {"items": [], "has_more": False}
        return {"items": [{**question, "locked_date": 1_790_000_100} if "/questions/7" in url else question]}

    done = walk("stackexchange", site, options={})
    followed = (thread_of(done, "7"),)
    visits = []
    for _ in range(2):
        done = walk("stackexchange", site, options={}, after=done, followed=followed)
        visits.append(sum("/questions/7" in url for url in done.asked))
    assert visits == [1, 0]
