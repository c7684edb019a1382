"""What never happens to a deadline, whatever the hours: property tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert_policy import Team
from alerts.forecast import Forecaster
from alerts.growth.seen import seen
from alerts.hours.answer_by import answer_by
from alerts.hours.calendar import Calendar
from alerts.hours.support_hours import SupportHours
from alerts.watching.moves import moved, refitted
from alerts.watching.rules import Rules
from storage.records import Severity
from tests.alerts import looked, told
from tests.alerts.decided import POLICY, decided, state
from tests.alerts.told import (
    ALWAYS,
    HOUR,
    LATE_SHIFT,
    MINUTE,
    NIGHT,
    NOW,
    OFFICE,
    POLISH,
    QUIET,
    SPLIT,
    forecast,
    local,
    said,
)

WEEKS = [OFFICE, SPLIT, NIGHT, ALWAYS, POLISH, LATE_SHIFT, SupportHours(zone=ZoneInfo("America/New_York"))]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.integers(15, 24 * 60)


@given(hours=st.sampled_from(WEEKS), now=moments, length=minutes, high=st.booleans())
def test_never_outside_support_hours_but_for_a_page(
    hours: SupportHours, now: datetime, length: int, high: bool
) -> None:
    calendar = Calendar(hours)
    growth = now + length * MINUTE
    found = answer_by(growth, now, calendar, POLICY, can_page=high)
    assert found.pages or calendar.is_open(found.at)
    assert found.is_late == (found.at > growth)
    assert found.pages or calendar.worked(now, found.at) >= POLICY.handling


@given(hours=st.sampled_from(WEEKS), now=moments, length=minutes, more=st.integers(0, 24 * 60), high=st.booleans())
def test_monotone_a_later_growth_deadline_is_never_an_earlier_answer(
    hours: SupportHours, now: datetime, length: int, more: int, high: bool
) -> None:
    """Within each of deadline.md's sentences (in time, paged, late), and from one to the other but for late to in time.

    There the two sentences themselves step back, by less than the half hour of the second (docs/deadline.md proves it).
    """
    calendar = Calendar(hours)
    first = answer_by(now + length * MINUTE, now, calendar, POLICY, can_page=high)
    later = answer_by(now + (length + more) * MINUTE, now, calendar, POLICY, can_page=high)
    assert first.is_late or not later.is_late
    if first.is_late and later.is_late:
        assert first.at == later.at
    elif first.is_late:
        assert later.at == calendar.latest_open(now, now + (length + more) * MINUTE)
        assert first.at - later.at < POLICY.late_start
    else:
        assert first.at <= later.at


@pytest.mark.parametrize("due", ["09:20", "09:25", "09:29"])
def test_the_one_step_back_that_deadline_md_asks_for(due: str) -> None:
    """Seen at night, work begins at nine: due at 09:19 nothing leaves twenty minutes, so it is half past nine, late.

    Due a little later it is that very moment, in time.
    """
    night, calendar = local("2026-11-18 23:00"), Calendar(OFFICE)
    late = answer_by(local("2026-11-19 09:19"), night, calendar, POLICY, can_page=False)
    in_time = answer_by(local(f"2026-11-19 {due}"), night, calendar, POLICY, can_page=False)
    assert (late.at, late.is_late) == (local("2026-11-19 09:30"), True)
    assert (in_time.at, in_time.is_late) == (local(f"2026-11-19 {due}"), False)


@given(
    hours=st.sampled_from(WEEKS),
    now=moments,
    looks=st.lists(st.tuples(st.integers(0, 180), minutes, st.booleans()), min_size=2, max_size=12),
)
def test_monotone_in_time_a_live_deadline_only_ever_comes_nearer(
    hours: SupportHours, now: datetime, looks: list[tuple[int, int, bool]]
) -> None:
    """Whatever is forecast at each look: so nobody who reads a card ever meets the step back."""
    team = Team(hours=hours, on_call=("U1",))
    kept = decided(forecast(looks[0][1]), now=now, team=team, of=state(created_at=now, observed_at=now)).deadline
    for wait, length, high in looks[1:]:
        now += wait * MINUTE
        of = state(created_at=now - HOUR, observed_at=now)
        fresh = decided(forecast(length), Severity.HIGH if high else Severity.LOW, now, team, of)
        change = moved(kept, fresh, now, POLICY)
        if change is not None:
            assert change[0].answer_by < kept.answer_by
            assert change[0].growth_deadline <= kept.growth_deadline
            kept = change[0]


@given(hours=st.sampled_from(WEEKS), now=moments, length=minutes, growing=st.booleans())
def test_idempotent_deciding_again_at_the_same_moment_moves_nothing(
    hours: SupportHours, now: datetime, length: int, growing: bool
) -> None:
    says = forecast(length) if growing else QUIET
    of = state(created_at=now - HOUR, observed_at=now)
    team = Team(hours=hours)
    first = decided(says, now=now, team=team, of=of)
    assert decided(says, now=now, team=team, of=of) == first
    assert moved(first.deadline, first, now, POLICY) is None
    assert refitted(first.deadline, now, Calendar(hours), POLICY) is None


@given(
    replies=st.lists(st.integers(1, 6 * 3600), min_size=1, max_size=60),
    more=st.lists(st.integers(1, 3600), min_size=1, max_size=40),
    wait=st.integers(60, 3600),
    hours=st.sampled_from(WEEKS),
)
def test_never_later_by_more_replies(replies: list[int], more: list[int], wait: int, hours: SupportHours) -> None:
    """The real forecast, twice: what the second crawl brings never makes a deadline later that has not passed."""
    created = NOW - 6 * HOUR
    rules = Rules(policy=POLICY, team=Team(hours=hours), calendar=Calendar(hours), forecaster=Forecaster())
    texts = [said(1, created), *(said(n, created + t * timedelta(seconds=1)) for n, t in enumerate(replies, 2))]
    before = seen(told.thread(*texts, first_seen_at=created), NOW)
    says = rules.forecaster.forecast(before.timeline, before.age)
    first = decided(says, team=rules.team, of=before).deadline
    then = NOW + wait * timedelta(seconds=1)
    texts += [said(n, NOW + min(t, wait) * timedelta(seconds=1)) for n, t in enumerate(more, len(texts) + 1)]
    after = told.thread(*texts, first_seen_at=created, observed_at=then)
    outcome = looked.seen(told.alert(deadline=first), after, now=then, rules=rules)
    assert outcome.after.missed or outcome.after.deadline.answer_by <= first.answer_by
    assert outcome.after.missed == (then > first.passes_at)
