"""Trains one stage with several one-thread workers on one shared set of weights, with checkpoints to go on from.

On a CPU that others use too, one process with two threads waits at every small operation for the slower thread
(measured: 5 texts/s against 50). So each worker has its own bfloat16 copy and its own batches, and adds its gradient
to the shared float32 weights under a lock. The batches are seeded; in which order two workers' steps fall is not.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.multiprocessing as mp
from torch import Tensor, nn

from classifier.training.mixing import Batch, Mix
from classifier.training.network import Network
from classifier.training.objective import labelled_loss

CHECKPOINT_SECONDS = 180.0
SAY_SECONDS = 30.0
PAUSE = 5.0  # seconds between looks at the workers
AVERAGE_EVERY = 4  # steps
HEADS_RATE = 5.0  # the heads start from nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stretch of training."""

    name: str
    texts: int  # texts to read; the learning rate follows the share read
    rate: float  # peak learning rate
    rate_end: float  # share of the peak it ends at
    mix: Mix
    minutes: float | None = None  # ends, rate run down, after so many minutes even if texts are left
    warm_up: float = 0.05
    # How far the result goes from the weights before the stage (0) to the stage's own (1). A stage on little data
    # learns its texts by heart; a part of the way keeps what it understood (Wortsman et al. 2022, WiSE-FT).
    share: float = 1.0
    dropout: float = 0.0
    # How slowly the average forgets; 0.996 is an average over about the last thousand steps.
    average_decay: float = 0.996


Objective = Callable[[Network, Batch], Tensor]
"""What a stage makes small, a mean over the batch."""


