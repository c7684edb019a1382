"""The same road on real recorded responses: served from loopback, crawled, judged, told, just after recording.

    repwatch demo --recorded ../shared/fixtures

Nothing is looked up by its content: a recording is served at the address it was recorded from, on a loopback host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config import Config, load_config
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.rounds import FastClock, crawl_apart
from bot.demo.show import Stage
from bot.demo.sites import PlayedSite
from bot.steps import Steps
from storage.records import Mention
from storage.store import open_store

# The clock stands so long after the newest text of a recording.
_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One recording: who is watched, how the spider is told, and which file answers which address."""

    source: str
    brand: str
    options: str
    # Pattern of path and query → recording.
    serves: Mapping[str, str]
    # An answer put together of recorded objects, where the recording is a part of what is asked for.
    firehose: tuple[str, ...] = ()
    accounts: Mapping[str, Sequence[str]] = field(default_factory=dict)


ROADS = (
    Road(
        source="appstore",
        brand="Qantas",
        options='app = "640437525"\nstores = ["us"]\nbase_url = "{site}"',
        serves={r"/us/rss/.*page=1\b": "us_640437525_page1.json", r"/us/rss/": "gb_1510826067_page2_past_end.json"},
    ),
    Road(
        source="trustpilot",
        brand="Studio Samo",
        options='domain = "studiosamo.it"\nallow_page = true\npage_url = "{site}"',
        serves={r"/review/studiosamo\.it(?!.*page=[2-9])": "page_studiosamo_it_2025.html"},
    ),
    Road(
        source="schemaorg",
        brand="Taste of Home",
        options='pages = ["{site}/recipes/sauerbraten/"]',
        serves={r"/recipes/": "tasteofhome.html"},
    ),
    Road(
        source="discourse",
        brand="Urho3D",
        options='base_url = "{site}"\nown_forum = true',
        serves={rf"/t/(?:[^/]+/)?{topic}\.json": f"topic_{topic}.json" for topic in (3578, 6402, 6460, 7160)},
        firehose=("topic_7160.json",),
    ),
    Road(
        source="mastodon",
        brand="hoot",
        options='instances = ["{site}"]\ntags = ["hoot"]',
        serves={r"/api/v1/timelines/tag/hoot": "tag_timeline.json", r"/statuses/\d+/context": "context_empty.json"},
    ),
)


class Recordings:
    """Answers with recorded bodies, byte for byte; 404 for everything that was not recorded."""

    def __init__(self, road: Road, folder: Path) -> None:
        self._road, self._folder = road, folder / road.source

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, Any]:
        asked = path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
        for pattern, file in self._road.serves.items():
            if re.search(pattern, asked):
                return self._recorded(file)
        if path == "/posts.json" and self._road.firehose:
            return 200, "application/json", {"latest_posts": [] if "before" in query else self._posts()}
        return 404, "text/plain", "not recorded"

    def _recorded(self, file: str) -> tuple[int, str, str]:
        meta = json.loads((self._folder / f"{file.rsplit('.', 1)[0]}.meta.json").read_text("utf-8"))
        kind = "text/html; charset=utf-8" if file.endswith(".html") else "application/json; charset=utf-8"
        return meta["status"], kind, (self._folder / file).read_text("utf-8")

    def _posts(self) -> list[dict[str, Any]]:
        """The posts of the recorded topics, newest first, as the forum's own list of newest posts gives them."""
        posts: list[dict[str, Any]] = []
        for file in self._road.firehose:
            topic = json.loads((self._folder / file).read_text("utf-8"))
            known = {"topic_title": topic["title"], "topic_slug": topic["slug"]}
            posts += [post | known for post in topic["post_stream"]["posts"]]
        return sorted(posts, key=lambda post: -int(post["id"]))


def run_recorded(folder: Path, out: Path, roads: Sequence[Road] = ROADS) -> dict[str, list[dict[str, Any]]]:
    """Each road from its recording to Slack; the messages that arrived, by source."""
    stage, arrived = Stage(), {}
    for road in roads:
        now = newest_in(road, folder) + _AFTER
        stage.begins(now, f"{road.brand} on {road.source}, just after it was recorded")
        arrived[road.source] = _travel(road, folder, out / road.source, now, stage)
    return arrived


def newest_in(road: Road, folder: Path) -> datetime:
    """When the newest text of the road's recordings was published."""
    from spiders.parse import parse_saved

    times = []
    for file in (*road.serves.values(), *road.firehose):
        meta = json.loads((folder / road.source / f"{file.rsplit('.', 1)[0]}.meta.json").read_text("utf-8"))
        parsed = parse_saved(road.source, (folder / road.source / file).read_bytes(), url=meta["url"])
        wanted = not road.firehose or file in road.firehose
        times += [m.published_at for m in parsed.mentions if isinstance(m, Mention) and m.published_at and wanted]
    return max(times)


def _travel(road: Road, folder: Path, out: Path, now: datetime, stage: Stage) -> list[dict[str, Any]]:
    out.mkdir(parents=True, exist_ok=True)
    for left in out.glob("repwatch.db*"):
        left.unlink()
    clock = FastClock(now)
    site = PlayedSite()
    site.open(Recordings(road, folder).answer)
    try:
        with LoopbackSlack(lambda: clock.now().timestamp()) as slack:
            slack.workspace.add_room("reviews")
            config = _configured(road, out, site.address, slack)
            crawl_apart(config, now)
            with open_store(config.store.url, clock=lambda: now) as store:
                steps = Steps(config, store, lambda: now, slack_clock=clock)
                stage.crawled(list(store.last_crawls().values()))
                steps.classify(now)
                steps.alert(now)
                steps.deliver()
            stage.told({"reviews": slack.messages("reviews")})
            return slack.messages("reviews")
    finally:
        site.close()


def _configured(road: Road, out: Path, site: str, slack: LoopbackSlack) -> Config:
    options = road.options.replace("{site}", site)
    text = f"""\
[[brand]]
name = "{road.brand}"

[crawl]
allow_loopback = true
# Only the first page of a list was recorded.
page_cap = 1

[[source]]
name = "{road.source}"
since = "90 days"
{options}

[slack]
channel = "#reviews"
"""
    file = out / "repwatch.toml"
    file.write_text(text, "utf-8")
    return load_config(file, {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.url})
