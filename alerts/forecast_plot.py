"""Draws one thread's forecast: the replies so far, the band of what is expected, what happened, the growth deadline.

The deadline is the wall clock's: support hours, which may move it, are a team's and not a thread's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alerts.forecast import HORIZON, Forecast, Forecaster
from alerts.growth.in_words import BASIS_WORDS, FORECAST_WORDS
from alerts.growth.outlook import TIME_GRID, Numbers
from alerts.growth.timeline import Timeline, cleaned, seen_by

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HOUR = 3600.0


def plot_forecast(timeline: Timeline, forecaster: Forecaster, age: float, path: Path) -> Forecast:
    """Write a PNG of the forecast made at `age` seconds, and give that forecast back.

    Replies of the timeline after that age are drawn as what happened; the forecast does not see them.
    """
    figure, told = drawn(timeline, forecaster, age)
    figure.savefig(path, dpi=110)
    return told


def drawn(timeline: Timeline, forecaster: Forecaster, age: float) -> tuple[Figure, Forecast]:
    """The picture before it is written, and its forecast."""
    from matplotlib.figure import Figure  # takes half a second to load

    whole = cleaned(timeline)
    known = seen_by(whole, age)
    told = forecaster.forecast(known, age)
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    _draw_expected(axes, told, age, len(known.events))
    axes.step(*_steps(known.events, 0.0, age), where="post", color="black", label="replies so far")
    later = [event for event in whole.events if age < event <= HORIZON]
    if later:
        steps = _steps(later, age, HORIZON, len(known.events))
        axes.step(*steps, where="post", color="tab:red", linestyle="--", label="what happened")
    # Most of the growth, and the deadline not squeezed against the crawl.
    shown = min(max(told.outlook.time_to(0.9), 2 * told.deadline_seconds), HORIZON)
    axes.set(xlim=(0.0, (age + shown) * 1.02 / _HOUR), xlabel="hours since the thread began", ylabel="replies")
    axes.set_ylim(bottom=0.0)
    axes.set_title(f"{timeline.source} {timeline.thread_id}: {_said(told)}", fontsize="medium")
    figure.legend(loc="outside lower center", ncols=4)
    return figure, told


def _draw_expected(axes: Axes, told: Forecast, age: float, now: int) -> None:
    """The band, its middle, the milestone, and the moments of the crawl and of the deadline."""
    hours = (age + TIME_GRID) / _HOUR
    shares = told.outlook.shares
    low, high = now + told.expected_more_low * shares, now + told.expected_more_high * shares
    axes.fill_between(hours, low, high, alpha=0.25, color="tab:blue", label="expected, 8 in 10")
    axes.plot(hours, now + (told.expected_final - now) * shares, color="tab:blue", label="expected, middle")
    if told.milestone is not None and told.milestone_seconds is not None:
        passed = (age + told.milestone_seconds) / _HOUR
        axes.plot(passed, told.milestone, "o", color="tab:blue", label=f"likely past {told.milestone}")
    axes.axvline(age / _HOUR, color="grey", linewidth=1, label="the crawl")
    if told.growing:
        deadline = (age + told.deadline_seconds) / _HOUR
        axes.axvline(deadline, color="tab:green", label="answer by, at any hour, to be ahead of most")


def _said(told: Forecast) -> str:
    """Why there is a deadline or none, and what it rests on, in the words of `repwatch explain`."""
    return f"{FORECAST_WORDS.get(told.reason, told.reason)} (from {BASIS_WORDS.get(told.basis, 'no history')})"


def _steps(
    events: tuple[float, ...] | list[float], start: float, end: float, already: int = 0
) -> tuple[Numbers, Numbers]:
    """Hours and counts of a staircase from `start` to `end` seconds."""
    times = np.array([start, *events, end]) / _HOUR
    counts = already + np.minimum(np.arange(len(times)), len(events))
    return times, counts