class Shared:
    """The weights of a stage in the making, in memory all workers see; `state` and `restore` carry it over a stop."""

    def __init__(self, network: Network, stage: Stage, objective: Objective = labelled_loss) -> None:
        self.network, self.stage, self.objective = network, stage, objective
        for name, part in network.encoder.named_modules():
            # Not on the attention shares: that costs a fifth of the time on a CPU, the rest next to nothing.
            if isinstance(part, nn.Dropout) and "attention.self" not in name:
                part.p = stage.dropout
        body, heads = _parts(network)
        self.weights = [_flat(body), _flat(heads)]
        self.firsts = [torch.zeros_like(flat).share_memory_() for flat in self.weights]
        self.seconds_ = [torch.zeros_like(flat).share_memory_() for flat in self.weights]
        self.average = [flat.clone().share_memory_() for flat in self.weights]
        # texts, steps, seconds, smoothed loss
        self.counts = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64).share_memory_()
        self.wants_stop = torch.zeros(1, dtype=torch.bool).share_memory_()
        self.began_with = 0.0

    @property
    def texts(self) -> int:
        """Read so far, no more than the stage has."""
        return min(round(self.counts[0].item()), self.stage.texts)

    @property
    def share_done(self) -> float:
        texts, _, seconds, _ = self.counts.tolist()
        return max(texts / self.stage.texts, seconds / (60 * self.stage.minutes) if self.stage.minutes else 0.0)

    def state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("weights", "firsts", "seconds_", "average", "counts")}

    def restore(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            mine = getattr(self, name)
            for here, there in zip(mine, value, strict=True) if isinstance(mine, list) else [(mine, value)]:
                here.copy_(there)
        self.began_with = self.counts[2].item()

    def averaged(self) -> Network:
        """The network before the stage, gone the stage's share of the way to the averaged weights."""
        network = copy.deepcopy(self.network)
        for part, flat in zip(_parts(network), self.average, strict=True):
            before = torch.cat([p.detach().float().reshape(-1) for p in part])
            _spread(before.lerp(flat, self.stage.share), part)
        return network.eval()


def run_stage(
    shared: Shared,
    source: Callable[[int], Iterator[Batch]],
    checkpoint: Path,
    *,
    workers: int,
    deadline: float | None,
    say: Callable[[str], None],
    done: Callable[[int], None],
) -> bool:
    """Trains to the end of the stage (True) or to `deadline`, a moment of time.monotonic() (False).

    `source(seed)` gives a worker its batches; `done` is told how many more texts were read. A checkpoint every few
    minutes and at the end.
    Raises RuntimeError when a worker failed.
    """
    lock = mp.get_context("fork").Lock()
    began = saved = told = time.monotonic()
    read = shared.texts
    crew = _started(shared, source, lock, workers)
    while any(one.is_alive() for one in crew):
        crew[0].join(PAUSE)
        done(shared.texts - read)
        read = shared.texts
        shared.counts[2] = shared.began_with + time.monotonic() - began
        if time.monotonic() - told > SAY_SECONDS:
            told = time.monotonic()
            say(_progress(shared))
        shared.wants_stop[0] = deadline is not None and time.monotonic() > deadline
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            saved = time.monotonic()
            with lock:
                save(checkpoint, shared.state())
    if any(one.exitcode for one in crew):
        raise RuntimeError(f"a training worker failed; go on from {checkpoint} by starting again")
    save(checkpoint, shared.state())
    return shared.share_done >= 1


def _started(shared: Shared, source: Callable[[int], Iterator[Batch]], lock: Any, workers: int) -> list[Any]:
    """One-thread processes that share the weights."""
    torch.set_num_threads(1)
    first_seed = int(shared.counts[1].item())  # after a stop, go on with other batches than the first ones
    crew = [
        mp.get_context("fork").Process(
            target=_work, args=(shared, source, 1000 * place + first_seed, lock), daemon=True
        )
        for place in range(workers)
    ]
    for one in crew:
        one.start()
    return crew


def _work(shared: Shared, source: Callable[[int], Iterator[Batch]], seed: int, lock: Any) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = copy.deepcopy(shared.network).train()
    network.encoder.bfloat16()
    parts = [list(part) for part in _parts(network)]
    optimiser = _optimiser(shared)
    for batch in source(seed):
        for flat, part in zip(shared.weights, parts, strict=True):
            _spread(flat, part)
        loss = shared.objective(network, batch)
        network.zero_grad(set_to_none=True)
        loss.backward()
        gradients = [torch.cat([_gradient(p) for p in part]) for part in parts]
        shrink = min(1.0, 1.0 / (sum(float(g.square().sum()) for g in gradients) ** 0.5 + 1e-6))
        with lock:
            _apply(shared, optimiser, gradients, shrink)
            shared.counts[0] += len(batch.label)
            shared.counts[3].lerp_(loss.detach().double(), 0.02)
        if shared.share_done >= 1 or shared.wants_stop[0]:
            return


def _apply(shared: Shared, optimiser: torch.optim.Optimizer, gradients: list[Tensor], shrink: float) -> None:
    shared.counts[1] += 1
    steps = int(shared.counts[1].item())
    rate = _rate(shared.stage, shared.share_done)
    for group, gradient in zip(optimiser.param_groups, gradients, strict=True):
        flat = group["params"][0]
        group["lr"] = rate * group["scale"]
        flat.grad = gradient * shrink
        optimiser.state[flat]["step"] = torch.tensor(float(steps - 1))
    optimiser.step()
    if steps % AVERAGE_EVERY == 0:
        decay = min(shared.stage.average_decay, steps / (steps + 40))
        for average, flat in zip(shared.average, shared.weights, strict=True):
            average.lerp_(flat, 1 - decay)


def _optimiser(shared: Shared) -> torch.optim.Optimizer:
    """AdamW whose moments lie in shared memory."""
    groups = [{"params": [flat], "scale": s} for flat, s in zip(shared.weights, (1.0, HEADS_RATE), strict=True)]
    optimiser = torch.optim.AdamW(groups, lr=shared.stage.rate, weight_decay=0.01, fused=True)
    for flat, first, second in zip(shared.weights, shared.firsts, shared.seconds_, strict=True):
        optimiser.state[flat] = {"step": torch.tensor(0.0), "exp_avg": first, "exp_avg_sq": second}
    return optimiser


def _rate(stage: Stage, done: float) -> float:
    warm = min(1.0, (done + 1e-4) / stage.warm_up)
    fall = 1 - (1 - stage.rate_end) * max(0.0, done - stage.warm_up) / (1 - stage.warm_up)
    return stage.rate * warm * max(fall, 0.0)


def _parts(network: Network) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The encoder's weights that are trained, and the heads'."""
    body: list[nn.Parameter] = []
    heads: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad and "word_embeddings" not in name:
            (body if name.startswith("encoder") else heads).append(parameter)
    return body, heads


def _flat(part: list[nn.Parameter]) -> Tensor:
    return torch.cat([p.detach().float().reshape(-1) for p in part]).share_memory_()


def _spread(flat: Tensor, part: list[nn.Parameter]) -> None:
    """The flat vector back into the parameters, each in its own precision."""
    with torch.no_grad():
        for parameter, piece in zip(part, flat.split([p.numel() for p in part]), strict=True):
            parameter.copy_(piece.view_as(parameter))


def _gradient(parameter: nn.Parameter) -> Tensor:
    gradient = parameter.grad
    return (torch.zeros_like(parameter) if gradient is None else gradient).float().reshape(-1)


def _progress(shared: Shared) -> str:
    texts, steps, seconds, loss = shared.counts.tolist()
    left = seconds * (1 - shared.share_done) / max(shared.share_done, 1e-6)
    return (
        f"{shared.stage.name}: {texts:,.0f} of {shared.stage.texts:,} texts, {shared.share_done:.0%}, "
        f"{steps:.0f} steps, loss {loss:.3f}, {texts / max(seconds, 1):.0f} texts/s, {left / 60:.0f} min left"
    )


def save(path: Path, state: dict[str, Any]) -> None:
    """Written beside and then moved, so that a stop in the middle leaves the last good checkpoint."""
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)
