"""What decides about the alerts of one team, and the decision itself: a stored thread → its deadline; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from alerts.alert_policy import AlertPolicy, Team
from alerts.growth.reviews import PageCounts, PageKey, review_by
from alerts.growth.seen import seen
from alerts.hours.calendar import Calendar
from alerts.policy import Decision, deadline_for
from alerts.watching.plan import Forecasting
from alerts.watching.votes import votes_forecast
from storage.records import Alert, Severity, Thread, Verdict


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What decides about an alert of one team."""

    policy: AlertPolicy
    team: Team
    calendar: Calendar
    forecaster: Forecasting
    # Reviews of the last thirty days on each page.
    reviews: PageCounts = field(default_factory=dict[PageKey, int])


def decide(
    thread: Thread,
    severity: Severity,
    rules: Rules,
    now: datetime,
    *,
    at_least: Severity = Severity.LOW,
    at_most: Severity = Severity.HIGH,
) -> Decision:
    """Forecast and deadline of a thread as its last crawl left it; `severity` is its verdict's, `at_most` a rule's."""
    state = seen(thread, now)
    forecast = rules.forecaster.forecast(state.timeline, state.age)
    votes = votes_forecast(thread, rules.forecaster)
    return deadline_for(
        state,
        severity,
        forecast,
        now,
        team=rules.team,
        calendar=rules.calendar,
        policy=rules.policy,
        review=review_by(thread, rules.reviews, rules.policy.reviews, votes.rise() if votes else None),
        at_least=at_least,
        at_most=at_most,
    )


def may_call(alert: Alert, rules: Rules, now: datetime) -> bool:
    """May people be called now? At night only for what is urgent; what is due then is said in the morning, if it still
    holds: nothing waits in the outbox that an answer at night would make untrue."""
    urgent = alert.severity >= rules.team.urgent_from
    return urgent or rules.calendar.is_open(now) or rules.calendar.next_open(now) is None


def decide_again(alert: Alert, thread: Thread, verdict: Verdict | None, rules: Rules, now: datetime) -> Decision:
    """The decision for an alert that stands: by its verdict, never under the severity it has reached."""
    judged = verdict.severity if verdict is not None and verdict.is_negative else Severity.LOW
    most = verdict.most if verdict is not None else Severity.HIGH
    return decide(thread, judged, rules, now, at_least=alert.severity, at_most=most)
