"""By when should we answer, and how important is it: a forecast and the team's hours → a deadline; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.alert_policy import AlertPolicy, Team
from alerts.forecast import Forecast
from alerts.growth.platforms import platform_of
from alerts.growth.review_deadline import ReviewDeadline
from alerts.growth.seen import Seen
from alerts.hours.answer_by import AnswerBy, answer_by, courtesy
from alerts.hours.calendar import Calendar
from storage.records import Deadline, Reason, Severity

NOTE_CODES = (
    "holiday_earlier",
    "holiday_later",
    "on_call_paged",
    "no_support_hours",
    "courtesy_passed",
    "first_seen_late",
    "growth_raises_severity",
    "deadline_passed",
    "stopped_growing",
    "hours_changed",
    "leaves_first_page",
    "votes_rise",
)
"""Codes of `Deadline.notes`; the catalogue says them. Numbers in braces, in English:

holiday_earlier         {day} is a holiday ({name}), so it is due before it
holiday_later           {day} is a holiday ({name}), so it is due after it      (name "": one of our own free days)
on_call_paged           nobody is at work before it: on-call was paged
no_support_hours        no support hours within a year: the wall clock counts
courtesy_passed         the usual time to a first answer has passed already
first_seen_late         first seen {minutes} minutes after it was written; {percent} % of its audience had come
growth_raises_severity  raised from {before} to {after}: growing fast ({percent} % for ten more within a day)
deadline_passed         the moment to be ahead of most of it has passed already
stopped_growing         it stopped growing, so the deadline is a courtesy now
hours_changed           the team's support hours were changed
leaves_first_page       new reviews will push it off the first page by then
votes_rise              {votes} readers found it helpful, {more} more are likely to: the page shows such reviews first
"""

SOCIAL = frozenset({"reddit", "twitter", "twitter_replies", "twitter_support", "weibo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A deadline, the severity with expected growth in it, and whether somebody must be paged for it now."""

    deadline: Deadline
    severity: Severity
    pages: bool = False
    # What it rests on, and the crawl it was made from; None where a test hands in a decision.
    forecast: Forecast | None = None
    observed_at: datetime | None = None

    def damage_by(self, moment: datetime) -> float:
        """The share of the growth still to come that will be there by `moment`."""
        if self.forecast is None or self.observed_at is None:
            return self.deadline.damage_share
        return self.forecast.share_by((moment - self.observed_at).total_seconds()) if self.forecast.growing else 0.0


def deadline_for(
    thread: Seen,
    severity: Severity,
    forecast: Forecast,
    now: datetime,
    *,
    team: Team,
    calendar: Calendar,
    policy: AlertPolicy,
    review: ReviewDeadline | None = None,
    at_least: Severity = Severity.LOW,
    at_most: Severity = Severity.HIGH,
) -> Decision:
    """The deadline of a thread as its last crawl left it; never before now + floor without a note that says so.

    `severity` is the verdict's, `at_least` the one the alert has reached: growth raises the first by one step, however
    often it is looked at, and never over `at_most`, which a rule of the configuration set. `review`: what
    `review_deadline` says where the source has no replies (deadline.md 5.7).
    """
    grown = max(severity, min(at_most, raised_by_growth(severity, forecast, policy)))
    raised = max(grown, at_least)
    growth, notes = _growth_deadline(thread, forecast, now, policy, review)
    if growth is not None:
        urgent = raised >= team.urgent_from and bool(team.on_call) and forecast.growing
        by = answer_by(growth, now, calendar, policy, can_page=urgent)
    else:
        by = courtesy(thread.created_at, _courtesy_time(thread, team, policy), now, calendar, policy)
        growth = by.at
    notes = (*_severity_note(severity, grown, forecast), *notes, *_late_sight(thread, forecast), *by.notes)
    deadline = _deadline(thread, forecast, now, growth, by, notes)
    return Decision(
        deadline=deadline, severity=raised, pages=by.pages, forecast=forecast, observed_at=thread.observed_at
    )


def renewed(old: Deadline, fresh: Decision) -> Deadline:
    """A deadline that is kept, with the numbers of the last forecast; the same one where people would see no change.

    Its moments and notes stay. What was said to grow stays so until it is lifted, which is another decision.
    """
    new = fresh.deadline
    new = replace(
        new,
        decided_at=old.decided_at,
        foreseen_at=new.decided_at,
        growth_deadline=old.growth_deadline,
        answer_by=old.answer_by,
        is_late=old.is_late,
        notes=old.notes,
        is_growing=old.is_growing or new.is_growing,
        is_about=old.is_about if old.rests_on_votes or fresh.deadline.rests_on_votes else new.is_about,
        reason="grows" if old.is_growing and not new.is_growing else new.reason,
        damage_share=fresh.damage_by(old.answer_by),
    )
    return old if _as_read(new) == _as_read(old) else new


