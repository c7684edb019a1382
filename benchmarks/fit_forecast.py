"""Makes the shipped forecast constants (alerts/growth/defaults/) from the shared timelines; no thread leaves it."""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alerts.growth.community import Community
from alerts.growth.curve import GrowthCurve, own_shares, own_size
from alerts.growth.deadline import growth_deadline
from alerts.growth.net import GrowthNet
from alerts.growth.outlook import Numbers
from alerts.growth.platforms import GLOBAL, PLATFORMS
from alerts.growth.timeline import HORIZON, Timeline
from benchmarks.forecast_rows import (
    TEST_AGES,
    Rows,
    fitting_ages,
    fold,
    others,
    rows_of,
    shared_threads,
    sizes_of,
    timelines,
)
from benchmarks.forecast_training import Recipe, fitted

SHARE = 0.20
# A platform's own calibration weighs as much as everybody's when it has so many rows.
_CALIBRATION_STRENGTH = 300.0
_INNER_FOLDS = 3
_ROWS_A_PLATFORM = 2500


def main() -> None:
    """Fit on all shared threads, or without one of four folds (`--without-fold`) to measure on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("alerts/growth/defaults"))
    parser.add_argument("--without-fold", type=int)
    parser.add_argument("--only-priors", action="store_true", help="leave the net as it is")
    parser.add_argument("--nets", type=int, default=Recipe().nets)
    wanted = parser.parse_args()
    rows = [row for row in shared_threads() if fold(row["thread_id"]) != wanted.without_fold]
    threads = timelines(rows)
    wanted.out.mkdir(parents=True, exist_ok=True)
    priors = priors_of(threads)
    made = {"platforms": priors, "sizes_seen_whole": sizes_of(rows)}
    (wanted.out / "priors.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    if wanted.only_priors:
        return
    curves = {name: _curve(row) for name, row in priors.items()}
    recipe = replace(Recipe(), nets=wanted.nets)
    net = fitted(rows_of(threads, fitting_ages(len(threads), 5), others(threads, curves)), recipe)
    save(replace(net, calibration=calibrated(threads, curves, recipe)), wanted.out / "growth_net.npz")


def priors_of(threads: Sequence[Timeline]) -> dict[str, Any]:
    """Growth curve and size prior of each platform, and of everything with every platform counting the same."""
    by_platform: dict[str, list[Numbers]] = defaultdict(list)
    for thread in threads:
        by_platform[thread.source].append(np.array([e for e in thread.events if e <= HORIZON]))
    made = {name: _prior(many) for name, many in sorted(by_platform.items())}
    numbers = ("mean_size", "shape", "mean_log_size", "two_or_more")
    everything = {key: round(float(np.median([row[key] for row in made.values()])), 4) for key in numbers}
    shares = np.mean([row["shares"] for row in made.values()], axis=0).round(4).tolist()
    return made | {GLOBAL: {"threads": len(threads), **everything, "shares": shares}}


def _prior(many: Sequence[Numbers]) -> dict[str, Any]:
    sizes = np.array([len(times) for times in many], dtype=np.float64)
    mean, shape = own_size(sizes)
    return {
        "threads": len(many),
        "mean_size": round(mean, 4),
        "shape": round(shape, 4),
        "mean_log_size": round(float(np.log1p(sizes).mean()), 4),
        "two_or_more": round(float((sizes >= 2).mean()), 4),
        "shares": own_shares(many).round(4).tolist(),
    }


def _curve(row: Mapping[str, Any]) -> GrowthCurve:
    return GrowthCurve(**{**row, "shares": np.array(row["shares"])})


def calibrated(threads: Sequence[Timeline], curves: Mapping[str, GrowthCurve], recipe: Recipe) -> dict[str, float]:
    """The exponent of each platform that makes one fifth come before the deadline, on threads the net never saw.

    Inner cross-validation; rows with five or more replies to come, half of them without the source's past. A platform
    with few rows is drawn to all platforms' exponent.
    """
    found: dict[str, list[tuple[Any, Numbers]]] = defaultdict(list)
    for part in range(_INNER_FOLDS):
        known = [t for t in threads if fold(t.thread_id, "inner", _INNER_FOLDS) != part]
        asked = [t for t in threads if fold(t.thread_id, "inner", _INNER_FOLDS) == part]
        net = fitted(rows_of(known, fitting_ages(len(known), part), others(known, curves)), replace(recipe, nets=1))
        for name, pairs in _outlooks(net, known, asked, curves).items():
            found[name] += pairs
    everyone = [pair for pairs in found.values() for pair in pairs[:: max(1, len(pairs) // 800)]]
    overall = _exponent(everyone)
    told = {name: _drawn(_exponent(found[name]), overall, len(found[name])) for name in PLATFORMS if found[name]}
    return {name: round(told.get(name, overall), 4) for name in [*PLATFORMS, GLOBAL]}


def _outlooks(
    net: GrowthNet, known: Sequence[Timeline], asked: Sequence[Timeline], curves: Mapping[str, GrowthCurve]
) -> dict[str, list[tuple[Any, Numbers]]]:
    """By platform: outlooks of unseen threads with at least five replies to come, and when these came."""
    made: dict[str, list[tuple[Any, Numbers]]] = defaultdict(list)
    ages = np.tile(np.array(TEST_AGES), (len(asked), 1))
    rows: Rows = rows_of(asked, ages, _seen_with(known, asked, curves))
    for i in np.flatnonzero(rows.more >= 5):
        thread, age = asked[rows.threads[i]], float(rows.ages[i])
        past = rows.past[i] if i % 2 else np.zeros_like(rows.past[i])
        if len(made[thread.source]) < _ROWS_A_PLATFORM // _INNER_FOLDS:
            outlook = net.outlook(np.append(rows.own[i], past), thread.source, age)
            future = np.array([e - age for e in thread.events if age < e <= HORIZON])
            made[thread.source].append((outlook, future))
    return made


def _seen_with(
    known: Sequence[Timeline], asked: Sequence[Timeline], curves: Mapping[str, GrowthCurve]
) -> list[Community]:
    by_source: dict[tuple[str, str | None], list[Timeline]] = defaultdict(list)
    for thread in known:
        by_source[thread.source, thread.community].append(thread)
    keys = {(t.source, t.community) for t in asked}
    made = {key: Community(by_source[key], curves[key[0]]) for key in keys}
    return [made[t.source, t.community] for t in asked]


def _exponent(pairs: Sequence[tuple[Any, Numbers]]) -> float:
    """By bisection: a larger exponent, a later deadline, more that comes before it."""
    low, high = 0.5, 2.0
    for _ in range(10):
        middle = (low * high) ** 0.5
        come = np.mean([_come_before(outlook, future, middle) for outlook, future in pairs])
        low, high = (middle, high) if come < SHARE else (low, middle)
    return float((low * high) ** 0.5)


def _come_before(outlook: Any, future: Numbers, exponent: float) -> float:
    """The share of what came that came before a deadline kept between 15 minutes and a day."""
    moment, _ = growth_deadline(replace(outlook, shares=outlook.shares**exponent), SHARE)
    return float((future <= min(max(moment, 900.0), 86400.0)).mean())


def _drawn(own: float, overall: float, rows: int) -> float:
    part = rows / (rows + _CALIBRATION_STRENGTH)
    return float(np.exp(part * np.log(own) + (1.0 - part) * np.log(overall)))


def save(net: GrowthNet, path: Path) -> None:
    """Half precision is enough: the figures of docs/deadline.md are measured with what is written here."""
    layers = {f"weights_{i}": kept.astype(np.float16) for i, kept in enumerate(net.weights)}
    layers |= {f"biases_{i}": kept.astype(np.float16) for i, kept in enumerate(net.biases)}
    scaling = {name: getattr(net, name).astype(np.float32) for name in ("centre", "spread", "low", "high")}
    exponents = np.array([net.calibration[name] for name in [*PLATFORMS, GLOBAL]])
    np.savez_compressed(path, **scaling, **layers, calibration=exponents)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
