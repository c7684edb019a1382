"""`repwatch train`: makes the shipped model again from labelled texts, in pieces where time is short."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.show import progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the folder with sentiment/ and aspects/"
    )
    parser.add_argument(
        "--work", type=Path, required=True, metavar="DIR", help="checkpoints and the base; outside the tree"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the files are written (default: the shipped model's)"
    )
    parser.add_argument("--without", nargs="*", default=(), metavar="SET", help="sets not to train on")
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="stop with a checkpoint after N minutes; go on by the same command"
    )
    parser.add_argument(
        "--only-prune",
        action="store_true",
        help="keep the weights, choose again what they do without: an hour",
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, metavar="X", help="share of the usual texts: 0.01 is a rehearsal"
    )
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="processor threads (default: 2)")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="the run's seed (default: 7)")


def run(given: argparse.Namespace) -> int:
    from classifier.training.train import TrainSettings
    from classifier.training.train import run as train

    settings = TrainSettings(
        data=given.data,
        work=given.work,
        **({"out": given.out} if given.out else {}),
        without=frozenset(given.without),
        minutes=given.minutes,
        only_prune=given.only_prune,
        scale=given.scale,
        seed=given.seed,
        threads=given.threads,
    )
    is_made = train(settings, watch=lambda what, total: progress(what, total, ticking=False))
    print(f"Next: {_measuring(given) if is_made else _going_on(given)}")
    return 0


def _measuring(given: argparse.Namespace) -> str:
    """A new model is measured before anybody relies on it."""
    place = f'put weights = "{given.out}" under [model], then ' if given.out else ""
    return f"{place}measure it: repwatch evaluate {given.data / 'sentiment'}/*.jsonl.gz"


def _going_on(given: argparse.Namespace) -> str:
    return f"give the same command again; it goes on from the checkpoint in {given.work}"
