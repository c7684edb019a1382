"""What is still to come of one thread, on fixed grids: how many replies (a distribution) and when (a share curve)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

# Seconds from now at which F is kept: 0, then 48 steps, even in the logarithm, from one minute to seven days.
TIME_GRID: Numbers = np.concatenate([[0.0], np.geomspace(60.0, 7 * 86400.0, 48)])
_LOG_TIME = np.log1p(TIME_GRID / 60.0)

# Replies still to come: lower edges of the bins; the last one is open.
_EDGES = (
    "0 1 2 3 4 5 6 8 10 13 16 20 25 32 40 50 63 80 100 126 160 200 250 320 400 500 630 800 1000 1260 1600 2000 2500"
)
SIZE_EDGES: Numbers = np.array([*_EDGES.split(), 3200, 4000, 5000, 6300, 8000, 10000, 20000], dtype=np.float64)
_TOP = 50000.0
_UPPER = np.append(SIZE_EDGES[1:], _TOP)
# A bin holds the whole numbers from its lower edge to the one below the next edge.
_MIDDLE = np.where(_UPPER - SIZE_EDGES <= 1, SIZE_EDGES, np.sqrt(np.maximum(SIZE_EDGES, 0.5) * (_UPPER - 1)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """The predictive distribution of one thread at one age."""

    # F on TIME_GRID, given that the thread grows: 0 at 0, never falling, 1 at the end of the horizon.
    shares: Numbers
    # Probability of each bin of SIZE_EDGES, summing to 1.
    sizes: Numbers
    # P(at least 3, and at least 10, more within 24 h) and P(final >= 2 max(n, 1)).
    p_grow_3_24h: float
    p_10_more_24h: float
    p_double: float
    # How far the curve may be trusted in a pool, 0 to 1: less where few threads stand behind it.
    curve_trust: float = 1.0

    def share_by(self, seconds: float) -> float:
        """F: the share of what is still to come that is expected within so many seconds."""
        if not seconds > 0.0:
            return 0.0
        return float(np.interp(np.log1p(seconds / 60.0), _LOG_TIME, self.shares))

    def time_to(self, share: float) -> float:
        """The first moment, in seconds from now, by which this share is expected: F^-1."""
        return float(self.times_to(np.array([share]))[0])

    def times_to(self, wanted: Numbers) -> Numbers:
        """`time_to` of many shares at once."""
        place = np.clip(np.searchsorted(self.shares, wanted, side="left"), 1, len(self.shares) - 1)
        low, high = self.shares[place - 1], self.shares[place]
        part = np.clip((wanted - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
        start = _LOG_TIME[place - 1]
        return np.asarray(60.0 * np.expm1(start + part * (_LOG_TIME[place] - start)), dtype=np.float64)

    def at_least(self, more: float) -> float:
        """P(at least so many more replies inside the horizon)."""
        if more <= 0:
            return 1.0
        tails = np.append(np.cumsum(self.sizes[::-1])[::-1], 0.0)
        return float(np.interp(more, np.append(SIZE_EDGES, _TOP), tails))

    def mean(self) -> float:
        """Replies expected still to come."""
        return float(self.sizes @ _MIDDLE)

    def quantile(self, probability: float) -> float:
        """So many more replies or fewer, with this probability; between the edges of a bin, in proportion."""
        below = np.cumsum(self.sizes)
        place = min(int(np.searchsorted(below, probability, side="left")), len(below) - 1)
        start = below[place - 1] if place else 0.0
        mass = below[place] - start
        part = min(1.0, max(0.0, (probability - start) / mass)) if mass > 0 else 0.0
        return float(SIZE_EDGES[place] + part * (_UPPER[place] - 1 - SIZE_EDGES[place]))


def blended(first: Outlook, second: Outlook, weight: float) -> Outlook:
    """The linear pool of two outlooks; `weight` (0..1) is the second one's, its curve's is less with little trust."""
    if weight <= 0.0:
        return first
    keep = 1.0 - weight
    bend = weight * second.curve_trust
    return Outlook(
        shares=(1.0 - bend) * first.shares + bend * second.shares,
        sizes=keep * first.sizes + weight * second.sizes,
        p_grow_3_24h=keep * first.p_grow_3_24h + weight * second.p_grow_3_24h,
        p_10_more_24h=keep * first.p_10_more_24h + weight * second.p_10_more_24h,
        p_double=keep * first.p_double + weight * second.p_double,
    )
