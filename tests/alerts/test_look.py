"""One look at an alert: answered, reminded, missed, reopened, turned round; each exactly when it should be."""

from __future__ import annotations

from dataclasses import replace

from alerts.alert_policy import Team
from alerts.hours.reminders import reminder_at
from alerts.watching.look import look, with_edits
from alerts.watching.outcome import Say
from storage.records import AlertState, Label, Severity
from tests.alerts.looked import edited, says, seen, words
from tests.alerts.told import (
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    QUIET,
    alert,
    deadline,
    forecast,
    local,
    owner,
    rules,
    said,
    thread,
    verdict,
)


def test_nothing_new_changes_nothing() -> None:
    assert not seen(alert()).is_change


def test_the_owners_answer_stops_the_clock_with_the_time_to_reply() -> None:
    answered = thread(said(1, NOW - HOUR), owner(2, NOW - 8 * MINUTE))
    outcome = seen(alert(), answered)
    assert outcome.after.state is AlertState.ANSWERED
    assert outcome.after.answered_at == NOW - 8 * MINUTE
    assert outcome.after.answered_by == "Acme Support"
    assert outcome.events[0].numbers == {"minutes": 52.0}
    assert says(outcome) == [Say.UPDATE]
    assert not seen(outcome.after, answered).is_change


def test_an_answer_without_a_time_counts_from_when_it_was_seen() -> None:
    outcome = seen(alert(), thread(said(1), replace(owner(2, NOW), published_at=None, fetched_at=NOW - MINUTE)))
    assert outcome.after.answered_at == NOW - MINUTE


def test_the_owners_own_first_post_is_no_answer_to_itself() -> None:
    of = thread(replace(said(1), is_owner_reply=True), said(2))
    assert seen(alert(told_replies=1), of).after.state is AlertState.OPEN


def test_a_deleted_answer_is_none() -> None:
    of = thread(said(1), replace(owner(2, NOW - MINUTE), deleted=True))
    assert seen(alert(), of).after.state is AlertState.OPEN


def test_a_deleted_first_text_closes_with_the_reason() -> None:
    outcome = seen(alert(), thread(replace(said(1), deleted=True, text=None)))
    assert (outcome.after.state, outcome.after.closed_why) == (AlertState.DISMISSED, "deleted")
    assert says(outcome) == [Say.UPDATE]


def test_an_edit_for_the_better_before_any_answer_closes_it_as_turned_round() -> None:
    outcome = look(alert(opened_at=NOW - HOUR), edited(1, 5), verdict(negative=False), rules(), NOW)
    assert (outcome.after.state, outcome.after.closed_why) == (AlertState.DISMISSED, "edited_to_better")
    assert outcome.after.turned_round_at == NOW


def test_a_verdict_that_calms_down_by_others_words_does_not_close_it() -> None:
    assert look(alert(), thread(), verdict(negative=False), rules(), NOW).after.state is AlertState.OPEN


# New replies.


def test_new_replies_are_told_once() -> None:
    of = thread(said(1), said(2, NOW), said(3, NOW))
    outcome = seen(alert(told_replies=0), of)
    assert [m.id for m in outcome.says[1].replies] == [2, 3]
    assert outcome.after.told_replies == 2
    assert not seen(outcome.after, of).is_change


def test_a_reply_found_late_is_told_though_it_was_written_early() -> None:
    of = thread(said(1), said(3, NOW - 2 * HOUR), said(2, NOW))
    outcome = seen(alert(told_replies=1), of)
    assert [m.id for m in outcome.says[1].replies] == [3]


def test_a_reply_that_its_source_numbered_anew_is_not_told_again() -> None:
    again = replace(said(2, NOW), id=9, external_id="9000")
    outcome = seen(alert(told_replies=1), thread(said(1), said(2, NOW), again))
    assert not outcome.is_change


def test_a_worse_verdict_raises_severity_and_a_milder_one_never_lowers_it() -> None:
    worse = look(alert(), thread(), verdict(Severity.HIGH), rules(), NOW)
    assert worse.after.severity is Severity.HIGH
    assert look(worse.after, thread(), verdict(Severity.LOW), rules(), NOW).after.severity is Severity.HIGH


# Deadline.


