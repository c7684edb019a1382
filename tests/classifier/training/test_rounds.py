"""Rounds of runs: who begins where, what a stop keeps, what is averaged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer

from classifier.training.corpus import Example
from classifier.training.loop import Stage
from classifier.training.mixing import Batch, Mix, batches
from classifier.training.network import Network
from classifier.training.plan import Plan, Pruning
from classifier.training.rounds import Workshop, go_through
from classifier.words import WIDTH
from tests.classifier.toy import toy_tokenizer_json

_TEXTS = [Example(text=t, label=n % 3, topics=None, lang="pl", origin="a", split="train") for n, t in enumerate("abc")]


def _stage(texts: int = 4) -> Stage:
    mix = Mix(weights={}, max_tokens=8, batch_tokens=32, max_batch=4)
    return Stage(name="short", texts=texts, rate=1e-3, rate_end=0.0, mix=mix)


_PRUNING = Pruning(saved=1.0, read={}, read_at_last={}, batches=1, stage=_stage())


def _workshop(
    work: Path, begun: list[Network], *, deadline: float | None = None, read: list[int] | None = None
) -> Workshop:
    tokenizer = Tokenizer.from_str(toy_tokenizer_json())

    def fresh() -> Network:
        begun.append(Network(torch.zeros(tokenizer.get_vocab_size(), WIDTH), origins=1))
        return begun[-1]

    def drawn(stage: Stage, seed: int) -> Iterator[Batch]:
        return batches(_TEXTS, tokenizer, stage.mix, {"a": 0}, seed)

    done = (read if read is not None else []).append
    return Workshop(
        fresh=fresh, batches=drawn, work=work, seed=1, workers=1, deadline=deadline, say=lambda _: None, done=done
    )


def _same(one: Network, other: Network) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_later_rounds_begin_at_the_mean_and_a_finished_plan_is_only_read_again(tmp_path: Path) -> None:
    begun: list[Network] = []
    plan = Plan(rounds=(((_stage(),), (_stage(),)), ((_stage(),),)), origins={"a": 0}, pruning=_PRUNING)
    read: list[int] = []
    network = go_through(plan, _workshop(tmp_path, begun, read=read))
    assert sum(read) == plan.texts - _PRUNING.texts == 12, "whoever waits is told of every text"
    assert network is not None and len(begun) == 2, "only the runs of the first round begin at the base"
    assert sorted(p.name for p in tmp_path.glob("*.pt")) == [f"run-{n}-stage-1.pt" for n in (1, 2, 3)]
    assert not _same(network, begun[0])
    began = time.monotonic()
    torch.manual_seed(0)  # whatever else drew from chance meanwhile
    known: list[int] = []
    again = go_through(plan, _workshop(tmp_path, begun, deadline=began, read=known))
    assert known == [4, 4, 4]
    assert again is not None and _same(network, again), "nothing is left to train: the checkpoints are enough"


def test_time_that_is_up_keeps_a_checkpoint_to_go_on_from(tmp_path: Path) -> None:
    begun: list[Network] = []
    plan = Plan(rounds=(((_stage(200_000),),),), origins={"a": 0}, pruning=_PRUNING)
    assert go_through(plan, _workshop(tmp_path, begun, deadline=time.monotonic())) is None
    assert [p.name for p in tmp_path.glob("*.pt")] == ["run-1-stage-1.pt"]
