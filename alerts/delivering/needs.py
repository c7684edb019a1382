"""What the delivery asks of the store and of a Slack workspace: small Protocols, so that tests hand in fakes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from alerts.delivering.slack_place import Posted
from storage.records import Alert, OutboxRow, OutboxState, StepRun, Thread


class OutboxStore(Protocol):
    """The queue to Slack, and what a late row must know of its alert."""

    def transaction(self) -> AbstractContextManager[object]: ...

    def put_outbox(self, rows: Iterable[OutboxRow]) -> int: ...

    def claim_outbox(
        self,
        now: datetime,
        workspace: str | None = None,
        limit: int = 50,
        *,
        per_channel: int | None = None,
        except_channels: Collection[str] = (),
    ) -> list[OutboxRow]:
        """Rows to send, channels in turn, oldest first; a row waits while an older one of its card does."""
        ...

    def mark_sent(self, row: OutboxRow, ts: str | None, now: datetime, *, channel_id: str | None = None) -> None: ...

    def mark_retry(self, row: OutboxRow, not_before: datetime | None, error: str | None) -> None: ...

    def mark_dead(self, row: OutboxRow, error: str) -> None: ...

    def mark_unknown(self, row: OutboxRow, error: str) -> None: ...

    def drop_outbox(self, rows: Iterable[OutboxRow], why: str | None = None) -> int: ...

    def stale_claims(self, older_than: datetime) -> list[OutboxRow]: ...

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> list[OutboxRow]: ...

    def outbox_row(self, key: str) -> OutboxRow | None: ...

    def outbox_of(self, alert_id: int) -> list[OutboxRow]: ...

    def last_restore(self) -> StepRun | None: ...

    def alert(self, alert_id: int) -> Alert | None: ...

    def threads(self, thread_ids: Iterable[int]) -> Sequence[Thread]: ...


class Channel(Protocol):
    """One workspace; every method raises SlackError."""

    def send(self, channel: str, payload: Mapping[str, Any], key: str, *, thread_ts: str | None = None) -> Posted: ...

    def update(self, channel: str, ts: str, payload: Mapping[str, Any], key: str) -> Posted: ...

    def find(
        self, channel: str, keys: Collection[str], since: datetime, *, thread_ts: str | None = None
    ) -> Mapping[str, Posted]: ...

    def upload(
        self, channel: str, name: str, content: bytes, key: str, *, title: str, thread_ts: str | None = None
    ) -> Posted: ...

    def find_upload(
        self, channel: str, name: str, key: str, since: datetime, *, thread_ts: str | None = None
    ) -> Posted | None: ...
