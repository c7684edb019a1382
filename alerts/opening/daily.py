"""What the team may want beside alarms, each in a channel of its own: kind words, and texts the model is unsure of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Protocol

from alerts.cards.paging import list_rows
from alerts.messages import review_list_messages, thanks_message
from alerts.watching.plan import AlertPlan
from storage.records import Mention, OutboxKind, OutboxRow, Sentiment

# Texts in one daily list: a person reads ten over a coffee, not fifty.
LIST_LENGTH = 10
# Shorter praise ("top!") says nothing worth thanking for.
LEAST_WORDS = 6
# Praise older than this is not thanked for any more.
THANKED_WITHIN = timedelta(days=2)


class DailyStore(Protocol):
    """What these messages ask of the store."""

    def unsure_mentions(self, since: datetime, limit: int = 20) -> Sequence[tuple[Mention, Sentiment]]: ...

    def praising_mentions(self, brands: Collection[str], since: datetime, limit: int) -> Sequence[Mention]:
        """Customers' texts about these brands that the model is sure are positive, said since then, oldest first."""
        ...

    def outbox_row(self, key: str) -> OutboxRow | None: ...
    def outbox_rows(self, keys: Collection[str]) -> Mapping[str, OutboxRow]: ...

    def put_outbox(self, rows: Sequence[OutboxRow]) -> object: ...


def tell_daily(store: DailyStore, plan: AlertPlan, now: datetime) -> int:
    """Queues the day's list and the new praise where a channel is configured; gives the number of new messages."""
    return _review_list(store, plan, now) + _thanks(store, plan, now)


def review_key(channel: str, day: date) -> str:
    """The day's list of unsure texts in the outbox; its messages after the first are `key:1`, `key:2` …"""
    return f"review-list-{_print_of(channel)}-{day.isoformat()}"


def _review_list(store: DailyStore, plan: AlertPlan, now: datetime) -> int:
    """Once a day, at the first look inside the first team's support hours."""
    channel, team = plan.policy.review_channel, plan.teams[0]
    if channel is None or not plan.calendar(team.name).is_open(now):
        return 0
    key = review_key(channel, now.astimezone(team.hours.zone).date())
    if store.outbox_row(key) is not None:
        return 0
    mentions = [mention for mention, _ in store.unsure_mentions(now - timedelta(days=7), LIST_LENGTH)]
    if not mentions:
        return 0
    pages = review_list_messages(mentions, plan.words(team.name))
    rows = list_rows(OutboxKind.REVIEW_LIST, key, pages, channel=channel, workspace=_workspace(plan), now=now)
    store.put_outbox(rows)
    return len(rows)


def _thanks(store: DailyStore, plan: AlertPlan, now: datetime) -> int:
    channel = plan.policy.thanks_channel
    if channel is None:
        return 0
    words = plan.words(plan.teams[0].name)
    praise = [m for m in store.praising_mentions(plan.brands, now - THANKED_WITHIN, 200) if _is_worth_it(m)]
    told = store.outbox_rows([f"thanks-{m.id}" for m in praise])
    new = [m for m in praise if f"thanks-{m.id}" not in told]
    rows = [
        OutboxRow(
            key=f"thanks-{mention.id}",
            kind=OutboxKind.THANKS,
            channel=channel,
            workspace=_workspace(plan),
            payload=thanks_message(mention, words),
            created_at=now,
        )
        for mention in new
    ]
    store.put_outbox(rows)
    return len(rows)


def _is_worth_it(mention: Mention) -> bool:
    """A customer's own words of some length, with stars that agree."""
    rated_well = mention.rating is None or mention.rating.is_high
    return rated_well and len((mention.text or "").split()) >= LEAST_WORDS


def _workspace(plan: AlertPlan) -> str:
    return plan.routes[0].workspace if plan.routes else ""


def _print_of(channel: str) -> str:
    return sha256(channel.encode()).hexdigest()[:8]
