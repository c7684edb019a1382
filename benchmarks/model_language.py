"""How often the language finder is right, per language of the shared data.

    python -m benchmarks.model_language [--cap 200] [--restrict]

Texts of the dev parts and of what is for measuring only, all lengths, without the subtitles (xed). `--restrict` lets
the finder choose among the languages of the data only, as `[model] languages` would.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections import Counter, defaultdict
from pathlib import Path

from classifier.language import LanguageFinder, primary_subtag
from classifier.reading import prepare
from classifier.training.corpus import rows_of

SHORT = 40  # characters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cap", type=int, default=200, help="texts a language")
    parser.add_argument("--restrict", action="store_true")
    given = parser.parse_args()
    texts = sample(Path(os.environ.get("REPWATCH_SHARED", "../shared")) / "data", given.cap)
    missing = {"min", "su"}  # no finder we tried knows them
    finder = LanguageFinder(sorted(set(texts) - missing) if given.restrict else ())
    began = time.process_time()
    means = []
    print(f"{'':5}{'texts':>6}{'right':>7}{'short right':>12}{'no answer':>10}  taken for")
    for lang, rows in sorted(texts.items()):
        said = [finder.find(text) for text in rows]
        right = [primary_subtag(one) == lang for one in said]
        short = [ok for ok, text in zip(right, rows, strict=True) if len(text) < SHORT]
        wrong = Counter(str(one) for one in said if one is not None and one != lang)
        means.append(sum(right) / len(rows))
        others = ", ".join(f"{code} {count}" for code, count in wrong.most_common(3))
        print(
            f"{lang:5}{len(rows):6d}{means[-1]:7.3f}{sum(short) / max(1, len(short)):12.3f}"
            f"{said.count(None) / len(rows):10.3f}  {others}"
        )
    speed = sum(map(len, texts.values())) / (time.process_time() - began)
    print(f"mean over {len(means)} languages {sum(means) / len(means):.3f}; {speed:.0f} texts/s")


def sample(folder: Path, cap: int) -> dict[str, list[str]]:
    """The first `cap` texts a language in a fixed random order, as the model reads them."""
    texts: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("sentiment*/*.jsonl.gz")):
        for row in rows_of(path):
            held_out = path.parent.name != "sentiment" or row["split"] != "train"
            if held_out and row["set"] != "xed_subtitles":
                texts[row["lang"]].append(prepare(row["text"]))
    for rows in texts.values():
        rows.sort(key=lambda text: hashlib.sha1(text.encode(), usedforsecurity=False).digest())
        del rows[cap:]
    return texts


if __name__ == "__main__":
    main()
