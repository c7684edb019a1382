"""An installation as `repwatch run` puts it together, with a made-up scorer: rounds are the conductor's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from bot.config import Config
from bot.demo.loopback_slack import LoopbackSlack
from bot.running import ScheduledWork
from bot.settings.store import StoreSettings
from bot.steps import Steps
from storage.records import Kind, Label, Mention, OutboxState, Sentiment
from storage.store import Store, open_store
from tests.bot.configured import GOOD, config_in

# A Wednesday at one in the afternoon in Warsaw: inside the team's hours.
START = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
_POST = re.compile(r"forum\.example/t/(p\d+)")
_WORDS = ("parcel", "refund", "phone", "app", "price", "shop", "queue", "invoice", "engine", "carpet", "ticket", "soup")


class SureScorer:
    """Negative where the text begins with "Bad"; what `refuses` holds makes it fail."""

    name = "sure"

    def __init__(self, refuses: type[BaseException] | None = None, of: str = "") -> None:
        self.not_scored: Counter[str] = Counter()
        self.refuses = refuses
        self.of = of

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        if self.refuses is not None and any(self.of in text for text in texts):
            raise self.refuses
        return [_sure(text.startswith("Bad")) for text in texts]


@dataclass
class SettableClock:
    """Moves when somebody sleeps; can be set wrong, which Slack's own clock never is."""

    true: datetime = START
    wrong_by: timedelta = timedelta()

    def now(self) -> datetime:
        return self.true + self.wrong_by

    def sleep(self, seconds: float) -> None:
        self.true += timedelta(seconds=seconds)

    def slacks(self) -> float:
        return self.true.timestamp()


@dataclass
class House:
    """One installation; `round` is what the conductor does once a minute."""

    store: Store
    config: Config
    slack: LoopbackSlack
    clock: SettableClock
    work: ScheduledWork
    collected: list[str] = field(default_factory=list)

    def collect(self, *numbers: int) -> None:
        """What a crawl would keep: one angry post each, about different things, by different people."""
        for number in numbers:
            self.store.save_mentions([post(number, self.clock.now())], self.clock.now())
            self.collected.append(f"p{number}")

    def weather(self, how: str | None) -> None:
        """Every call to Slack fails so from now on; None: none does."""

        def every(method: str, arguments: dict[str, Any]) -> str | None:
            return how

        self.slack.weather = every

    def round(self) -> bool:
        return self.work.round(self.clock.now(), Event())

    def rounds(self, many: int, apart: timedelta = timedelta(minutes=1)) -> bool:
        """So many rounds; whether the last one was good."""
        good = False
        for _ in range(many):
            good = self.round()
            self.clock.true += apart
        return good

    def restarted(self) -> None:
        """As if the process began anew: nothing is remembered but what is stored."""
        self.work = _work(self.config, self.store, self.clock)

    def cards(self) -> list[str]:
        """Whose cards stand in Slack, as often as they stand there."""
        cards = [m for m in self.slack.messages("complaints") if m.get("metadata") and not _is_reply(m)]
        return sorted(name for m in cards for name in set(_POST.findall(str(m))))

    def assert_each_told_once(self) -> None:
        assert self.cards() == sorted(self.collected)
        assert len(self.slack.keys()) == len(set(self.slack.keys()))
        assert set(self.store.outbox_counts()) <= {OutboxState.SENT, OutboxState.DROPPED}
        assert self.store.unscored_mentions(10) == [] and self.store.threads_to_judge(10) == []


@contextmanager
def house_on(url: str, folder: Path) -> Iterator[House]:
    clock = SettableClock()
    with LoopbackSlack(clock.slacks) as slack, open_store(url, clock=clock.now) as store:
        slack.workspace.add_room("complaints")
        slack.workspace.add_room("managers")
        config = config_in(folder, GOOD, {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.url})
        config = replace(config, store=StoreSettings(url=url))
        yield House(store, config, slack, clock, _work(config, store, clock))


def post(number: int, now: datetime) -> Mention:
    name = f"p{number}"
    return Mention(
        source="discourse",
        instance="forum.example",
        external_id=name,
        thread_id=name,
        kind=Kind.POST,
        url=f"https://forum.example/t/{name}",
        author=f"author {number}",
        author_id=f"a{number}",
        title=f"Bad {_WORDS[number % 12]}",
        text=f"Bad {_WORDS[number % 12]} {_WORDS[(number * 5 + 3) % 12]} number {number}, nobody helps.",
        language="en",
        published_at=now - timedelta(minutes=5),
        brand="Nordika",
    )


def _work(config: Config, store: Store, clock: SettableClock) -> ScheduledWork:
    steps: Any = Steps(config, store, clock.now, slack_clock=clock)
    steps.model = SureScorer()
    return ScheduledWork(config, steps, clock.now)


def _is_reply(message: dict[str, Any]) -> bool:
    return bool(message.get("thread_ts") and message["thread_ts"] != message["ts"])


def _sure(bad: bool) -> Sentiment:
    share = 0.96 if bad else 0.01
    return Sentiment(
        label=Label.NEGATIVE if bad else Label.POSITIVE,
        negative=share,
        neutral=0.02,
        positive=0.98 - share,
        model="sure",
        language="en",
    )
