"""Makes up for what pruning took: little is trained, to answer as the whole network answers.

Distillation (Hinton et al. 2015) without a label: sentiment at two temperatures, topics, and the direction of the
pooled vector, on which own topics stand. Biases, norms, scales, the two heads and corrections of low rank are trained,
3 % of the weights. Of short public posts the whole network and its specialists say together what to answer: several are
right more often than one.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from classifier.training.mixing import Batch
from classifier.training.network import LAYERS, Network

Floats = npt.NDArray[np.float32]


def only_small_parts(network: Network) -> Network:
    """Leaves everything but biases, norms, scales, corrections and heads as it is; returns the same network."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(_is_small(name))
    return network


def _is_small(name: str) -> bool:
    return (
        name.endswith((".bias", ".scale", ".down", ".up"))
        or "LayerNorm" in name
        or name.startswith(("sentiment", "topics"))
    )


class Likeness:
    """How far a network's answers are from its teachers'; a mean over the batch."""

    def __init__(self, whole: Network, specialists: Sequence[Network] = (), posts: Collection[int] = ()) -> None:
        """`posts`: the numbers of the sets of whose texts the specialists are asked too."""
        self._whole, *self._specialists = map(_teacher, (whole, *specialists))
        self._posts = torch.tensor(sorted(posts), dtype=torch.long)

    def __call__(self, network: Network, batch: Batch) -> Tensor:
        with torch.no_grad():
            aim = self._whole.pooled(batch.ids, batch.mask)
            sentiment, topics = self._together(batch, self._whole.sentiment(aim)), self._whole.topics(aim)
        pooled = network.pooled(batch.ids, batch.mask)
        said = network.sentiment(pooled)
        loss = _divergence(said, sentiment) + 2 * _divergence(said / 2, sentiment / 2)
        loss = loss + _topic_divergence(network.topics(pooled), topics)
        return loss + 2 * (1 - nn.functional.cosine_similarity(pooled, aim)).mean()

    def _together(self, batch: Batch, sentiment: Tensor) -> Tensor:
        """What the whole network says, (texts, 3) logits; of posts, the mean of what all say."""
        asked = torch.isin(batch.origin, self._posts)
        if not self._specialists or not asked.any():
            return sentiment
        ids, mask = batch.ids[asked], batch.mask[asked]
        shares = [one.sentiment(one.pooled(ids, mask)).softmax(-1) for one in self._specialists]
        together = sentiment.clone()
        together[asked] = torch.stack([sentiment[asked].softmax(-1), *shares]).mean(0).log()
        return together


def _teacher(network: Network) -> Network:
    network = copy.deepcopy(network).requires_grad_(False).eval()
    network.encoder.bfloat16()
    return network


def _divergence(said: Tensor, aim: Tensor) -> Tensor:
    logs = said.log_softmax(-1), aim.log_softmax(-1)
    return nn.functional.kl_div(*logs, reduction="batchmean", log_target=True)


def _topic_divergence(said: Tensor, aim: Tensor) -> Tensor:
    """Binary cross-entropy less what it has at best; the sum over the topics."""
    shares = aim.sigmoid()
    cross = nn.functional.binary_cross_entropy_with_logits
    return (cross(said, shares, reduction="none") - cross(aim, shares, reduction="none")).sum(1).mean()


def small_vectors(network: Network) -> dict[str, Floats]:
    """By the graph's names (`graph.py`): what `only_small_parts` leaves to train, of a network that was cut."""
    arrays = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    first = "encoder.embeddings.LayerNorm"
    found = {"start.w": arrays[f"{first}.weight"], "start.b": arrays[f"{first}.bias"]}
    for head in ("sentiment", "topics"):
        found |= {f"{head}.w": arrays[f"{head}.weight"], f"{head}.b": arrays[f"{head}.bias"]}
    for number in range(LAYERS):
        found |= dict(_of_layer(arrays, number))
    return found


def _of_layer(arrays: dict[str, Floats], number: int) -> Iterator[tuple[str, Floats]]:
    old, new = f"encoder.encoder.layer.{number}", f"l{number}"
    parts = [arrays[f"{old}.attention.self.{part}.bias"] for part in ("query", "key", "value")]
    yield f"{new}.qkv.b", np.concatenate(parts)
    yield f"{new}.inner.b", arrays[f"{old}.intermediate.dense.bias"]
    for graph, part in (("said", "attention.output"), ("outer", "output")):
        yield f"{new}.{graph}.b", arrays[f"{old}.{part}.dense.linear.bias"]
        yield f"{new}.{graph}.scale", arrays[f"{old}.{part}.dense.scale"]
    for graph, part in (("n1", "attention.output"), ("n2", "output")):
        yield f"{new}.{graph}.w", arrays[f"{old}.{part}.LayerNorm.weight"]
        yield f"{new}.{graph}.b", arrays[f"{old}.{part}.LayerNorm.bias"]
