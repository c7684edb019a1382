"""Why a thread alerted or did not, with the numbers: its verdict, its route, its forecast, its deadline's history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import groupby
from typing import Protocol

from alerts.cards.voice import Voice
from alerts.forecast import Forecast
from alerts.growth.in_words import BASIS_WORDS, FORECAST_WORDS
from alerts.growth.seen import seen
from alerts.messages import MessageSettings
from alerts.opening.routing import is_paused, mute_of, route_of
from alerts.watching.answers import angry_replies, owner_answer, said_at
from alerts.watching.needs import CardStore
from alerts.watching.plan import AlertPlan
from alerts.watching.votes import VotesForecast, votes_forecast
from storage.records import Alert, AlertEvent, Deadline, Mute, Reason, Thread, Verdict


class ExplainStore(CardStore, Protocol):
    """What explaining asks of the store."""

    def alerts_of_threads(self, thread_ids: Sequence[int]) -> dict[int, Alert]: ...

    def passed_over(self, thread_id: int) -> str | None: ...

    def deadlines_of(self, alert_id: int) -> list[Deadline]: ...

    def mutes(self, now: datetime) -> list[Mute]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All there is to say about one thread."""

    thread: Thread
    verdict: Verdict | None
    alert: Alert | None
    # One of alerts.opening.beginning.PASSED_OVER, where nobody was told of a negative thread, and its numbers in words.
    why_not: str | None
    why_numbers: str
    channel: str | None
    muted: Mute | None
    is_paused: bool
    forecast: Forecast
    # As it looks when only what was there is known that was there when the team was told.
    foreseen: Forecast | None
    replies: int
    # Of a review's "helpful" votes, where they rise and the page is sorted by them.
    votes: VotesForecast | None
    deadlines: tuple[Deadline, ...]
    events: tuple[AlertEvent, ...]


def explain(store: ExplainStore, plan: AlertPlan, thread: Thread, now: datetime) -> Explanation:
    """Gathers what was decided about the thread and what would be decided now."""
    verdict = store.verdicts_of([thread.id]).get(thread.id)
    alert = store.alerts_of_threads([thread.id]).get(thread.id)
    state = seen(thread, now)
    why_not = None if alert else store.passed_over(thread.id)
    route = route_of(thread, verdict, verdict.severity, plan.routes) if verdict else None
    told_at = alert.opened_at if alert else None
    told_age = (told_at - thread.created_at).total_seconds() if told_at else None
    return Explanation(
        thread=thread,
        verdict=verdict,
        alert=alert,
        why_not=why_not,
        why_numbers=_why_numbers(why_not, thread, verdict, plan),
        channel=alert.channel if alert else route.channel if route else None,
        muted=mute_of(thread, store.mutes(now), now),
        is_paused=is_paused(thread, plan.policy.pauses),
        forecast=plan.forecaster.forecast(state.timeline, state.age),
        foreseen=None if told_age is None else plan.forecaster.forecast(state.timeline, told_age),
        replies=state.replies,
        votes=votes_forecast(thread, plan.forecaster),
        deadlines=tuple(store.deadlines_of(alert.id)) if alert and alert.id is not None else (),
        events=tuple(store.events_of_alerts([alert.id]).get(alert.id, ())) if alert and alert.id is not None else (),
    )


def _why_numbers(why: str | None, thread: Thread, verdict: Verdict | None, plan: AlertPlan) -> str:
    """The figures behind a reason not to tell; "" where it needs none."""
    if why == "too_mild" and verdict is not None:
        return f"{verdict.severity.word}, alerted from {plan.policy.least_severity.word} on"
    if why == "old":
        hours = (thread.first_seen_at - thread.created_at).total_seconds() / 3600
        return (
            f"first seen {hours:.0f} h after it began; told up to {plan.policy.old_after.total_seconds() / 3600:.0f} h"
        )
    if why == "answered_before" and (answer := owner_answer(thread, None)) is not None:
        at = said_at(answer, thread)
        angry = angry_replies(thread, at, plan.policy)
        return f"answered {at:%Y-%m-%d %H:%M} UTC; {angry} negative replies since, {plan.policy.reopen_replies} needed"
    return ""


_WHY_NOT = {
    "competitor": "the brand is a competitor: it is counted and never alerted",
    "paused": "the brand or the source is paused ([[alerts.pauses]])",
    "muted": "the author, the thread or the source was muted",
    "deleted": "the first text is deleted",
    "too_mild": "its severity is under alerts.least_severity",
    "no_route": "no [[route]] takes it",
    "answered_before": "the owner had answered before we saw it",
    "old": "it was old when we saw it and did not grow",
}


def explained(of: Explanation, words: MessageSettings) -> Iterator[str]:
    """The explanation as lines for a terminal, in English but for the reasons, which are the card's own sentences."""
    voice = Voice(words)
    thread = of.thread
    yield f"{thread.brand} on {thread.source} {thread.instance} thread {thread.external_id} (no. {thread.id})".replace(
        "  ", " "
    )
    yield f"seen {_at(thread.first_seen_at, words)}, last crawl {_at(thread.observed_at, words)}, {of.replies} replies"
    yield from _verdict_lines(of.verdict, voice)
    yield from _alert_lines(of, words)
    yield from _forecast_lines(of.forecast)
    yield from _votes_lines(of, words)
    for number, deadline in enumerate(of.deadlines, 1):
        yield (
            f"deadline {number}, set {_at(deadline.decided_at, words)}: answer by {_at(deadline.answer_by, words)}"
            + _why(deadline, words, voice)
        )
    for event in of.events:
        numbers = ", ".join(
            f"{name} {value}" for name, value in event.numbers.items() if name != "press" and value != ""
        )
        by = f" by {event.by}" if event.by else ""
        yield f"{_at(event.at, words)} {event.what}{by}" + (f" ({numbers})" if numbers else "")


