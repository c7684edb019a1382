"""The floor the model was asked to beat, made again: the base after two epochs of UMSAB alone, beside what ships.

    python -m benchmarks.model_probe [--work DIR] [--texts 29130]

On UMSAB's test part, which is not in the data here, such a probe had a mean macro-F1 of 66.0. Both are asked the same
dev texts, so the difference here says how far from 66.0 the shipped model is likely to be there. The probe learns the
labels as they come; the dev texts count once as they come and once with our labels for the Hindi ones, since those of
upstream do not belong to the texts. Ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from classifier.answers import probabilities
from classifier.encoder import Encoder
from classifier.files import ENCODER, MANIFEST, TOKENIZER, WORDS, open_weights
from classifier.reading import prepare
from classifier.training.base import find_base
from classifier.training.corpus import LABELS, Example, read_corpus, rows_of
from classifier.training.export import write_full_encoder
from classifier.training.loop import Shared, Stage
from classifier.training.mixing import Mix, batches
from classifier.training.network import Network, new_network
from classifier.training.reread import read_network, read_tokenizer
from classifier.training.rounds import Workshop, go_through_stage

EPOCHS_TEXTS = 2 * 14_565
DRAWS = 2_000
Answers = npt.NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="where the base and the probe's checkpoint lie; default: nowhere")
    parser.add_argument("--texts", type=int, default=EPOCHS_TEXTS)
    given = parser.parse_args()
    data = Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "data"
    dev = [e for e in read_corpus(data) if e.origin == "umsab" and e.split == "dev"]
    upstream = as_they_come(data)
    with tempfile.TemporaryDirectory() as scratch:
        work = given.work or Path(scratch) / "work"
        work.mkdir(parents=True, exist_ok=True)
        shipped, _ = open_weights()
        probe = float_folder(trained(upstream, given.texts, work), shipped, Path(scratch))
        said = {"probe": answers(probe, dev), "shipped": answers(shipped, dev)}
    given_labels = {e.text: e.label for e in upstream}
    show("labels as they come", said, dev, [given_labels[e.text] or 0 for e in dev])
    show("our labels for Hindi", said, dev, [e.label or 0 for e in dev])


def as_they_come(data: Path) -> list[Example]:
    """UMSAB with upstream's labels, Hindi's too."""
    return [
        Example(
            text=row["text"],
            label=LABELS.index(row["label"]),
            topics=None,
            lang=row["lang"],
            origin="umsab",
            split=row["split"],
        )
        for row in rows_of(data / "sentiment" / "umsab.jsonl.gz")
    ]


def trained(examples: Sequence[Example], texts: int, work: Path) -> Network:
    """The probe, from its checkpoint where there is one."""
    folder, _ = open_weights()
    tokenizer = Tokenizer.from_str(read_tokenizer(folder))
    mix = Mix(weights={}, evenness=1.0, max_tokens=96, max_batch=32)
    stage = Stage(name="probe", texts=texts, rate=1e-4, rate_end=0.0, mix=mix, dropout=0.1, average_decay=0.5)
    train = [e for e in examples if e.split == "train"]
    torch.manual_seed(3)
    network = new_network(find_base(work), read_network(folder, origins=1).words, origins=1)
    workshop = Workshop(
        fresh=lambda: network,
        batches=lambda stage, seed: batches(train, tokenizer, stage.mix, {"umsab": 0}, seed),
        work=work,
        seed=11,
        workers=2,
        deadline=None,
        say=print,
        done=lambda _: None,
    )
    ended = go_through_stage(Shared(network, stage), "probe.pt", workshop, seed=11)
    if ended is None:
        raise RuntimeError("the probe was stopped")
    return ended


def float_folder(network: Network, like: Path, scratch: Path) -> Path:
    """A folder that `Encoder` can open, the network in float32."""
    folder = scratch / "probe"
    folder.mkdir()
    for name in (WORDS, TOKENIZER):
        shutil.copy(like / name, folder / name)
    write_full_encoder(network, folder / ENCODER)
    return folder


def answers(folder: Path, dev: Sequence[Example]) -> Answers:
    """Places in LABELS, (texts,). The shipped model's are those of its calibrated probabilities."""
    read = Encoder(folder, threads=2, max_tokens=192, batch_size=32).read([prepare(e.text) for e in dev])
    if not (folder / MANIFEST).is_file():
        return read.sentiment.argmax(1)
    _, manifest = open_weights(folder)
    return probabilities(read.sentiment, manifest.bias, manifest.temperature).argmax(1)


def show(title: str, said: dict[str, Answers], dev: Sequence[Example], truth: Sequence[int]) -> None:
    langs, labels = np.array([e.lang for e in dev]), np.array(truth)
    print(f"\n{title}\n{'':6}{'texts':>6}{'probe':>8}{'shipped':>9}")
    for lang in sorted(set(langs)):
        own = langs == lang
        scores = [100 * f1(labels[own], said[name][own]) for name in ("probe", "shipped")]
        print(f"{lang:6}{own.sum():6}{scores[0]:8.1f}{scores[1]:9.1f}")
    means = {name: mean_f1(labels, one, langs) for name, one in said.items()}
    chance = np.random.default_rng(5)
    gaps = []
    for _ in range(DRAWS):
        drawn = chance.integers(len(labels), size=len(labels))
        here = [mean_f1(labels[drawn], said[name][drawn], langs[drawn]) for name in ("probe", "shipped")]
        gaps.append(here[1] - here[0])
    low, high = np.percentile(gaps, [2.5, 97.5])
    gap = means["shipped"] - means["probe"]
    print(
        f"mean{len(labels):8}{means['probe']:8.1f}{means['shipped']:9.1f}  {gap:+.1f} (95 %: {low:+.1f} to {high:+.1f})"
    )


def mean_f1(labels: Answers, said: Answers, langs: npt.NDArray[np.str_]) -> float:
    """The mean of the languages' macro-F1, in points."""
    return 100 * float(np.mean([f1(labels[langs == one], said[langs == one]) for one in sorted(set(langs))]))


def f1(labels: Answers, said: Answers) -> float:
    """Macro-F1 over the classes that occur; `classifier.figures` says the same of strings, too slowly to draw from."""
    classes = np.unique(labels)
    hits = [((labels == one) & (said == one)).sum() for one in classes]
    named = [(labels == one).sum() + (said == one).sum() for one in classes]
    return float(np.mean(2 * np.array(hits) / np.array(named)))


if __name__ == "__main__":
    main()
