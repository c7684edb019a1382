"""The finished threads of one source, and what they say of a new one: busier than its platform, slower, waking up."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from alerts.growth.curve import GrowthCurve, shrunk
from alerts.growth.outlook import Numbers
from alerts.growth.timeline import HORIZON, Timeline

HISTORY_FEATURES = 9

_HOUR = 3600.0
# Over how many of the latest finished threads the mood of a source is taken.
_LATEST = (8, 30, 120)


class Community:
    """The past of one source (an instance, a forum, a subreddit) beside its platform's prior."""

    def __init__(self, threads: Sequence[Timeline], prior: GrowthCurve) -> None:
        """`threads`: finished and cleaned, in any order."""
        self.prior = prior
        self.replies = [_inside(thread) for thread in threads]
        self.curve = shrunk(self.replies, prior)
        self._remember([thread.created_at for thread in threads])

    def _remember(self, created: Sequence[datetime | None]) -> None:
        """Running sums over the threads in order of creation, so the latest before any moment are one subtraction."""
        dated = sorted((moment.timestamp(), i) for i, moment in enumerate(created) if moment is not None)
        self._created = np.array([moment for moment, _ in dated])
        replies = [self.replies[i] for _, i in dated]
        sizes = np.array([len(times) for times in replies], dtype=np.float64)
        early = np.array([np.searchsorted(t, _HOUR, side="right") / len(t) if len(t) else np.nan for t in replies])
        early = np.nan_to_num(early - self.curve.share_at(_HOUR))
        self._log_sizes = _running(np.log1p(sizes) - self.curve.mean_log_size)
        self._two = _running((sizes >= 2) - self.curve.two_or_more)
        self._early = _running(early)

    def features(self, age: float, created_at: datetime | None) -> Numbers:
        """HISTORY_FEATURES numbers, all 0 for a source that is just like its platform; only threads that had ended
        when this one began are taken as its latest."""
        curve, prior = self.curve, self.prior
        short, middle, long = (self._latest(self._log_sizes, k, created_at) for k in _LATEST)
        now = curve.share_at(age) - prior.share_at(age)
        soon = curve.share_at(age + _HOUR) - prior.share_at(age + _HOUR)
        return np.array(
            [
                curve.mean_log_size - prior.mean_log_size,
                curve.two_or_more - prior.two_or_more,
                middle,
                short,
                long,
                self._latest(self._two, _LATEST[1], created_at),
                self._latest(self._early, _LATEST[1], created_at),
                now,
                soon - now,
            ]
        )

    def _latest(self, running: Numbers, many: int, created_at: datetime | None) -> float:
        """The mean of the last `many` threads ended by then, drawn to 0 with the weight of a third as many."""
        if created_at is None:
            return 0.0
        end = int(np.searchsorted(self._created, created_at.timestamp() - HORIZON, side="right"))
        start = max(0, end - many)
        return float((running[end] - running[start]) / (end - start + many / 3.0))


def _inside(thread: Timeline) -> Numbers:
    times = np.asarray(thread.events, dtype=np.float64)
    return times[: np.searchsorted(times, HORIZON, side="right")]


def _running(values: npt.NDArray[np.floating]) -> Numbers:
    return np.append(0.0, np.cumsum(values)).astype(np.float64)
