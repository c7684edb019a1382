"""Bars drawn by matplotlib, as SVG or PNG: the same bars give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

from babel.numbers import format_decimal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches.
_WIDE, _HIGH = 6.4, 2.8
_POINTS_AN_INCH = 72
_SIZE, _SMALL = 9, 8
# Room beside a label, in points, and the room that is there for one at most.
_AIR, _WIDEST = 12, 260
_LEAST_COLUMNS, _LEAST_ROWS = 5, 4
# Drawings kept: two a page, and the pages of half a year.
_KEPT = 64


class Drawing(Protocol):
    """What can be drawn; equal ones are drawn once. `labels`: what stands left of the axis, for which room is made."""

    @property
    def labels(self) -> Sequence[str]: ...
    def __hash__(self) -> int: ...
    def draw(self, axes: Axes) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One colour of stacked columns, with its value in each."""

    label: str
    colour: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Stacked columns, from the bottom upwards."""

    names: tuple[str, ...]
    parts: tuple[Part, ...]
    locale: str

    @property
    def labels(self) -> tuple[str, ...]:
        highest = max((sum(values) for values in zip(*(part.values for part in self.parts), strict=True)), default=0)
        return (self._number(highest),)

    def draw(self, axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        bottom = [0] * len(self.names)
        for part in self.parts:
            axes.bar(self.names, part.values, bottom=bottom, color=part.colour, label=part.label, width=0.7)
            bottom = [low + value for low, value in zip(bottom, part.values, strict=True)]
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=(1, 2, 5, 10), integer=True))
        axes.yaxis.set_major_formatter(lambda value, _: self._number(value))
        axes.grid(axis="y", alpha=0.2)
        # A single week is one bar of the usual width, not a wall.
        axes.set_xlim(-0.6, max(len(self.names), _LEAST_COLUMNS) - 0.4)
        axes.legend(frameon=False, fontsize=_SMALL, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0))

    def _number(self, value: float) -> str:
        return format_decimal(round(value), locale=self.locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Lying bars, the first one on top, each with its number behind it."""

    names: tuple[str, ...]
    values: tuple[int, ...]
    colour: str
    locale: str

    @property
    def labels(self) -> tuple[str, ...]:
        return self.names

    def draw(self, axes: Axes) -> None:
        axes.barh(self.names, self.values, color=self.colour, height=0.6)
        # The first on top; one or two bars keep the usual height.
        axes.set_ylim(max(len(self.names), _LEAST_ROWS) - 0.4, -0.6)
        for row, value in enumerate(self.values):
            said = f" {format_decimal(value, locale=self.locale)}"
            axes.annotate(said, (value, row), va="center", fontsize=_SMALL)
        # Each bar carries its number; an axis would say the same again.
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)


@lru_cache(_KEPT)
def svg_of(drawing: Drawing) -> str:
    """The <svg> element alone: an HTML page takes no XML prologue."""
    document = _drawn(drawing, "svg", None)
    return document[document.index(b"<svg") :].decode()


def png_of(drawing: Drawing, title: str) -> bytes:
    """With its title in it, since it travels alone."""
    return _drawn(drawing, "png", title)


def _drawn(drawing: Drawing, form: Literal["svg", "png"], title: str | None) -> bytes:
    """Drawn without pyplot, so that nothing global is touched."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Glyphs as shapes: the page must look the same where the font is missing; a fixed salt keeps element ids stable.
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "repwatch", "font.size": _SIZE}):
        figure = Figure(figsize=(_WIDE, _HIGH))
        FigureCanvasAgg(figure)
        # matplotlib's own layouts draw everything once more to measure it: half of a page's time.
        left = _left(drawing.labels)
        figure.subplots_adjust(left=left, right=0.97, bottom=0.1, top=0.88 if title is None else 0.79)
        axes = figure.add_subplot()
        drawing.draw(axes)
        if title is not None:
            figure.suptitle(title, x=0.01, y=0.97, ha="left", fontsize=10, fontweight="bold")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        out = io.BytesIO()
        is_svg = form == "svg"
        figure.savefig(out, format=form, dpi=150, transparent=is_svg, metadata={"Date": None} if is_svg else None)
    return out.getvalue()


def _left(labels: Sequence[str]) -> float:
    """The share of the width that the longest label needs."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=_SIZE)
    longest = max((text_to_path.get_text_width_height_descent(one, font, ismath=False)[0] for one in labels), default=0)
    return float(min(longest, _WIDEST) + _AIR) / (_WIDE * _POINTS_AN_INCH)