def test_a_thread_that_speeds_up_moves_its_deadline_earlier_and_says_so() -> None:
    outcome = seen(alert(deadline=deadline(NOW + 5 * HOUR)))
    assert outcome.after.deadline.answer_by == NOW + 2 * HOUR
    assert (words(outcome), says(outcome)) == (["moved"], [Say.UPDATE])
    assert outcome.events[0].numbers == {"minutes": -180.0}


def test_fast_growth_raises_severity_one_step_however_often_it_is_looked_at() -> None:
    fast = rules(forecast(120, p_10_more_24h=0.9))
    once = seen(alert(deadline=deadline(NOW + 5 * HOUR)), rules=fast).after
    assert once.severity is Severity.MEDIUM
    again = seen(replace(once, deadline=deadline(NOW + 5 * HOUR)), rules=fast).after
    assert again.severity is Severity.MEDIUM


def test_a_slower_one_keeps_its_deadline() -> None:
    assert not seen(alert(deadline=deadline(NOW + HOUR))).is_change


LIVELIER = forecast(180, expected_more=30.0, expected_final=40.0, milestone=20, milestone_chance=0.7, similar=100)


def test_a_kept_deadline_takes_the_numbers_of_the_last_forecast_and_says_nothing() -> None:
    before = deadline(NOW + HOUR)
    outcome = seen(alert(deadline=before), now=NOW + 10 * MINUTE, rules=rules(LIVELIER))
    after = outcome.after.deadline
    assert (after.answer_by, after.growth_deadline, after.decided_at) == (before.answer_by, before.growth_deadline, NOW)
    assert (after.expected_more, after.milestone, after.milestone_chance, after.similar) == (30.0, 20, 0.7, 100)
    assert after.foreseen_at == NOW + 10 * MINUTE
    assert (words(outcome), says(outcome)) == ([], [])
    assert not seen(outcome.after, now=NOW + 20 * MINUTE, rules=rules(LIVELIER)).is_change
    assert not outcome.is_listed_anew


def test_an_overdue_alert_tells_new_replies_with_the_numbers_of_now() -> None:
    of = thread(said(1), said(2, NOW + 3 * HOUR))
    outcome = seen(alert(deadline=deadline(NOW + HOUR)), of, now=NOW + 3 * HOUR, rules=rules(LIVELIER))
    assert Say.UPDATE in says(outcome)
    assert outcome.after.deadline.milestone == 20


def test_a_courtesy_that_comes_sooner_stays_when_it_starts_to_grow_and_is_no_courtesy_any_more() -> None:
    quiet = deadline(NOW + HOUR, is_growing=False, reason="quiet", milestone=None)
    after = seen(alert(deadline=quiet), rules=rules(LIVELIER)).after.deadline
    assert (after.answer_by, after.is_growing, after.reason) == (NOW + HOUR, True, "grows")


def test_what_slows_down_is_kept_as_growing_until_it_is_lifted() -> None:
    slower = forecast(growing=False, reason="quiet", expected_more=1.5, milestone=None)
    after = seen(alert(deadline=deadline(NOW + HOUR)), rules=rules(slower)).after.deadline
    assert (after.is_growing, after.reason, after.expected_more) == (True, "grows", 1.5)


def test_a_thread_gone_quiet_gets_a_courtesy_deadline_and_says_so() -> None:
    outcome = seen(alert(deadline=deadline(NOW + HOUR)), rules=rules(QUIET))
    assert words(outcome) == ["lifted"]
    assert not outcome.after.deadline.is_growing
    assert outcome.after.deadline.notes[-1].code == "stopped_growing"
    assert not seen(outcome.after, rules=rules(QUIET)).is_change


def test_a_clock_that_jumped_back_decides_nothing() -> None:
    assert not seen(alert(deadline=deadline(NOW + 5 * HOUR)), now=NOW - 3 * HOUR).is_change


# Reminders.


def test_reminders_at_half_and_at_four_fifths_of_the_time_once_each() -> None:
    of = alert(deadline=deadline(NOW + 100 * MINUTE))
    told_at: list[tuple[int, int]] = []
    for minute in range(0, 100, 5):
        outcome = seen(of, now=NOW + minute * MINUTE)
        told_at += [(minute, saying.number) for saying in outcome.says if saying.what is Say.REMINDER]
        of = outcome.after
    assert told_at == [(50, 50), (80, 80)]


