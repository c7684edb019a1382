"""A thread's replies over time, its deadline and its forecast band, as one SVG."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from alerts.explain import Explanation

_INK, _BAND, _ANSWER = "#0072B2", "#56B4E9", "#D55E00"
_STEPS = 40


def timeline_svg(told: Explanation, now: datetime) -> str | None:
    """The <svg> element; None for a thread without replies to come or to show."""
    times = sorted(m.published_at for m in told.thread.replies if m.published_at and not m.deleted)
    if not times and told.forecast.expected_more < 1:
        return None
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "repwatch", "font.size": 9}):
        figure = Figure(figsize=(7.5, 2.6), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        begun = told.thread.created_at
        hours = [_hours(at, begun) for at in times]
        axes.step(
            [0.0, *hours, _hours(now, begun)], [0, *range(1, len(hours) + 1), len(hours)], where="post", color=_INK
        )
        _draw_band(axes, told, _hours(now, begun), len(hours))
        if told.alert is not None:
            axes.axvline(_hours(told.alert.deadline.answer_by, begun), color=_ANSWER, linestyle="--")
            if told.alert.answered_at:
                axes.axvline(_hours(told.alert.answered_at, begun), color="#009E73")
        axes.set_xlabel("h")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.2)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    document = out.getvalue()
    return document[document.index(b"<svg") :].decode()


def _draw_band(axes: object, told: Explanation, now: float, replies: int) -> None:
    """What is still to come within a day, from the forecast's 80 % interval."""
    forecast = told.forecast
    ahead = [24 * step / _STEPS for step in range(_STEPS + 1)]
    shares = [forecast.share_by(timedelta(hours=h).total_seconds()) for h in ahead]
    low = [replies + share * forecast.expected_more_low for share in shares]
    high = [replies + share * forecast.expected_more_high for share in shares]
    axes.fill_between([now + h for h in ahead], low, high, color=_BAND, alpha=0.35)  # type: ignore[attr-defined]


def _hours(at: datetime, begun: datetime) -> float:
    return (at - begun).total_seconds() / 3600
