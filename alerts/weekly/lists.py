"""What stands behind a week's numbers: which threads grew, wait or came round, which texts were doubtful."""

from __future__ import annotations

from storage.records import NegativeThread, WeekAlert, WeekRows, WeekText

# A thread that so many customers' texts came in within the week has grown.
GROWN_FROM = 3
_FALSE_ALARMS = ("not_a_complaint", "not_about_us")


def grown(rows: WeekRows) -> tuple[NegativeThread, ...]:
    """Negative threads in which at least three customers' texts came in the week, the busiest first."""
    some = [thread for thread in rows.threads if thread.said_in_week >= GROWN_FROM]
    return tuple(sorted(some, key=lambda thread: (-thread.said_in_week, thread.thread_id)))


def still_open(rows: WeekRows) -> tuple[WeekAlert, ...]:
    """Alerts whose clock ran when the week was over, soonest deadline first."""
    live = [one for one in rows.alerts if one.alert.state.is_live]
    return tuple(sorted(live, key=lambda one: one.alert.deadline.answer_by))


def turned_round(rows: WeekRows) -> tuple[WeekAlert, ...]:
    """Alerts whose customer raised the rating or said thanks after our answer, in the week."""
    came_round = {event.alert_id for event in rows.events if event.what == "turned_round"}
    return tuple(one for one in rows.alerts if one.alert.id in came_round)


def false_alarms(rows: WeekRows) -> tuple[WeekText, ...]:
    """Texts that people said in the week are no complaint, or not about us; each once."""
    marked = {text.mention_id: text for text in rows.labelled if text.word and text.word.label in _FALSE_ALARMS}
    return tuple(marked.values())
