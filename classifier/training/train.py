"""`repwatch train`: makes the shipped files from the base and the data, in stages, resumable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.files import WEIGHTS
from classifier.model import ModelError

if TYPE_CHECKING:  # torch takes seconds to import
    from classifier.training.corpus import Example
    from classifier.training.loop import Stage
    from classifier.training.mixing import Batch
    from classifier.training.network import Network
    from classifier.training.plan import Plan
    from classifier.training.rounds import Workshop

RANGE_BATCHES = 24
"""Batches the encoder's channels are listened to on; twice as many change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """What `repwatch train` is told."""

    # The folder with sentiment/ and aspects/.
    data: Path
    # Checkpoints and the downloaded base; outside the tree.
    work: Path
    # Where the shipped files are written.
    out: Path = WEIGHTS
    # Sets not to train on, such as wccrs_hotels_pl, wccrs_medicine_pl, kks_sl; "own" for our own texts.
    without: frozenset[str] = frozenset()
    # Stop with a checkpoint after so many minutes; None: go on to the end.
    minutes: float | None = None
    # Leave the weights in `out` as they are: choose again what they do without, tune and calibrate (`lighten.py`).
    only_prune: bool = False
    # Share of the usual number of texts: a hundredth shows in minutes that everything works.
    scale: float = 1.0
    seed: int = 7
    # Workers of one thread each, and what the encoder is given once they are done.
    threads: int = 2


Watch = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Of what and of how many; gives what is told how many more are done. It may not print from a thread: workers fork."""


def run(settings: TrainSettings, say: Callable[[str], None] = print, watch: Watch | None = None) -> bool:
    """True when the shipped files are written; False when the time was up (start again to go on from there).

    Raises ModelError that names what is missing: the extra "train", the data, the weights to prune.
    """
    _check(settings)
    settings.work.mkdir(parents=True, exist_ok=True)
    say("reading the data")
    from classifier.training.corpus import read_corpus
    from classifier.training.plan import plan_for

    examples = read_corpus(settings.data, without=settings.without)
    plan = plan_for(examples, settings.scale)
    make, texts = (_shipped_again, plan.pruning.texts) if settings.only_prune else (_trained, plan.texts)
    with watch("texts", texts) if watch else nullcontext(lambda _more: None) as done:
        if make(settings, plan, examples, say, done):
            return True
    say("time is up; the checkpoint is kept: start again to go on")
    return False


def _trained(
    settings: TrainSettings,
    plan: Plan,
    examples: Sequence[Example],
    say: Callable[[str], None],
    done: Callable[[int], None],
) -> bool:
    """From the base through all rounds to the written files; False when the time was up."""
    import numpy as np
    import torch

    from classifier.training.base import find_base
    from classifier.training.network import new_network
    from classifier.training.ranges import activation_ranges
    from classifier.training.rounds import go_through
    from classifier.training.ship import prune_and_ship, write_whole

    base = find_base(settings.work, say)
    pieces, spec = _vocabulary(base.tokenizer, examples, settings.work, say)
    words = torch.from_numpy(base.word_rows(np.asarray(pieces)))
    workshop = _workshop(settings, plan, examples, spec, lambda: new_network(base, words, len(plan.origins)), say, done)
    network = go_through(plan, workshop)
    if network is None:
        return False
    heard = activation_ranges(network, islice(workshop.batches(plan.rounds[0][0][0], settings.seed), RANGE_BATCHES))
    write_whole(network, base.word_blocks[pieces], spec, examples, workshop, ranges=heard)
    return prune_and_ship(network, plan.pruning, examples, workshop, settings.out)


def _shipped_again(
    settings: TrainSettings,
    plan: Plan,
    examples: Sequence[Example],
    say: Callable[[str], None],
    done: Callable[[int], None],
) -> bool:
    """The weights in `out` as they are, pruned and calibrated anew; False when the time was up."""
    from classifier.files import open_weights
    from classifier.training.base import find_base
    from classifier.training.network import new_network
    from classifier.training.reread import read_network, read_tokenizer
    from classifier.training.ship import borrow_whole, prune_and_ship

    folder, _ = open_weights(settings.out)
    whole, base = read_network(folder, len(plan.origins)), find_base(settings.work, say)

    def fresh() -> Network:
        return new_network(base, whole.words, len(plan.origins))

    workshop = _workshop(settings, plan, examples, read_tokenizer(folder), fresh, say, done)
    borrow_whole(folder, workshop)
    return prune_and_ship(whole, plan.pruning, examples, workshop, settings.out)


def _workshop(
    settings: TrainSettings,
    plan: Plan,
    examples: Sequence[Example],
    tokenizer_spec: str,
    fresh: Callable[[], Network],
    say: Callable[[str], None],
    done: Callable[[int], None],
) -> Workshop:
    """What every stage works with."""
    from tokenizers import Tokenizer

    from classifier.training.mixing import batches
    from classifier.training.rounds import Workshop

    tokenizer = Tokenizer.from_str(tokenizer_spec)

    def drawn(stage: Stage, seed: int) -> Iterator[Batch]:
        return batches(plan.examples_of(stage, examples), tokenizer, stage.mix, plan.origins, seed)

    return Workshop(
        fresh=fresh,
        batches=drawn,
        work=settings.work,
        seed=settings.seed,
        workers=settings.threads,
        deadline=None if settings.minutes is None else time.monotonic() + 60 * settings.minutes,
        say=say,
        done=done,
    )


def _check(settings: TrainSettings) -> None:
    try:
        import onnx  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401
        import wordfreq  # noqa: F401
    except ImportError as error:
        raise ModelError(f"training needs more packages ({error.name}): pip install 'repwatch[train]'") from None
    for name in ("sentiment", "aspects"):
        if not (settings.data / name).is_dir():
            raise ModelError(f"no folder {settings.data / name}: give the folder of the labelled data with --data")
    known = {path.name.removesuffix(".jsonl.gz") for path in settings.data.glob("*/*.jsonl.gz")} | {"own"}
    unknown = sorted(settings.without - known)
    if unknown:
        raise ModelError(f"--without {unknown[0]}: there is no such set; there are {', '.join(sorted(known))}")


def _vocabulary(
    tokenizer: Path, examples: Sequence[Example], work: Path, say: Callable[[str], None]
) -> tuple[list[int], str]:
    """The kept pieces and the tokenizer that knows them; chosen once, then read from `work`."""
    from classifier.training.vocabulary import choose_pieces, trimmed_tokenizer

    chosen = work / "pieces.json"
    if not chosen.is_file():
        say("choosing the vocabulary (a minute)")
        pieces = choose_pieces(tokenizer, [e.text for e in examples if e.split == "train"])
        chosen.write_text(json.dumps(pieces))
    pieces = json.loads(chosen.read_text())
    return pieces, trimmed_tokenizer(tokenizer, pieces)
