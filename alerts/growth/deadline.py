"""From an outlook to the growth deadline: about one fifth of the growth, where a little of it buys the most time."""

import numpy as np

from alerts.growth.outlook import Outlook

# The share may slide this far below and above the one asked for, thread by thread.
_BAND = np.linspace(0.75, 1.35, 13)
# How dear a larger share is against a later deadline; fitted so that the shares average out at the one asked for.
_DEARNESS = 0.6


def growth_deadline(outlook: Outlook, share: float) -> tuple[float, float]:
    """Seconds from now until the deadline, and the share of the growth expected by then.

    F^-1(share) itself sits often in the middle of a burst, or just before a long calm: then a slightly smaller share
    costs no time, or a slightly larger one buys hours. So we take the share in a narrow band around the one asked for
    that is best by log(time left) - 0.6 (share / asked)^2; over many threads the share that comes before the deadline
    stays the one asked for (docs/deadline.md), with about 5 % more time for the team.
    """
    shares = np.minimum(share * _BAND, 0.999)
    moments = outlook.times_to(shares)
    best = int(np.argmax(np.log1p(moments / 60.0) - _DEARNESS * _BAND**2))
    return float(moments[best]), float(shares[best])
