"""The digest's figures as CSV, beside the page: a row each, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta

from alerts.weekly.answers import TeamDeadlines
from alerts.weekly.figures import Figures
from alerts.weekly.numbers import WeekNumbers
from alerts.weekly.ratings import RatingEffect
from alerts.weekly.voices import NOBODY, Voices

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

# Section, name and figure, and how the figure is read off a week.
Number = tuple[str, str, str, Callable[[WeekNumbers], float | None]]


def digest_csv(figures: Figures) -> str:
    """Every figure a row: section, name, figure, value, the week before, the usual. Times in minutes."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("section", "name", "figure", "value", "week_before", "usual"))
    for section, name, figure, number in _numbers(figures):
        of = figures.compared(number)
        cells = (section, name, figure, *(_rounded(value) for value in (of.now, of.before, of.usual)))
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _numbers(figures: Figures) -> Iterator[Number]:
    now, brand = figures.now, figures.brand
    yield from _voices("all", brand, lambda week: week.said)
    for source in now.by_source:
        yield from _of_source(source)
    for language in now.by_language:
        yield from _of_language(language)
    for source in now.ratings:
        yield from _ratings(source)
    for effect in now.rating_effects:
        yield from _rating_effect(effect.speed)
    for topic in now.complaints:
        yield from _complaints(topic)
    yield from _answers(brand)
    for team in now.answers.by_team:
        yield from _deadlines(team)
    yield from _threads(brand)
    for entry in now.new_by_entry:
        yield from _crawls(entry)
    for name in now.share_of_voice:
        yield from _share_of_voice(name)


def _of_source(source: str) -> Iterator[Number]:
    yield from _voices("source", source, lambda week: week.by_source.get(source, NOBODY))


def _of_language(language: str) -> Iterator[Number]:
    yield from _voices("language", language, lambda week: week.by_language.get(language, NOBODY))


def _voices(section: str, name: str, of: Callable[[WeekNumbers], Voices]) -> Iterator[Number]:
    yield section, name, "mentions", lambda week: of(week).mentions
    yield section, name, "scored", lambda week: of(week).scored
    yield section, name, "negative", lambda week: of(week).negative
    yield section, name, "positive", lambda week: of(week).positive
    yield section, name, "unsure", lambda week: of(week).unsure
    yield section, name, "share_negative", lambda week: of(week).negative_share.value
    yield section, name, "net_sentiment", lambda week: of(week).net_sentiment


def _ratings(source: str) -> Iterator[Number]:
    yield "rating", source, "stars", lambda week: week.ratings[source].stars if source in week.ratings else None
    yield "rating", source, "ratings", lambda week: week.ratings[source].ratings if source in week.ratings else 0


def _rating_effect(speed: tuple[bool, int | None]) -> Iterator[Number]:
    answered, within = speed
    name = "no_answer" if not answered else "answered_later" if within is None else f"answered_within_{within}_hours"

    def of(week: WeekNumbers) -> RatingEffect | None:
        return next((effect for effect in week.rating_effects if effect.speed == speed), None)

    yield "rating_change", name, "ratings", lambda week: one.ratings if (one := of(week)) else 0
    yield "rating_change", name, "stars", lambda week: one.change if (one := of(week)) else None


def _share_of_negative(week: WeekNumbers, topic: str) -> float | None:
    return week.complaints.get(topic, 0) / week.said.negative if week.said.negative else None


def _complaints(topic: str) -> Iterator[Number]:
    yield "topic", topic, "mentions", lambda week: week.complaints.get(topic, 0)
    yield "topic", topic, "share_of_negative", lambda week: _share_of_negative(week, topic)


def _deadlines(team: str) -> Iterator[Number]:
    nothing = TeamDeadlines()
    yield "team", team, "met", lambda week: week.answers.by_team.get(team, nothing).met
    yield "team", team, "missed", lambda week: week.answers.by_team.get(team, nothing).missed


def _threads(brand: str) -> Iterator[Number]:
    yield "threads", brand, "grown", lambda week: week.grown
    yield "threads", brand, "still_open", lambda week: week.still_open
    yield "threads", brand, "turned_round", lambda week: week.turned_round
    yield "sources", brand, "need_a_look", lambda week: week.troubled
    yield "labels", brand, "false_alarms", lambda week: week.false_alarms


def _crawls(entry: str) -> Iterator[Number]:
    yield "crawls", entry, "new", lambda week: week.new_by_entry.get(entry)


def _share_of_voice(brand: str) -> Iterator[Number]:
    yield "share_of_voice", brand, "mentions", lambda week: week.share_of_voice.get(brand, 0)


def _answers(brand: str) -> Iterator[Number]:
    yield "answers", brand, "opened", lambda week: week.answers.opened
    yield "answers", brand, "answered", lambda week: week.answers.answered
    yield "answers", brand, "met", lambda week: week.answers.met
    yield "answers", brand, "missed", lambda week: week.answers.missed
    yield "answers", brand, "median_minutes", lambda week: _minutes(week.answers.median_time)
    yield "answers", brand, "p90_minutes", lambda week: _minutes(week.answers.p90_time)
    yield "answers", brand, "median_support_minutes", lambda week: _minutes(week.answers.median_support_time)
    yield "answers", brand, "p90_support_minutes", lambda week: _minutes(week.answers.p90_support_time)


def _minutes(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds() / 60


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
