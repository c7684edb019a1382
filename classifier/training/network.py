"""The network: the base's encoder, mean pooling, one head for sentiment and one for topics."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from classifier.model import TOPICS
from classifier.training.base import Base, encoder_state
from classifier.training.drop import Drop, attention_bias

WIDTH, LAYERS, HEADS, INNER = 384, 12, 12, 1536


class Network(nn.Module):
    """Token numbers in, (three sentiment logits, topic logits) out; word embeddings are frozen."""

    words: Tensor

    def __init__(self, words: Tensor, origins: int) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=1,  # the words are looked up here, not in transformers
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=INNER,
            max_position_embeddings=512,
            hidden_dropout_prob=0.0,  # each stage sets its own
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",  # on a CPU its backward pass takes a third of the time of the fused one
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.register_buffer("words", words, persistent=False)
        self.dropout = nn.Dropout(0.1)
        self.sentiment = nn.Linear(WIDTH, 3)
        self.topics = nn.Linear(WIDTH, len(TOPICS))
        # What a set's annotators and selection add to the logits: learnt here so that it stays out of the encoder.
        self.origin_bias = nn.Parameter(torch.zeros(origins, 3))
        self.drops: tuple[Drop, ...] = ()

    @property
    def layers(self) -> Sequence[nn.Module]:
        """The encoder's, from the first on."""
        return tuple(self.encoder.get_submodule("encoder.layer").children())

    def embedded(self, ids: Tensor) -> Tensor:
        """What the first layer reads, (texts, pieces, 384)."""
        words = nn.functional.embedding(ids, self.words).to(self.encoder.dtype)
        placed: Tensor = self.encoder.embeddings(inputs_embeds=words)
        return placed

    def pooled(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The mean of the last layer over the text's pieces, those that are left, (texts, 384)."""
        hidden, pieces = self.embedded(ids), mask.sum(1)
        drops = {drop.after: drop for drop in self.drops}
        for number, layer in enumerate(self.layers):
            hidden = layer(hidden, attention_bias(mask, hidden.dtype))
            if number in drops:
                hidden, mask = drops[number](hidden, mask, pieces)
        weights = mask.unsqueeze(-1).float()
        return (hidden.float() * weights).sum(1) / weights.sum(1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.dropout(self.pooled(ids, mask))
        return self.sentiment(pooled), self.topics(pooled)


def new_network(base: Base, words: Tensor, origins: int) -> Network:
    """The base's weights with fresh heads, and the rows of `words`; seeded by torch's own seed."""
    network = Network(words, origins)
    state: dict[str, Any] = encoder_state(base)
    missing = network.encoder.load_state_dict(state, strict=False)
    unknown = [key for key in missing.missing_keys if "word_embeddings" not in key] + list(missing.unexpected_keys)
    if unknown:
        raise ValueError(f"the base does not fit the network: {', '.join(unknown)}")
    return network


def mean_of(networks: Sequence[Network]) -> Network:
    """One network with the mean of the others' weights; they must come from one base and fit each other."""
    states = [network.state_dict() for network in networks]
    mean = copy.deepcopy(networks[0])
    mean.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return mean
