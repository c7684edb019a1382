"""Source curves: the share of a thread's seven-day replies that have come by each age, shrunk to the platform's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.growth.outlook import TIME_GRID, Numbers
from alerts.growth.timeline import HORIZON

_MINUTES = [0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 960, 1440, 2160, 2880, 4320, 5760, 10080]
AGE_GRID: Numbers = np.array(_MINUTES, dtype=np.float64) * 60.0
"""Ages in seconds at which a curve is kept (deadline.md section 3)."""
_LOG_AGE = np.log1p(AGE_GRID / 60.0)

PRIOR_STRENGTH = 20.0
"""How many finished threads of its own a source needs to weigh as much as its platform."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrowthCurve:
    """G and the size prior of one source, platform or of everything; `threads` finished threads stand behind it."""

    shares: Numbers
    # Mean replies in seven days, and the shape k of the Gamma prior: small k, very unequal threads.
    mean_size: float
    shape: float
    # Mean of log(1 + replies), and the share of threads with two or more.
    mean_log_size: float
    two_or_more: float
    threads: int = 0

    def share_at(self, age: float) -> float:
        """G(age): the share of the seven-day replies that have come by this age in seconds."""
        return float(np.interp(np.log1p(max(0.0, age) / 60.0), _LOG_AGE, self.shares))

    def future_shares(self, age: float) -> Numbers:
        """F on TIME_GRID from this age: (G(a + h) - G(a)) / (1 - G(a)); even in time where nothing is left of G."""
        seen = self.share_at(age)
        if seen > 1.0 - 1e-9:
            return np.minimum(1.0, TIME_GRID / HORIZON)
        later = np.interp(np.log1p((age + TIME_GRID) / 60.0), _LOG_AGE, self.shares)
        return np.maximum.accumulate((later - seen) / (1.0 - seen))


def shrunk(own: Sequence[Numbers], prior: GrowthCurve) -> GrowthCurve:
    """The curve of finished threads, each its reply times, drawn to the prior: G = (m own + 20 prior) / (m + 20)."""
    if not len(own):
        return prior
    sizes = np.array([len(times) for times in own], dtype=np.float64)
    replied = float(np.count_nonzero(sizes))
    mean, shape = own_size(sizes)
    part = len(sizes) / (len(sizes) + PRIOR_STRENGTH)
    return GrowthCurve(
        shares=(replied * own_shares(own) + PRIOR_STRENGTH * prior.shares) / (replied + PRIOR_STRENGTH),
        mean_size=part * mean + (1.0 - part) * prior.mean_size,
        shape=float(np.exp(part * np.log(shape) + (1.0 - part) * np.log(prior.shape))),
        mean_log_size=part * float(np.log1p(sizes).mean()) + (1.0 - part) * prior.mean_log_size,
        two_or_more=part * float((sizes >= 2).mean()) + (1.0 - part) * prior.two_or_more,
        threads=len(own),
    )


def own_shares(threads: Iterable[Numbers]) -> Numbers:
    """The mean over threads with replies (ascending times) of the share that has come by each age of AGE_GRID."""
    total, count = np.zeros(len(AGE_GRID)), 0
    for times in threads:
        if len(times):
            total += np.searchsorted(times, AGE_GRID, side="right") / len(times)
            count += 1
    return total / max(1, count)


def own_size(sizes: Numbers) -> tuple[float, float]:
    """Mean and Gamma shape of thread sizes by moments, the largest 1 % cut back: one storm must not set the prior."""
    cut = np.minimum(sizes, np.quantile(sizes, 0.99))
    mean = max(0.05, float(cut.mean()))
    spread = float(cut.var()) - mean
    return mean, float(np.clip(mean * mean / spread, 0.1, 20.0)) if spread > 0 else 20.0
