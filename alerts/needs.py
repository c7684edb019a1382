"""What the alert step asks of the store: a small Protocol, so that its tests hand in a fake."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from storage.records import Alert, AlertEvent, AlertState, HumanLabel, Mute, OutboxRow, Thread, Verdict


class AuthorRecord(Protocol):
    """What the store answers of one author."""

    @property
    def mentions(self) -> int: ...

    @property
    def negatives(self) -> int: ...


class AlertStore(Protocol):
    """Every answer is a batch: no question is asked once a row."""

    def transaction(self) -> AbstractContextManager[object]: ...

    def threads_to_alert(self, limit: int) -> list[tuple[Thread, Verdict]]:
        """Negative threads without an alert, oldest first."""
        ...

    def live_alerts(self, limit: int) -> list[Alert]:
        """Alerts whose clock runs, soonest answer_by first."""
        ...

    def alerts_changed(self, since: datetime, limit: int) -> list[Alert]:
        """Closed alerts whose thread was seen to change (a new or edited mention) at or after `since`."""
        ...

    def alerts_opened(self, since: datetime) -> list[Alert]:
        """All alerts opened at or after `since`, whatever their state."""
        ...

    def alerts_carried_by(self, keys: Collection[str]) -> list[Alert]:
        """Alerts listed on one of these cards instead of on their own."""
        ...

    def threads(self, ids: Collection[int]) -> Sequence[Thread]: ...

    def verdicts_of(self, thread_ids: Collection[int]) -> Mapping[int, Verdict]: ...

    def alert_by_key(self, key: str) -> Alert | None: ...

    def open_alert(self, alert: Alert) -> Alert | None:
        """The alert with its id; None where somebody else has opened one for this thread."""
        ...

    def claim_alert(self, alert: Alert, expected_state: AlertState) -> bool:
        """Saves the alert (and its deadline, when that is new) if its stored state is still the expected one."""
        ...

    def note(self, event: AlertEvent) -> None: ...

    def put_outbox(self, rows: Iterable[OutboxRow]) -> object: ...

    def mutes(self, now: datetime) -> Sequence[Mute]: ...

    def save_mute(self, mute: Mute) -> object: ...

    def save_label(self, label: HumanLabel) -> object: ...

    def negatives_by_hour(self, brand: str, start: datetime, end: datetime) -> Mapping[datetime, int]:
        """Threads judged negative, by the full UTC hour in which their first mention was published."""
        ...

    def author_histories(self, keys: Collection[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], AuthorRecord]:
        """What is kept of each author, by (source, instance, author id)."""
        ...
