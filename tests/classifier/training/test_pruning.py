"""Pruning: what says nothing goes first, and the pruned graph computes what the pruned network computes."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from classifier.encoder import open_session
from classifier.files import CORRECTIONS, ENCODER, PRUNED
from classifier.model import ModelError
from classifier.training.corrections_file import write_corrections
from classifier.training.export import write_files
from classifier.training.lighten import lighten
from classifier.training.loop import Stage
from classifier.training.mixing import Batch, Mix
from classifier.training.network import HEADS, INNER, LAYERS, WIDTH, Network
from classifier.training.plan import Pruning
from classifier.training.pruned_graph import write_pruned_graph
from classifier.training.pruning import HEAD_COST, NEURON_COST, Importance, Kept, chosen, cut, importance
from classifier.training.reread import read_network
from classifier.training.rounds import Workshop
from classifier.training.token_pruning import shares_read
from classifier.training.tuning import Likeness, only_small_parts, small_vectors
from tests.classifier.toy import toy_rows, toy_tokenizer_json
from tests.classifier.training.toy_network import PIECES, answers, batch, toy_network

ALL_HEADS, ALL_NEURONS = tuple(range(HEADS)), tuple(range(INNER))
EVERYTHING = Kept(heads=(ALL_HEADS,) * LAYERS, neurons=(ALL_NEURONS,) * LAYERS)
LESS = Kept(
    heads=((0, 2, 3, 7, 11), *(ALL_HEADS,) * (LAYERS - 1)),
    neurons=(tuple(range(0, INNER, 3)), *(ALL_NEURONS,) * (LAYERS - 1)),
)


@pytest.fixture(scope="module")
def network() -> Network:
    return toy_network()


def written(network: Network, folder: Path, *, loud: bool = False) -> Path:
    """The whole encoder's file; `loud`: with channels evened, so that there is something to move."""
    sizes = {"qkv": WIDTH, "said": WIDTH, "inner": WIDTH, "outer": INNER}
    chance = np.random.default_rng(8)
    ranges = {
        f"l{n}.{name}": chance.uniform(0.5, 3, size).astype(np.float32)
        for n in range(LAYERS)
        for name, size in sizes.items()
    }
    rows = toy_rows(chance, PIECES)
    write_files(network, rows, toy_tokenizer_json(), folder, ranges=ranges if loud else None)
    return folder / ENCODER


def test_what_changes_nothing_has_no_importance_and_goes_first(network: Network) -> None:
    with torch.no_grad():
        network.encoder.get_parameter("encoder.layer.4.output.dense.weight")[:, 17] = 0
        network.encoder.get_parameter("encoder.layer.2.attention.output.dense.weight")[:, 32:64] = 0
    found = importance(network, [batch(), batch(lengths=(7,) * 5)], seed=1)
    assert found.heads[2, 1] == 0 and found.neurons[4, 17] == 0
    assert (found.heads > 0).sum() == LAYERS * HEADS - 1 and (found.neurons > 0).sum() == LAYERS * INNER - 1
    kept = chosen(found, saved=HEAD_COST)
    assert kept.heads[2] == (0, *range(2, HEADS))


def test_more_is_kept_where_it_says_more_and_never_less_than_a_layer_needs() -> None:
    even = Importance(heads=torch.ones(LAYERS, HEADS), neurons=torch.ones(LAYERS, INNER))
    even.neurons[0] *= 1e-3
    kept = chosen(even, saved=INNER * NEURON_COST / 2)
    assert len(kept.neurons[0]) == INNER // 2 and kept.neurons[1:] == EVERYTHING.neurons[1:]
    nothing = chosen(even, saved=math.inf)
    assert {len(heads) for heads in nothing.heads} == {2} and {len(n) for n in nothing.neurons} == {32}


def test_a_network_with_everything_kept_says_the_same(network: Network) -> None:
    one = batch()
    with torch.no_grad():
        whole, same = network(one.ids, one.mask), cut(network, EVERYTHING)(one.ids, one.mask)
        less = cut(network, LESS).eval()(one.ids, one.mask)
        likeness = Likeness(network)
        near, far = likeness(network, one), likeness(cut(network, LESS), one)
    assert torch.allclose(whole[0], same[0], atol=1e-5)
    assert not torch.allclose(whole[0], less[0], atol=1e-3)
    assert near < far


