"""Plays the demo: seven moments of two days, each a real round of the program, then Monday's digest."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from bot.buttons import read_polled
from bot.config import Config, load_config
from bot.demo.clock import DemoClock
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.loopback_slack_state import Message
from bot.demo.played_appstore import PlayedAppStore
from bot.demo.played_forum import PlayedForum
from bot.demo.played_mastodon import PlayedMastodon
from bot.demo.rounds import FastClock, crawl_apart
from bot.demo.show import Stage
from bot.demo.sites import PlayedSite
from bot.demo.story import read_story
from bot.steps import Steps
from storage.records import Alert
from storage.store import Store, open_store

# The Monday after the demo's Tuesday, 09:05 UTC.
_MONDAY = 6.0 * 24 * 60 + 5
# The forum shows its maintenance page between these minutes.
_FORUM_DOWN = (74.0, 100.0)
CHANNELS = ("velora-reviews", "velora-managers")
# Minutes on the demo's clock at which a round is run, and what there is to see.
ROUNDS = (
    (0.0, "Tuesday morning, the first look at three sites"),
    (20.0, "twenty minutes later: two threads are growing"),
    (45.0, "the brand has answered in public; the crawl sees it"),
    (75.0, "a page is down, a rating went from 1 to 4 stars, a deadline is near"),
    (125.0, "one thread was left alone: missed, and told to the next people; an answer that satisfied nobody"),
    (420.0, "late in the afternoon: more deadlines have passed"),
    (1500.0, "Wednesday morning: what nobody answered has grown"),
)


def run_demo(out: Path, today: datetime | None = None) -> int:
    """The whole road on played sites; leaves repwatch.toml, the database and digest.html in `out`."""
    began = time.monotonic()
    clock = DemoClock.on_last_tuesday(today or datetime.now(UTC))
    slack_clock = FastClock(clock.now)
    stage = Stage()
    with _played_sites(clock) as addresses, LoopbackSlack(lambda: slack_clock.now().timestamp()) as slack:
        for room in CHANNELS:
            slack.workspace.add_room(room)
        config = _configured(_emptied(out), addresses, slack)
        stage.opens(config.file, out)
        with open_store(config.store.url, clock=lambda: clock.now) as store:
            steps = Steps(config, store, lambda: clock.now, slack_clock=slack_clock)
            for minute, what in ROUNDS:
                clock.move_to(slack_clock.move_to(clock.at(minute)))
                stage.begins(clock.now, what)
                _round(steps, slack, stage)
                _press(minute, steps, slack, stage)
            _once_more(steps, slack, stage)
            clock.move_to(slack_clock.move_to(clock.at(_MONDAY)))
            stage.begins(clock.now, "Monday, the week's digest")
            _digest(steps, slack, stage, out)
    stage.ends(out, time.monotonic() - began)
    return 0


def _round(steps: Steps, slack: LoopbackSlack, stage: Stage) -> None:
    """Crawl (its own process, as always), classify, alert, deliver; then what is new in Slack."""
    now = steps.clock()
    crawl_apart(steps.config, now)
    stage.crawled(list(steps.store.last_crawls().values()))
    _tell(steps, slack, stage)


def _tell(steps: Steps, slack: LoopbackSlack, stage: Stage) -> int:
    """Everything after the crawl; how many messages went out."""
    now = steps.clock()
    read_polled(steps, now)
    steps.classify(now)
    steps.alert(now)
    sent = steps.deliver().sent
    stage.told(_rooms(slack))
    return sent


def _press(minute: float, steps: Steps, slack: LoopbackSlack, stage: Stage) -> None:
    """What colleagues react to the cards of this round."""
    for press in read_story().presses:
        if press.at != minute:
            continue
        alert = alert_on(steps.store, press.on)
        ts = steps.store.card_ts(alert.key) if alert else None
        if ts is None:
            raise RuntimeError(f"the played reaction on {press.on} has no card")
        room = slack.workspace.room(CHANNELS[0])
        slack.react(CHANNELS[0], ts, press.emoji, slack.workspace.add_person(press.who, *([room] if room else [])))
        stage.reacted(press.who, press.emoji, press.means)


def alert_on(store: Store, external_id: str) -> Alert | None:
    """The live alert of the played thread of that number."""
    alerts = store.live_alerts()
    threads = {thread.id: thread for thread in store.threads([alert.thread_id for alert in alerts])}
    return next((alert for alert in alerts if external_id in threads[alert.thread_id].external_id), None)


def _once_more(steps: Steps, slack: LoopbackSlack, stage: Stage) -> None:
    stage.again(_tell(steps, slack, stage))


def _digest(steps: Steps, slack: LoopbackSlack, stage: Stage, out: Path) -> None:
    made = steps.digest(steps.clock(), steps.clock())
    (out / "digest.html").write_text(made[0].page, encoding="utf-8")
    steps.deliver()
    stage.told(_rooms(slack))
    stage.digest(out / "digest.html")


def _rooms(slack: LoopbackSlack) -> dict[str, list[Message]]:
    return {room: slack.messages(room) for room in CHANNELS}


@contextmanager
def _played_sites(clock: DemoClock) -> Iterator[dict[str, str]]:
    """The three sites on loopback; their addresses by name."""
    story = read_story()
    sites = {name: PlayedSite() for name in ("forum", "mastodon", "appstore")}
    sites["forum"].open(PlayedForum(story.topics, clock, *_FORUM_DOWN).answer)
    sites["mastodon"].open(PlayedMastodon(story.toots, clock, sites["mastodon"].address).answer)
    sites["appstore"].open(PlayedAppStore(story.reviews, clock, sites["appstore"].address).answer)
    try:
        yield {name: site.address for name, site in sites.items()}
    finally:
        for site in sites.values():
            site.close()


def _configured(out: Path, addresses: Mapping[str, str], slack: LoopbackSlack) -> Config:
    """The demo's own repwatch.toml, read as any other; the played Slack's token as any other environment."""
    text = files("bot.demo").joinpath("repwatch.toml").read_text("utf-8")
    for name, address in addresses.items():
        text = text.replace(f"{{{name}}}", address)
    file = out / "repwatch.toml"
    file.write_text(text, "utf-8")
    return load_config(file, {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.url})


def _emptied(out: Path) -> Path:
    """The demo begins anew each time; only what an earlier demo left is taken away."""
    out.mkdir(parents=True, exist_ok=True)
    for left in ("repwatch.toml", "repwatch.db", "repwatch.db-wal", "repwatch.db-shm", "digest.html"):
        (out / left).unlink(missing_ok=True)
    return out
