"""The digest as one self-contained HTML page: no network, no script, all foreign text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from alerts.cards.card import MessageSettings
from alerts.cards.links import host_of, safe_url
from alerts.cards.voice import Voice
from alerts.weekly.charts import Chart
from alerts.weekly.figures import Figures
from alerts.weekly.tables import tables_of
from alerts.weekly.words import DigestWords

if TYPE_CHECKING:
    from jinja2 import Template


def digest_page(figures: Figures, charts: Sequence[Chart], settings: MessageSettings, made_at: datetime) -> str:
    """The whole page; under a megabyte whatever the week held (tables are cut at fifty rows)."""
    voice = Voice(settings)
    say = DigestWords(voice)
    return _template().render(
        figures=figures,
        charts={chart.name: chart for chart in charts},
        tables=tables_of(figures, say),
        say=say,
        language=settings.language,
        made=voice.when_written(made_at),
        safe_url=safe_url,
        host_of=host_of,
    )


@lru_cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files("alerts.weekly").joinpath("page.html.j2").read_text("utf-8"))
