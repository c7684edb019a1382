"""Which attention heads and feed-forward neurons of a trained network say next to nothing, and the network without.

Structured pruning after training: Kwon et al. 2022, "A Fast Post-Training Pruning Framework for Transformers"
(importance by the diagonal of the Fisher information of masks). `tuning.py` then makes up for what went.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from classifier.training.mixing import Batch
from classifier.training.network import HEADS, INNER, LAYERS, WIDTH, Network

HEAD_WIDTH = WIDTH // HEADS
# What one costs, in milliseconds of one core for 1,000 pieces (ONNX Runtime's own profile of the int8 graph).
HEAD_COST, NEURON_COST = 0.47, 0.0048
# The int8 kernels go through columns in blocks; a layer keeps a head in six, whatever is said of it.
BLOCK, FEWEST_HEADS = 32, 2
RANK = 6  # of the correction to a map's weights: with a megabyte for all of them the files stay under 48 MB
TOPICS_SHARE = 0.3  # of the loss that importance is the slope of


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """The mean squared slope of the loss to a mask of each, over the texts read."""

    heads: Tensor  # (layers, 12)
    neurons: Tensor  # (layers, 1536)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Numbers of what is kept, a tuple a layer."""

    heads: tuple[tuple[int, ...], ...]
    neurons: tuple[tuple[int, ...], ...]


def importance(network: Network, batches: Iterable[Batch], seed: int) -> Importance:
    """The loss is against labels drawn from the network's own answers, so no text needs a label."""
    chance = torch.Generator().manual_seed(seed)
    network = copy.deepcopy(network).requires_grad_(False).eval()
    masks: list[tuple[Tensor, Tensor]] = []
    for number in range(LAYERS):
        _mask_inputs(network, number, masks)
    sums = Importance(heads=torch.zeros(LAYERS, HEADS), neurons=torch.zeros(LAYERS, INNER))
    count = 0
    for batch in batches:
        size = len(batch.ids)
        masks[:] = [(_ones(size, HEADS), _ones(size, INNER)) for _ in range(LAYERS)]
        _drawn_loss(*network(batch.ids, batch.mask), chance).backward()
        for number, (heads, neurons) in enumerate(masks):
            sums.heads[number] += _squared(heads)
            sums.neurons[number] += _squared(neurons)
        count += size
    return Importance(heads=sums.heads / count, neurons=sums.neurons / count)


def chosen(importance: Importance, saved: float, read: Sequence[float] = (1.0,) * LAYERS) -> Kept:
    """What is left when the least important, weighed by their cost, have gone that cost `saved` together.

    `saved` in milliseconds of one core for 1,000 pieces, see HEAD_COST; `read`: the share of the pieces that each layer
    reads, so what one costs there. Neurons are rounded to whole blocks.
    """
    heads = [(float(v) / cost, cost, at) for at, v in _each(importance.heads) for cost in [HEAD_COST * read[at[0]]]]
    neurons = [
        (float(v) / cost, cost, at) for at, v in _each(importance.neurons) for cost in [NEURON_COST * read[at[0]]]
    ]
    left_heads = [set(range(HEADS)) for _ in range(LAYERS)]
    gone_neurons = [0] * LAYERS
    for value in sorted([(*one, True) for one in heads] + [(*one, False) for one in neurons]):
        _, cost, (layer, place), is_head = value
        if saved <= 0:
            break
        if is_head and len(left_heads[layer]) == FEWEST_HEADS:
            continue
        if is_head:
            left_heads[layer].discard(place)
        else:
            gone_neurons[layer] += 1
        saved -= cost
    order = importance.neurons.argsort(dim=1, descending=True)
    counts = [max(BLOCK, round((INNER - gone) / BLOCK) * BLOCK) for gone in gone_neurons]
    return Kept(
        heads=tuple(tuple(sorted(left)) for left in left_heads),
        neurons=tuple(tuple(sorted(row[:count].tolist())) for row, count in zip(order, counts, strict=True)),
    )


