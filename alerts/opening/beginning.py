"""Which negative threads become alerts, and how such an alert begins; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from alerts.alert_policy import AlertPolicy
from alerts.growth.replies import replies_of
from alerts.opening.routing import is_paused, mute_of, route_of
from alerts.watching.answers import angry_replies, owner_answer, said_at
from alerts.watching.plan import AlertPlan
from alerts.watching.rules import Rules, decide
from storage.records import Alert, AlertState, Deadline, Mute, Thread, Verdict

PASSED_OVER = (
    "competitor",
    "paused",
    "muted",
    "deleted",
    "too_mild",
    "no_route",
    "answered_before",
    "old",
)
"""Why nobody is told of a negative thread, each with its sentence in `alerts/explain.py`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A thread about to become an alert."""

    thread: Thread
    verdict: Verdict
    alert: Alert
    pages: bool = False


def wants_alert(thread: Thread, verdict: Verdict, plan: AlertPlan, mutes: Sequence[Mute], now: datetime) -> str | None:
    """Why nobody shall be told of this thread, one of PASSED_OVER; None where somebody shall."""
    root = thread.root
    if not verdict.is_negative or thread.brand in plan.competitors:
        return "competitor"
    if is_paused(thread, plan.policy.pauses):
        return "paused"
    if mute_of(thread, mutes, now) is not None:
        return "muted"
    if root is None or root.deleted:
        return "deleted"
    if verdict.severity < plan.policy.least_severity:
        return "too_mild"
    return "answered_before" if _is_answered(thread, plan.policy) else None


def is_old(thread: Thread, deadline: Deadline, policy: AlertPolicy, now: datetime) -> bool:
    """Written long before we saw it, and no longer growing: learned from and listed, not alerted."""
    age = now - thread.created_at
    return age > policy.old_after and not deadline.is_growing


def opening(thread: Thread, verdict: Verdict, plan: AlertPlan, now: datetime) -> Opening | None:
    """The alert this thread begins as; None where no route takes it."""
    first = route_of(thread, verdict, verdict.severity, plan.routes)
    if first is None:
        return None
    decision = decide(thread, verdict.severity, rules_of(first.team, plan), now, at_most=verdict.most)
    route = route_of(thread, verdict, decision.severity, plan.routes) or first
    if route.team != first.team:
        decision = decide(thread, verdict.severity, rules_of(route.team, plan), now, at_most=verdict.most)
    alert = Alert(
        thread_id=thread.id,
        brand=thread.brand,
        team=plan.team(route.team).name,
        key=key_of(thread),
        state=AlertState.OPEN,
        severity=decision.severity,
        opened_at=now,
        deadline=decision.deadline,
        workspace=route.workspace,
        channel=route.channel,
        told_replies=len(replies_of(thread)),
    )
    return Opening(thread=thread, verdict=verdict, alert=alert, pages=decision.pages)


def key_of(thread: Thread) -> str:
    """The card's name for ever: the same thread has it in any database, so a lost one can't post it twice."""
    name = "\n".join((thread.source, thread.instance, thread.external_id, thread.brand))
    return f"card-{sha256(name.encode()).hexdigest()[:20]}"


def rules_of(team: str, plan: AlertPlan) -> Rules:
    return Rules(
        policy=plan.policy,
        team=plan.team(team),
        calendar=plan.calendar(team),
        forecaster=plan.forecaster,
        reviews=plan.reviews,
    )


def _is_answered(thread: Thread, policy: AlertPolicy) -> bool:
    """The owner answered before we ever told anybody, and it did not go on after that."""
    answer = owner_answer(thread, None)
    if answer is None:
        return False
    return angry_replies(thread, said_at(answer, thread), policy) < policy.reopen_replies
