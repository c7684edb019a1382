"""The digest's tables: what each section of the page shows, as a heading and rows of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from alerts.weekly.answers import TeamDeadlines
from alerts.weekly.complaints import Complaint
from alerts.weekly.figures import Compared, Figures
from alerts.weekly.numbers import WeekNumbers
from alerts.weekly.ratings import RatingEffect
from alerts.weekly.rows import Row, answer_rows, said_rows
from alerts.weekly.sources import SourceWeek
from alerts.weekly.voices import NOBODY, Voices
from alerts.weekly.words import DigestWords
from storage.records import NegativeThread, WeekAlert, WeekText

# So the page stays under a megabyte whatever the week held.
_MOST_ROWS = 50
_MOST_TEXTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words that lead to where they were said; hostile until the template has checked and escaped them."""

    title: str
    url: str | None


T = TypeVar("T")
Cell = str | Link | tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; `name` is its key under `digest.head`, its first column names the row."""

    name: str
    # Keys under `digest.column` (or `digest.row`, where that says it better).
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    # How many there were in all, where only the first are shown.
    whole: int


def tables_of(figures: Figures, say: DigestWords) -> dict[str, Table]:
    """The tables that have anything to show, by name, in the order a manager asks."""
    shown = (_without_empty_columns(table) for table in _tables(figures, say) if table.rows)
    return {table.name: table for table in shown}


def _tables(figures: Figures, say: DigestWords) -> Iterator[Table]:
    yield _table("volume", _BESIDE, said_rows(figures, say), lambda row: _number(row, say))
    yield _table("answers", _BESIDE, answer_rows(figures, say), lambda row: _number(row, say))
    yield from _answered(figures, say)
    topics = ("topic", "mentions", "before", "usual", "of_negative", "threads")
    yield _table("topics", topics, figures.lists.complaints, lambda one: _complaint(one, figures, say))
    grown = ("thread", "source", "replies", "seen", "answered")
    table = _table("grown", grown, figures.lists.grown, lambda one: _grown(one, figures, say))
    # The store hands out only the busiest of them.
    yield replace(table, whole=figures.now.grown)
    turned = ("thread", "source", "rating", "answered", "team")
    yield _table("turned", turned, figures.lists.turned_round, lambda one: _turned(one, figures, say))
    yield _ratings(figures, say)
    effects = ("within", "ratings", "rating_change", "before", "usual")
    yield _table("effect", effects, figures.now.rating_effects, lambda one: _effect(one, figures, say))
    yield from _where(figures, say)
    yield from _doubts(figures, say)


_BESIDE = ("figure", "now", "before", "usual")
_ALERTS = ("answer_by", "thread", "team", "state")
_TEXTS = ("text", "source", "read_as", "word")


def _answered(figures: Figures, say: DigestWords) -> Iterator[Table]:
    teams = ("team", "row.deadlines", "row.missed", "share_met", "before", "usual")
    yield _table("teams", teams, figures.now.answers.by_team.items(), lambda one: _team(*one, figures, say))
    yield _table("open", _ALERTS, figures.lists.still_open, lambda one: _alert(one, figures, say))


def _where(figures: Figures, say: DigestWords) -> Iterator[Table]:
    yield _voices("by_source", figures, say, say.voice.source, "source", lambda week: week.by_source)
    yield _voices("by_language", figures, say, say.language, "language", lambda week: week.by_language)
    voice = ("brand", "mentions", "share_of_voice", "before", "usual")
    yield _table("voice", voice, figures.now.share_of_voice, lambda one: _share_of_voice(one, figures, say))


def _doubts(figures: Figures, say: DigestWords) -> Iterator[Table]:
    """What the figures rest on, where they may be wrong."""
    lists = figures.lists
    yield _table("false_alarms", _TEXTS, lists.false_alarms, lambda one: _text(one, say), most=_MOST_TEXTS)
    unsure = _table("unsure", _TEXTS, lists.unsure, lambda one: _text(one, say), most=_MOST_TEXTS)
    # The store hands out only the least sure of them.
    yield replace(unsure, whole=figures.now.said.unsure)
    sources = ("source", "look", "crawls", "refused", "suspicious", "holes", "new", "before", "usual")
    yield _table("sources", sources, lists.sources, lambda one: _source(one, figures, say))


def _without_empty_columns(table: Table) -> Table:
    """In the first week there is nothing to compare with: no columns full of dashes."""
    kept = [
        number
        for number, column in enumerate(table.columns)
        if column not in ("before", "usual") or any(row[number] != "–" for row in table.rows)
    ]
    return replace(
        table,
        columns=tuple(table.columns[number] for number in kept),
        rows=tuple(tuple(row[number] for number in kept) for row in table.rows),
    )


def _table(
    name: str,
    columns: tuple[str, ...],
    of: Iterable[T],
    row: Callable[[T], tuple[Cell, ...]],
    *,
    most: int = _MOST_ROWS,
) -> Table:
    all_of = tuple(of)
    return Table(name=name, columns=columns, rows=tuple(row(one) for one in all_of[:most]), whole=len(all_of))


def _number(row: Row, say: DigestWords) -> tuple[Cell, ...]:
    return say.say(f"row.{row.name}"), row.now, row.before or "–", row.usual or "–"


def _voices(
    name: str,
    figures: Figures,
    say: DigestWords,
    called: Callable[[str], str],
    first: str,
    by: Callable[[WeekNumbers], Mapping[str, Voices]],
) -> Table:
    """The table by source or by language."""

    def row(key: str) -> tuple[Cell, ...]:
        now = by(figures.now)[key]
        said = figures.compared(lambda week: by(week).get(key, NOBODY).mentions)
        share = figures.compared(lambda week: by(week).get(key, NOBODY).negative_share.value)
        beside = _beside(share, say.percent)
        return (
            called(key),
            say.number(now.mentions),
            *_beside(said, say.number),
            say.share_in_table(now.negative_share),
            *beside,
        )

    columns = (first, "mentions", "before", "usual", "share", "before", "usual")
    return _table(name, columns, by(figures.now), row)


def _beside(of: Compared[float], form: Callable[[float], str]) -> tuple[str, str]:
    """The week before and the usual, a dash where there is none."""
    return ("–" if of.before is None else form(of.before)), ("–" if of.usual is None else form(of.usual))


def _ratings(figures: Figures, say: DigestWords) -> Table:
    def row(source: str) -> tuple[Cell, ...]:
        now = figures.now.ratings[source]
        stars = figures.compared(lambda week: rating.stars if (rating := week.ratings.get(source)) else None)
        return say.voice.source(source), say.stars(now.stars), *_beside(stars, say.stars), say.number(now.ratings)

    return _table("ratings", ("source", "stars", "before", "usual", "ratings"), figures.now.ratings, row)


def _complaint(one: Complaint, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    said = figures.compared(lambda week: week.complaints.get(one.topic, 0))
    share = say.part_of(one.mentions, figures.now.said.negative)
    threads = tuple(Link(title=say.title(thread), url=thread.url) for thread in one.threads)
    return say.topic(one.topic), say.number(one.mentions), *_beside(said, say.number), share, threads


def _grown(one: NegativeThread, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    return (
        Link(title=say.title(one), url=one.url),
        say.voice.source(one.source),
        say.number(one.said_in_week),
        say.lasting(one.first_seen_at - one.created_at),
        say.answered_after(figures, one),
    )


def _team(team: str, now: TeamDeadlines, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    share = figures.compared(lambda week: week.answers.by_team.get(team, TeamDeadlines()).share_met)
    return team, say.number(now.met), say.number(now.missed), say.percent(share.now), *_beside(share, say.percent)


def _effect(one: RatingEffect, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    def change(week: WeekNumbers) -> float | None:
        return next((effect.change for effect in week.rating_effects if effect.speed == one.speed), None)

    beside = _beside(figures.compared(change), say.signed)
    return say.speed(one), say.number(one.ratings), say.signed(one.change), *beside


def _alert(one: WeekAlert, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    alert = one.alert
    is_late = alert.state.is_live and alert.deadline.answer_by < figures.end
    late = f"⚠ {say.voice.say('state.overdue')}: " if is_late else ""
    when = late + say.voice.when_written(alert.deadline.answer_by)
    return when, Link(title=say.alert_title(one), url=one.url), alert.team, say.voice.say(f"state.{alert.state.value}")


def _text(one: WeekText, say: DigestWords) -> tuple[Cell, ...]:
    return Link(title=say.text(one), url=one.url), say.voice.source(one.source), say.read_as(one), say.word(one)


def _turned(one: WeekAlert, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    """A customer who came round: by how many stars, where the rating was changed, and how soon we had answered."""
    alert = one.alert
    changes = [change for change in figures.lists.rating_changes if change.thread_id == alert.thread_id]
    rating = f"{say.stars_of(changes[0].before)}\u00a0→\u00a0{say.stars_of(changes[-1].after)}" if changes else "–"
    answered = say.lasting(alert.answered_at - one.created_at) if alert.answered_at else "–"
    return Link(title=say.alert_title(one), url=one.url), say.voice.source(one.source), rating, answered, alert.team


def _source(one: SourceWeek, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    count = one.count
    source = say.voice.source(count.source)
    numbers = (count.crawls, count.refused, count.suspicious, count.holes, count.new)
    before = figures.before.new_by_entry.get(count.entry) if figures.before else None
    beside = ("–" if new is None else say.number(new) for new in (before, one.usual_new))
    named = source if count.entry == count.source else f"{source} ({count.entry})"
    return named, say.look(one), *(say.number(number) for number in numbers), *beside


def _share_of_voice(brand: str, figures: Figures, say: DigestWords) -> tuple[Cell, ...]:
    def share(week: WeekNumbers) -> float | None:
        whole = sum(week.share_of_voice.values())
        return week.share_of_voice.get(brand, 0) / whole if whole else None

    of = figures.compared(share)
    return brand, say.number(figures.now.share_of_voice[brand]), say.percent(of.now), *_beside(of, say.percent)
