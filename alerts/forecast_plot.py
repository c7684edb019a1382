"""Draws one thread's forecast: the replies so far, the band of what is expected, what happened, the deadline."""

from pathlib import Path

import numpy as np

from alerts.forecast import HORIZON, Forecast, Forecaster
from alerts.outlook import TIME_GRID, Numbers
from alerts.timeline import Timeline, cleaned, seen_by

_HOUR = 3600.0


def plot_forecast(timeline: Timeline, forecaster: Forecaster, age: float, path: Path) -> Forecast:
    """Write a PNG of the forecast made at `age` seconds, and give that forecast back.

    Replies of the timeline after that age are drawn as what happened; the forecast does not see them.
    """
    from matplotlib.figure import Figure  # takes half a second to load

    whole = cleaned(timeline)
    known = seen_by(whole, age)
    told = forecaster.forecast(known, age)
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    hours = (age + TIME_GRID) / _HOUR
    shares, now = told.outlook.shares, len(known.events)
    low, high = now + told.expected_more_low * shares, now + told.expected_more_high * shares
    axes.fill_between(hours, low, high, alpha=0.25, color="tab:blue", label="expected, 8 in 10")
    axes.plot(hours, now + (told.expected_final - now) * shares, color="tab:blue", label="expected, middle")
    axes.step(*_steps(known.events, 0.0, age), where="post", color="black", label="replies so far")
    later = [event for event in whole.events if age < event <= HORIZON]
    if later:
        axes.step(
            *_steps(later, age, HORIZON, now), where="post", color="tab:red", linestyle="--", label="what happened"
        )
    axes.axvline(age / _HOUR, color="grey", linewidth=1, label="the crawl")
    deadline = (age + told.deadline_seconds) / _HOUR
    axes.axvline(deadline, color="tab:green", label="answer by" if told.growing else "courtesy only")
    last = min(max([told.outlook.time_to(0.9), *(event - age for event in later[-1:])]), HORIZON)
    axes.set_xlim(0.0, (age + max(last, told.deadline_seconds)) * 1.05 / _HOUR)
    axes.set_xlabel("hours since the thread began")
    axes.set_ylabel("replies")
    axes.set_title(f"{timeline.source} {timeline.thread_id}: {told.reason}, {told.basis}, {told.model_version}")
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=110)
    return told


def _steps(
    events: tuple[float, ...] | list[float], start: float, end: float, already: int = 0
) -> tuple[Numbers, Numbers]:
    """Hours and counts of a staircase from `start` to `end` seconds."""
    times = np.array([start, *events, end]) / _HOUR
    counts = already + np.minimum(np.arange(len(times)), len(events))
    return times, counts
