"""The road the delivery benchmark walks: made-up mentions → sentiments → verdicts → alerts → Slack, on a fast clock."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.alert import alert
from alerts.alert_policy import AlertPolicy, GatherPolicy, RisePolicy, Route, Team
from alerts.delivering.pace import Pace
from alerts.delivery import DeliveryReport, deliver
from alerts.hours.support_hours import SupportHours
from alerts.slack import SlackChannel
from alerts.watching.plan import AlertPlan
from classifier.classify import classify
from classifier.verdict import VerdictPolicy
from storage.records import Kind, Label, Mention, OutboxState, Sentiment
from storage.store import Store, open_store

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BRANDS = ("Acme", "Birch", "Cedar", "Delta", "Elm")
BATCH = 60
_WORDS = ("parcel", "late", "broken", "refund", "phone", "nobody", "shop", "price", "app", "crash", "waiting", "angry")


@dataclass(slots=True)
class FastClock:
    """Wall-clock time times `scale`, the same in every process of this machine."""

    began: float
    scale: float

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.monotonic() - self.began) * self.scale)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.scale)

    def seconds(self) -> float:
        return self.now().timestamp()


class SureScorer:
    """Says what the made-up text says of itself; stands in for the model, whose speed is measured elsewhere."""

    def score(self, texts: Sequence[str], _: Sequence[str | None] | None = None) -> list[Sentiment | None]:
        return [_sentiment("Bad " in text) for text in texts]


def plan() -> AlertPlan:
    """Each negative thread has a card of its own, so that each can be counted; every brand its own channel."""
    alone = GatherPolicy(burst_cards=100_000, campaign_texts=100_000)
    policy = AlertPolicy(gather=alone, rise=RisePolicy(least=100_000))
    routes = tuple(Route(channel=f"#{brand.lower()}", brands=(brand,)) for brand in BRANDS)
    return AlertPlan(routes=routes, teams=(Team(hours=SupportHours(always=True)),), policy=policy)


def is_negative(number: int) -> bool:
    return number % 10 < 3


def is_answered(number: int) -> bool:
    return number % 50 == 0


def mentions(first: int, count: int, now: datetime) -> Iterator[Mention]:
    """Roots `first` and following, and the owner's answers to some that came a few batches earlier."""
    for number in range(first, first + count):
        yield _root(number, now)
        if is_answered(number - 3 * BATCH) and number >= 3 * BATCH:
            yield _answer(number - 3 * BATCH, now)


def walk(
    store: Store, channel: SlackChannel, clock: FastClock, total: int, at_step: Callable[[str], object] = str
) -> bool:
    """One turn of every step; False when everything was collected and nothing waits any more."""
    at_step("collect")
    at = int(store.cursor("feed").get("next", 0))
    if at < total:
        store.save_mentions(mentions(at, min(BATCH, total - at), clock.now()), clock.now())
        store.save_cursor("feed", {"next": at + BATCH})
    at_step("classify")
    classify(store, SureScorer(), VerdictPolicy(), clock.now())
    at_step("alert")
    alert(store, _PLAN, clock.now())
    at_step("deliver")
    _deliver(store, channel, clock)
    waiting = store.outbox(OutboxState.PENDING, 1) or store.outbox(OutboxState.SENDING, 1)
    return at < total or bool(waiting)


def work(folder: Path, url: str, token: str, clock: FastClock, total: int, timeout: float) -> None:
    """A worker's whole life: until every card is closed and all is delivered, or it is killed."""
    channel = SlackChannel.open(token, url, timeout=timeout)
    with open_store(str(folder / "bench.db"), clock=clock.now) as store:
        while walk(store, channel, clock, total, (folder / "step").write_text) or store.live_alerts(1):
            clock.sleep(0.5)


def _deliver(store: Store, channel: SlackChannel, clock: FastClock) -> DeliveryReport:
    return deliver(store, {"": channel}, clock, paces=_PACES)


def _root(number: int, now: datetime) -> Mention:
    # The same number always gives the same text, so a batch that is read again changes nothing.
    words = random.Random(number)
    said = " ".join(words.choices(_WORDS, k=14))
    bad = is_negative(number)
    return Mention(
        # A source with replies: on a review page every new review moves the deadlines of all, a storm of edits.
        source="mastodon",
        instance="social.example",
        external_id=f"r{number}",
        thread_id=f"r{number}",
        kind=Kind.POST,
        url=f"https://social.example/review/{number}",
        author=f"author {number}",
        author_id=f"a{number}",
        title=f"Review {number}",
        text=f"{'Bad' if bad else 'Good'} {number}: {said}.",
        language="en",
        published_at=now - timedelta(minutes=10),
        brand=BRANDS[number // 10 % len(BRANDS)],
    )


def _answer(number: int, now: datetime) -> Mention:
    root = _root(number, now)
    return replace(
        root,
        external_id=f"r{number}-answer",
        parent_id=root.external_id,
        kind=Kind.OWNER_RESPONSE,
        author=root.brand,
        author_id="owner",
        title=None,
        text="Sorry, we will call you.",
        published_at=now,
        is_owner_reply=True,
    )


def _sentiment(bad: bool) -> Sentiment:
    share = 0.96 if bad else 0.01
    label = Label.NEGATIVE if bad else Label.POSITIVE
    return Sentiment(label=label, negative=share, neutral=0.02, positive=0.98 - share, model="sure", language="en")


_PLAN = plan()
_PACES: dict[str, Pace] = {}
