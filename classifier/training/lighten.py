"""Prunes a finished network and tunes what is left, resumable: the last stretch of `repwatch train`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import torch

from classifier.training.loop import Shared
from classifier.training.network import Network
from classifier.training.plan import Pruning
from classifier.training.pruning import Kept, chosen, cut, importance
from classifier.training.rounds import Workshop, go_through_stage
from classifier.training.tuning import Likeness, only_small_vectors


def lighten(network: Network, pruning: Pruning, workshop: Workshop) -> tuple[Kept, Network] | None:
    """What is kept and the network with only that, tuned; None when the time was up (call again to go on)."""
    # The work folder may hold what is left of another network's pruning, or of this one's by another measure.
    which = f"{_name_of(network)}-{pruning.saved:g}"
    kept = _kept(network, pruning, workshop.work / f"kept-{which}.json", workshop)
    torch.manual_seed(workshop.seed)
    light = only_small_vectors(cut(network, kept))
    shared = Shared(light, pruning.stage, Likeness(network))
    tuned = go_through_stage(shared, f"pruned-{which}.pt", workshop, seed=workshop.seed)
    return None if tuned is None else (kept, tuned)


def _name_of(network: Network) -> str:
    """Eight hex digits of its encoder's weights; the heads are tuned anyway."""
    digest = hashlib.sha256()
    for weight in network.encoder.state_dict().values():
        digest.update(weight.float().numpy().tobytes())
    return digest.hexdigest()[:8]


def _kept(network: Network, pruning: Pruning, path: Path, workshop: Workshop) -> Kept:
    """Chosen once, then read from `path`."""
    if not path.is_file():
        workshop.say(f"looking for what can be left out ({pruning.batches} batches)")
        batches = islice(workshop.batches(pruning.stage, workshop.seed), pruning.batches)
        path.write_text(json.dumps(asdict(chosen(importance(network, batches, workshop.seed), pruning.saved))))
    stored = json.loads(path.read_text())
    return Kept(**{name: tuple(map(tuple, rows)) for name, rows in stored.items()})
