"""The digest as one self-contained HTML page and as CSV: no network, no script, all foreign text escaped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from alerts.cards.card import MessageSettings
from alerts.cards.links import host_of, safe_url
from alerts.cards.voice import Voice
from alerts.weekly.charts import Chart
from alerts.weekly.figures import Figures, Voices
from alerts.weekly.message import rows_of
from alerts.weekly.words import DigestWords

if TYPE_CHECKING:
    from jinja2 import Template

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def digest_page(figures: Figures, charts: Sequence[Chart], settings: MessageSettings, made_at: datetime) -> str:
    """The whole page; under a megabyte whatever the week held (lists are cut at fifty rows)."""
    voice = Voice(settings)
    say = DigestWords(voice)
    return _template().render(
        figures=figures,
        charts=charts,
        say=say,
        voice=voice,
        rows=list(rows_of(figures, say)),
        tables=_tables(figures, say),
        language=settings.language,
        made=voice.when_written(made_at),
        safe_url=safe_url,
        host_of=host_of,
    )


def digest_csv(figures: Figures) -> str:
    """Every figure a row: section, name, value, the week before. Cells that would run as formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("section", "name", "figure", "value", "week_before"))
    writer.writerows([_harmless(cell) for cell in row] for row in _csv_rows(figures))
    return out.getvalue()


@lru_cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files("alerts.weekly").joinpath("page.html.j2").read_text("utf-8"))


def _tables(figures: Figures, say: DigestWords) -> list[dict[str, Any]]:
    """The tables by source and by language: head, rows of cells."""
    head = [say.say(f"column.{name}") for name in ("mentions", "before", "negative", "positive", "share")]
    by = (
        ("by_source", "source", figures.by_source, figures.by_source_before, say.voice.source),
        ("by_language", "language", figures.by_language, figures.by_language_before, say.voice.language),
    )
    return [
        {
            "title": say.say(f"head.{title}"),
            "head": [say.say(f"column.{first}"), *head],
            "rows": _rows(now, before, name, say),
        }
        for title, first, now, before, name in by
        if now
    ]


def _rows(now: Mapping[str, Voices], before: Mapping[str, Voices], name: Any, say: DigestWords) -> list[list[str]]:
    return [
        [
            name(key),
            say.number(voices.mentions),
            say.number(before[key].mentions if key in before else 0),
            say.number(voices.negative),
            say.number(voices.positive),
            say.share(voices.negative_share),
        ]
        for key, voices in list(now.items())[:50]
    ]


def _csv_rows(figures: Figures) -> Iterator[tuple[object, ...]]:
    yield from _voice_rows("all", figures.brand, figures.voices, figures.voices_before)
    for name, voices in figures.by_source.items():
        yield from _voice_rows("source", name, voices, figures.by_source_before.get(name))
    for name, voices in figures.by_language.items():
        yield from _voice_rows("language", name, voices, figures.by_language_before.get(name))
    before = {rating.source: rating for rating in figures.ratings_before}
    for rating in figures.ratings:
        was = before.get(rating.source)
        yield "rating", rating.source, "stars", round(rating.stars, 3), round(was.stars, 3) if was else None
        yield "rating", rating.source, "ratings", rating.ratings, was.ratings if was else None
    for topic in figures.topics:
        yield "topic", topic.topic, "mentions", topic.mentions, topic.before
    now, then = figures.answers, figures.answers_before
    for name in ("opened", "answered", "met", "missed"):
        yield "answers", figures.brand, name, getattr(now, name), getattr(then, name)
    for name in ("median_time", "p90_time", "median_support_time", "p90_support_time"):
        yield "answers", figures.brand, f"{name}_minutes", _minutes(getattr(now, name)), _minutes(getattr(then, name))
    yield "labels", figures.brand, "false_alarms", figures.false_alarms, None
    for brand, mentions in figures.share_of_voice.items():
        yield "share_of_voice", brand, "mentions", mentions, None


def _voice_rows(section: str, name: str, now: Voices, before: Voices | None) -> Iterator[tuple[object, ...]]:
    for figure in ("mentions", "scored", "negative", "positive", "unsure"):
        yield section, name, figure, getattr(now, figure), getattr(before, figure) if before else None


def _minutes(length: Any) -> float | None:
    return None if length is None else round(length.total_seconds() / 60, 1)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