def _as_read(one: Deadline) -> tuple[object, ...]:
    """What people read of a forecast: whole replies, whole minutes, per cents."""
    counts = (one.expected_more, one.expected_more_low, one.expected_more_high, one.expected_final)
    shares = (one.p_10_more_24h, one.p_double, one.milestone_chance, one.damage_share)
    at = one.milestone_at and round(one.milestone_at.timestamp() / 60)
    said = (one.is_growing, one.is_about, one.reason, one.basis, one.milestone, at, one.similar, one.similar_grew)
    return (*said, *map(round, counts), *(round(share, 2) for share in shares))


def raised_by_growth(severity: Severity, forecast: Forecast, policy: AlertPolicy) -> Severity:
    """One step up for what grows faster than people answer, or probably brings ten more within a day."""
    fast = forecast.growing and (forecast.reason == "faster_than_humans" or forecast.p_10_more_24h >= policy.grows_from)
    return Severity(min(severity + 1, Severity.HIGH)) if fast else severity


def _growth_deadline(
    thread: Seen, forecast: Forecast, now: datetime, policy: AlertPolicy, review: ReviewDeadline | None
) -> tuple[datetime | None, tuple[Reason, ...]]:
    """The wall clock's deadline; None where the thread does not grow and a courtesy answer is enough."""
    notes: tuple[Reason, ...] = ()
    if forecast.growing:
        wanted = thread.observed_at + timedelta(seconds=forecast.deadline_seconds)
    elif review is not None:
        wanted = review.at
        notes = _review_notes(review)
    else:
        return None, ()
    earliest = now + policy.floor
    if wanted >= earliest:
        return wanted, notes
    if review is not None and review.votes is not None:
        return earliest, (*notes, Reason(code="deadline_passed"))
    return earliest, (Reason(code="deadline_passed" if forecast.growing else "courtesy_passed"),)


def _review_notes(review: ReviewDeadline) -> tuple[Reason, ...]:
    """Why it is sooner than customers expect."""
    if review.votes is not None:
        return (Reason(code="votes_rise", numbers={"votes": review.votes.votes, "more": review.votes.more}),)
    return (Reason(code="leaves_first_page"),) if review.reason == "leaves_page" else ()


def _courtesy_time(thread: Seen, team: Team, policy: AlertPolicy) -> timedelta:
    """The team's own first-answer time, else by the source's name, else by what kind of place it is."""
    source = thread.timeline.source
    kind = "social" if platform_of(source) in SOCIAL else "forum"
    return team.courtesy or policy.courtesy.get(source) or policy.courtesy.get(kind) or timedelta(hours=8)


def _severity_note(before: Severity, after: Severity, forecast: Forecast) -> tuple[Reason, ...]:
    if before == after:
        return ()
    percent = round(100 * forecast.p_10_more_24h)
    numbers: dict[str, str | int | float] = {"before": before.word, "after": after.word, "percent": percent}
    return (Reason(code="growth_raises_severity", numbers=numbers),)


def _late_sight(thread: Seen, forecast: Forecast) -> tuple[Reason, ...]:
    """A thread first seen at age a has lost G(a) of its audience: report it (deadline.md section 4)."""
    if not forecast.growing or forecast.seen_share < 0.2:
        return ()
    minutes = round(thread.first_seen_age.total_seconds() / 60)
    if minutes < 15:
        return ()
    return (Reason(code="first_seen_late", numbers={"minutes": minutes, "percent": round(100 * forecast.seen_share)}),)


def _deadline(
    thread: Seen, forecast: Forecast, now: datetime, growth: datetime, by: AnswerBy, notes: tuple[Reason, ...]
) -> Deadline:
    until = (by.at - thread.observed_at).total_seconds()
    reached = None
    if forecast.milestone_seconds is not None:
        reached = thread.observed_at + timedelta(seconds=forecast.milestone_seconds)
    made = Deadline(
        decided_at=now,
        growth_deadline=growth,
        answer_by=by.at,
        is_growing=forecast.growing,
        is_late=by.is_late,
        is_about=thread.is_about,
        expected_more=forecast.expected_more,
        expected_more_low=forecast.expected_more_low,
        expected_more_high=forecast.expected_more_high,
        expected_final=forecast.expected_final,
        p_double=forecast.p_double,
        p_10_more_24h=forecast.p_10_more_24h,
        milestone=forecast.milestone,
        milestone_at=reached,
        milestone_chance=forecast.milestone_chance,
        similar=forecast.similar,
        similar_grew=forecast.similar_grew,
        damage_share=forecast.share_by(until) if forecast.growing else 0.0,
        basis=forecast.basis,
        reason=forecast.reason,
        model_version=forecast.model_version,
        notes=notes,
    )
    # Votes are only counted: of when they came we know between which two crawls.
    return replace(made, is_about=made.is_about or made.rests_on_votes)
