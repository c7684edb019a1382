"""The steps as the conductor and the commands run them: opened once, recorded in the store, one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from bot import plans
from bot.clock import Clock
from bot.errors import FailedError
from bot.history import LearnedForecaster
from bot.logs import LOG, step_line
from bot.opening import open_channels, open_model

if TYPE_CHECKING:
    from alerts.alert import AlertReport
    from alerts.delivering.pace import Clock as SlackClock
    from alerts.delivering.pace import Pace
    from alerts.delivery import DeliveryReport
    from alerts.digest import DigestPlan
    from alerts.forecast import Forecaster
    from alerts.slack import SlackChannel
    from alerts.watching.plan import AlertPlan
    from alerts.weekly.made import MadeDigest
    from alerts.weekly.week import Week
    from bot.config import Config
    from bot.settings.sources import Entry
    from classifier.model import SentimentModel
    from storage.records import Crawl, OutboxRow
    from storage.store import Store

T = TypeVar("T")
TIDY_EVERY = timedelta(days=1)


class Steps:
    """Each step of one installation; the model is loaded when the first text waits, and kept."""

    def __init__(self, config: Config, store: Store, clock: Clock, *, slack_clock: SlackClock | None = None) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self._slack_clock = slack_clock
        self._forecaster = LearnedForecaster(config, store)
        # Slack's pace is kept between rounds too.
        self._paces: dict[str, Pace] = {}
        self._said_mute = False
        self._is_slack_away = False

    @cached_property
    def slack_clock(self) -> SlackClock:
        from alerts.delivering.pace import SystemClock

        return self._slack_clock or SystemClock()

    @cached_property
    def channels(self) -> Mapping[str, SlackChannel]:
        return open_channels(self.config.environment)

    @cached_property
    def digest_writer(self) -> Callable[[OutboxRow], OutboxRow]:
        """Gives a digest's outbox rows their words when they are sent."""
        from bot.digesting import digest_writer

        return digest_writer(self.config, self.store)

    @cached_property
    def model(self) -> SentimentModel:
        return open_model(self.config)

    def crawl(
        self, entries: Sequence[Entry], now: datetime, progress: Callable[[int], None] = lambda _more: None
    ) -> list[Crawl]:
        """Public pages → mentions in the store; one Crawl for each entry. Only once in a process (one reactor)."""
        from spiders.crawl import crawl

        made = plans.crawl_plans(self.config, self.store, entries, now)
        crawls = self._recorded("crawl", now, lambda: crawl(made, self.store, self.config.crawl, now, progress))
        for one in crawls:
            step_line("crawl", is_quiet=one.is_quiet, entry=one.entry, status=one.status.value, requests=one.requests,
                      mentions=one.mentions, new=one.new, edited=one.edited, skipped=one.skipped or None,
                      suspicious=one.suspicious or None, seen=one.seen)  # fmt: skip
        return crawls

    def classify(self, now: datetime, progress: Callable[[str, int], None] | None = None) -> Any:
        """Unscored mentions → sentiments, verdicts. Without anything pending the model stays unloaded."""
        from classifier.classify import classify

        return self._recorded(
            "classify", now, lambda: classify(self.store, _Late(self), self.config.verdict, now, progress)
        )

    def forecaster(self, now: datetime) -> Forecaster:
        """What the store's own past teaches, at most an hour old."""
        return self._forecaster.at(now)

    def alert(self, now: datetime) -> AlertReport:
        """Verdicts → alerts, deadlines and outbox rows, and a card where a source is ill; nothing is sent here."""
        from alerts.alert import alert

        plan = plans.alert_plan(self.config, self.forecaster(now))

        def act() -> AlertReport:
            report = alert(self.store, plan, now)
            self._tell_health(plan, now)
            return report

        return self._recorded("alert", now, act)

    def _tell_health(self, plan: AlertPlan, now: datetime) -> None:
        """Sources in trouble, once a day, in the channel that is named for it or the cards' own."""
        from alerts.opening.source_health import tell_health

        slack = self.config.slack
        if channel := slack.health_channel or slack.channel:
            tell_health(self.store, channel, slack.workspace, plan.words(plan.teams[0].name), now)

    def deliver(self, stop: Callable[[], bool] = lambda: False) -> DeliveryReport:
        """Outbox rows → Slack, at Slack's pace. Without a token the rows wait, and that is said once."""
        from alerts.delivery import deliver
        from alerts.messages import MessageSettings

        def words(team: str) -> MessageSettings:
            return self.config.messages.get(team) or MessageSettings()

        def act() -> DeliveryReport:
            report = deliver(
                self.store,
                self.channels,
                self.slack_clock,
                paces=self._paces,
                words=words,
                stop=stop,
                written=self.digest_writer,
            )
            trouble = {
                "retried": report.retried or None,
                "refused": report.dead or None,
                "unknown": report.unknown or None,
            }
            step_line("deliver", is_quiet=report.is_quiet, sent=report.sent, edited=report.edited, **trouble)
            self._expect_answers(report)
            return report

        report = self._recorded("deliver", self.clock(), act)
        if self.is_mute and not self._said_mute:
            LOG.warning("no SLACK_BOT_TOKEN for some of what waits: it is kept and sent once the token is set")
        self._said_mute = self.is_mute
        return report

    def _expect_answers(self, report: DeliveryReport) -> None:
        """Raises FailedError while Slack is away and something waits for it; rounds between two tries count too."""
        from storage.records import OutboxState

        if report.answered or report.unanswered:
            self._is_slack_away = not report.answered
        if not self._is_slack_away:
            return
        counts = self.store.outbox_counts()
        if waiting := counts.get(OutboxState.PENDING, 0) + counts.get(OutboxState.SENDING, 0):
            raise FailedError(f"Slack does not answer: {waiting} messages wait and are sent, once, when it does")

    def digest(self, slot: datetime, now: datetime) -> list[MadeDigest]:
        """The last week that was over at `slot`, for each brand; put into the outbox once, however often it is run."""
        from alerts.digest import send_digest
        from alerts.weekly.week import last_full_week

        week = last_full_week(slot, self.config.digest.weekly.zone)

        def act() -> list[MadeDigest]:
            made = self.make_digests(week, now)
            for plan, one in made:
                send_digest(self.store, plan, one, now)
            return [one for _, one in made]

        return self._recorded("digest", now, act)

    def make_digests(self, week: Week, now: datetime) -> list[tuple[DigestPlan, MadeDigest]]:
        """Computed and kept, not sent."""
        from alerts.digest import digest
        from bot.digesting import digest_plans

        return [(plan, digest(self.store, plan, week, now)) for plan in digest_plans(self.config)]

    def tidy(self, now: datetime) -> None:
        """Once a day: texts that need not be kept any longer go."""
        last, kept = self.store.last_run("tidy", ok=True), self.config.store
        if last and now - last.started_at < TIDY_EVERY:
            return

        def act() -> None:
            if kept.calm_texts:
                self.store.wipe_calm_texts(now - kept.calm_texts)
            if kept.everything:
                self.store.delete_before(now - kept.everything)

        self._recorded("tidy", now, act)

    @property
    def is_mute(self) -> bool:
        """Something waits for a workspace there is no token for: it is kept, and sent once there is one."""
        from storage.records import OutboxState

        return any(row.workspace not in self.channels for row in self.store.outbox(OutboxState.PENDING, 200))

    def _recorded(self, step: str, now: datetime, act: Callable[[], T]) -> T:
        """Runs a step and keeps in the store that it ran, and how; its error goes on to the caller."""
        try:
            done = act()
        except BaseException as error:
            self._save(step, now, False, f"{type(error).__name__}: {error}"[:500])
            raise
        self._save(step, now, True, None)
        return done

    def _save(self, step: str, now: datetime, ok: bool, note: str | None) -> None:
        try:
            self.store.save_run(step, now, self.clock(), ok, note)
        except Exception as error:
            # The step's own outcome matters more than the note about it.
            LOG.warning("%s: could not keep that it ran: %s", step, error)


class _Late:
    """A scorer that loads the model at the first text."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def score(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> Any:
        return self._steps.model.score(texts, languages)
