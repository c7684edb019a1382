"""Prunes a finished network and tunes what is left, resumable: the last stretch of `repwatch train`."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice

import torch

from classifier.training.loop import Shared, run_stage
from classifier.training.network import Network
from classifier.training.plan import Pruning
from classifier.training.pruning import Kept, chosen, cut, importance
from classifier.training.rounds import Workshop
from classifier.training.tuning import Likeness, only_small_vectors

KEPT, TUNED = "kept.json", "pruned.pt"
"""Checkpoints in the work folder: what is kept, and the tuning."""


def lighten(network: Network, pruning: Pruning, workshop: Workshop) -> tuple[Kept, Network] | None:
    """What is kept and the network with only that, tuned; None when the time was up (call again to go on)."""
    kept = _kept(network, pruning, workshop)
    torch.manual_seed(workshop.seed)
    light = only_small_vectors(cut(network, kept))
    shared = Shared(light, pruning.stage, Likeness(network))
    checkpoint = workshop.work / TUNED
    if checkpoint.is_file():
        workshop.say(f"{pruning.stage.name}: going on from {checkpoint}")
        shared.restore(torch.load(checkpoint, weights_only=True))
        workshop.done(shared.texts)
    if shared.share_done < 1 and not run_stage(
        shared,
        lambda seed: workshop.batches(pruning.stage, workshop.seed + seed),
        checkpoint,
        workers=workshop.workers,
        deadline=workshop.deadline,
        say=workshop.say,
        done=workshop.done,
    ):
        return None
    return kept, shared.averaged()


def _kept(network: Network, pruning: Pruning, workshop: Workshop) -> Kept:
    """Chosen once, then read from the work folder."""
    path = workshop.work / KEPT
    if not path.is_file():
        workshop.say(f"looking for what can be left out ({pruning.batches} batches)")
        batches = islice(workshop.batches(pruning.stage, workshop.seed), pruning.batches)
        path.write_text(json.dumps(asdict(chosen(importance(network, batches, workshop.seed), pruning.saved))))
    stored = json.loads(path.read_text())
    return Kept(**{name: tuple(map(tuple, rows)) for name, rows in stored.items()})
