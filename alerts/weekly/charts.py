"""The digest's two charts by matplotlib: as SVG for the page and as PNG for Slack, each with its figures in words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from alerts.weekly.figures import Figures
from alerts.weekly.words import DigestWords

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart with the common kinds of colour blindness (Okabe and Ito 2008), legible on light and dark.
_COLOURS = {"negative": "#D55E00", "neutral": "#8C8C8C", "positive": "#0072B2"}
_TOPICS = 8
_LEAST_WEEKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart: `svg` is a whole <svg> element without scripts, `text` says in words what it shows."""

    name: str
    title: str
    text: str
    svg: str
    draw: Callable[[Axes], None] = field(repr=False, compare=False)

    @property
    def png(self) -> bytes:
        """Drawn when it is asked for: a page needs none."""
        return _drawn(self.draw, self.title, "png")


def charts_of(figures: Figures, say: DigestWords) -> tuple[Chart, ...]:
    """Texts per week by tone, and complaints by topic where there are any."""
    charts = [_tone(figures, say)]
    if figures.lists.complaints:
        charts.append(_topics(figures, say))
    return tuple(charts)


def _tone(figures: Figures, say: DigestWords) -> Chart:
    weeks = [(name, week.said) for name, week in (*figures.earlier, (figures.week, figures.now))]
    names = [name.split("-")[-1] for name, _ in weeks]
    parts = {
        "negative": [voices.negative for _, voices in weeks],
        "neutral": [voices.scored - voices.negative - voices.positive for _, voices in weeks],
        "positive": [voices.positive for _, voices in weeks],
    }

    def draw(axes: Axes) -> None:
        bottom = [0] * len(weeks)
        for part, values in parts.items():
            axes.bar(names, values, bottom=bottom, color=_COLOURS[part], label=say.say(f"chart.{part}"), width=0.7)
            bottom = [low + value for low, value in zip(bottom, values, strict=True)]
        _count_along(axes, "y")
        # A single week is one bar of the usual width, not a wall.
        axes.set_xlim(-0.6, max(len(weeks), _LEAST_WEEKS) - 0.4)
        axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0))

    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{say.say(f'chart.{part}')} {say.number(values[week])}" for part, values in parts.items())
        for week, name in enumerate(names)
    )
    return _chart("tone", say.say("chart.tone"), say.say("chart.tone_text", weeks=said), draw)


def _topics(figures: Figures, say: DigestWords) -> Chart:
    shown = figures.lists.complaints[:_TOPICS][::-1]
    names = [say.topic(topic.topic) for topic in shown]

    def draw(axes: Axes) -> None:
        axes.barh(names, [topic.mentions for topic in shown], color=_COLOURS["negative"], height=0.6)
        _count_along(axes, "x")
        for row, topic in enumerate(shown):
            axes.annotate(f" {say.number(topic.mentions)}", (topic.mentions, row), va="center", fontsize=8)

    said = ", ".join(
        f"{say.topic(topic.topic)} {say.number(topic.mentions)}" for topic in figures.lists.complaints[:_TOPICS]
    )
    return _chart("topics", say.say("chart.topics"), say.say("chart.topics_text", topics=said), draw)


def _count_along(axes: Axes, side: Literal["x", "y"]) -> None:
    """Whole numbers along that side, with lines to read them by."""
    from matplotlib.ticker import MaxNLocator

    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis=side, alpha=0.2)


def _chart(name: str, title: str, text: str, draw: Callable[[Axes], None]) -> Chart:
    return Chart(name=name, title=title, text=text, svg=_drawn(draw, title, "svg").decode(), draw=draw)


def _drawn(draw: Callable[[Any], None], title: str, form: str) -> bytes:
    """Drawn without pyplot, so that nothing global is touched; the same figures give the same bytes."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Glyphs as shapes: the page must look the same where the font is missing; a fixed salt keeps element ids stable.
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "repwatch", "font.size": 9}):
        figure = Figure(figsize=(6.4, 2.8), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        if form == "png":
            # The picture travels alone; on the page its heading stands beside it.
            figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        out = io.BytesIO()
        is_svg = form == "svg"
        figure.savefig(out, format=form, dpi=150, transparent=is_svg, metadata={"Date": None} if is_svg else None)
    return _svg_only(out.getvalue()) if form == "svg" else out.getvalue()


def _svg_only(document: bytes) -> bytes:
    """The <svg> element without the XML prologue, which an HTML page does not take."""
    return document[document.index(b"<svg") :]
