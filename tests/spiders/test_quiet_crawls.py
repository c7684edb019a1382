"""How many requests a crawl makes when nothing has happened since the last one: a column of the sources table, counted.

Each source is played by its own recordings; what the table says begins with the number counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from spiders.registry import source_class, source_names
from tests.recordings import OURS
from tests.spiders.walked import NOW, service_account, walk

_TOKEN = {"access_token": "t", "expires_in": 3599}
_GOOGLE = "a Google account"


@dataclass(frozen=True)
class Quiet:
    """A source with one thing to list. `answers`: a recording's name or a body, by a part of the address."""

    asked: int
    answers: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    # How the table begins, where not with the number.
    told: str | None = None


# googleplay_console reads files: tests/spiders/test_following_pages.py counts it.
QUIET = {
    "appstore": Quiet(1, {"": "pl_single_entry_no_list.json"}, {"app": "640000001", "stores": ("pl",)}),
    "bluesky": Quiet(
        2,
        {"createSession": {"accessJwt": "t", "did": "did:plc:me"}, "": "search_three_languages.json"},
        secrets={"REPWATCH_BLUESKY_KEY": "me.example:password"},
        told="1 session, 1 per term",
    ),
    "ceneo": Quiet(1, {"": "layout_before_2020.html"}, {"products": ("39684857",)}),
    "discourse": Quiet(1, {"posts.json": "folder_and_locale.json"}, {"base_url": "https://forum.example"}),
    "emag": Quiet(1, {"": "other_shape.json"}, {"products": ("https://www.emag.ro/casti/pd/D1ABCDBBM/",)}),
    "forum": Quiet(
        1, {"": "xenforo_edited_deleted_unfurled.html"}, {"pages": ("https://f.example/threads/velora.55/",)}
    ),
    "github": Quiet(1, {"": {"total_count": 0, "items": []}}),
    "google_business": Quiet(
        2,
        {"token": _TOKEN, "": "translated_and_answered.json"},
        {"locations": ("accounts/1/locations/2",)},
        {"REPWATCH_GOOGLE_BUSINESS_KEY": _GOOGLE},
    ),
    "google_places": Quiet(
        1, {"": "new_form_counts_only.json"}, {"places": ("ChIJ1",)}, {"REPWATCH_GOOGLE_PLACES_KEY": "k"}
    ),
    "googleplay": Quiet(
        2,
        {"token": _TOKEN, "": "no_reviews_this_week.json"},
        {"packages": ("com.velora.app",)},
        {"REPWATCH_GOOGLEPLAY_KEY": _GOOGLE},
    ),
    "hackernews": Quiet(1, {"": "search_story_and_comment.json"}),
    "lemmy": Quiet(2, {"": "search_v3_pl.json"}, {"instances": ("https://lemmy.example",)}),
    "mastodon": Quiet(1, {"/tag/": "tag_with_boost_and_edit.json"}, {"tags": ("velora",)}),
    "opineo": Quiet(1, {"": "without_microdata.html"}, {"shops": ("velora-pl",)}),
    "reddit": Quiet(1, {"": "feed_comments.xml"}),
    "rss": Quiet(1, {"": "google_alerts_ro.xml"}, {"feeds": ("https://www.google.com/alerts/feeds/1/2",)}),
    "schemaorg": Quiet(1, {"": "shop_in_both_syntaxes.html"}, {"pages": ("https://shop.example/x2",)}),
    "stackexchange": Quiet(1, {"/answers": {"items": []}, "": "search_questions.json"}),
    "steam": Quiet(1, {"": "v1_five_languages.json"}, {"apps": ("570",)}),
    "trustpilot": Quiet(
        1,
        {"": "api_reviews_with_answer.json"},
        {"domain": "velora.example", "business_id": "46d"},
        {"REPWATCH_TRUSTPILOT_KEY": "k"},
    ),
    "wildberries": Quiet(1, {"": "pros_cons_edit_and_rejected_answer.json"}, {"products": ("55501",)}),
    "woocommerce": Quiet(1, {"": "store_api_ro.json"}, {"shops": ("https://shop.example",)}),
    "wordpress": Quiet(1, {"": "comments_sl_with_answer.json"}, {"sites": ("https://blog.example",)}),
    "yelp": Quiet(1, {"": "search.json"}, {"businesses": ("velora",)}, {"REPWATCH_YELP_KEY": "k"}),
    "youtube": Quiet(
        1, {"": "threads_with_owner_reply.json"}, {"videos": ("v1",), "search": False}, {"REPWATCH_YOUTUBE_KEY": "k"}
    ),
}


def test_every_source_is_counted() -> None:
    assert sorted([*QUIET, "googleplay_console"]) == sorted(source_names())


@pytest.mark.parametrize("source", sorted(QUIET))
def test_a_crawl_with_nothing_new_asks_as_few_as_the_table_says(source: str) -> None:
    quiet = QUIET[source]
    given: dict[str, Any] = {"options": quiet.options, "secrets": with_keys(quiet.secrets)}
    first = walk(source, played(source, quiet.answers), **given)
    second = walk(source, played(source, quiet.answers), after=first, now=NOW + timedelta(hours=4), **given)
    third = walk(source, played(source, quiet.answers), after=second, now=NOW + timedelta(hours=8), **given)
    assert (len(second.asked), len(third.asked)) == (quiet.asked, quiet.asked), second.asked
    assert source_class(source).row.quiet_requests.startswith(quiet.told or f"{quiet.asked} ")


def played(source: str, answers: Mapping[str, Any]) -> Any:
    def site(url: str) -> Any:
        said: Any = next((said for part, said in answers.items() if part in url), (404, "no such page", {}))
        return (OURS / source / said).read_bytes() if isinstance(said, str) else said

    return site


def with_keys(secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: service_account() if key == _GOOGLE else key for name, key in secrets.items()}
