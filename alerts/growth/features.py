"""What the growth net looks at in one thread: its age, its count, how recent the replies are, the hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from alerts.growth.outlook import Numbers

# Looking back from now: these parts of the thread's age, and these many seconds.
_PARTS = (0.5, 0.25, 0.2, 0.1, 0.05)
_BACK = (60.0, 300.0, 900.0, 1800.0, 3600.0, 10800.0, 21600.0)
_LAST_GAPS = 6

THREAD_FEATURES = 30


def thread_features(events: Sequence[float], age: float, created_at: datetime | None) -> Numbers:
    """THREAD_FEATURES numbers from the replies (ascending seconds, none after `age`) and the moment of creation.

    Counts and times as logarithms: between 2 and 4 replies there is as much to learn as between 200 and 400. Who
    replied is not looked at, so a thread reads the same under any names.
    """
    age = max(age, 1.0)
    times = np.asarray(events, dtype=np.float64)
    count = len(times)
    windows = [age * part for part in _PARTS] + [min(age, back) for back in _BACK]
    inside = count - np.searchsorted(times, age - np.array(windows), side="right")
    inside = np.where(np.array(windows) >= age, count, inside)
    silence, first = (age - times[-1], times[0]) if count else (1.5 * age, 1.5 * age)
    gaps = np.diff(times[-_LAST_GAPS:]) if count > 1 else np.array([silence])
    pace = (silence + 1.0) / (gaps.mean() + 1.0)
    middle = (times.mean() / age, times.std() / age, np.median(times) / age) if count else (0.5, 0.0, 0.5)
    return np.array(
        [
            np.log1p(age / 60.0),
            np.log1p(count),
            *np.log1p(inside),
            *(np.log(silence / age + 0.02), np.log1p(silence / 60.0)),
            *(np.log(first / age + 0.02), np.log1p(first / 60.0)),
            *(np.log1p(gaps[-1] / 60.0), np.log1p(np.median(gaps) / 60.0), np.log(pace + 0.02)),
            *middle,
            *_clock(created_at, age),
        ]
    )


def _clock(created_at: datetime | None, age: float) -> tuple[float, ...]:
    """The hour (UTC) on a circle, twice over, whether it is a weekend, and whether we do not know."""
    if created_at is None:
        return (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    now = created_at + timedelta(seconds=min(age, 1e9))
    angle = 2.0 * np.pi * (now.hour + now.minute / 60.0) / 24.0
    circle = (np.sin(angle), np.cos(angle), np.sin(2.0 * angle), np.cos(2.0 * angle))
    return (*map(float, circle), float(now.weekday() >= 5), 0.0)
