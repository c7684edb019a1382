"""What is known before any history of one's own: the shipped priors and the shipped net (alerts/growth/defaults/)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np

from alerts.growth.curve import GrowthCurve
from alerts.growth.net import GrowthNet, read_net
from alerts.growth.platforms import GLOBAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """One growth curve a platform and one for everything ("global"), and the net (benchmarks/fit_forecast.py)."""

    priors: dict[str, GrowthCurve]
    net: GrowthNet

    def prior_of(self, platform: str) -> GrowthCurve:
        """The platform's curve, or everything's where there is none."""
        return self.priors.get(platform, self.priors[GLOBAL])


@cache
def shipped_constants() -> Constants:
    """Those in alerts/growth/defaults/, read once."""
    return constants_in(resources.files("alerts.growth.defaults"))


def constants_in(folder: Traversable) -> Constants:
    """Those of a folder with priors.json and growth_net.npz, as the fitting script writes it."""
    rows = json.loads(folder.joinpath("priors.json").read_text(encoding="utf-8"))["platforms"]
    priors = {name: GrowthCurve(**{**row, "shares": np.array(row["shares"])}) for name, row in rows.items()}
    return Constants(priors=priors, net=read_net(folder.joinpath("growth_net.npz")))
