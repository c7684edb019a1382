"""The shipped priors: one growth curve a platform and one for everything, read from alerts/defaults/priors.json."""

import json
from functools import cache
from importlib import resources

import numpy as np

from alerts.growth_curve import GrowthCurve
from alerts.platforms import GLOBAL


@cache
def shipped_priors() -> dict[str, GrowthCurve]:
    """Platform name to its curve; always holds "global". Made by benchmarks/fit_forecast.py."""
    text = resources.files("alerts.defaults").joinpath("priors.json").read_text(encoding="utf-8")
    return {
        name: GrowthCurve(
            shares=np.array(row["shares"], dtype=np.float64),
            mean_size=float(row["mean_size"]),
            shape=float(row["shape"]),
            threads=int(row["threads"]),
        )
        for name, row in json.loads(text)["platforms"].items()
    }


def prior_of(platform: str) -> GrowthCurve:
    """The platform's shipped curve, or everything's where there is none."""
    priors = shipped_priors()
    return priors.get(platform, priors[GLOBAL])