def _forecast_lines(said: Forecast) -> Iterator[str]:
    """In plain words; a mean that a few huge threads pull out of the interval would only confuse, so it is left out."""
    if said.reason == "no_curve":
        yield f"forecast: {FORECAST_WORDS[said.reason]}"
        return
    low, high = round(said.expected_more_low), round(said.expected_more_high)
    is_inside = low <= said.expected_more <= high
    mean = f" ({said.expected_more:.1f} on average)" if is_inside else ""
    span = f"between {low} and {high} more replies{mean}, as a middle guess {said.expected_final:.0f} in all"
    yield f"forecast: {FORECAST_WORDS.get(said.reason, said.reason)}; {span}"
    passes = f"passes {said.milestone} replies {said.milestone_chance:.0%}, " if said.milestone is not None else ""
    yield f"  {passes}doubles {said.p_double:.0%}, ten more in 24 h {said.p_10_more_24h:.0%}"
    if said.similar_size is not None:
        reached = f"{said.similar_grew} reached {said.similar_size} replies"
        yield f"  of the {said.similar} most similar finished threads {reached}"
    if said.dropped:
        yield f"  left out: {said.dropped} replies whose time cannot be (before the first text, or none)"
    model = f"growth model {said.model_version.removeprefix('growth-')}"
    yield f"  from {BASIS_WORDS.get(said.basis, said.basis)} ({said.history_threads} threads of its own), {model}"


def _votes_lines(of: Explanation, words: MessageSettings) -> Iterator[str]:
    """How the votes of a review moved, and what is expected of them as if they were replies."""
    points = of.thread.votes
    if not points:
        return
    counted = ", ".join(str(votes) for votes, _ in groupby(point.votes for point in points[-20:]))
    yield f"helpful votes: {counted}; last read {_at(points[-1].observed_at, words)}"
    if of.votes is None:
        return
    said, rise = of.votes.forecast, of.votes.rise()
    low, high = round(said.expected_more_low), round(said.expected_more_high)
    until = f"; growth deadline {_at(rise.at, words)}" if rise else ""
    yield f"  taken as replies: {FORECAST_WORDS.get(said.reason, said.reason)}; between {low} and {high} more{until}"


def _verdict_lines(verdict: Verdict | None, voice: Voice) -> Iterator[str]:
    if verdict is None:
        yield "not judged yet: run repwatch classify"
        return
    word = f"negative, {verdict.severity.word}" if verdict.is_negative else "calm"
    yield f"verdict: {word}; {verdict.score:.0%} negative voices" + (f"; rule {verdict.rule}" if verdict.rule else "")
    yield from (f"  - {_plain(reason, voice)}" for reason in verdict.reasons)


def _alert_lines(of: Explanation, words: MessageSettings) -> Iterator[str]:
    if of.alert is not None:
        carried = f", listed on {of.alert.carried_by}" if of.alert.carried_by else ""
        closed = f" ({of.alert.closed_why})" if of.alert.closed_why else ""
        where = f"in {of.alert.channel}{carried}, {of.alert.missed} missed"
        yield f"alert: {of.alert.state}{closed}, {of.alert.severity.word}, {where}"
    elif of.why_not is not None:
        numbers = f" ({of.why_numbers})" if of.why_numbers else ""
        yield f"no alert: {_WHY_NOT.get(of.why_not, of.why_not)}{numbers}"
    elif of.verdict is not None and of.verdict.is_negative:
        yield f"no alert yet: the next repwatch alert would tell {of.channel or 'nobody, for no [[route]] takes it'}"
    elif of.verdict is None:
        yield "no alert: it is not judged yet"
    else:
        yield f"no alert: it is not negative ({of.verdict.score:.0%} negative voices)"
    if of.muted is not None:
        until = f"until {_at(of.muted.until, words)}" if of.muted.until else "for good"
        yield f"muted: {of.muted.scope}, {until}; repwatch mutes --end {of.muted.id} ends it"


def _why(deadline: Deadline, words: MessageSettings, voice: Voice) -> str:
    growth = (
        f", growth deadline {_at(deadline.growth_deadline, words)}"
        if deadline.is_growing or deadline.rests_on_votes
        else ", out of courtesy: it does not grow"
    )
    late = f", late ({deadline.damage_share:.0%} of the growth will be there)" if deadline.is_late else ""
    return growth + late + "".join(f"; {_plain(note, voice)}" for note in deadline.notes)


def _plain(reason: Reason, voice: Voice) -> str:
    return unescape(str(voice.reason(reason.code, **reason.numbers)))


def _at(moment: datetime, words: MessageSettings) -> str:
    return moment.astimezone(words.tz).strftime("%Y-%m-%d %H:%M %Z")
