"""One round of the delivery: rows claimed in turn, sent at Slack's pace, and what is done about each failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.delivering.needs import Channel, OutboxStore
from alerts.delivering.pace import Clock, Pace
from alerts.delivering.recovery import Words, fold_stale
from alerts.delivering.sending import Task, perform, task_of
from alerts.delivering.settings import DeliveryReport, DeliverySettings
from alerts.delivering.settling import settle
from alerts.delivering.slack_errors import SlackError, Trouble
from alerts.delivering.slack_place import Posted
from storage.records import OutboxRow, OutboxState

LOG = logging.getLogger("repwatch.delivery")

# A wait this short is slept through with the row in hand; for a longer one it goes back into the queue.
_SOON = timedelta(seconds=2)
# After so many calls in a row without an answer Slack counts as away for this round.
_MOST_SILENT = 3


@dataclass(slots=True)
class Round:
    """What one round knows of its workspaces; `go` does all of it."""

    store: OutboxStore
    channels: Mapping[str, Channel]
    clock: Clock
    settings: DeliverySettings
    paces: dict[str, Pace]
    stop: Callable[[], bool]
    # Gives a row its words where the outbox keeps only what it is about; LookupError: nothing is to be said any more.
    written: Callable[[OutboxRow], OutboxRow]
    report: DeliveryReport = field(default_factory=DeliveryReport)
    # Not asked again in this round: a person must mend them, or Slack is away.
    closed_workspaces: set[str] = field(default_factory=set)
    # (workspace, channel) → until when nothing is tried there.
    closed_channels: dict[tuple[str, str], datetime] = field(default_factory=dict)
    # Calls in a row, by workspace, that Slack did not answer.
    silent: dict[str, int] = field(default_factory=dict)
    # Rows put back for want of pace, by workspace and method: each gets a moment of its own.
    crowded: dict[tuple[str, str], int] = field(default_factory=dict)
    # Sent without an answer, and when.
    unclear: list[tuple[OutboxRow, datetime]] = field(default_factory=list)
    # From then on Slack may hold what our database, a backup put back, never heard of.
    look_since: datetime | None = None
    # Moments at which a row that was put back is due.
    wakes: list[datetime] = field(default_factory=list)

    def go(self, words: Words) -> None:
        began = self.clock.now()
        restored = self.store.last_restore()
        if restored is not None and began - restored.ended_at < self.settings.look_after_restore:
            self.look_since = restored.started_at
        self._settle(self.store.stale_claims(began - self.settings.claim_lost_after))
        if not self.closed_workspaces:
            self.report.folded = fold_stale(self.store, began, words)
        while not self.stop() and self.clock.now() - began < self.settings.longest:
            self._settle_unclear()
            if not self._turn() and not self._wait(began):
                break

    def _turn(self) -> bool:
        """One row from every channel that has one; False when nothing was due."""
        found = False
        for workspace in self.channels:
            if workspace in self.closed_workspaces:
                continue
            rows = self._claim(workspace)
            found = found or bool(rows)
            for row in rows:
                if self.stop() or workspace in self.closed_workspaces:
                    self.store.mark_retry(row, None, row.error)
                else:
                    self._row(row)
        return found

    def _claim(self, workspace: str) -> list[OutboxRow]:
        now = self.clock.now()
        closed = {name for (where, name), until in self.closed_channels.items() if where == workspace and until > now}
        return self.store.claim_outbox(now, workspace, limit=20, per_channel=1, except_channels=closed)

    def _row(self, row: OutboxRow) -> None:
        task = self._task(row)
        if task.moot is not None:
            self._let_go(row, task.moot)
            return
        if task.is_early:
            self._again(row, self.clock.now() + _SOON, row.error)
            return
        pace = self.paces.setdefault(row.workspace, Pace())
        now = self.clock.now()
        ready = pace.ready_at(task.method, row.channel, now)
        if ready - now > _SOON or now - (row.claimed_at or now) > self.settings.fresh:
            self._crowded(task, row, ready)
            return
        if ready > now:
            self.clock.sleep((ready - now).total_seconds())
        self._call(task, row, pace)

    def _task(self, row: OutboxRow) -> Task:
        task = task_of(row, self.store, self.clock.now())
        if task.moot is not None or task.is_early:
            return task
        try:
            return replace(task, row=self.written(task.row), look_since=self.look_since)
        except LookupError as error:
            return replace(task, moot=str(error))

    def _call(self, task: Task, row: OutboxRow, pace: Pace) -> None:
        pace.called(task.method, row.channel, self.clock.now())
        try:
            posted = perform(task, self.channels[row.workspace])
        except SlackError as error:
            self._failed(task, row, error, pace)
            return
        self._done(task, row, posted)

    def _crowded(self, task: Task, row: OutboxRow, ready: datetime) -> None:
        """Back into the queue; edits that all wait for the same minute get moments one after another."""
        place = (row.workspace, task.method)
        turn = self.crowded[place] = self.crowded.get(place, 0) + 1
        self._again(row, ready + timedelta(seconds=1.4) * (turn - 1), row.error)

    def _done(self, task: Task, row: OutboxRow, posted: Posted) -> None:
        now = self.clock.now()
        self.silent[row.workspace] = 0
        self.report.answered += 1
        with self.store.transaction():
            if task.as_card is not None:
                self.store.mark_sent(task.as_card, posted.ts, now, channel_id=posted.channel)
            self.store.mark_sent(row, posted.ts, now, channel_id=posted.channel)
            if task.contains:
                self.report.dropped += self.store.drop_outbox(task.contains, "its card was sent as it is now")
        if task.method == "update":
            self.report.edited += 1
        else:
            self.report.sent += 1

    def _failed(self, task: Task, row: OutboxRow, error: SlackError, pace: Pace) -> None:
        now = self.clock.now()
        if error.trouble is not Trouble.UNCLEAR and (
            error.trouble is not Trouble.LATER or error.retry_after is not None
        ):
            self.report.answered += 1
        if error.trouble is Trouble.MESSAGE:
            self.store.mark_dead(row, str(error))
            self.report.dead += 1
            LOG.warning("refused outbox=%s kind=%s: %s", row.id, row.kind, error)
        elif error.trouble is Trouble.LATER:
            self._later(task, row, error, pace)
        elif error.trouble is Trouble.UNCLEAR:
            self._no_answer(task, row, error, now)
        else:
            self._broken(row, error, now)

    def _later(self, task: Task, row: OutboxRow, error: SlackError, pace: Pace) -> None:
        """Retry-After is obeyed for this channel; others go on. Where Slack can't be reached at all, none do."""
        now = self.clock.now()
        if error.retry_after is None:
            self._silence(row.workspace)
        wait = self._backoff(row) if error.retry_after is None else timedelta(seconds=error.retry_after)
        pace.hold(task.method, row.channel, now + wait)
        if wait > _SOON:
            self.closed_channels[(row.workspace, row.channel)] = now + wait
        self._again(row, now + wait, str(error))

    def _silence(self, workspace: str) -> None:
        self.report.unanswered += 1
        self.silent[workspace] = self.silent.get(workspace, 0) + 1
        if self.silent[workspace] >= _MOST_SILENT:
            self.closed_workspaces.add(workspace)

    def _no_answer(self, task: Task, row: OutboxRow, error: SlackError, now: datetime) -> None:
        self._silence(row.workspace)
        if task.method == "update":
            # Editing twice is editing once.
            self._again(row, now + self._backoff(row), str(error))
            return
        # The row stays claimed: to a look-up it is the same as a crash.
        self.unclear.append((row, now))
        LOG.info("no answer outbox=%s kind=%s: %s; looking whether it arrived", row.id, row.kind, error)

    def _broken(self, row: OutboxRow, error: SlackError, now: datetime) -> None:
        """A person must mend it: said once, kept, tried again now and then."""
        if error.trouble is Trouble.WORKSPACE:
            self.closed_workspaces.add(row.workspace)
        else:
            self.closed_channels[(row.workspace, row.channel)] = now + self.settings.mend_every
        if row.error != str(error):
            self._say(row.workspace, error)
        self.store.mark_retry(row, now + self.settings.mend_every, str(error))
        self.report.retried += 1

    def _say(self, workspace: str, error: SlackError) -> None:
        known = any(row.error == str(error) for row in self.store.outbox(OutboxState.PENDING))
        sentence = f"{workspace}: {error}" if workspace else str(error)
        if not known and sentence not in self.report.said:
            self.report.said.append(sentence)
            LOG.error("%s", sentence)

    def _settle_unclear(self) -> None:
        due = self.clock.now() - self.settings.settle_after
        ripe = [row for row, since in self.unclear if since <= due]
        self.unclear = [(row, since) for row, since in self.unclear if since > due]
        self._settle(ripe)

    def _settle(self, rows: list[OutboxRow]) -> None:
        if not rows:
            return
        counts = settle(rows, self.store, self.channels, self.clock.now())
        self.report.settled += counts.found + counts.absent
        self.report.answered += counts.found
        self.report.unknown += counts.unknown
        for (workspace, _), error in counts.errors.items():
            if error.trouble in (Trouble.WORKSPACE, Trouble.CHANNEL):
                self._say(workspace, error)
            elif error.retry_after is None:
                # While nobody can tell what arrived, sending more would only leave more to look up.
                self.closed_workspaces.add(workspace)

    def _wait(self, began: datetime) -> bool:
        """Sleeps until the next thing of our own is due, if that is soon; False when nothing is."""
        now = self.clock.now()
        is_due = any(moment <= now for moment in self.wakes)
        self.wakes = [moment for moment in self.wakes if moment > now]
        if is_due:
            # On a slow machine it came while we were still at another one.
            return True
        moments = [*self.wakes, *(since + self.settings.settle_after for _, since in self.unclear)]
        if not moments:
            return False
        patience = self.settings.settle_after if self.unclear else self.settings.patience
        wait = min(moments) - now
        if wait > patience or now + wait - began > self.settings.longest:
            return False
        self.clock.sleep(max(0.05, wait.total_seconds()))
        return True

    def _again(self, row: OutboxRow, not_before: datetime, error: str | None) -> None:
        self.store.mark_retry(row, not_before, error)
        self.wakes.append(not_before)
        self.report.retried += 1

    def _let_go(self, row: OutboxRow, why: str) -> None:
        with self.store.transaction():
            self.store.mark_retry(row, None, why)
            self.report.dropped += self.store.drop_outbox([row], why)

    def _backoff(self, row: OutboxRow) -> timedelta:
        doubled: timedelta = self.settings.retry_first * 2 ** min(max(row.attempts - 1, 0), 12)
        return min(doubled, self.settings.retry_last)
