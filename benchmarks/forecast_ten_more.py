"""Can the probability of ten more replies be told better from what the forecast knows already? Tried by cross-fitting.

Each way is fitted on the unseen forecasts of the other folds and tested on the one left out, so needs the constants
that `python -m benchmarks.forecast` has left in --work for every fold named here.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from alerts.forecast import ANALOGUE_WEIGHT, HANDED_OVER, Timeline
from alerts.growth.constants import Constants, constants_in
from alerts.growth.features import thread_features
from alerts.growth.outlook import SIZE_EDGES, Numbers, Outlook
from alerts.growth.past import Past, source_key
from alerts.growth.timeline import HORIZON, cleaned, seen_by
from benchmarks.forecast_rows import DAY, TEST_AGES, fold, shared_threads, timelines

TEN = 10
# Threads of one set, so that the large forums do not take the whole time.
_A_SET = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One forecast of a thread its constants never saw, in parts, and what came."""

    fold: int
    platform: str
    age: float
    replies: int
    # P(ten more in a day) by the net, by the analogues, and by the net's own size and curve together.
    net: float
    similar: float
    by_size: float
    came: bool


def main() -> None:
    """A Markdown table: the Brier score of each way, mean over platforms and ages, for each fold left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fold", type=int, nargs="+", default=[0, 1, 2, 3])
    parser.add_argument("--work", type=Path, default=Path("build/forecast"))
    wanted = parser.parse_args()
    threads = timelines(shared_threads())
    told = [one for left in wanted.fold for one in forecasts(threads, left, constants_in(wanted.work / f"fold{left}"))]
    folds, came = np.array([one.fold for one in told]), np.array([float(one.came) for one in told])
    print("| way | all | " + " | ".join(f"fold {left}" for left in wanted.fold) + " |")
    print("| --- |" + " ---: |" * (len(wanted.fold) + 1))
    pooled = _pooled(told)
    ways = {"as shipped": pooled, "a fifth from size and curve": 0.8 * pooled + 0.2 * _column(told, "by_size")}
    ways |= {name: _cross_fitted(columns, came, folds, _weights(told)) for name, columns in _designs(told).items()}
    for name, said in ways.items():
        scores = [_brier(told, said, folds == left) for left in wanted.fold]
        print(f"| {name} | {_brier(told, said, folds >= 0):.4f} | " + " | ".join(f"{s:.4f}" for s in scores) + " |")


def forecasts(threads: Sequence[Timeline], left: int, constants: Constants) -> list[Told]:
    """Of the threads of one fold, at the five tested ages, with the others as history."""
    past = Past([t for t in threads if fold(t.thread_id) != left], HANDED_OVER.history_per_source, constants)
    of_set: Counter[str | None] = Counter()
    made = []
    for thread in threads:
        of_set[thread.community] += fold(thread.thread_id) == left
        if fold(thread.thread_id) == left and of_set[thread.community] <= _A_SET:
            made += [_told(thread, age, past, constants, left) for age in TEST_AGES]
    return made


def _told(thread: Timeline, age: float, past: Past, constants: Constants, left: int) -> Told:
    known = seen_by(cleaned(thread), age)
    about = past.community(known, known.source).features(age, known.created_at)
    features = np.append(thread_features(known.events, age, known.created_at), about)
    net, library = constants.net.outlook(features, known.source, age), past.library(known)
    similar = library.outlook(known.events, age, source_key(known)) if library else net
    day = sum(age < event <= min(age + DAY, HORIZON) for event in thread.events)
    return Told(
        fold=left,
        platform=known.source,
        age=age,
        replies=len(known.events),
        net=net.p_10_more_24h,
        similar=similar.p_10_more_24h,
        by_size=_by_size(net),
        came=day >= TEN,
    )


def _by_size(outlook: Outlook) -> float:
    """P(ten or more by tomorrow) if each reply to come fell by the curve, by itself: a binomial tail, as a normal."""
    share = outlook.share_by(DAY)
    mean = np.maximum(SIZE_EDGES, 0.5) * share
    spread = np.sqrt(np.maximum(mean * (1.0 - share), 0.05))
    tail = 0.5 * torch.erfc(torch.tensor((TEN - 0.5 - mean) / spread / np.sqrt(2.0))).numpy()
    return float(outlook.sizes @ tail)


def _column(told: Sequence[Told], name: str) -> Numbers:
    return np.array([getattr(one, name) for one in told], dtype=np.float64)


def _pooled(told: Sequence[Told]) -> Numbers:
    return np.asarray((1.0 - ANALOGUE_WEIGHT) * _column(told, "net") + ANALOGUE_WEIGHT * _column(told, "similar"))


def _designs(told: Sequence[Told]) -> dict[str, Numbers]:
    """What each way looks at: columns of a logistic regression."""
    one, pooled = np.ones(len(told)), _logit(_pooled(told))
    names = sorted({each.platform for each in told})
    platforms = [np.array([float(each.platform == name) for each in told]) for name in names]
    parts = [_logit(_column(told, name)) for name in ("net", "similar", "by_size")]
    age, replies = np.log(_column(told, "age") / 3600.0), np.log1p(_column(told, "replies"))
    return {
        "scale fitted anew (Platt)": np.stack([one, pooled], axis=1),
        "the same, by platform": np.stack([pooled, *platforms], axis=1),
        "net, analogues, size and curve": np.stack([one, *parts], axis=1),
        "the same, with age and count": np.stack([one, *parts, age, replies, age * replies], axis=1),
    }


def _logit(chance: Numbers) -> Numbers:
    inside = np.clip(chance, 1e-4, 1.0 - 1e-4)
    return np.asarray(np.log(inside / (1.0 - inside)))


def _weights(told: Sequence[Told]) -> Numbers:
    """Each platform at each age of each fold counts the same, as on the card."""
    cells = [(one.fold, one.platform, one.age) for one in told]
    many = Counter(cells)
    return np.array([1.0 / many[cell] for cell in cells])


def _cross_fitted(columns: Numbers, came: Numbers, folds: Numbers, weights: Numbers) -> Numbers:
    said = np.zeros(len(came))
    for left in np.unique(folds):
        known = folds != left
        kept = _fitted(columns[known], came[known], weights[known])
        said[~known] = 1.0 / (1.0 + np.exp(-columns[~known] @ kept))
    return said


def _fitted(columns: Numbers, came: Numbers, weights: Numbers) -> Numbers:
    """Logistic regression by its log loss, with a little ridge."""
    looked_at, happened = torch.tensor(columns), torch.tensor(came)
    counted = torch.tensor(weights / weights.sum())
    kept = torch.zeros(columns.shape[1], dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([kept], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        told = torch.nn.functional.binary_cross_entropy_with_logits(looked_at @ kept, happened, reduction="none")
        found = (counted * told).sum() + 1e-4 * (kept**2).sum()
        found.backward()  # type: ignore[no-untyped-call]
        return found

    search.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray(kept.detach().numpy(), dtype=np.float64)


def _brier(told: Sequence[Told], said: Numbers, chosen: npt.NDArray[np.bool_]) -> float:
    """Mean squared error of each platform at each age, then over those."""
    cells: dict[tuple[str, float], list[float]] = {}
    for one, chance, is_chosen in zip(told, said, chosen, strict=True):
        if is_chosen:
            cells.setdefault((one.platform, one.age), []).append((chance - one.came) ** 2)
    return float(np.mean([np.mean(cell) for cell in cells.values()]))


if __name__ == "__main__":
    main()
