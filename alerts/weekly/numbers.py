"""Every number of one week by itself, so that any two weeks can stand side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.weekly.answers import AnswerFigures, SupportTime, answers_of
from alerts.weekly.complaints import complaints_by_topic
from alerts.weekly.lists import GROWN_FROM, false_alarms, still_open, turned_round
from alerts.weekly.ratings import MeanRating, RatingEffect, mean_ratings, rating_effects
from alerts.weekly.voices import NOBODY, Voices, language_of, source_of, sum_of, sums_by
from storage.records import WeekRows


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekNumbers:
    """One brand's week in numbers; docs/figures.md says what each means."""

    said: Voices = NOBODY
    by_source: Mapping[str, Voices] = field(default_factory=dict)
    by_language: Mapping[str, Voices] = field(default_factory=dict)
    ratings: Mapping[str, MeanRating] = field(default_factory=dict)
    # Negative texts by topic.
    complaints: Mapping[str, int] = field(default_factory=dict)
    grown: int = 0
    answers: AnswerFigures = field(default_factory=AnswerFigures)
    still_open: int = 0
    turned_round: int = 0
    rating_effects: tuple[RatingEffect, ...] = ()
    false_alarms: int = 0
    # Sources that need a look: refused, suspicious, with stretches unread, silent.
    troubled: int = 0
    # New texts by configured source.
    new_by_entry: Mapping[str, int] = field(default_factory=dict)
    # Customers' mentions by brand, ours first; empty without competitors.
    share_of_voice: Mapping[str, int] = field(default_factory=dict)


def numbers_of(rows: WeekRows, support_time: SupportTime) -> WeekNumbers:
    """The numbers of one week; `support_time(team, start, end)`: that team's hours in between."""
    return WeekNumbers(
        said=sum_of(rows.voices),
        by_source=sums_by(rows.voices, source_of),
        by_language=sums_by(rows.voices, language_of),
        ratings=mean_ratings(rows),
        complaints=complaints_by_topic(rows),
        grown=sum(many for said, many in rows.thread_sizes.items() if said >= GROWN_FROM),
        answers=answers_of(rows, support_time),
        still_open=len(still_open(rows)),
        turned_round=len(turned_round(rows)),
        rating_effects=rating_effects(rows),
        false_alarms=len(false_alarms(rows)),
        new_by_entry={count.entry: count.new for count in rows.crawls if count.crawls},
        share_of_voice=rows.said,
    )
