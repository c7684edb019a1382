"""Token pruning: which pieces go is learnt from what they say, and the graph drops the pieces the network drops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from classifier.training.drop import FEWEST_PIECES, Drop
from classifier.training.drop_graph import put_drops
from classifier.training.export import write_full_encoder
from classifier.training.network import WIDTH, Network
from classifier.training.token_pruning import find_drops, shares_read
from tests.classifier.training.toy_network import answers, batch, toy_network


@pytest.fixture(scope="module")
def network() -> Network:
    return toy_network()


def drop(after: int, share: float) -> Drop:
    return Drop(after=after, share=share, weights=torch.randn(WIDTH, generator=torch.Generator().manual_seed(after)))


def with_drops(network: Network, *drops: Drop) -> Network:
    network.drops = drops
    return network


@pytest.mark.parametrize("drops", [(drop(1, 0.75),), (drop(0, 0.8), drop(3, 0.5), drop(11, 0.3))], ids=["one", "three"])
def test_the_graph_drops_what_the_network_drops(tmp_path: Path, drops: tuple[Drop, ...]) -> None:
    network = toy_network()
    one = batch(lengths=(5, 30, 13))
    with torch.no_grad():
        everything = network(one.ids, one.mask)[0].numpy()
        expected = with_drops(network, *drops)(one.ids, one.mask)[0].numpy()
    write_full_encoder(network, tmp_path / "graph.onnx")
    model = onnx.load(str(tmp_path / "graph.onnx"))
    put_drops(model.graph, drops)
    session = onnxruntime.InferenceSession(model.SerializeToString(), disabled_optimizers=["SkipLayerNormFusion"])
    found = answers(session, network, one)
    assert np.abs(found - expected).max() < 1e-4
    assert np.abs(found - everything)[1:].max() > 1e-2
    assert np.abs(found - everything)[0].max() < 1e-4, "a text of five pieces loses none"


def test_what_is_dropped_does_not_hang_on_the_neighbours() -> None:
    network = with_drops(toy_network(), drop(2, 0.5), drop(5, 0.3))
    one = batch(lengths=(9, 40, 22))
    alone = replace(one, ids=one.ids[2:, :22], mask=one.mask[2:, :22])
    with torch.no_grad():
        among, single = network(one.ids, one.mask)[0][2:], network(alone.ids, alone.mask)[0]
    assert torch.allclose(among, single, atol=1e-5)


def test_a_share_is_rounded_up_and_short_texts_are_spared() -> None:
    counts = drop(1, 0.55).counts(torch.tensor([1, FEWEST_PIECES, 9, 20, 100, 101]))
    assert counts.tolist() == [1, FEWEST_PIECES, FEWEST_PIECES, 11, 55, 56]


def test_each_layer_reads_what_the_drops_before_it_leave() -> None:
    assert shares_read({1: 0.75, 6: 0.4}) == (1.0, 1.0, *(0.75,) * 5, *(0.4,) * 5)
    assert shares_read({}) == (1.0,) * 12


def test_pieces_that_say_nothing_go_first(network: Network) -> None:
    """Half of the words are nought from the first layer on: what is left of them is their place."""
    with torch.no_grad():
        network.words[20:] = 0
    (found,) = find_drops(network, [batch(lengths=(24,) * 4, seed=seed) for seed in range(8)], {0: 0.5}, seed=1)
    one = batch(lengths=(24,) * 4, seed=99)
    with torch.no_grad():
        hidden = network.layers[0](network.embedded(one.ids), None)
        worth = hidden @ found.weights
    says = one.ids < 20
    assert worth[says].mean() > worth[~says].mean()
    left, mask = found(hidden, one.mask, one.mask.sum(1))
    assert left.shape == (4, 12, WIDTH) and mask.all()
