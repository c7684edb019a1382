"""Forums, shops and exports: what a second crawl asks, where a walk stops, and which answers come back to a thread."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from spiders.times import spoken, utc
from storage.records import CrawlStatus
from storage.store import open_store
from tests.spiders.played import crawled
from tests.spiders.walked import NOW, service_account, thread_of, walk

_BOARD = "https://forum.example.si/forums/slusalke.4/"
_THREAD = "https://forum.example.si/threads/velora-se-ne-poveze.311/"


def post(number: int, place: int, text: str, author: str = "Maja") -> str:
    return f"""<article class="message message--post js-post" data-author="{author}" data-content="post-{number}">
    <section class="message-user"><a class="username" data-user-id="{len(author)}">{author}</a></section>
    <header class="message-attribution"><a><time datetime="2026-09-21T10:{place:02}:00+0200">x</time></a>
    <a href="#">#{place}</a></header><div class="message-body"><div class="bbWrapper">{text}</div></div></article>"""


class Forum:
    """One board with one thread of `pages` pages, two posts a page."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.more: list[str] = []

    def __call__(self, url: str) -> Any:
        html = '<!DOCTYPE html><html id="XF" lang="sl-SI"><head>'
        if url.startswith(_BOARD):
            at = f"2026-09-22T{10 + self.pages}:{bool(self.more):02}:00+0200"
            return f"""{html}</head><body><div class="structItem structItem--thread"><div class="structItem-title">
            <a href="{_THREAD}">Velora se ne poveže</a></div><time class="structItem-latestDate" datetime="{at}"></time>
            </div></body></html>"""
        page = int(url.split("page-")[1]) if "page-" in url else 1
        links = f'<link rel="next" href="{_THREAD}page-{page + 1}">' if page < self.pages else ""
        links += f'<link rel="prev" href="{_THREAD}page-{page - 1}">' if page > 1 else ""
        nav = f'<ul class="pageNav-main"><li><a href="{_THREAD}page-{self.pages}">{self.pages}</a></li></ul>'
        posts = [post(page * 10 + n, (page - 1) * 2 + n, f"Velora {page}.{n}") for n in (1, 2)]
        posts += self.more if page == self.pages else []
        body = f'<h1 class="p-title-value">Velora se ne poveže</h1>{nav}{"".join(posts)}'
        return f'{html}{links}<link rel="canonical" href="{url}"></head><body>{body}</body></html>'


def test_a_forum_thread_is_read_from_its_newest_page_backwards_and_then_only_where_it_ended() -> None:
    site, options = Forum(pages=4), {"pages": (_BOARD,)}
    first = walk("forum", site, options=options)
    assert first.asked == [_BOARD, _THREAD, *(f"{_THREAD}page-{n}" for n in (4, 3, 2))]
    assert first.ids == {str(page * 10 + n) for page in (1, 2, 3, 4) for n in (1, 2)}
    # Nothing new: the list alone is asked.
    assert walk("forum", site, options=options, after=first).asked == [_BOARD]
    site.more = [post(99, 9, "Še zmeraj ne dela")]
    grown = walk("forum", site, options=options, after=first)
    assert grown.asked == [_BOARD, f"{_THREAD}page-4"] and "99" in grown.ids
    site.pages, site.more = 5, [post(100, 11, "Zdaj dela")]
    later = walk("forum", site, options=options, after=grown)
    assert later.asked[-1] == f"{_THREAD}page-5" and "100" in later.ids


def test_a_followed_forum_thread_is_asked_at_its_newest_post_and_its_lost_posts_are_seen() -> None:
    site, options = Forum(pages=1), {"pages": (_BOARD,)}
    site.more = [post(99, 3, "pozabi"), post(98, 4, "Piši nam", author="Velora")]
    first = walk("forum", site, options=options, accounts=("Velora",))
    answer = next(m for m in first.mentions if m.external_id == "98")
    assert answer.is_owner_reply and answer.parent_id == "11" and answer.thread_id == "311"
    site.more = site.more[1:]
    second = walk("forum", site, options=options, after=first, followed=(thread_of(first, "311"),))
    assert second.asked == [_BOARD, "https://forum.example.si/posts/98/"]


def test_a_thread_on_one_page_that_lost_a_post_says_so() -> None:
    site, options = Forum(pages=1), {"pages": (_THREAD,)}
    site.more = [post(99, 3, "pozabi")]
    first = walk("forum", site, options=options)
    site.more = []
    second = walk("forum", site, options=options, after=first, followed=(thread_of(first, "311"),))
    assert {m.external_id for m in second.mentions if m.deleted} == {"99"}


# Ceneo


def ceneo(numbers: range, stated: int, following: str | None = None) -> str:
    blocks = "".join(
        f'<div class="user-post js_product-review" data-entry-id="{n}"><p class="user-post__text">Velora {n}</p></div>'
        for n in numbers
    )
    rated = {
        "@type": "Product",
        "aggregateRating": {"@type": "AggregateRating", "ratingValue": 4, "reviewCount": stated},
    }
    link = f'<a class="pagination__next" href="{following}">dalej</a>' if following else ""
    return f'<html><body><script type="application/ld+json">{json.dumps(rated)}</script>{blocks}{link}</body></html>'


def test_ceneo_stops_at_the_known_only_while_the_count_stands_still() -> None:
    def site(url: str) -> Any:
        second = url.endswith("opinie-2")
        return ceneo(range(20, 25) if second else range(10, 20), stated, None if second else "/7/opinie-2")

    stated, options = 15, {"products": ("7",)}
    first = walk("ceneo", site, options=options)
    assert len(first.ids) == 15 and len(first.asked) == 2
    assert len(walk("ceneo", site, options=options, after=first).asked) == 1
    stated = 16
    assert len(walk("ceneo", site, options=options, after=first).asked) == 2


# Google


def test_googleplay_asks_for_a_token_then_for_the_reviews_and_the_followed_one() -> None:
    said = {"text": "slabo", "lastModified": {"seconds": str(int(NOW.timestamp()) - 60)}, "starRating": 1}
    row: dict[str, Any] = {"reviewId": "r1", "authorName": "Ola", "comments": [{"userComment": said}]}

    def site(url: str) -> Any:
        if "oauth2" in url:
            return {"access_token": "t0k", "expires_in": 3599}
        return row if url.endswith("/r1") else {"reviews": [row]}

    options, key = {"packages": ("com.velora.app",)}, {"REPWATCH_GOOGLEPLAY_KEY": service_account()}
    first = walk("googleplay", site, options=options, secrets=key)
    assert first.ids == {"r1"} and first.asked[0].endswith("/token")
    answer = {"text": "Piszcie do nas", "lastModified": {"seconds": str(int(NOW.timestamp()))}}
    row["comments"].append({"developerComment": answer})
    second = walk("googleplay", site, options=options, secrets=key, after=first, followed=(thread_of(first, "r1"),))
    assert second.asked[-1].endswith("/applications/com.velora.app/reviews/r1")
    assert "r1:reply" in second.ids and "t0k" not in json.dumps(second.spider.cursor)


def test_a_google_key_that_is_none_is_named_and_never_shown() -> None:
    done = walk(
        "googleplay", lambda _: {}, options={"packages": ("a.b",)}, secrets={"REPWATCH_GOOGLEPLAY_KEY": "s3cret"}
    )
    (page,) = done.spider.pages
    assert page.status is CrawlStatus.FAILED and "REPWATCH_GOOGLEPLAY_KEY" in (page.detail or "")
    assert "s3cret" not in (page.detail or "")


# Exports

_HEAD = (
    "Package Name,Reviewer Language,Device,Review Submit Date and Time,Review Submit Millis Since Epoch,"
    "Review Last Update Date and Time,Star Rating,Review Title,Review Text,Developer Reply Date and Time,"
    "Developer Reply Text,Review Link\n"
)


def export(folder: Path, month: str, text: str, reply: str = "") -> Path:
    row = f"a.b,pl,x,2026-08-01T10:00:00Z,1,2026-08-01T10:00:00Z,2,,{text},,{reply},https://p.example/?reviewid=gp:1\n"
    path = folder / f"reviews_a.b_{month}.csv"
    path.write_bytes(b"\xff\xfe" + (_HEAD + row).encode("utf-16-le"))
    return path


def test_exports_are_read_oldest_first_and_not_again_until_they_change(tmp_path: Path) -> None:
    folder = tmp_path / "bucket" / "reviews"
    folder.mkdir(parents=True)
    export(folder, "202608", "Velora zrywa")
    newer = export(folder, "202609", "Velora juz dziala")
    plan = {"source": "googleplay_console", "options": {"folder": str(folder.parent)}}
    (first,) = crawled(tmp_path, plan)
    assert first["status"] == "ok" and first["requests"] == 0
    (second,) = crawled(tmp_path, plan)
    assert second["status"] == "ok" and not second["new"]
    export(folder, "202609", "Velora juz dziala", "Dziekujemy")
    os.utime(newer, (2e9, 2e9))
    crawled(tmp_path, plan)
    with open_store(f"sqlite:///{tmp_path / 'repwatch.db'}") as store:
        thread = store.find_thread("googleplay_console", "gp:1")
    assert thread and [m.text for m in thread.mentions] == ["Velora juz dziala", "Dziekujemy"]


def bucket_of(files: dict[str, tuple[str, bytes]]) -> Any:
    """A bucket by name of object: its generation and what is in it."""

    def site(url: str) -> Any:
        if "oauth2" in url:
            return {"access_token": "t0k", "expires_in": 3599}
        if "/o?" in url:
            named = [{"name": name, "generation": mark} for name, (mark, _) in files.items()]
            return {"kind": "storage#objects", "items": named}
        return files[url.split("/o/")[1].split("?")[0]][1]

    return site


def test_exports_in_a_bucket_are_listed_and_only_what_changed_is_read(tmp_path: Path) -> None:
    said = {
        month: export(tmp_path, month, text).read_bytes() for month, text in (("202608", "zrywa"), ("202609", "ok"))
    }
    files = {f"reviews/reviews_a.b_{month}.csv": ("1", body) for month, body in reversed(said.items())}
    files["reviews/reviews_a.b_ratings.txt"] = ("1", b"")
    options = {"folder": "gs://pubsite_prod_rev_1/reviews", "packages": ("a.b",)}
    key = {"REPWATCH_GOOGLEPLAY_CONSOLE_KEY": service_account()}
    first = walk("googleplay_console", bucket_of(files), options=options, secrets=key)
    assert [url.split("?")[0].rsplit("/", 1)[1] for url in first.asked] == [
        "token", "o", "reviews_a.b_202608.csv", "reviews_a.b_202609.csv"
    ]  # fmt: skip
    assert [m.text for m in first.mentions] == ["zrywa", "ok"]
    second = walk("googleplay_console", bucket_of(files), options=options, secrets=key, after=first)
    assert len(second.asked) == 2 and {page.detail for page in second.spider.pages} == {
        "access granted",
        "not modified",
    }
    files["reviews/reviews_a.b_202609.csv"] = ("2", export(tmp_path, "202609", "juz ok").read_bytes())
    third = walk("googleplay_console", bucket_of(files), options=options, secrets=key, after=second)
    assert [m.text for m in third.mentions] == ["juz ok"] and "t0k" not in json.dumps(third.spider.cursor)


def test_an_export_of_a_bucket_that_is_no_export_is_read_again(tmp_path: Path) -> None:
    options = {"folder": "gs://pubsite_prod_rev_1"}
    key = {"REPWATCH_GOOGLEPLAY_CONSOLE_KEY": service_account()}
    broken = bucket_of({"reviews_a.b_202608.csv": ("1", b"<html>Sign in</html>")})
    first = walk("googleplay_console", broken, options=options, secrets=key)
    assert CrawlStatus.CHANGED in {page.status for page in first.spider.pages}
    assert len(walk("googleplay_console", broken, options=options, secrets=key, after=first).asked) == 3
    keyless = walk("googleplay_console", broken, options=options)
    assert "REPWATCH_GOOGLEPLAY_CONSOLE_KEY" in (keyless.spider.pages[0].detail or "")


def test_a_folder_without_exports_says_what_is_wanted(tmp_path: Path) -> None:
    (done,) = crawled(tmp_path, {"source": "googleplay_console", "options": {"folder": str(tmp_path)}})
    assert done["status"] == "failed" and "reviews_APP_YYYYMM.csv" in done["seen"]


def test_english_boards_say_pm_and_it_is_heard() -> None:
    said = "Sat Oct 26, 2013 3:48 pm"
    read = spoken(said, order="MDY", languages=("en",), now=NOW)
    assert utc(said) is None and read and read.at.isoformat() == "2013-10-26T15:48:00+00:00"
