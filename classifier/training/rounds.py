"""Goes through a plan's rounds of runs, each stage from its checkpoint, and averages what a round ended with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from classifier.training.loop import Shared, Stage, run_stage
from classifier.training.mixing import Batch
from classifier.training.network import Network, mean_of
from classifier.training.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What every run works with."""

    # A network to begin with: as it comes from the base, its heads by torch's seed.
    fresh: Callable[[], Network]
    # Endless batches of a stage, by a seed.
    batches: Callable[[Stage, int], Iterator[Batch]]
    # Where the checkpoints lie.
    work: Path
    seed: int
    workers: int
    # A moment of time.monotonic(); None: go on to the end.
    deadline: float | None
    say: Callable[[str], None]
    # Told how many texts more were read, those of checkpoints too: `Plan.texts` in all.
    done: Callable[[int], None]


def go_through(plan: Plan, workshop: Workshop) -> Network | None:
    """The network the last round ended with; None when the time was up (call again to go on)."""
    mean: Network | None = None
    number = 0
    for runs in plan.rounds:
        ended: list[Network] = []
        for stages in runs:
            number += 1
            trained = _run(workshop, stages, number, mean)
            if trained is None:
                return None
            ended.append(trained)
        mean = mean_of(ended)
    return mean


def _run(workshop: Workshop, stages: Sequence[Stage], run_number: int, begin: Network | None) -> Network | None:
    """From the base where there is no mean yet; each stage from its checkpoint or what the one before ended with."""
    first_seed = workshop.seed + 1_000_000 * run_number  # a run's workers count on from it
    torch.manual_seed(first_seed)
    said = replace(workshop, say=partial(_with_number, workshop.say, run_number))
    network = workshop.fresh() if begin is None else copy.deepcopy(begin)
    for number, stage in enumerate(stages, 1):
        shared, checkpoint = Shared(network, stage), f"run-{run_number}-stage-{number}.pt"
        trained = go_through_stage(shared, checkpoint, said, seed=first_seed)
        if trained is None:
            return None
        network = trained
    return network


def go_through_stage(shared: Shared, checkpoint: str, workshop: Workshop, *, seed: int) -> Network | None:
    """What the stage ends with, from its checkpoint in the work folder where there is one; None: the time was up."""
    path = workshop.work / checkpoint
    if path.is_file():
        workshop.say(f"{shared.stage.name}: going on from {path}")
        shared.restore(torch.load(path, weights_only=True))
        workshop.done(shared.texts)
    is_done = shared.share_done >= 1 or run_stage(
        shared,
        lambda worker: workshop.batches(shared.stage, seed + worker),
        path,
        workers=workshop.workers,
        deadline=workshop.deadline,
        say=workshop.say,
        done=workshop.done,
    )
    return shared.averaged() if is_done else None


def _with_number(say: Callable[[str], None], run_number: int, line: str) -> None:
    say(f"run {run_number}, {line}")
