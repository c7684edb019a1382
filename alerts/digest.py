"""Step: the week's reputation digest, computed from the store, kept, and put into the outbox once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from alerts.cards.card import MessageSettings
from alerts.cards.voice import Voice
from alerts.hours.calendar import Calendar
from alerts.weekly.charts import charts_of
from alerts.weekly.figures import Figures, figures_of
from alerts.weekly.made import MadeDigest
from alerts.weekly.page import digest_page
from alerts.weekly.parts import DigestPart, digest_rows, part_of, with_words
from alerts.weekly.table_file import digest_csv
from alerts.weekly.week import Week, week_named
from alerts.weekly.words import DigestWords
from storage.records import Digest, OutboxRow, WeekRows

log = logging.getLogger(__name__)

# The median that a week is compared with is taken over so many weeks before it.
USUAL_WEEKS = 8


class DigestStore(Protocol):
    """What the step asks of the store."""

    def transaction(self) -> AbstractContextManager[object]: ...
    def week_of(self, brand: str, start: datetime, end: datetime, competitors: Sequence[str]) -> WeekRows: ...
    def week_in_numbers(self, brand: str, start: datetime, end: datetime, competitors: Sequence[str]) -> WeekRows: ...
    def watched_since(self) -> datetime | None: ...
    def first_mention_at(self, brand: str) -> datetime | None: ...
    def save_digest(self, digest: Digest) -> None: ...
    def claim_digest(self, brand: str, week: str, sent_key: str) -> bool: ...
    def put_outbox(self, rows: Sequence[OutboxRow]) -> object: ...
    def tombstones(self) -> Sequence[object]: ...


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
    """Puts the message, the charts and the page into the outbox, by name; False where this week's were put before."""
    if not plan.channel:
        return False
    week = made.figures.week
    key = f"digest:{plan.brand}:{week}"
    with store.transaction():
        if not store.claim_digest(plan.brand, week, key):
            return False
        store.put_outbox(digest_rows(made, key, plan.channel, plan.workspace, now))
    return True


class DigestWriter:
    """Gives a digest's outbox rows their words at the moment they are sent: the week is made again, as it was."""

    def __init__(self, store: DigestStore, plans: Callable[[], Sequence[DigestPlan]]) -> None:
        self._store = store
        self._plans = plans
        # The last one made, since a message and its files are sent one after another.
        self._last: tuple[object, MadeDigest] | None = None

    def __call__(self, row: OutboxRow) -> OutboxRow:
        """The row with its words, any other row as it is. Raises LookupError where there is nothing to say any more."""
        part = part_of(row.payload)
        if part is None:
            return row
        plan = next((one for one in self._plans() if one.brand == part.brand), None)
        if plan is None:
            raise LookupError(f"{part.brand} is not watched any more")
        return with_words(row, part, self._made(plan, part, row.created_at), plan.messages)

    def _made(self, plan: DigestPlan, part: DigestPart, made_at: datetime) -> MadeDigest:
        # Whoever was forgotten since must not be in it.
        asked = (part.brand, part.week, made_at, plan.messages, len(self._store.tombstones()))
        if self._last is None or self._last[0] != asked:
            week = week_named(part.week, ZoneInfo(plan.messages.zone))
            self._last = (asked, made_digest(self._store, plan, week, made_at))
        return self._last[1]


def _figures(store: DigestStore, plan: DigestPlan, week: Week) -> Figures:
    def numbers_of(one: Week) -> WeekRows:
        return store.week_in_numbers(plan.brand, one.start, one.end, plan.competitors)

    return figures_of(
        store.week_of(plan.brand, week.start, week.end, plan.competitors),
        [(one.name, numbers_of(one)) for one in _weeks_before(store, plan.brand, week)],
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


def _jsonable(value: Any) -> Any:
    """Figures as the store keeps them: times as ISO text, lengths as seconds."""
    if isinstance(value, dict):
        return {str(name): _jsonable(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value
