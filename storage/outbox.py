"""What waits for Slack: put with the decision, claimed by one, sent once, found again by its key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Update, and_, func, or_, select, update

from storage.dialect import changed, insert
from storage.records import OutboxKind, OutboxRow, OutboxState
from storage.session import Session
from storage.tables import outbox
from storage.threads import in_portions

_PENDING, _SENDING = OutboxState.PENDING.value, OutboxState.SENDING.value
_UPDATE = OutboxKind.UPDATE.value


class OutboxQuestions(Session):
    """The queue to Slack."""

    def put_outbox(self, rows: Iterable[OutboxRow]) -> int:
        """Queues rows; a key that is known already is ignored. A newer update of a card drops its older waiting ones.

        An update may wait for others to join it (`not_before`): its newest face goes out when the first of them was
        due, and at once with anything of its card that does not wait. Call it inside the transaction of the decision.
        Returns how many were new.
        """
        written = [_row_of(row) for row in rows]
        if not written:
            return 0
        with self.transaction() as connection:
            statement = insert(connection, outbox).on_conflict_do_nothing()
            before = connection.execute(select(func.coalesce(func.max(outbox.c.id), 0))).scalar_one()
            connection.execute(statement, written)
            keys = [row["key"] for row in written]
            of_new = select(outbox.c.key).where(outbox.c.key.in_(keys), outbox.c.id > before)
            new = set(connection.execute(of_new).scalars())
            _in_one_with_older([row for row in written if row["key"] in new], connection)
            return len(new)

    def claim_outbox(
        self,
        now: datetime,
        workspace: str | None = None,
        limit: int = 50,
        *,
        per_channel: int | None = None,
        except_channels: Collection[str] = (),
    ) -> list[OutboxRow]:
        """Takes rows to send, each for exactly one caller: channels in turn, the oldest of each first.

        A row of a card waits while an older one of that card is pending or being sent. `workspace` None is all of them.
        """
        ready = _ready(now, workspace, except_channels)
        turn = func.row_number().over(partition_by=(outbox.c.workspace, outbox.c.channel), order_by=outbox.c.id)
        turns = select(outbox.c.id, turn.label("turn")).where(*ready).subquery()
        in_turn = select(turns.c.id).order_by(turns.c.turn, turns.c.id).limit(limit)
        if per_channel is not None:
            in_turn = in_turn.where(turns.c.turn <= per_channel)
        with self.transaction() as connection:
            ids = list(connection.execute(in_turn).scalars())
            # The row locks, and asking for the state once more, make the claim one's own among many.
            free = select(outbox.c.id).where(outbox.c.id.in_(ids), outbox.c.state == _PENDING)
            free = free.with_for_update(skip_locked=True)
            taken = update(outbox).where(outbox.c.id.in_(free), outbox.c.state == _PENDING)
            taken = taken.values(state=_SENDING, claimed_at=now, attempts=outbox.c.attempts + 1).returning(outbox)
            mine = {row.id: outbox_record(row) for row in connection.execute(taken)}
        return [mine[number] for number in ids if number in mine]

    def mark_sent(self, row: OutboxRow, ts: str | None, now: datetime, *, channel_id: str | None = None) -> None:
        """It is in Slack, as `ts` in `channel_id`."""
        values = {"state": OutboxState.SENT.value, "ts": ts, "sent_at": now, "waiting_since": None, "error": None}
        if channel_id is not None:
            values["channel_id"] = channel_id
        self._mark(row, values)

    def mark_retry(self, row: OutboxRow, not_before: datetime | None, error: str | None) -> None:
        """It did not go through and is tried again, not before then; an update that a newer one follows is dropped."""
        values = {"state": _PENDING, "not_before": not_before, "error": error, "claimed_at": None}
        with self.transaction() as connection:
            self._mark(row, values | {"waiting_since": row.created_at})
            if row.kind is OutboxKind.UPDATE:
                card = row.under or row.key
                # What it had to say is in the newer one now, and that has waited enough.
                connection.execute(_no_longer_waiting({card}))
                connection.execute(_drop_older_updates({card}))

    def mark_dead(self, row: OutboxRow, error: str) -> None:
        """Refused for good, with the reason; everything else passes it."""
        self._mark(row, {"state": OutboxState.DEAD.value, "error": error, "waiting_since": None})

    def mark_unknown(self, row: OutboxRow, error: str) -> None:
        """Nobody can tell whether it arrived: a person must look."""
        self._mark(row, {"state": OutboxState.UNKNOWN.value, "error": error, "waiting_since": None})

    def drop_outbox(self, rows: Iterable[OutboxRow], why: str | None = None) -> int:
        """These pending rows are not needed any more; returns how many were still pending."""
        ids = [row.id for row in rows]
        pending = update(outbox).where(outbox.c.id.in_(ids), outbox.c.state == _PENDING)
        with self.transaction() as connection:
            return changed(connection, pending.values(state=OutboxState.DROPPED.value, error=why, waiting_since=None))

    def stale_claims(self, older_than: datetime) -> list[OutboxRow]:
        """Rows claimed before then whose sender never said how it went: ask the channel for their keys."""
        claimed = outbox.c.waiting_since.is_not(None) & (outbox.c.state == _SENDING)
        return self._rows(select(outbox).where(claimed, outbox.c.claimed_at < older_than).order_by(outbox.c.id))

    def outbox(self, state: OutboxState | None = None, limit: int = 1000) -> list[OutboxRow]:
        """Rows in a state (None: all that wait, are dead or unknown), oldest first."""
        open_states = (_PENDING, _SENDING, OutboxState.DEAD.value, OutboxState.UNKNOWN.value)
        wanted = open_states if state is None else (state.value,)
        return self._rows(select(outbox).where(outbox.c.state.in_(wanted)).order_by(outbox.c.id).limit(limit))

    def outbox_counts(self) -> dict[OutboxState, int]:
        """How many rows are in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        with self.reading() as connection:
            return {OutboxState(state): number for state, number in connection.execute(query)}

    def outbox_row(self, key: str) -> OutboxRow | None:
        """The row with this key, in whatever state."""
        return next(iter(self._rows(select(outbox).where(outbox.c.key == key))), None)

    def outbox_rows(self, keys: Collection[str]) -> dict[str, OutboxRow]:
        """The rows with these keys, in whatever state, by key."""
        found = (row for some in in_portions(list(keys)) for row in self._rows(_with_keys(some)))
        return {row.key: row for row in found}

    def outbox_of(self, alert_id: int) -> list[OutboxRow]:
        """All rows of one alert, in order."""
        return self._rows(select(outbox).where(outbox.c.alert_id == alert_id).order_by(outbox.c.id))

    def retry_outbox(self, row_id: int, now: datetime) -> bool:
        """A dead, unknown or dropped row waits again, from now; False when it is in no such state."""
        settled = (OutboxState.DEAD.value, OutboxState.UNKNOWN.value, OutboxState.DROPPED.value)
        again = update(outbox).where(outbox.c.id == row_id, outbox.c.state.in_(settled))
        values = {"state": _PENDING, "waiting_since": now, "not_before": None, "attempts": 0, "error": None}
        with self.transaction() as connection:
            return changed(connection, again.values(**values)) == 1

    def card_ts(self, key: str) -> str | None:
        """Slack's name of the message with our key, None while it is not there."""
        with self.reading() as connection:
            return connection.execute(select(outbox.c.ts).where(outbox.c.key == key)).scalar()

    def _mark(self, row: OutboxRow, values: dict[str, Any]) -> None:
        with self.transaction() as connection:
            if not changed(connection, update(outbox).where(outbox.c.id == row.id).values(**values)):
                raise KeyError(f"outbox row {row.id} ({row.key}) is not in the database")

    def _rows(self, query: Select[Any]) -> list[OutboxRow]:
        with self.reading() as connection:
            return [outbox_record(row) for row in connection.execute(query)]


