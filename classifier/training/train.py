"""`repwatch train`: makes the shipped files from the base and the data, in stages, resumable."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.files import WEIGHTS
from classifier.model import ModelError

if TYPE_CHECKING:  # torch takes seconds to import
    import numpy as np
    import numpy.typing as npt

    from classifier.encoder import Encoder
    from classifier.training.base import Base
    from classifier.training.corpus import Example
    from classifier.training.loop import Stage
    from classifier.training.mixing import Batch
    from classifier.training.network import Network
    from classifier.training.plan import Plan

MAX_TOKENS = 192
"""Pieces of a text the shipped model reads; longer ones at head and tail."""
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
    # Share of the usual number of texts: a hundredth shows in minutes that everything works.
    scale: float = 1.0
    seed: int = 7
    threads: int = 2


Watch = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Of what and of how many; gives what is told how many more are done. It may not print from a thread: workers fork."""


def run(settings: TrainSettings, say: Callable[[str], None] = print, watch: Watch | None = None) -> bool:
    """True when the shipped files are written; False when the time was up (start again to go on from there).

    Raises ModelError that names what is missing: the extra "train", the data.
    """
    _check(settings)
    from tokenizers import Tokenizer

    from classifier.training.base import find_base
    from classifier.training.corpus import read_corpus
    from classifier.training.mixing import batches
    from classifier.training.plan import plan_for
    from classifier.training.ranges import activation_ranges

    settings.work.mkdir(parents=True, exist_ok=True)
    say("reading base and data")
    base, examples = find_base(settings.work, say), read_corpus(settings.data, without=settings.without)
    plan = plan_for(examples, settings.scale)
    pieces, spec = _vocabulary(base.tokenizer, examples, settings.work, say)
    tokenizer = Tokenizer.from_str(spec)

    def drawn(stage: Stage, seed: int) -> Iterator[Batch]:
        return batches(plan.examples_of(stage, examples), tokenizer, stage.mix, plan.origins, seed)

    with watch("texts", plan.texts) if watch else nullcontext(lambda _more: None) as done:
        network = _trained(settings, plan, base, pieces, drawn, say, done)
    if network is None:
        say("time is up; the checkpoint is kept: start again to go on")
        return False
    heard = activation_ranges(network, islice(drawn(plan.rounds[0][0][0], settings.seed), RANGE_BATCHES))
    _ship(settings, network, heard, base.word_blocks[pieces], spec, examples, say)
    return True


def _trained(
    settings: TrainSettings,
    plan: Plan,
    base: Base,
    pieces: list[int],
    drawn: Callable[[Stage, int], Iterator[Batch]],
    say: Callable[[str], None],
    done: Callable[[int], None],
) -> Network | None:
    """The network all rounds end with; None when the time was up."""
    from classifier.training.network import new_network
    from classifier.training.rounds import Workshop, go_through

    workshop = Workshop(
        fresh=lambda: new_network(base, pieces, len(plan.origins)),
        batches=drawn,
        work=settings.work,
        seed=settings.seed,
        workers=settings.threads,
        deadline=None if settings.minutes is None else time.monotonic() + 60 * settings.minutes,
        say=say,
        done=done,
    )
    return go_through(plan, workshop)


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


def _ship(
    settings: TrainSettings,
    network: Network,
    ranges: Mapping[str, npt.NDArray[np.float32]],
    words: npt.NDArray[np.uint8],
    tokenizer: str,
    examples: Sequence[Example],
    say: Callable[[str], None],
) -> None:
    from classifier.training.calibrate import calibrate
    from classifier.training.export import write_files, write_full_encoder, write_manifest
    from classifier.training.topic_head import fit_topic_head

    made = settings.work / "made"  # finished beside: whoever runs meanwhile never meets half a model
    write_files(network, words, tokenizer, made, ranges=ranges)
    judged = fit_topic_head(network, _encoder(made, settings), examples)
    write_files(network, words, tokenizer, made, ranges=ranges)
    write_full_encoder(network, settings.work / "encoder-full.onnx")
    say("calibrating on the dev parts")
    write_manifest(made, calibrate(_encoder(made, settings), examples, judged, MAX_TOKENS))
    say(f"writing {settings.out}")
    settings.out.mkdir(parents=True, exist_ok=True)
    for file in sorted(made.iterdir()):
        shutil.copy(file, settings.out / f"{file.name}.part")
    for part in sorted(settings.out.glob("*.part")):
        part.replace(part.with_suffix(""))


def _encoder(folder: Path, settings: TrainSettings) -> Encoder:
    from classifier.encoder import Encoder

    return Encoder(folder, threads=settings.threads, max_tokens=MAX_TOKENS, batch_size=32)
