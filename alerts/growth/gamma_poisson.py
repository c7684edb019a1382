"""Step 1 of the forecast: Gamma-Poisson growth with an empirical-Bayes prior, in closed form, from the first day."""

import math

import numpy as np

from alerts.growth.curve import GrowthCurve
from alerts.growth.outlook import SIZE_EDGES, Numbers, Outlook

_DAY = 86400.0
# Equally likely counts that stand for all a thread may have reached, and the most it is thought to have.
_UNSEEN, _MOST_UNSEEN = 16, 5000


def gamma_poisson(curve: GrowthCurve, replies: int, age: float) -> Outlook:
    """The outlook of a thread with so many replies at this age in seconds.

    Its size L ~ Gamma(k, k/mu); after n replies by age a: Gamma(k + n, k/mu + G(a)), so the gain over a stretch of the
    curve is negative binomial (Greenwood & Yule 1920; deadline.md section 3). When it comes depends on source and age
    only: the model cannot tell a thread that heats up from one gone quiet.
    """
    seen = curve.share_at(age)
    shape = curve.shape + replies
    rate = curve.shape / curve.mean_size + seen
    left = max(0.0, 1.0 - seen)
    day = max(0.0, curve.share_at(age + _DAY) - seen)
    sizes = _bins(shape, rate, left)
    double = 2 * max(replies, 1) - replies
    return Outlook(
        shares=curve.future_shares(age),
        sizes=sizes,
        p_grow_3_24h=_tail(shape, rate, day, 3),
        p_10_more_24h=_tail(shape, rate, day, 10),
        p_double=_tail(shape, rate, left, double),
    )


def gamma_poisson_unseen(curve: GrowthCurve, age: float) -> tuple[Outlook, float]:
    """The outlook of a thread of this age whose replies nobody has counted, and how many it probably has by now.

    The prior alone: the mean over the counts such a thread may have reached, each as likely as the curve makes it.
    """
    reached = _masses(curve.shape, curve.shape / curve.mean_size, curve.share_at(age), _MOST_UNSEEN).cumsum()
    counts = np.searchsorted(reached, (np.arange(_UNSEEN) + 0.5) / _UNSEEN * reached[-1])
    each = [gamma_poisson(curve, int(count), age) for count in counts]
    mean = Outlook(
        shares=each[0].shares,
        sizes=np.asarray(np.mean([one.sizes for one in each], axis=0), dtype=np.float64),
        p_grow_3_24h=float(np.mean([one.p_grow_3_24h for one in each])),
        p_10_more_24h=float(np.mean([one.p_10_more_24h for one in each])),
        p_double=float(np.mean([one.p_double for one in each])),
    )
    return mean, float(counts.mean())


def chance_of(replies: int, curve: GrowthCurve, seen: float) -> float:
    """P(exactly so many replies) once this share of a thread's seven days has come, by the prior alone."""
    return float(_masses(curve.shape, curve.shape / curve.mean_size, seen, replies + 1)[-1])


def _tail(shape: float, rate: float, stretch: float, more: int) -> float:
    """P(gain >= more) over a stretch of the curve."""
    return float(max(0.0, 1.0 - _masses(shape, rate, stretch, more).sum()))


def _bins(shape: float, rate: float, stretch: float) -> Numbers:
    """The gain's probability in each bin of SIZE_EDGES."""
    below = np.concatenate([[0.0], np.cumsum(_masses(shape, rate, stretch, int(SIZE_EDGES[-1])))])
    cut = np.minimum(1.0, below[SIZE_EDGES.astype(int)])
    return np.diff(np.append(cut, 1.0)).clip(0.0)


def _masses(shape: float, rate: float, stretch: float, count: int) -> Numbers:
    """P(gain = 0 .. count - 1): negative binomial, by its recurrence in logarithms."""
    if stretch <= 0.0:
        return np.concatenate([[1.0], np.zeros(max(0, count - 1))])[:count]
    success = rate / (rate + stretch)
    step = np.arange(count - 1, dtype=np.float64)
    logs = np.log((shape + step) / (step + 1.0)) + math.log(stretch / (rate + stretch))
    return np.exp(shape * math.log(success) + np.concatenate([[0.0], np.cumsum(logs)]))[:count]
