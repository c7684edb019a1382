"""Prunes a finished network and tunes what is left, resumable: the last stretch of `repwatch train`.

First the specialists, who help to teach; then what heads, neurons and pieces go; then the tuning.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import torch

from classifier.training.drop import Drop
from classifier.training.loop import Shared
from classifier.training.mixing import Batch
from classifier.training.network import Network
from classifier.training.plan import Pruning
from classifier.training.pruning import Kept, chosen, cut, importance
from classifier.training.rounds import Workshop, go_through_stage
from classifier.training.token_pruning import find_drops, shares_read
from classifier.training.tuning import Likeness, only_small_parts


def lighten(network: Network, pruning: Pruning, workshop: Workshop) -> tuple[Kept, Network] | None:
    """What is kept and the network with only that, tuned; None when the time was up (call again to go on)."""
    specialists = _specialists(pruning, workshop)
    if specialists is None:
        return None
    torch.set_num_threads(workshop.workers)  # a run leaves one, since it has a process for each
    # The work folder may hold what is left of another network's pruning, or of this one's by another measure.
    shares = "".join(f"-{after}x{share:g}" for after, share in pruning.read.items())
    which = f"{_name_of(network)}-{pruning.saved:g}{shares}"
    kept = _kept(network, pruning, workshop.work / f"kept-{which}.json", workshop)
    torch.manual_seed(workshop.seed)
    light = cut(network, kept)
    light.drops = _drops(light, pruning, workshop.work / f"drops-{which}.json", workshop)
    likeness = Likeness(network, specialists, pruning.posts)
    shared = Shared(only_small_parts(light), pruning.stage, likeness)
    tuned = go_through_stage(shared, f"pruned-{which}.pt", workshop, seed=workshop.seed)
    if tuned is None:
        return None
    tuned.drops = tuple(replace(drop, share=pruning.read_at_last[drop.after]) for drop in tuned.drops)
    return kept, tuned


def _specialists(pruning: Pruning, workshop: Workshop) -> list[Network] | None:
    """Trained from the base, each by a seed of its own; None when the time was up."""
    ended = []
    for number, stage in enumerate(pruning.specialists, 1):
        seed = workshop.seed + 1_000 * number
        torch.manual_seed(seed)
        trained = go_through_stage(Shared(workshop.fresh(), stage), f"{stage.name}-{number}.pt", workshop, seed=seed)
        if trained is None:
            return None
        ended.append(trained)
    return ended


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
        weighed = importance(network, _some(pruning.batches, pruning, workshop), workshop.seed)
        path.write_text(json.dumps(asdict(chosen(weighed, pruning.saved, shares_read(pruning.read)))))
    stored = json.loads(path.read_text())
    return Kept(**{name: tuple(map(tuple, rows)) for name, rows in stored.items()})


def _drops(light: Network, pruning: Pruning, path: Path, workshop: Workshop) -> tuple[Drop, ...]:
    """Found once, then read from `path`."""
    if not path.is_file():
        count = max(1, pruning.batches // 3)  # six backward passes each, and some 2,000 pieces: enough for 385 numbers
        workshop.say(f"looking for the pieces that say least ({count} batches)")
        light = copy.deepcopy(light).requires_grad_(False).eval()
        drops = find_drops(light, _some(count, pruning, workshop), pruning.read, workshop.seed)
        rows = [{"after": one.after, "share": one.share, "weights": one.weights.tolist()} for one in drops]
        path.write_text(json.dumps(rows))
    return tuple(Drop(**row | {"weights": torch.tensor(row["weights"])}) for row in json.loads(path.read_text()))


def _some(count: int, pruning: Pruning, workshop: Workshop) -> Iterator[Batch]:
    return islice(workshop.batches(pruning.stage, workshop.seed), count)