def _with_keys(keys: Sequence[str]) -> Select[Any]:
    return select(outbox).where(outbox.c.key.in_(keys))


def _ready(now: datetime, workspace: str | None, except_channels: Collection[str]) -> list[Any]:
    older = outbox.alias("older")
    blocked = select(older.c.id).where(
        older.c.card == outbox.c.card, older.c.id < outbox.c.id, older.c.waiting_since.is_not(None)
    )
    ready = [outbox.c.waiting_since.is_not(None), outbox.c.state == _PENDING, ~blocked.exists()]
    ready.append(or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now))
    if workspace is not None:
        ready.append(outbox.c.workspace == workspace)
    if except_channels:
        ready.append(outbox.c.channel.not_in(list(except_channels)))
    return ready


def _in_one_with_older(new: list[dict[str, Any]], connection: Connection) -> None:
    """A new update takes over when the older waiting ones of its card were due; what is said at once takes it along."""
    updates = [row for row in new if row["kind"] == _UPDATE]
    at_once = {row["card"] for row in new if row["kind"] != _UPDATE or row["not_before"] is None}
    waiting = {row["card"]: row["not_before"] for row in updates} if updates else {}
    for card, moment in waiting.items():
        if card not in at_once and (first := _soonest_older(card, moment, connection)) != moment:
            keys = [row["key"] for row in updates if row["card"] == card]
            connection.execute(update(outbox).where(outbox.c.key.in_(keys)).values(not_before=first))
    if at_once:
        connection.execute(_no_longer_waiting(at_once))
    if updates:
        connection.execute(_drop_older_updates(set(waiting)))