def test_what_was_slept_through_is_one_reminder() -> None:
    outcome = seen(alert(deadline=deadline(NOW + 100 * MINUTE)), now=NOW + 95 * MINUTE)
    assert [saying.number for saying in outcome.says if saying.what is Say.REMINDER] == [80]
    assert outcome.after.reminded == (50, 80)


def test_reminders_count_working_time_so_nobody_is_woken() -> None:
    # Four hours left today and two tomorrow: half of six hours is today at 16:00, four fifths tomorrow at 09:48.
    of = alert(deadline=deadline(local("2026-11-19 11:00"), decided_at=local("2026-11-18 13:00")))
    r = rules()
    assert reminder_at(of, 50, r.calendar) == local("2026-11-18 16:00")
    assert reminder_at(of, 80, r.calendar) == local("2026-11-19 09:48")


def test_an_overdue_card_says_so_once_before_the_stop_is_missed() -> None:
    of = alert(deadline=deadline(NOW + HOUR, growth_deadline=NOW + 3 * HOUR), reminded=(50, 80))
    outcome = seen(of, now=NOW + HOUR + MINUTE)
    assert [saying.number for saying in outcome.says if saying.what is Say.REMINDER] == [100]
    assert not seen(outcome.after, now=NOW + HOUR + 2 * MINUTE).is_change


# Missed stops.


def test_three_missed_stops_escalate_and_the_third_closes_it_as_grown() -> None:
    of, now, steps = alert(), NOW, []
    for _ in range(60):
        now += 30 * MINUTE
        outcome = seen(of, replace(thread(), observed_at=now), now=now)
        steps += [saying.number for saying in outcome.says if saying.what is Say.ESCALATION]
        of = outcome.after
    assert steps == [1, 2, 3]
    assert (of.state, of.missed, of.closed_at is not None) == (AlertState.GROWN, 3, True)


def test_a_missed_stop_has_a_next_one_from_the_state_then() -> None:
    now = NOW + 2 * HOUR + MINUTE
    outcome = seen(alert(reminded=(50, 80)), thread(observed_at=now), now=now)
    assert words(outcome) == ["missed", "escalated"]
    assert outcome.events[0].due_at == NOW + 2 * HOUR
    assert (outcome.after.missed, outcome.after.deadline.answer_by) == (1, now + 2 * HOUR)
    assert outcome.after.reminded == ()


def test_somebody_who_has_taken_it_does_not_stop_the_clock() -> None:
    of = alert(state=AlertState.TAKEN, taken_by="U1", taken_at=NOW)
    outcome = seen(of, now=NOW + 3 * HOUR)
    assert (outcome.after.state, outcome.after.missed) == (AlertState.TAKEN, 1)


# Snoozed.


def test_a_snoozed_alert_is_quiet_and_wakes_to_what_it_was() -> None:
    of = alert(state=AlertState.SNOOZED, snoozed_until=NOW + 3 * HOUR, taken_by="U1")
    assert not seen(of, now=NOW + 2.5 * HOUR).says
    awake = seen(of, now=NOW + 3 * HOUR)
    assert awake.after.state is AlertState.TAKEN
    assert words(awake)[0] == "woke"
    assert awake.after.missed == 1


def test_an_answer_ends_a_snooze() -> None:
    of = alert(state=AlertState.SNOOZED, snoozed_until=NOW + 3 * HOUR)
    assert seen(of, thread(said(1), owner(2, NOW))).after.state is AlertState.ANSWERED


def test_a_card_is_drawn_again_once_for_an_edit() -> None:
    of = edited(1, 2, at=NOW, now=Label.NEGATIVE)
    outcome = with_edits(seen(alert(), of), of, NOW - HOUR)
    assert [(s.what, s.number) for s in outcome.says] == [(Say.EDITED, 1)]
    assert not with_edits(seen(alert(), of), of, NOW + HOUR).says


def test_a_move_into_the_night_pages_once() -> None:
    night = local("2026-11-18 23:00")
    team = Team(hours=OFFICE, on_call=("U1",), urgent_from=Severity.LOW)
    r = rules(forecast(60), team=team)
    of = alert(deadline=deadline(local("2026-11-19 09:30"), growth_deadline=local("2026-11-19 09:30")))
    at = thread(observed_at=night)
    outcome = look(of, at, verdict(), r, night)
    assert Say.PAGE in says(outcome)
    assert Say.PAGE not in says(look(outcome.after, at, verdict(), r, night + 5 * MINUTE))