class Corrected(nn.Linear):
    """A linear map and a correction of low rank to its weights (Hu et al. 2022, LoRA), at first nought."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.down = nn.Parameter(torch.randn(RANK, inputs) / (2 * inputs**0.5))
        self.up = nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, x: Tensor) -> Tensor:
        """The correction is reckoned apart, since the weights themselves stay as they are."""
        apart = nn.functional.linear(nn.functional.linear(x, self.down), self.up)
        return nn.functional.linear(x, self.weight, self.bias) + apart


class Scaled(nn.Module):
    """A linear map whose input is multiplied, channel by channel, by what is learnt."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.scale = nn.Parameter(torch.ones(linear.in_features))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.linear(x * self.scale.to(x.dtype))
        return result


def cut(network: Network, kept: Kept) -> Network:
    """A copy with only what is kept: each map `Corrected`, and `Scaled` where it reads heads or neurons."""
    network = copy.deepcopy(network)
    for number, (heads, neurons) in enumerate(zip(kept.heads, kept.neurons, strict=True)):
        layer = _layer(network, number)
        attention = layer.get_submodule("attention.self")
        channels = (torch.tensor(heads)[:, None] * HEAD_WIDTH + torch.arange(HEAD_WIDTH)).flatten()
        for part in ("query", "key", "value"):
            setattr(attention, part, _rows(attention.get_submodule(part), channels))
        attention.num_attention_heads, attention.all_head_size = len(heads), len(channels)  # type: ignore[assignment]
        output, last = layer.get_submodule("attention.output"), layer.get_submodule("output")
        output.dense = Scaled(_columns(output.get_submodule("dense"), channels))
        between = layer.get_submodule("intermediate")
        between.dense = _rows(between.get_submodule("dense"), torch.tensor(neurons))
        last.dense = Scaled(_columns(last.get_submodule("dense"), torch.tensor(neurons)))
    return network


def _rows(linear: nn.Module, places: Tensor) -> nn.Linear:
    return _linear(linear.weight[places], linear.bias[places])  # type: ignore[index]


def _columns(linear: nn.Module, places: Tensor) -> nn.Linear:
    return _linear(linear.weight[:, places], linear.bias)  # type: ignore[index, arg-type]


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = Corrected(weight.shape[1], weight.shape[0])
    linear.weight.data, linear.bias.data = weight.detach().clone(), bias.detach().clone()
    return linear


def _layer(network: Network, number: int) -> nn.Module:
    return network.encoder.get_submodule(f"encoder.layer.{number}")


def _mask_inputs(network: Network, number: int, masks: list[tuple[Tensor, Tensor]]) -> None:
    """Multiplies what the layer's two output maps read by `masks[number]`, as it is at the time."""

    def of_heads(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor]:
        return (inputs[0] * masks[number][0].repeat_interleave(HEAD_WIDTH, -1).unsqueeze(1),)

    def of_neurons(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor]:
        return (inputs[0] * masks[number][1].unsqueeze(1),)

    layer = _layer(network, number)
    layer.get_submodule("attention.output.dense").register_forward_pre_hook(of_heads)
    layer.get_submodule("output.dense").register_forward_pre_hook(of_neurons)


def _ones(*shape: int) -> Tensor:
    return torch.ones(*shape, requires_grad=True)


def _squared(mask: Tensor) -> Tensor:
    """(texts, masks) → the sum over the texts of the squared slopes."""
    return torch.zeros(mask.shape[1]) if mask.grad is None else mask.grad.square().sum(0)


def _drawn_loss(logits: Tensor, topics: Tensor, chance: torch.Generator) -> Tensor:
    labels = torch.multinomial(logits.detach().softmax(-1), 1, generator=chance)[:, 0]
    named = torch.bernoulli(topics.detach().sigmoid(), generator=chance)
    sentiment = nn.functional.cross_entropy(logits, labels, reduction="sum")
    return sentiment + TOPICS_SHARE * nn.functional.binary_cross_entropy_with_logits(topics, named, reduction="sum")


def _each(values: Tensor) -> Iterable[tuple[tuple[int, int], float]]:
    return (((layer, place), float(v)) for layer, row in enumerate(values) for place, v in enumerate(row))
