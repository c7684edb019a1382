"""A thread over time: its replies, what happened to its alert, the deadline and the forecast's band, as one SVG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.cards.voice import Voice
from alerts.explain import Explanation
from alerts.forecast import Forecast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart with the common kinds of colour blindness (Okabe and Ito 2008), and by their lines.
_REPLIES, _BAND, _BY, _ANSWERED, _MISSED, _TOLD = "#0072B2", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#8C8C8C"
_FORESEEN = "#E69F00"
_STEPS = 40
_DAY = timedelta(hours=24)
# What happened to the alert that is drawn, and how.
_DRAWN = {"opened": (_TOLD, "-"), "missed": (_MISSED, ":"), "answered": (_ANSWERED, "-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The chart: `svg` is a whole <svg> element without scripts, `text` says in words what it shows."""

    svg: str
    text: str


def timeline_of(told: Explanation, now: datetime, voice: Voice) -> Timeline | None:
    """None for a thread without replies, come or to come."""
    replies = (m for m in told.thread.replies if not m.deleted and not m.is_owner_reply)
    times = sorted(m.published_at for m in replies if m.published_at)
    if not times and told.forecast.expected_more < 1:
        return None
    return Timeline(svg=_drawn(told, times, now, voice), text=_said(told, len(times), voice))


def _said(told: Explanation, replies: int, voice: Voice) -> str:
    low, high = (voice.number(more) for more in (told.forecast.expected_more_low, told.forecast.expected_more_high))
    if told.alert is None or not told.alert.state.is_live:
        return voice.say("serve.chart_closed", n=replies, low=low, high=high)
    when = voice.when_written(told.alert.deadline.answer_by)
    return voice.say("serve.chart_text", n=replies, low=low, high=high, when=when)


def _drawn(told: Explanation, times: list[datetime], now: datetime, voice: Voice) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "repwatch", "font.size": 9}):
        figure = Figure(figsize=(7.5, 3.0), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        begun = told.thread.created_at
        replies, until = [_hours(at, begun) for at in times], _hours(_end(told, times, now), begun)
        _draw_replies(axes, replies, until, voice)
        _draw_bands(axes, told, replies, until, voice)
        _draw_events(axes, told, voice)
        axes.set_xlabel(voice.say("serve.axis"))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.2)
        axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0))
        out = io.BytesIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    document = out.getvalue()
    return document[document.index(b"<svg") :].decode()


def _draw_replies(axes: Axes, hours: list[float], now: float, voice: Voice) -> None:
    counts = [0, *range(1, len(hours) + 1), len(hours)]
    axes.step([0.0, *hours, now], counts, where="post", color=_REPLIES, label=voice.say("serve.line_seen"))


def _end(told: Explanation, times: list[datetime], now: datetime) -> datetime:
    """Where the picture ends: now while the clock runs, else a day after the last that happened."""
    if told.alert is None or told.alert.state.is_live:
        return now
    return min(now, max((told.alert.opened_at, *times, *(event.at for event in told.events))) + _DAY)


def _draw_bands(axes: Axes, told: Explanation, replies: list[float], until: float, voice: Voice) -> None:
    """What was foreseen when the team was told, for the replies that came to stand beside it; and what is now."""
    if told.alert is not None and told.foreseen is not None:
        start = _hours(told.alert.opened_at, told.thread.created_at)
        known = sum(at <= start for at in replies)
        # The interval is the one that was told; only how it fills over the day is found again.
        then = told.deadlines[0] if told.deadlines else told.alert.deadline
        more = (then.expected_more_low, then.expected_more_high)
        _draw_band(axes, told.foreseen, more, start, known, _FORESEEN, voice.say("serve.line_foreseen"))
    if told.alert is None or told.alert.state.is_live:
        more = (told.forecast.expected_more_low, told.forecast.expected_more_high)
        _draw_band(axes, told.forecast, more, until, len(replies), _BAND, voice.say("serve.line_band"))


def _draw_band(
    axes: Axes, forecast: Forecast, more: tuple[float, float], start: float, replies: int, colour: str, label: str
) -> None:
    """What was still to come within a day, from an 80 % interval of the replies to come."""
    ahead = [24 * step / _STEPS for step in range(_STEPS + 1)]
    shares = [forecast.share_by(timedelta(hours=h).total_seconds()) for h in ahead]
    low, high = ([replies + share * bound for share in shares] for bound in more)
    axes.fill_between([start + h for h in ahead], low, high, color=colour, alpha=0.35, label=label)


def _draw_events(axes: Axes, told: Explanation, voice: Voice) -> None:
    """Upright lines: told, missed, answered, and by when to answer; each kind named once."""
    begun, named = told.thread.created_at, set()
    for event in told.events:
        if event.what in _DRAWN:
            colour, line = _DRAWN[event.what]
            label = None if event.what in named else voice.say(f"serve.line_{event.what}")
            axes.axvline(_hours(event.at, begun), color=colour, linestyle=line, label=label)
            named.add(event.what)
    if told.alert is not None and told.alert.state.is_live:
        by = _hours(told.alert.deadline.answer_by, begun)
        axes.axvline(by, color=_BY, linestyle="--", label=voice.say("serve.line_by"))


def _hours(at: datetime, begun: datetime) -> float:
    return (at - begun).total_seconds() / 3600