def _soonest_older(card: str, moment: datetime, connection: Connection) -> datetime | None:
    """When the first of this card's waiting updates is due, `moment` where none is sooner; None: at once."""
    older = select(outbox.c.not_before, outbox.c.attempts).where(_waiting_updates({card}))
    # One that was tried already is late: what it says is in the new one.
    due = [None if row.attempts else row.not_before for row in connection.execute(older)]
    return None if None in due else min([moment, *(one for one in due if one is not None)])


def _no_longer_waiting(cards: Collection[str]) -> Update:
    """Updates that were never tried and waited for others only; one that was refused keeps its pause."""
    return update(outbox).where(_waiting_updates(cards), outbox.c.attempts == 0).values(not_before=None)


def _waiting_updates(cards: Collection[str]) -> ColumnElement[bool]:
    return and_(
        outbox.c.card.in_(list(cards)),
        outbox.c.waiting_since.is_not(None),
        outbox.c.state == _PENDING,
        outbox.c.kind == _UPDATE,
    )


def _drop_older_updates(cards: Collection[str]) -> Update:
    newer = outbox.alias("newer")
    behind = select(newer.c.id).where(
        newer.c.card == outbox.c.card,
        newer.c.id > outbox.c.id,
        newer.c.kind == _UPDATE,
        newer.c.waiting_since.is_not(None),
    )
    old = update(outbox).where(_waiting_updates(cards), behind.exists())
    return old.values(state=OutboxState.DROPPED.value, waiting_since=None)


def _row_of(row: OutboxRow) -> dict[str, Any]:
    waits = row.state in (OutboxState.PENDING, OutboxState.SENDING)
    return {
        "key": row.key,
        "kind": row.kind.value,
        "workspace": row.workspace,
        "channel": row.channel,
        "payload": dict(row.payload),
        "alert_id": row.alert_id,
        "under": row.under,
        "card": row.under or row.key,
        "state": row.state.value,
        "created_at": row.created_at,
        "not_before": row.not_before,
        "attempts": row.attempts,
        "waiting_since": row.created_at if waits else None,
    }


def outbox_record(row: Row[Any]) -> OutboxRow:
    return OutboxRow(
        id=row.id,
        key=row.key,
        kind=OutboxKind(row.kind),
        workspace=row.workspace,
        channel=row.channel,
        payload=row.payload,
        alert_id=row.alert_id,
        under=row.under,
        state=OutboxState(row.state),
        created_at=row.created_at,
        not_before=row.not_before,
        attempts=row.attempts,
        claimed_at=row.claimed_at,
        sent_at=row.sent_at,
        channel_id=row.channel_id,
        ts=row.ts,
        error=row.error,
    )