@pytest.mark.parametrize("loud", [False, True])
@pytest.mark.parametrize("kept", [EVERYTHING, LESS], ids=["everything kept", "less kept"])
def test_the_pruned_graph_says_what_the_pruned_network_says(
    network: Network, tmp_path: Path, kept: Kept, loud: bool
) -> None:
    light = cut(network, kept).eval()
    chance = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, parameter in only_small_parts(light).named_parameters():
            if parameter.requires_grad:
                parameter.add_(0.06 * torch.randn(parameter.shape, generator=chance))
                assert parameter.numel() < 20_000, name
        plain = copy.deepcopy(light)
        for name, parameter in plain.named_parameters():
            if name.endswith(".up"):
                parameter.zero_()
    encoder = written(network, tmp_path, loud=loud)
    write_pruned_graph(encoder, kept, small_vectors(light), tmp_path / PRUNED)
    write_corrections(light, kept, encoder, tmp_path / CORRECTIONS)
    small = (tmp_path / PRUNED).stat().st_size + (tmp_path / CORRECTIONS).stat().st_size
    assert small < encoder.stat().st_size / 10
    one = batch(lengths=(5, 20, 13))
    with torch.no_grad():
        expected, uncorrected, whole = (n(one.ids, one.mask)[0].numpy() for n in (light, plain, network))
    found = answers(open_session(tmp_path), network, one)
    assert np.abs(found - expected).max() < 0.1
    assert np.abs(found - whole).max() > 0.1
    assert np.abs(found - uncorrected).max() > 0.1
    (tmp_path / CORRECTIONS).write_bytes((tmp_path / CORRECTIONS).read_bytes()[:-2000])
    with pytest.raises(ModelError, match=r"corrections\.npz is damaged"):
        open_session(tmp_path)


def test_specialists_are_asked_of_posts_only(network: Network) -> None:
    """Who answers as the mean of all teachers is nearest to them; of what is no post, who answers as the whole."""
    one, other = batch(), copy.deepcopy(network)
    posts = replace(one, origin=torch.ones_like(one.origin))
    with torch.no_grad():
        other.sentiment.bias.add_(torch.tensor([1.5, -1.5, 0.0]))
        middle = copy.deepcopy(network)  # in logits, which is near the mean of the shares
        middle.sentiment.bias.add_(torch.tensor([0.75, -0.75, 0.0]))
        alone, joined = Likeness(network), Likeness(network, [other], posts={1})
        assert torch.equal(joined(other, one), alone(other, one))
        far = [joined(said, posts) for said in (middle, network, other)]
    assert far[0] < far[1] / 4 and far[0] < far[2] / 4


def test_a_network_is_read_back_from_its_files(network: Network, tmp_path: Path) -> None:
    written(network, tmp_path, loud=True)
    again = read_network(tmp_path, origins=1)
    for name, weight in network.encoder.named_parameters():
        if name.endswith("dense.weight"):
            assert (again.encoder.get_parameter(name) - weight).abs().max() < weight.abs().max() / 20, name
    assert torch.equal(again.topics.weight, network.topics.weight)


def test_pruning_goes_on_where_time_was_up(network: Network, tmp_path: Path) -> None:
    said: list[str] = []

    def drawn(_: Stage, seed: int) -> Iterator[Batch]:
        while True:
            yield batch(lengths=(7,) * (4 + seed % 3))

    stage = Stage(name="tuning", texts=200_000, rate=1e-3, rate_end=0.0, mix=Mix(weights={}))
    specialist = replace(stage, name="specialist", texts=30)
    pruning = Pruning(
        saved=20.0, read={3: 0.6}, read_at_last={3: 0.7}, batches=2, stage=stage, specialists=(specialist,) * 2
    )
    workshop = Workshop(
        fresh=toy_network,
        batches=drawn,
        work=tmp_path,
        seed=1,
        workers=1,
        deadline=0.0,
        say=said.append,
        done=lambda _: None,
    )
    assert lighten(network, pruning, workshop) is None
    enough = replace(pruning, stage=replace(stage, texts=60))
    found = lighten(network, enough, replace(workshop, deadline=None))
    assert found is not None
    kept, light = found
    assert any("going on from" in line for line in said)
    saved = sum(
        read * ((HEADS - len(h)) * HEAD_COST + (INNER - len(n)) * NEURON_COST)
        for h, n, read in zip(kept.heads, kept.neurons, shares_read(enough.read), strict=True)
    )
    assert saved == pytest.approx(20, abs=1.5)
    assert [(drop.after, drop.share) for drop in light.drops] == [(3, 0.7)], "tuned on less than what is read at last"
    fresh = cut(network, kept)
    other = Network(network.words, origins=1).eval()
    again = lighten(other, enough, replace(workshop, deadline=None))
    assert again is not None and again[0] != kept, "what is left of one network's pruning is not another's"
    moved = {name for name, p in light.named_parameters() if not torch.equal(p, fresh.get_parameter(name))}
    assert moved and all(p.requires_grad for name, p in light.named_parameters() if name in moved)
