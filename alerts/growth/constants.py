"""What is known before any history of one's own: the shipped priors and the shipped net (alerts/growth/defaults/)."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np

from alerts.growth.curve import GrowthCurve
from alerts.growth.net import GrowthNet, read_net
from alerts.growth.platforms import GLOBAL
from alerts.growth.selection import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """One growth curve a platform and one for everything ("global"), and the net (benchmarks/fit_forecast.py)."""

    priors: dict[str, GrowthCurve]
    net: GrowthNet
    # How large threads grow on the platforms whose public sets were chosen for large ones.
    sizes: dict[str, Sizes] = field(default_factory=dict)

    def prior_of(self, platform: str) -> GrowthCurve:
        """The platform's curve, or everything's where there is none."""
        return self.priors.get(platform, self.priors[GLOBAL])


@cache
def shipped_constants() -> Constants:
    """Those in alerts/growth/defaults/, read once."""
    return constants_in(resources.files("alerts.growth.defaults"))


def constants_in(folder: Traversable) -> Constants:
    """Those of a folder with priors.json and growth_net.npz, as the fitting script writes it."""
    kept = json.loads(folder.joinpath("priors.json").read_text(encoding="utf-8"))
    return Constants(
        priors={n: GrowthCurve(**{**row, "shares": np.array(row["shares"])}) for n, row in kept["platforms"].items()},
        net=read_net(folder.joinpath("growth_net.npz")),
        sizes={name: Sizes(shares=tuple(shares)) for name, shares in kept["sizes_seen_whole"].items()},
    )
