"""Step: the week's reputation digest, computed from the store, kept, and put into the outbox once."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from alerts.cards.card import MessageSettings
from alerts.cards.voice import Voice
from alerts.hours.calendar import Calendar
from alerts.weekly.charts import Chart, charts_of
from alerts.weekly.figures import Figures, figures_of
from alerts.weekly.message import digest_message
from alerts.weekly.page import digest_page
from alerts.weekly.table_file import digest_csv
from alerts.weekly.week import Week
from alerts.weekly.words import DigestWords
from storage.records import Digest, OutboxKind, OutboxRow, WeekRows

log = logging.getLogger(__name__)

# The median that a week is compared with is taken over so many weeks before it.
USUAL_WEEKS = 8


class DigestStore(Protocol):
    """What the step asks of the store."""

    def transaction(self) -> AbstractContextManager[object]: ...
    def week_of(self, brand: str, start: datetime, end: datetime, competitors: Sequence[str]) -> WeekRows: ...
    def watched_since(self) -> datetime | None: ...
    def first_mention_at(self, brand: str) -> datetime | None: ...
    def save_digest(self, digest: Digest) -> None: ...
    def claim_digest(self, brand: str, week: str, sent_key: str) -> bool: ...
    def put_outbox(self, rows: Sequence[OutboxRow]) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """Whose digest, where it goes, in whose words; made by `bot/` from the configuration."""

    brand: str
    channel: str | None
    messages: MessageSettings
    calendars: Mapping[str, Calendar]
    workspace: str = ""
    competitors: tuple[str, ...] = ()
    # Source and entry of each source that should be crawled.
    configured: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDigest:
    """A digest with everything it is told by."""

    figures: Figures
    charts: tuple[Chart, ...]
    page: str
    csv: str


def digest(store: DigestStore, plan: DigestPlan, week: Week, now: datetime) -> MadeDigest:
    """Computes the week, keeps its figures, and gives message, charts and page; sends nothing."""
    made = made_digest(store, plan, week, now)
    kept = _jsonable(asdict(made.figures))
    store.save_digest(Digest(brand=plan.brand, week=week.name, made_at=now, figures=kept))
    log.info("digest brand=%s week=%s mentions=%d", plan.brand, week.name, made.figures.now.said.mentions)
    return made


def made_digest(store: DigestStore, plan: DigestPlan, week: Week, now: datetime) -> MadeDigest:
    """The week computed from the store; writes nothing."""
    figures = _figures(store, plan, week)
    charts = charts_of(figures, DigestWords(Voice(plan.messages)))
    page = digest_page(figures, charts, plan.messages, now)
    return MadeDigest(figures=figures, charts=charts, page=page, csv=digest_csv(figures))


def send_digest(store: DigestStore, plan: DigestPlan, made: MadeDigest, now: datetime) -> bool:
    """Puts the message, the charts and the page into the outbox; False where this week's were put before."""
    if not plan.channel:
        return False
    week = made.figures.week
    key = f"digest:{plan.brand}:{week}"
    with store.transaction():
        if not store.claim_digest(plan.brand, week, key):
            return False
        store.put_outbox(_rows(plan, made, key, plan.channel, now))
    return True


def _figures(store: DigestStore, plan: DigestPlan, week: Week) -> Figures:
    def rows_of(one: Week) -> WeekRows:
        return store.week_of(plan.brand, one.start, one.end, plan.competitors)

    return figures_of(
        rows_of(week),
        [(one.name, rows_of(one)) for one in _weeks_before(store, plan.brand, week)],
        name=week.name,
        support_time=lambda team, start, end: _worked(plan.calendars, team, start, end),
        configured=plan.configured,
    )


def _weeks_before(store: DigestStore, brand: str, week: Week) -> list[Week]:
    """Oldest first, from the first one we watched: what a first look found of the time before is no measure of it."""
    known = [at for at in (store.watched_since(), store.first_mention_at(brand)) if at is not None]
    first = max(known, default=week.end)
    return [one for back in range(USUAL_WEEKS, 0, -1) if first < (one := week.back(back)).end]


def _worked(calendars: Mapping[str, Calendar], team: str, start: datetime, end: datetime) -> timedelta:
    """Support hours between two moments; a team that is gone from the configuration counts by the clock."""
    calendar = calendars.get(team)
    return calendar.worked(start, end) if calendar else end - start


def _rows(plan: DigestPlan, made: MadeDigest, key: str, channel: str, now: datetime) -> list[OutboxRow]:
    message = OutboxRow(
        key=key,
        kind=OutboxKind.DIGEST,
        channel=channel,
        workspace=plan.workspace,
        payload=digest_message(made.figures, plan.messages),
        created_at=now,
    )
    name = f"digest-{made.figures.week}"
    files = [
        *((f"{name}-{chart.name}.png", chart.title, chart.png) for chart in made.charts),
        (f"{name}.html", f"{plan.brand} {made.figures.week}", made.page.encode()),
        (f"{name}.csv", f"{plan.brand} {made.figures.week}, CSV", made.csv.encode()),
    ]
    return [message, *(_upload(message, number, *file) for number, file in enumerate(files, start=1))]


def _upload(message: OutboxRow, number: int, filename: str, title: str, content: bytes) -> OutboxRow:
    return OutboxRow(
        key=f"{message.key}:file{number}",
        kind=OutboxKind.UPLOAD,
        channel=message.channel,
        workspace=message.workspace,
        under=message.key,
        payload={"filename": filename, "title": title, "content_base64": base64.b64encode(content).decode()},
        created_at=message.created_at,
    )


def _jsonable(value: Any) -> Any:
    """Figures as the store keeps them: times as ISO text, lengths as seconds."""
    if isinstance(value, dict):
        return {str(name): _jsonable(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value
