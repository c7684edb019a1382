"""What a place seen whole changes: most posts stay small, while the public sets hold hardly any that did."""

from dataclasses import dataclass, replace
from math import comb

import numpy as np

from alerts.growth.curve import GrowthCurve
from alerts.growth.gamma_poisson import chance_of
from alerts.growth.outlook import SIZE_EDGES, Numbers, Outlook

# The public sets were chosen for threads of so many replies (trees of at least six posts).
CHOSEN_FROM = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sizes:
    """How large threads grow where none is left out: shares with 0 to 4 replies, and with CHOSEN_FROM or more."""

    shares: tuple[float, ...]

    def seen_at(self, replies: int, curve: GrowthCurve, age: float) -> Numbers:
        """The same for a thread with so many replies at this age, by Bayes' rule.

        Of a small thread each reply has come by then with the chance the curve gives; a large one is Gamma-Poisson.
        """
        come = min(max(curve.share_at(age), 1e-6), 1.0 - 1e-6)
        small = [
            comb(size, replies) * come**replies * (1.0 - come) ** (size - replies) if size >= replies else 0.0
            for size in range(CHOSEN_FROM)
        ]
        likely = np.array([*small, chance_of(replies, curve, come)]) * np.array(self.shares)
        return np.asarray(likely / likely.sum(), dtype=np.float64)


def seen_whole(outlook: Outlook, replies: int, age: float, sizes: Sizes, curve: GrowthCurve) -> Outlook:
    """The outlook of a thread whose like were fitted on large ones only: large as often as `sizes` has it.

    What becomes of a large one, and when its replies come, is the fitted net's word; a small one is as `sizes` says.
    Never likelier to be large than the net has it.
    """
    missing = CHOSEN_FROM - replies
    large = outlook.at_least(missing)
    if missing <= 0 or large <= 0.0:
        return outlook
    likely = sizes.seen_at(replies, curve, age)
    share = min(float(likely[-1]), large)
    small = likely[replies:-1] * (1.0 - share) / max(likely[:-1].sum(), 1e-12)
    mixed = outlook.sizes * (missing <= SIZE_EDGES) * share / large
    mixed[: len(small)] += small
    return _renewed(outlook, replace(outlook, sizes=mixed / mixed.sum()), replies)


def _renewed(before: Outlook, after: Outlook, replies: int) -> Outlook:
    """Each chance is as much smaller as so many more replies have become less likely; never larger."""

    def scaled(chance: float, more: int) -> float:
        return chance * min(1.0, after.at_least(more) / max(before.at_least(more), 1e-9))

    three = scaled(before.p_grow_3_24h, 3)
    return replace(
        after,
        p_grow_3_24h=three,
        p_10_more_24h=min(three, scaled(before.p_10_more_24h, 10)),
        p_double=scaled(before.p_double, 2 * max(replies, 1) - replies),
    )
