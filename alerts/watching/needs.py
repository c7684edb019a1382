"""What the alert step asks of the store: a small Protocol, so that its tests hand in a fake."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from storage.records import (
    Alert,
    AlertEvent,
    AlertState,
    AuthorHistory,
    Mention,
    Mute,
    OutboxRow,
    Sentiment,
    StepRun,
    Thread,
    Verdict,
)

AuthorKey = tuple[str, str, str]
"""(source, instance, author id)."""


class CardStore(Protocol):
    """What a card's words need beside its alert and thread."""

    def threads(self, thread_ids: Iterable[int]) -> list[Thread]: ...

    def verdicts_of(self, thread_ids: Sequence[int]) -> Mapping[int, Verdict]: ...

    def alerts_carried_by(self, keys: Collection[str]) -> list[Alert]:
        """Alerts listed on one of these cards instead of on their own."""
        ...

    def events_of_alerts(self, alert_ids: Sequence[int]) -> Mapping[int, Sequence[AlertEvent]]:
        """What happened to each of these alerts, in order."""
        ...

    def outbox_row(self, key: str) -> OutboxRow | None: ...
    def outbox_rows(self, keys: Collection[str]) -> Mapping[str, OutboxRow]: ...

    def author_histories(self, authors: Iterable[AuthorKey]) -> Mapping[AuthorKey, AuthorHistory]:
        """What is kept of each author, by (source, instance, author id)."""
        ...


class AlertStore(CardStore, Protocol):
    """Every answer is a batch: no question is asked once a row."""

    def last_run(self, step: str, *, ok: bool = False) -> StepRun | None: ...

    def transaction(self) -> AbstractContextManager[object]: ...

    def threads_to_alert(self, limit: int) -> list[tuple[Thread, Verdict]]:
        """Negative threads nobody was told of, longest waiting first."""
        ...

    def pass_over(self, thread_ids: Iterable[int], why: str) -> object:
        """Nobody is told of these threads, and why; a new verdict brings them up again."""
        ...

    def live_alerts(self, limit: int) -> list[Alert]:
        """Alerts whose clock runs, soonest answer_by first."""
        ...

    def alerts_changed(self, since: datetime, limit: int) -> list[Alert]:
        """Closed alerts whose thread got something new or edited at or after `since`, oldest change first."""
        ...

    def answered_alerts(self, after: datetime, before: datetime, limit: int) -> list[Alert]: ...

    def alerts_opened(self, since: datetime) -> list[Alert]:
        """All alerts opened at or after `since`, whatever their state."""
        ...

    def alert_by_key(self, key: str) -> Alert | None: ...

    def open_alert(self, alert: Alert) -> Alert | None:
        """The alert with its id; None where somebody else has opened one for this thread."""
        ...

    def claim_alert(self, alert: Alert, expected_state: AlertState) -> bool:
        """Saves the alert (and its deadline, when that is new) if its stored state is still the expected one."""
        ...

    def note(self, event: AlertEvent) -> object: ...

    def put_outbox(self, rows: Iterable[OutboxRow]) -> object: ...

    def reviews_on_page(self, source: str, instance: str, brand: str, since: datetime) -> int:
        """How many reviews of a brand were written there since then."""
        ...

    def mutes(self, now: datetime) -> Sequence[Mute]: ...

    def watched_since(self) -> datetime | None:
        """When the first crawl ran that is still remembered; None before any."""
        ...

    def unsure_mentions(self, since: datetime, limit: int = 20) -> Sequence[tuple[Mention, Sentiment]]:
        """Texts the model was unsure of and nobody labelled."""
        ...

    def praising_mentions(self, brands: Collection[str], since: datetime, limit: int) -> Sequence[Mention]:
        """Customers' texts about these brands that the model is sure are positive, said since then, oldest first."""
        ...

    def negatives_by_hour(self, brand: str, start: datetime, end: datetime) -> Mapping[datetime, int]:
        """Threads judged negative, by the full UTC hour in which their first mention was published."""
        ...
