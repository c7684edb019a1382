"""The digest's two charts, for the page and for Slack, each with its figures in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.weekly.drawing import Columns, Drawing, Part, Rows, png_of, svg_of
from alerts.weekly.figures import Figures
from alerts.weekly.words import DigestWords

# Told apart with the common kinds of colour blindness (Okabe and Ito 2008), legible on light and dark.
_COLOURS = {"negative": "#D55E00", "neutral": "#8C8C8C", "positive": "#0072B2"}
_TOPICS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart; `text` says in words what it shows. Drawn when it is asked for: a page needs no PNG, Slack no SVG."""

    name: str
    title: str
    text: str
    drawing: Drawing = field(repr=False)

    @property
    def svg(self) -> str:
        """A whole <svg> element without scripts."""
        return svg_of(self.drawing)

    @property
    def png(self) -> bytes:
        return png_of(self.drawing, self.title)


def charts_of(figures: Figures, say: DigestWords) -> tuple[Chart, ...]:
    """Texts per week by tone, and complaints by topic where there are any."""
    charts = [_tone(figures, say)]
    if figures.lists.complaints:
        charts.append(_topics(figures, say))
    return tuple(charts)


def _tone(figures: Figures, say: DigestWords) -> Chart:
    weeks = [(name, week.said) for name, week in (*figures.earlier, (figures.week, figures.now))]
    names = tuple(name.split("-")[-1] for name, _ in weeks)
    parts = {
        "negative": tuple(voices.negative for _, voices in weeks),
        "neutral": tuple(voices.scored - voices.negative - voices.positive for _, voices in weeks),
        "positive": tuple(voices.positive for _, voices in weeks),
    }
    drawing = Columns(
        names=names,
        parts=tuple(
            Part(label=say.say(f"chart.{part}"), colour=_COLOURS[part], values=values) for part, values in parts.items()
        ),
        locale=str(say.voice.locale),
    )
    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{say.say(f'chart.{part}')} {say.number(values[week])}" for part, values in parts.items())
        for week, name in enumerate(names)
    )
    text = say.say("chart.tone_text", weeks=said)
    return Chart(name="tone", title=say.say("chart.tone"), text=text, drawing=drawing)


def _topics(figures: Figures, say: DigestWords) -> Chart:
    shown = [(say.topic(one.topic), one.mentions) for one in figures.lists.complaints[:_TOPICS]]
    names, values = tuple(name for name, _ in shown), tuple(many for _, many in shown)
    drawing = Rows(names=names, values=values, colour=_COLOURS["negative"], locale=str(say.voice.locale))
    said = ", ".join(f"{name} {say.number(many)}" for name, many in shown)
    text = say.say("chart.topics_text", topics=said)
    return Chart(name="topics", title=say.say("chart.topics"), text=text, drawing=drawing)
